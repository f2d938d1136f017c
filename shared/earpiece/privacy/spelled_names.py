"""Names that are spelled, letter by letter: "that's L-I-M for the last name", "mijn naam is b a k k e r"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import SENTENCE_WORDS

# The search is for the first sign between two letters.
_HYPHENS = re.compile(r"-(?<=[^\W\d_]-)(?<![\w-][^\W\d_]-)[^\W\d_](?:-[^\W\d_]){1,24}(?![\w-])")
_SPACES = re.compile(r" (?<=[^\W\d_] )(?<![\w'-][^\W\d_] )[^\W\d_](?: [^\W\d_]){2,24}(?![\w'-])")
_TOLD = re.compile(r"na(?:me|am)|spel|schr(?:eib|ijf)|buchstab|letter")
_REACH = 40  # code points to a word that says what is spelled
_SURELY = 5  # letters that nobody spells for stress: "N-O-T"


def spelled_names(reading: Reading) -> Iterator[Span]:
    if reading.text.count("-") > 1:
        for match in _HYPHENS.finditer(reading.lower):
            start = match.start() - 1
            word = reading.lower[start : match.end()].replace("-", "")
            if word not in SENTENCE_WORDS and (len(word) >= _SURELY or _is_told(reading, start, match.end())):
                yield Span(start, match.end(), Label.PERSON)
    for match in _SPACES.finditer(reading.lower):
        if _is_told(reading, match.start() - 1, match.start() - 1):
            yield Span(match.start() - 1, match.end(), Label.PERSON)


def _is_told(reading: Reading, start: int, end: int) -> bool:
    return _TOLD.search(reading.lower, max(0, start - _REACH), end + _REACH) is not None
