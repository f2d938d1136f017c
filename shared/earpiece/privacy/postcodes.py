"""Postcodes: Dutch and British by shape, German, Belgian and American ones beside an address or after their name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from earpiece.privacy.cues import Cue
from earpiece.privacy.place_words import (
    BRITISH_AREAS,
    CITIES,
    NOT_POSTCODE_LETTERS,
    UNITS,
)
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

# Not ASCII: in "2026 geändert" a word goes on after "ge".
_DUTCH = re.compile(r"(?<![\w.,/#€$£-])(?<![€$£] )[1-9][0-9]{3} ?([a-z]{2})(?!\w|-(?!\d{1,3}(?!\w)))")
# Royal Mail: no C, I, K, M, O, V in the last two letters. "S24 5GB" alone is a telephone
# with its memory.
_BRITISH = re.compile(r"(?<![\w/#-])([a-z]{1,2})[0-9][0-9a-z]? ?[0-9]([abd-hjlnp-uw-z]{2})(?![\w-])")
_NUMERIC = re.compile(r"(?<![\w.,/#€$£-])(?:[a-z]{1,2}-)?\d{4,5}(?:-\d{4})?(?![\w/%€-]|[.,]\d)", re.ASCII)
NEAR_STREET = 32  # code points between a street and its postcode: room for ", Frankfurt am Main, "
_BESIDE_STREET = 3
_CITY = re.compile(r"(?:,? | [(-] ?|\n)([^\W\d_]{3,24})")
_HOUSE_NUMBER = re.compile(r",? (?:nr\.?|nummer|huisnummer) \d{1,3} ?[a-z]?(?!\w)")
_POLISH = re.compile(r"(?<![\w.,/-])\d{2}-\d{3} (?=[A-Z\u00c0-\u017d][^\W\d_]{2})")
_CITY_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{3,24})(?:,? | ?\(|\n| - )$")
_STATE = re.compile(r"(?<![A-Za-z])[A-Z]{2},? $")
_REACH = 20
_SAID_AFTER = re.compile(
    r"(?:,|:)? (?:is|as|ist|was|war|=) (?:the |my |our |de |mijn |onze |die |meine |unsere )?"
    r"(?:post ?code|zip|plz|postleitzahl)"
)
# "Name, date of birth, postcode": what somebody gives to be recognised.
# A line that holds nothing else answers a question; five and four digits are written for nothing else.
_ALONE = re.compile(r"(?m)^\d{5}(?=[.!]?$)|(?<![\w.,/#-])\d{5}-\d{4}(?![\w-])", re.ASCII)
_AFTER_YEAR = re.compile(r"(?:19\d\d|200\d),? $")


def postcodes(reading: Reading, streets: Sequence[Span]) -> Iterator[Span]:
    """`streets` are the addresses found in the text."""
    ends = {end + step: step for end in (street.end for street in streets) for step in range(NEAR_STREET, -1, -1)}
    starts = {street.start - gap for street in streets for gap in (1, 2)}  # where a postcode before a street ends
    for match in _DUTCH.finditer(reading.lower):
        if match.start() in ends or _is_dutch(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in _BRITISH.finditer(reading.lower):
        is_memory = match.group(2) in ("gb", "tb") and match.start() not in ends and not _is_told(reading, match)
        if match.group(1) in BRITISH_AREAS and not is_memory and not _is_reference(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in _POLISH.finditer(reading.text):
        yield Span(match.start(), match.end() - 1, Label.POSTCODE)
    for match in _ALONE.finditer(reading.lower):
        if not _is_reference(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in _NUMERIC.finditer(reading.lower):
        if _is_numeric(reading, match, ends.get(match.start()), starts):
            yield Span(match.start(), match.end(), Label.POSTCODE)


def _is_dutch(reading: Reading, match: re.Match[str]) -> bool:
    if _is_told(reading, match):
        return True
    if _is_beside_city(reading, match):
        return True
    if _is_reference(reading, match):
        return False
    letters = reading.text[match.start(1) : match.end(1)]
    if _HOUSE_NUMBER.match(reading.lower, match.end()):
        return True
    # "2749 om" may be a word and "2749KB" a size, but nobody glues a word to a number, or writes it in capitals.
    is_no_word = reading.text[match.start(1) - 1] != " " or (letters.isupper() and not reading.is_shouted)
    return match.group(1) not in (UNITS if is_no_word else NOT_POSTCODE_LETTERS)


def _is_told(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the word for it stands before, or after: "is my postcode"."""
    is_before = reading.cue_before(match.start(), reach=_REACH) is Cue.POSTCODE
    return is_before or _SAID_AFTER.match(reading.lower, match.end()) is not None


def _is_reference(reading: Reading, match: re.Match[str]) -> bool:
    return reading.cue_before(match.start(), reach=_REACH) in (Cue.REFERENCE, Cue.VERSION)


def _is_numeric(reading: Reading, match: re.Match[str], after_street: int | None, starts: set[int]) -> bool:
    digits = sum(map(str.isdecimal, match.group()))
    if _is_told(reading, match):
        return True
    if digits in (5, 9) and _is_given(reading, match.start()):
        return True
    if after_street is not None:
        # Four digits are a Belgian postcode only where a street has just ended: "..., in 2024" is a year.
        return digits > 4 or after_street <= _BESIDE_STREET
    if digits == 5 and (match.end() in starts or _is_beside_city(reading, match)):
        return True
    return digits in (5, 9) and _STATE.search(reading.text, max(0, match.start() - 5), match.start()) is not None


def _is_beside_city(reading: Reading, match: re.Match[str]) -> bool:
    after = _CITY.match(reading.lower, match.end())
    if after and after.group(1) in CITIES:
        return True
    before = _CITY_BEFORE.search(reading.lower, max(0, match.start() - 28), match.start())
    return before is not None and before.group(1) in CITIES


def _is_given(reading: Reading, start: int) -> bool:
    """Whether five digits answer a question for the postcode, or follow a date of birth."""
    if reading.is_announced(start, Cue.POSTCODE):
        return True
    return start > 5 and _AFTER_YEAR.search(reading.text, start - 6, start) is not None
