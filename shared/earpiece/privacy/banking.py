"""Bank accounts and cards: their own check digits, or a word that announces one that was mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.check_digits import IBAN_LENGTHS, is_iban, is_luhn
from earpiece.privacy.cues import Cue
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_IBAN_START = re.compile(r"(?<![^\W_])[a-z]{2}[ .-]?\d{2}(?=[ .-]?[a-z0-9])", re.ASCII)
_CARD_START = re.compile(r"(?<![\w])[2-6]\d{2,3}(?=[ .-]{0,3}\d)")
_SEPARATORS = " -."
# Groups stand apart by one sign, or by two spaces or a dash between them: "4111  1111", "4111 - 1111".
_CARD_RUN = re.compile(r"[2-6](?:(?:[ .-]| {2}| ?- ?)?\d){13,18}", re.ASCII)
# ISO/IEC 7812 ranges in use: American Express, Diners, Visa, Mastercard, Maestro, Discover, JCB, UnionPay.
_CARD_PREFIX = {
    14: re.compile(r"3(?:0[0-5]|[68])"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5[0-8]|2(?:2[2-9]|[3-6]|7[01]|720)|6|35"),
    19: re.compile(r"4|5[06-8]|6"),
}


def bank_accounts(reading: Reading) -> Iterator[Span]:
    for start in matches_at(_IBAN_START, reading.lower, reading.numbers.starts, 3, 2):
        length = IBAN_LENGTHS.get(start.group()[:2].upper())
        end = _end_of(reading.text, start.start(), length) if length else None
        if end is None:
            continue
        value = "".join(char for char in reading.text[start.start() : end] if char.isalnum()).upper()
        if is_iban(value) or reading.cue_before(start.start()) is Cue.IBAN:
            yield Span(start.start(), end, Label.IBAN)


_NEAR = 20  # code points: an order's word further away is not the number's


def cards(reading: Reading) -> Iterator[Span]:
    for start in matches_at(_CARD_START, reading.text, reading.numbers.of_digits(min(_CARD_PREFIX))):
        end = _end_of_card(reading, start.start())
        if end:
            yield Span(start.start(), end, Label.CREDIT_CARD)


def _end_of_card(reading: Reading, start: int) -> int | None:
    run = _CARD_RUN.match(reading.text, start)
    for end, digits in _card_ends(reading.text, run) if run else ():
        if not _CARD_PREFIX[len(digits)].match(digits):
            continue
        is_grouped = len(digits) < end - start  # no order's number is written in groups
        is_free = is_grouped or not reading.is_reference(start, reach=_NEAR)
        is_told = len(digits) in (15, 16) and reading.cue_before(start) is Cue.CARD
        if is_told or (is_free and is_luhn(digits)):
            return end
    return None


def _card_ends(text: str, run: re.Match[str]) -> list[tuple[int, str]]:
    """Where a number of a card's length may end within the digits of `run`, the longest first."""
    places = [place for place in range(*run.span()) if text[place].isdecimal()]
    ends = [(places[length - 1] + 1, length) for length in _CARD_PREFIX if length <= len(places)]
    whole = [(end, length) for end, length in ends if not text[end : end + 1].isalnum()]
    return [(end, "".join(text[place] for place in places[:length])) for end, length in sorted(whole, reverse=True)]


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits with single separators between them end, if the word ends there too."""
    place, count = start, 0
    while place < len(text) and count < length:
        if text[place].isascii() and text[place].isalnum():
            count += 1
        elif text[place] not in _SEPARATORS or not text[place - 1].isalnum():
            return None
        place += 1
    is_whole = place == len(text) or not text[place].isalnum()
    return place if count == length and is_whole else None
