"""Phone numbers as people in NL, BE, DE, GB and US write them: the less sure the shape, the more the words must say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.cues import Cue
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_NOT_A_DATE = r"(?!\d{1,2}([-./ ])\d{1,2}\1\d{4}(?!\d)|\d{4}-\d{1,2}-\d{1,2}(?!\d))"
# "9400 1014 3821 0446 7086 37", "VAT GB 041 9517 69".
_NOT_TRACKED = r"(?!(?<=\d{4} \d{4} )\d{4} |(?<=[Gg][Bb] )\d{3} \d{4} \d{2}(?!\d))"
_INTERNATIONAL = re.compile(r"(?:(?<![\w+])\+|(?<![\w+.=#/-])00) ?[1-9](?:[ .()/-]{0,3}\d){7,14}(?!\d)")
_NATIONAL = re.compile(
    rf"(?<![\w.=#/-])(?<!\d,)\(?{_NOT_A_DATE}{_NOT_TRACKED}0\)?[1-9]\d{{0,3}}"
    r"(?:[ .()/-]{0,3}\d){5,10}(?!\w|[.,/-]\d|-[A-Z])"
)
_AMERICAN = re.compile(
    r"(?<![\w.=#/-])(?:1[ .-])?(?:\([2-9]\d\d\)[ -]?|[2-9]\d\d[ ./-])[2-9]\d\d[ .-]\d{4}(?!\w|[.-]\d)"
)
_ANY_DIGITS = re.compile(rf"(?<![\w.=#/-])(?<!\d,){_NOT_A_DATE}\d(?:[ .-]{{0,2}}\d){{6,11}}(?!\w|[.,:/-]\d)")
# Digits after which a number of that prefix is complete; what follows is another number.
_COMPLETE = (
    ("06", 10), ("07", 11), ("00316", 13), ("003", 13), ("0044", 14), ("001", 13), ("316", 11), ("32", 11), ("31", 11),
    ("33", 11), ("44", 12), ("1", 11),
)  # fmt: skip
# Ten bare digits are an American number where no word tells otherwise, if a large city's area code leads.
_BARE_AMERICAN = re.compile(
    r"(?<![\w.,=#/-])1?(?:20[1-36]|21[2-57]|240|281|30[1-35]|31[0237]|323|347|404|408|41[05]|424|469|480|50[3-5]|51[0237]"
    r"|561|571|602|612|61[479]|626|646|650|678|70[234]|71[348]|720|737|77[03]|786|80[1-5]|81[3678]|832|847|857|858"
    r"|91[0-7]|91[79]|92[59]|94[19]|95[1-4]|97[123])[2-9]\d{6}(?![\w/-]|[.,]\d)"
)
_NEAR = 20
_FEWEST = 7  # digits of a phone number
_SAID_AFTER = re.compile(
    r",? (?:is|or|ist|oder|of) (?:my |mijn |meine |vast|festnetz|the )(?:[a-z]{3,10} )?"
    r"(?:number|landline|mobile|cell|phone|nummer|mobiel|telefoon|telefon|handy)?(?!\w)"
)


def phones(reading: Reading) -> Iterator[Span]:
    starts = reading.numbers.of_digits(_FEWEST)
    if not starts:
        return
    for match in matches_at(_INTERNATIONAL, reading.text, starts, 2, 1, 0):
        if match.group().startswith("+") or not reading.is_reference(match.start(), reach=_NEAR):
            yield _span(reading.text, match)
    for match in matches_at(_NATIONAL, reading.text, starts, 1, 0):
        if _is_national(reading, match):
            yield _span(reading.text, match)
    for match in matches_at(_AMERICAN, reading.text, starts, 1, 0):
        if not reading.is_reference(match.start(), reach=_NEAR):
            yield Span(match.start(), match.end(), Label.PHONE)
    for match in matches_at(_BARE_AMERICAN, reading.text, starts):
        if reading.cue_before(match.start()) in (None, Cue.PHONE):
            yield Span(match.start(), match.end(), Label.PHONE)
    for match in matches_at(_ANY_DIGITS, reading.text, starts):
        is_said_after = _SAID_AFTER.match(reading.lower, match.end()) is not None
        if is_said_after or reading.is_announced(match.start(), Cue.PHONE):
            yield Span(match.start(), match.end(), Label.PHONE)


def _is_national(reading: Reading, match: re.Match[str]) -> bool:
    count = sum(char.isdecimal() for char in match.group())
    cue = reading.cue_before(match.start(), reach=_NEAR)
    if not match.group().isdecimal():
        return count >= 9 or (cue is Cue.PHONE and count >= 7)
    return cue is Cue.PHONE or (count >= 10 and not reading.is_reference(match.start(), reach=_NEAR))


def _span(text: str, match: re.Match[str]) -> Span:
    digits = "".join(char for char in match.group() if char.isdecimal())
    wanted = next((count for prefix, count in _COMPLETE if digits.startswith(prefix)), len(digits))
    if "(0)" in match.group():
        wanted += 1
    return Span(match.start(), _cut(text, match, wanted), Label.PHONE)


def _cut(text: str, match: re.Match[str], wanted: int) -> int:
    """The end of the first `wanted` digits, unless that would break a group of digits in two."""
    seen = 0
    for place in range(match.start(), match.end()):
        seen += text[place].isdecimal()
        if seen == wanted and not text[place + 1 : place + 2].isdecimal():
            return place + 1
    return match.end()
