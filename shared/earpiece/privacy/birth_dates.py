"""Dates of birth: any date after a word for it, and full dates too long ago for a delivery."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.cues import Cue
from earpiece.privacy.gates import gated
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import MONTH

_NUMERIC = re.compile(r"(?<![\w/.-])(\d{1,4})([-/.] ?| )(\d{1,2})(?:\2|\. )(\d{4}|\d{2})(?![\w/-]|\.\d)")
_RUN = re.compile(r"(?<![\w.,/-])(?:\d{4}(?:19|20)\d\d|(?:19|20)\d{6}|\d{6})(?![\w/-])")
# "third of March 1962", "dritten März 1962": only after a word for it.
_IN_WORDS = re.compile(
    rf"(?<!\w)(?:[^\W\d_]{{3,10}}[ -])?[^\W\d_]{{2,16}}(?:st|nd|rd|th|ten|de|ste)(?: of)? {MONTH}\b,? \d{{4}}(?!\w)"
)
_DAY_FIRST = re.compile(
    rf"(?<!\w)\d{{1,2}}(?:st|nd|rd|th|e|ste|de)?\.?(?: of)?[ -]?{MONTH}\b\.?,?[ -]?('?\d{{2}}|\d{{4}})(?!\w)"
)
_MONTH_FIRST = gated(MONTH, r"\b\.? \d{1,2}(?:st|nd|rd|th)?,? ('?\d{2}|\d{4})(?!\w)")
_SAID_AFTER = re.compile(
    r"(?:,? (?:in|te|zu) [^\W\d_]{2,24})?,? (?:geboren|geb\.?)(?!\w)"
    r"|,? (?:is|ist|was|war) (?:(?:my|mijn|meine?|his|her|sein|ihr|zijn|haar|the|de|das) )?(?:date of )?"
    r"(?:birth|dob|d\.o\.b|geboorte|geburts|verjaardag)"
)
# "20/12/66": of two digits, years that no parcel and no appointment is of. Sort codes are written the same.
_OLD_SHORT = re.compile(r"\d{1,2}([/.-])\d{1,2}\1(?:[4-9]\d|3[2-9])$")
_SORT_CODE = re.compile(r"(?:sort|bank|clearing)[ -]?(?:code|no|number)?(?: is|:)? ?$")
_NEAR = 20  # code points: an order's word further away is not the date's
_OLD_YEARS = range(1900, 2010)  # a parcel, an invoice or an appointment of today is never that old


def birth_dates(reading: Reading) -> Iterator[Span]:
    for match in matches_at(_NUMERIC, reading.lower, reading.numbers.of_digits(4)):
        year = _numeric_year(match)
        if not year:
            continue
        is_clear = match.group(2) != " " or _is_spaced_date(reading, match)
        is_birth = _is_birth(reading, match.start(), year, is_clear=is_clear) or _is_short(reading, match)
        if is_birth or _is_said_after(reading, match.end()):
            yield Span(match.start(), match.end(), Label.DOB)
    for match in matches_at(_RUN, reading.lower, reading.numbers.of_size(6, 8)):
        if reading.is_announced(match.start(), Cue.BIRTH):
            yield Span(match.start(), match.end(), Label.DOB)
    for match in _IN_WORDS.finditer(reading.lower) if Cue.BIRTH in reading.cues else ():
        if reading.is_announced(match.start(), Cue.BIRTH):
            yield Span(match.start(), match.end(), Label.DOB)
    day_first = matches_at(_DAY_FIRST, reading.lower, reading.numbers.of_size(1, 2))
    for match in (*day_first, *_MONTH_FIRST.finditer(reading)):
        is_birth = _is_birth(reading, match.start(), match.group(1), is_clear=True)
        if is_birth or _is_said_after(reading, match.end()):
            yield Span(match.start(), match.end(), Label.DOB)


def _numeric_year(match: re.Match[str]) -> str | None:
    """The year as written, if the numbers can be a date in any of the three orders."""
    first, middle, last = match.group(1), int(match.group(3)), match.group(4)
    if len(first) == 4:
        return first if 1 <= middle <= 12 and 1 <= int(last) <= 31 else None
    if len(first) > 2 or not 1 <= min(int(first), middle) <= 12 or not 1 <= max(int(first), middle) <= 31:
        return None
    return last


def _is_spaced_date(reading: Reading, match: re.Match[str]) -> bool:
    """Whether "15 03 1961" is written with two digits each, and no other number stands beside it."""
    is_beside = reading.text[max(0, match.start() - 2) : match.start()].rstrip(" ")[-1:].isdecimal()
    is_beside = is_beside or reading.text[match.end() : match.end() + 2].lstrip(" ")[:1].isdecimal()
    return len(match.group()) == len("15 03 1961") and not is_beside


def _is_short(reading: Reading, match: re.Match[str]) -> bool:
    """Whether "20/12/66" can be nothing but a date of long ago."""
    if not _OLD_SHORT.match(match.group()) or reading.cue_before(match.start()) in (Cue.VERSION, Cue.REFERENCE):
        return False
    return _SORT_CODE.search(reading.lower, max(0, match.start() - 20), match.start()) is None


def _is_said_after(reading: Reading, end: int) -> bool:
    return _SAID_AFTER.match(reading.lower, end) is not None


def _is_birth(reading: Reading, start: int, year: str, *, is_clear: bool) -> bool:
    cue = reading.cue_before(start)
    is_old = len(year) == 4 and int(year) in _OLD_YEARS
    return cue is Cue.BIRTH or (is_old and is_clear and not reading.is_reference(start, reach=_NEAR))
