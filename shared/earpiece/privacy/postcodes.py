"""Postcodes: Dutch and British by shape, German, Belgian and American ones beside an address or after their name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from earpiece.privacy.cues import Cue
from earpiece.privacy.place_words import (
    AMERICAN_CITIES,
    BRITISH_AREAS,
    DUTCH_CITIES,
    GERMAN_CITIES,
    NOT_POSTCODE_LETTERS,
)
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_DUTCH = re.compile(r"(?<![\w.,/#€$£-])(?<![€$£] )[1-9]\d{3} ?([a-z]{2})(?![\w-])", re.ASCII)
# Royal Mail: no C, I, K, M, O, V in the last two letters. "S24 5GB" is a telephone with its memory.
_BRITISH = re.compile(
    r"(?<![\w/#-])([a-z]{1,2})\d[\da-z]? ?\d(?!gb|tb)[abd-hjlnp-uw-z]{2}(?![\w-])",
    re.ASCII,
)
_NUMERIC = re.compile(r"(?<![\w.,/#€$£-])(?:[a-z]{1,2}-)?\d{4,5}(?:-\d{4})?(?![\w/%€-]|[.,]\d)", re.ASCII)
NEAR_STREET = 32  # code points between a street and its postcode: room for ", Frankfurt am Main, "
_BESIDE_STREET = 3
_CITY = re.compile(r",? ([^\W\d_]{3,24})")
_POLISH = re.compile(r"(?<![\w.,/-])\d{2}-\d{3} (?=[A-Z\u00c0-\u017d][^\W\d_]{2})")
_CITY_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{3,24}),? $")
_STATE = re.compile(r"(?<![A-Za-z])[A-Z]{2},? $")
_REACH = 20


def postcodes(reading: Reading, streets: Sequence[Span]) -> Iterator[Span]:
    """`streets` are the addresses found in the text."""
    ends = {end + step: step for end in (street.end for street in streets) for step in range(NEAR_STREET, -1, -1)}
    for match in _DUTCH.finditer(reading.lower):
        if match.start() in ends or _is_dutch(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in _BRITISH.finditer(reading.lower):
        if match.group(1) in BRITISH_AREAS and not _is_reference(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in _POLISH.finditer(reading.text):
        yield Span(match.start(), match.end() - 1, Label.POSTCODE)
    for match in _NUMERIC.finditer(reading.lower):
        if _is_numeric(reading, match, ends.get(match.start())):
            yield Span(match.start(), match.end(), Label.POSTCODE)


def _is_dutch(reading: Reading, match: re.Match[str]) -> bool:
    if reading.cue_before(match.start(), reach=_REACH) is Cue.POSTCODE:
        return True
    city = _CITY.match(reading.lower, match.end())
    if city and city.group(1) in DUTCH_CITIES:
        return True
    return match.group(1) not in NOT_POSTCODE_LETTERS and not _is_reference(reading, match)


def _is_reference(reading: Reading, match: re.Match[str]) -> bool:
    return reading.cue_before(match.start(), reach=_REACH) in (Cue.REFERENCE, Cue.VERSION)


def _is_numeric(reading: Reading, match: re.Match[str], after_street: int | None) -> bool:
    digits = sum(map(str.isdecimal, match.group()))
    if reading.cue_before(match.start(), reach=_REACH) is Cue.POSTCODE:
        return True
    if after_street is not None:
        # Four digits are a Belgian postcode only where a street has just ended: "..., in 2024" is a year.
        return digits > 4 or after_street <= _BESIDE_STREET
    city = _CITY.match(reading.lower, match.end())
    if digits == 5 and city and city.group(1) in GERMAN_CITIES:
        return True
    before = _CITY_BEFORE.search(reading.lower, max(0, match.start() - 28), match.start())
    if digits == 5 and before and before.group(1) in AMERICAN_CITIES:
        return True
    return digits in (5, 9) and _STATE.search(reading.text, max(0, match.start() - 5), match.start()) is not None
