"""Bank accounts and cards: their own check digits, or a word that announces one that was mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.check_digits import IBAN_LENGTHS, is_iban, is_luhn
from earpiece.privacy.cues import Cue
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_IBAN_START = re.compile(r"(?<![^\W_])[a-z]{2}[ .-]?\d{2}(?=[ .-]?[a-z0-9])", re.ASCII)
_CARD_START = re.compile(r"(?<![\w])[2-6]\d{2,3}(?=[ .-]{0,3}\d)")
_SEPARATORS = " -."
_WIDE_SEPARATORS = ("  ", " -", "- ")  # two of them, as in "4111  1111" and "4111 - 1111"
# ISO/IEC 7812 ranges in use: American Express, Diners, Visa, Mastercard, Maestro, Discover, JCB, UnionPay.
_CARD_PREFIX = {
    14: re.compile(r"3(?:0[0-5]|[68])"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5[0-8]|2(?:2[2-9]|[3-6]|7[01]|720)|6|35"),
    19: re.compile(r"4|5[06-8]|6"),
}


def bank_accounts(reading: Reading) -> Iterator[Span]:
    for start in _IBAN_START.finditer(reading.lower):
        length = IBAN_LENGTHS.get(start.group()[:2].upper())
        end = _end_of(reading.text, start.start(), length) if length else None
        if end is None:
            continue
        value = "".join(char for char in reading.text[start.start() : end] if char.isalnum()).upper()
        if is_iban(value) or reading.cue_before(start.start()) is Cue.IBAN:
            yield Span(start.start(), end, Label.IBAN)


_NEAR = 20  # code points: an order's word further away is not the number's


def cards(reading: Reading) -> Iterator[Span]:
    for start in _CARD_START.finditer(reading.text):
        end = _end_of_card(reading, start.start())
        if end:
            yield Span(start.start(), end, Label.CREDIT_CARD)


def _end_of_card(reading: Reading, start: int) -> int | None:
    cue = reading.cue_before(start)
    for length, prefix in sorted(_CARD_PREFIX.items(), reverse=True):
        end = _end_of(reading.text, start, length)
        if end is None:
            continue
        digits = "".join(filter(str.isalnum, reading.text[start:end]))
        if not digits.isdecimal() or not prefix.match(digits):
            continue
        is_grouped = len(digits) < end - start  # no order's number is written in groups
        if ((is_grouped or not reading.is_reference(start, reach=_NEAR)) and is_luhn(digits)) or (
            cue is Cue.CARD and length in (15, 16)
        ):
            return end
    return None


def _is_single(text: str, place: int) -> bool:
    """Whether the separator at `place` ends no longer run of them than somebody writes between two groups."""
    return (
        text[place - 1].isalnum()
        or (text[place - 1 : place + 1] in _WIDE_SEPARATORS and text[place - 2].isalnum())
        or (text[place - 2 : place + 1] == " - " and text[place - 3].isalnum())
    )


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits with single separators between them end, if the word ends there too."""
    place, count = start, 0
    while place < len(text) and count < length:
        if text[place].isascii() and text[place].isalnum():
            count += 1
        elif text[place] not in _SEPARATORS or not _is_single(text, place):
            return None
        place += 1
    is_whole = place == len(text) or not text[place].isalnum()
    return place if count == length and is_whole else None
