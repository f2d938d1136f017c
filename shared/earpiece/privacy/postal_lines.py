"""What stands before a postcode on its line: the street that no list of endings knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import SENTENCE_WORDS

_WORD = r"[^\W\d_][\w'.-]{0,24}"
_LONGEST = 64  # code points of a line that are read back from a postcode
# "Meent 106, 3011 JR": the house number last.
_NUMBER_LAST = re.compile(
    rf"(?<![\w'.-])(?P<name>(?:{_WORD} ){{1,4}})(?:nr\.? ?)?\d{{1,4}}(?: ?-? ?[a-h]|[ -]?[ivx]{{1,3}})?(?P<gap>,? ?)$"
)
# "7 Orchard View, Bath BA1 2AB": the house number first, the town after it.
_NUMBER_FIRST = re.compile(
    rf"(?<![\w.,/#-])\d{{1,4}}[a-d]?,? (?P<name>(?:{_WORD} ){{0,3}}{_WORD})(?P<gap>, (?:{_WORD}[ ,]{{1,2}}){{0,2}})$"
)


def postal_lines(reading: Reading, postcode: Span) -> Iterator[Span]:
    """The street before `postcode`, if words and a house number stand there."""
    begin = max(0, postcode.start - _LONGEST, reading.lower.rfind("\n", 0, postcode.start) + 1)
    last = _NUMBER_LAST.search(reading.lower, begin, postcode.start)
    if last:
        start = _after_sentence(last)
        if start < last.end("name"):
            yield Span(start, last.start("gap"), Label.ADDRESS)
    first = _NUMBER_FIRST.search(reading.lower, begin, postcode.start)
    if first and not any(word in SENTENCE_WORDS for word in first["name"].split()):
        yield Span(first.start(), first.start("gap"), Label.ADDRESS)


def _after_sentence(match: re.Match[str]) -> int:
    """Where the name begins after the words of the sentence that leads to it."""
    start = match.start("name")
    for word in re.finditer(r"\S+", match["name"]):
        if word.group() in SENTENCE_WORDS:
            start = match.start("name") + word.end() + 1
    return start
