"""National ids of the countries we serve: NL, BE, DE, AT, CH, GB, IE, US. A shape needs its check digit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from earpiece.privacy.check_digits import (
    is_ahv,
    is_bsn,
    is_pps,
    is_rijksregisternummer,
    is_rvnr,
    is_ssn,
    is_steuer_id,
    is_svnr,
)
from earpiece.privacy.cues import Cue
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_START, _END = r"(?<![\w.,/=#-])", r"(?![\w/-]|[.,]\d)"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?:{pattern}){_END}")


# Written in groups as the authority does, the check digit is proof enough; a bare run of digits needs a word before it.
_GROUPED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_shape(r"\d{3}([ .])\d{3}\1\d{3}|\d{4}\.\d{2}\.\d{3}"), is_bsn),
    (_shape(r"\d{2}([ /.-])\d{3}\1\d{3}\1\d{3}"), is_steuer_id),
    (_shape(r"\d{2}\.\d{2}\.\d{2}[- ]\d{3}[.-]\d{2}"), is_rijksregisternummer),
    (_shape(r"\d{3}-\d{2}-\d{4}"), is_ssn),
    (_shape(r"756\.\d{4}\.\d{4}\.\d{2}"), is_ahv),
    (_shape(r"\d{4}[ /-]\d{6}"), is_svnr),
)
_BARE = _shape(r"\d{8,9}|\d{11}|\d{3}([ .-])\d{2}\1\d{4}")
# Letters and pairs that HMRC does not give out: NIM39110.
_NINO = _shape(r"(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ -]?\d{2}(?:[ -]?\d{2}){2}[ -]?[a-d]")

# Ireland: seven digits, a check letter and since 2013 one more. Germany's pension number has a birth date in it.
_LETTERED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_shape(r"\d{7} ?[a-w][a-iw]?"), is_pps),
    (_shape(r"\d{2} ?\d{6} ?[a-z] ?\d{3}"), is_rvnr),
)

# Passports and the ids of other countries: told by their word only.
_TOLD = _shape(
    r"\d{4}[ /-]?\d{6}|\d{7} ?[a-z]{1,2}|\d{2} ?\d{6} ?[a-z] ?\d{3}"
    r"|(?=(?:[a-z]{0,8}\d){4})[a-z\d]{7,16}|\d{3}\.\d{4}\.\d{4}\.\d{2}|\d( \d\d){3}( \d{3}){2} \d\d"
    r"|\d(?:[ .-]?\d){7,10}|\d{2,3}/\d{3}/\d{4,5}"
)


_SAID_AFTER = re.compile(
    r",? (?:is|ist|=) (?:my |mijn |meine? |the |het |de |die )?"
    r"(?:bsn|burgerservice|sofi|ssn|social|ni |national|tax|steuer|idnr|rijksregister)"
)


def national_ids(reading: Reading) -> Iterator[Span]:
    for start, end in (*_grouped(reading), *_lettered(reading), *_nino(reading), *_bare(reading), *_told(reading)):
        yield Span(start, end, Label.NATIONAL_ID)


def _grouped(reading: Reading) -> Iterator[tuple[int, int]]:
    starts = reading.numbers.of_digits(9)
    for shape, is_valid in _GROUPED if starts else ():
        for match in matches_at(shape, reading.lower, starts):
            is_surely = is_valid is is_steuer_id and "/" in match.group()  # nothing else is grouped so
            if is_valid(_digits(match)) and (is_surely or not reading.is_reference(match.start())):
                yield match.span()


def _lettered(reading: Reading) -> Iterator[tuple[int, int]]:
    starts = reading.numbers.of_digits(7)
    for shape, is_valid in _LETTERED if starts else ():
        for match in matches_at(shape, reading.lower, starts):
            is_written = reading.text[match.start() : match.end()].isupper() or len(match.group()) > 11
            if is_written and is_valid(match.group().replace(" ", "")) and not _is_counted(reading, match.start()):
                yield match.span()


def _is_counted(reading: Reading, start: int) -> bool:
    return reading.cue_before(start) in (Cue.REFERENCE, Cue.VERSION, Cue.PHONE)


def _nino(reading: Reading) -> Iterator[tuple[int, int]]:
    for match in matches_at(_NINO, reading.lower, reading.numbers.of_digits(6), 3, 2):
        if reading.cue_before(match.start(), reach=20) is not Cue.REFERENCE or _is_spaced(match):
            yield match.span()


def _is_spaced(match: re.Match[str]) -> bool:
    """Whether it is written as the authority does, "AB 12 34 56 C", which no order number is."""
    return match.group().count(" ") > 2 or match.group().count("-") > 3


def _bare(reading: Reading) -> Iterator[tuple[int, int]]:
    for match in matches_at(_BARE, reading.lower, reading.numbers.of_digits(8)):
        digits = _digits(match)
        cue = reading.cue_before(match.start())
        # After its own word a number counts even with a slip of the finger: nearly an id is as telling as an id.
        is_grouped = match.group(1) is not None and is_ssn(digits)  # "219 09 9999": no phone number is written so
        is_proven = is_rijksregisternummer(digits) or is_steuer_id(digits) or is_grouped
        is_answer = cue is None and _is_answer(reading, match) and is_bsn(digits)
        if (
            is_answer
            or cue is Cue.NATIONAL_ID
            or (cue is Cue.AUTHORITY and reading.is_announced(match.start(), cue))
            or _SAID_AFTER.match(reading.lower, match.end())
            or (cue is None and is_proven)
        ):
            yield match.span()


def _is_answer(reading: Reading, match: re.Match[str]) -> bool:
    """Whether nine digits begin a line or follow a comma or colon, and are followed by no more than its end."""
    before = reading.text[max(0, match.start() - 2) : match.start()].rstrip(" ")
    after = reading.text[match.end() : match.end() + 1]
    return len(match.group()) == 9 and (not before or before[-1] in "\n:,!?-") and after in ("", "\n", ".", ",", "!")


def _told(reading: Reading) -> Iterator[tuple[int, int]]:
    if Cue.NATIONAL_ID in reading.cues:
        for match in _TOLD.finditer(reading.lower):
            if reading.is_announced(match.start(), Cue.NATIONAL_ID):
                yield match.span()


def _digits(match: re.Match[str]) -> str:
    return "".join(char for char in match.group() if char.isdecimal())
