"""Names with letters of other languages, which no list of ours holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import FOREIGN_PLACES
from earpiece.privacy.words import STOP_WORDS

# English, Dutch and German have none of these letters; a word that has is somebody's, or a place.
_LETTER = re.compile("[ğışłńśźżąęćčřšžěůňťďøåæãőűșțđżžāēīūļņķģėųėĺŕ]")
_LONGEST_WORD = 24
_WORD = re.compile(r"[^\W\d_]{1,48}(?:[-'][^\W\d_]{1,48})?")
_BEFORE = re.compile(r"(?:[^\W\d_][^\W\d_'-]{1,24}|[A-Z]\.)$")


def foreign_names(reading: Reading) -> Iterator[Span]:
    """Words that hold a letter of another language, with the name before and after them."""
    done = 0
    for letter in _LETTER.finditer(reading.lower):
        if letter.start() < done:
            continue
        start = _start_of_word(reading.text, letter.start())
        word = _WORD.match(reading.lower, start)
        done = word.end() if word else done
        if word is None or word.end() <= letter.start() or word.group() in FOREIGN_PLACES:
            continue
        if reading.text[start - 1 : start] in ("@", ".", "/"):
            continue
        yield Span(_with_first_name(reading, start), _with_last_name(reading, word.end()), Label.PERSON)


def _start_of_word(text: str, place: int) -> int:
    start = place
    while start and place - start < _LONGEST_WORD and (text[start - 1].isalpha() or text[start - 1] in "-'"):
        start -= 1
    return start


def _with_first_name(reading: Reading, start: int) -> int:
    if reading.text[start - 1 : start] != " " or reading.text[start].islower():
        return start
    before = _BEFORE.search(reading.text, max(0, start - 27), start - 1)
    if before and before.group()[0].isupper() and before.group().lower() not in STOP_WORDS:
        return before.start()
    return start


def _with_last_name(reading: Reading, end: int) -> int:
    following = _WORD.match(reading.text, end + 1) if reading.text.startswith(" ", end) else None
    if following and following.group()[0].isupper() and following.group().lower() not in STOP_WORDS:
        return following.end()
    return end
