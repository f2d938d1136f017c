"""The one normaliser: two texts with the same key are the same reply. The writer stores it, SQL counts it.

Change what it does and TEXT_KEY_VERSION changes too: rows of another version are not counted together.
Every pattern has bounded quantifiers, so the time is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

TEXT_KEY_VERSION = 2
MOST_PASSES = 4

_MASKED = re.compile(r"\[([A-Z][A-Z_]{1,15})(?::[0-9a-f]{6})?\]")
_DIGIT = re.compile(r"\d")


def _may_hold_link(text: str) -> bool:
    return "://" in text or "www." in text.lower()


# By name, what a text without such a value mostly lacks, and the value.
_SLOTS: tuple[tuple[str, Callable[[str], object], re.Pattern[str]], ...] = (
    ("LINK", _may_hold_link, re.compile(r"(?:https?://|www\.)[^\s<>\"']{1,2000}", re.IGNORECASE)),
    ("EMAIL", re.compile("@").search, re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,24}(?!\w)")),
    (
        "DATE",
        _DIGIT.search,
        re.compile(
            r"(?<!\d)(?:\d{4}-\d{2}-\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
            r"|\d{1,2}(?:st|nd|rd|th|\.)? (?:jan|feb|mar|maa|mär|apr|mai|may|mei|jun|jul|aug|sep|okt|oct|nov|de[cz])"
            r"[a-zä]{0,7}(?: \d{4})?)(?!\d)",
            re.IGNORECASE,
        ),
    ),
    (
        "MONEY",
        _DIGIT.search,
        re.compile(
            r"(?:[€$£] ?\d{1,12}(?:[.,]\d{1,12}){0,4}(?:,-)?"
            r"|\d{1,12}(?:[.,]\d{1,12}){0,4} ?(?:€|euros?\b|eur\b|usd\b|gbp\b))",
            re.IGNORECASE,
        ),
    ),
    (
        "TIME",
        _DIGIT.search,
        re.compile(
            r"(?<![\d:])(?:\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?(?:am|pm|uur|uhr|h)\b)?(?![\d:])"
            r"|\d{1,2} ?(?:am|pm|uur|uhr)\b)",
            re.IGNORECASE,
        ),
    ),
    # British ones; where masking has been, those of other countries are slots already.
    (
        "POSTCODE",
        _DIGIT.search,
        re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\d[abd-hjlnp-uw-z]{2}\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"),
    ),
    (
        "NUMBER",
        _DIGIT.search,
        re.compile(
            r"\b[A-Z]{0,4}-?\d[\d]{0,40}(?:[.,\-/ ]?\d{1,20}){0,6}\b"
            r"|\b(?=[A-Z]{0,11}\d)(?=\d{0,11}[A-Z])[A-Z\d]{6,12}\b"  # a booking's reference: 5F8G6J1G
        ),
    ),
)
SLOT = re.compile(r"\{([A-Z_]{2,16})\}")
# Most messages: of these characters, "www." apart, no value can be made and nothing needs folding.
_PLAIN = re.compile(r"[a-zA-Z \n.,;:!?()'\"-]*")
# A key that is so stays what it is when it is made again.
_SETTLED = re.compile(r"(?:[a-z ]|\{[A-Z_]{2,16}\})*")
_NO_WORD = re.compile(r"[^\w]|_")
_SPACE = re.compile(r"\s+")
_FOLD = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ß": "ss"})


def template(text: str) -> str:
    """The text with its values replaced by slots: `{PERSON}`, `{LINK}`, `{DATE}`, `{TIME}`, `{MONEY}`, `{NUMBER}`, …"""
    slotted = _MASKED.sub(r"{\1}", unicodedata.normalize("NFC", text))
    for name, may_hold, pattern in _SLOTS:
        if may_hold(slotted):
            slotted = pattern.sub("{%s}" % name, slotted)  # noqa: UP031 (braces)
    return _SPACE.sub(" ", slotted).strip()


def text_key(text: str) -> str:
    """Lower case, without punctuation and with slots for values; "" for a text without words. Never raises."""
    if _PLAIN.fullmatch(text) and "www." not in (lowered := text.lower()):
        return " ".join(_NO_WORD.sub(" ", lowered.replace("'", "")).split())
    key = _key(text)
    for _ in range(MOST_PASSES):
        if _SETTLED.fullmatch(key) or (again := _key(key)) == key:
            break
        key = again  # dropping a sign may have bared a value: "0_" is a number without its underscore
    return key


def _key(text: str) -> str:
    parts = SLOT.split(template(unicodedata.normalize("NFKC", text)))
    folded = [_fold(part) if index % 2 == 0 else f" {{{part}}} " for index, part in enumerate(parts)]
    return _SPACE.sub(" ", "".join(folded)).strip()


def slots(text: str) -> list[str]:
    """The names of the slots of a template, in order."""
    return SLOT.findall(text)


def values(name: str, text: str) -> list[str]:
    """The texts that `template` would replace with the slot of this name; none for a slot that it does not make."""
    rest = unicodedata.normalize("NFC", text)
    for slot, _, pattern in _SLOTS:
        if slot == name:
            return [match[0] for match in pattern.finditer(rest)]
        rest = pattern.sub(" ", rest)
    return []


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text.translate(_FOLD).lower()).lower()
    return _NO_WORD.sub(" ", lowered.replace("'", ""))
