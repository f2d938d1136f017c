"""Last names of more than one part, which nothing else is written like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import is_plain_word
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import BRANDS
from earpiece.privacy.words import STOP_WORDS

# "O'Rourke", "McKay", "van der Meulen".
_PARTED = re.compile(
    r"(?<!\w)(?P<first>[A-Z]\. ?|[A-Z][^\W\d_]{1,24} )?(?:"
    r"(?:O'|Mc|D')[A-Z\u00c0-\u00de][^\W\d_]{2,24}(?:-[^\W\d_]{2,24})?"
    r"|(?:van (?:der|den|'t)|[Oo]p den|in 't|t(?:en|er)|El|Al|Abu|Bin|Ibn)[ -][A-Z][^\W\d_]{2,24})"
)
_PARTED_LOW = re.compile(
    r"(?<!\w)(?:(?:[^\W\d_]\. ?|[^\W\d_]{2,24}-)?(?:o'(?!clock|polo)|d'(?!accord))[^\W\d_]{4,24}"
    r"|van (?:der|den|'t) [^\W\d_]{3,24})"
)
_SIGNS = ("O'", "Mc", "D'", "van der", "van den", "van 't", "p den", "in 't")
_FIRST_PARTS = frozenset(("ten", "ter", "el", "al", "abu", "bin", "ibn"))
_LOW_SIGNS = ("o'", "d'", "van der ", "van den ", "van 't ")


def parted_names(reading: Reading) -> Iterator[Span]:
    if any(map(reading.text.__contains__, _SIGNS)) or not _FIRST_PARTS.isdisjoint(reading.words):
        for match in _PARTED.finditer(reading.text):
            if match.group().lower() in BRANDS:
                continue
            is_word = match["first"] is not None and is_plain_word(match["first"].strip().lower())
            yield Span(match.end("first") if is_word else match.start(), match.end(), Label.PERSON)
    if any(map(reading.lower.__contains__, _LOW_SIGNS)):
        for match in _PARTED_LOW.finditer(reading.lower):
            if match.group().rsplit(" ", 1)[-1] not in STOP_WORDS:
                yield Span(match.start(), match.end(), Label.PERSON)
