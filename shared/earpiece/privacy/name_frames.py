"""Names between the two halves of a phrase: "is ... still on shift?", "... from your branch", "it's ... with a k"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded, is_plain_word
from earpiece.privacy.frame_phrases import (
    AFTER_LIKELY,
    AFTER_SURELY,
    BEFORE_DATE,
    BEFORE_EMAIL,
    BEFORE_LIKELY,
    BEFORE_SURELY,
    CORRECTED,
    FIELD,
)
from earpiece.privacy.gates import Gated
from earpiece.privacy.last_names import is_last_name, may_be_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import ARTICLES, DEPARTMENT, NAMED_THINGS
from earpiece.privacy.words import CALENDAR, PARTICLES, SENTENCE_WORDS

Frame = tuple[Gated, re.Pattern[str]]  # what stands after the name, and what leads to its end
_LONGEST = 56  # code points of a name before what tells it
_LEADS = frozenset(
    (
        "hello", "hi", "hey", "hiya", "dear", "hallo", "hoi", "dag", "beste", "moin", "and", "en", "und",
        "please", "pls", "add", "invite", "remove", "voeg", "nodig", "verwijder", "bitte",
    )
)  # fmt: skip
_DEPARTMENT = re.compile(DEPARTMENT)
_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{2,12}) $")
_FIRST = re.compile(r"[^\W\d_]{2,24}")


def name_frames(reading: Reading) -> Iterator[Span]:
    if "nam" in reading.lower or "naam" in reading.lower:
        yield from _fields(reading)
    beside = [BEFORE_DATE] if _has_old_year(reading) else []
    beside += [BEFORE_EMAIL] if "@" in reading.lower else []
    for match in _matches(reading, AFTER_SURELY, (*BEFORE_SURELY, *beside)):
        yield from _told(reading, match)
    for match in _matches(reading, AFTER_LIKELY, BEFORE_LIKELY):
        if _is_likely(reading, match):
            yield from _told(reading, match)


def _has_old_year(reading: Reading) -> bool:
    return any(reading.text.startswith(("19", "200"), start) for start in reading.numbers.of_size(4))


def _fields(reading: Reading) -> Iterator[Span]:
    for match in FIELD.finditer(reading.lower):
        yield from _told(reading, match)
    for match in CORRECTED.finditer(reading.lower):
        for name in ("name", "right"):
            yield from _told(reading, match, name)


def _matches(reading: Reading, after: Iterable[Gated], before: Iterable[Frame]) -> Iterator[re.Match[str]]:
    for phrases in after:
        yield from phrases.finditer(reading)
    for second, first in before:
        for half in second.finditer(reading):
            match = first.search(reading.lower, max(0, half.start() - _LONGEST), half.start())
            if match:
                yield match


def _told(reading: Reading, match: re.Match[str], group: str = "name") -> Iterator[Span]:
    start, end = _without_lead(reading, *match.span(group)), match.end(group)
    words = [word.rstrip(".") for word in reading.lower[start:end].replace(",", "").split()]
    told = [word for word in words if word not in PARTICLES]
    is_written = reading.text[start].isupper() and not reading.is_shouted
    is_full = len(told) > 1 and _is_first(told[0]) and may_be_last_name(folded(told[-1]))
    is_word = not is_full and any(_is_word(word, is_written=is_written) for word in told)
    is_word = is_word or any(_DEPARTMENT.fullmatch(word) for word in told)
    before = _BEFORE.search(reading.lower, max(0, start - 14), start)
    is_thing = " ".join(told[:2]) in NAMED_THINGS
    is_thing = is_thing or (before is not None and before.group(1) in ARTICLES and not match.group().startswith("the "))
    is_date = told[:1] and told[0] in CALENDAR and reading.text[max(0, start - 3) : start].strip(" .").isdecimal()
    if told and not is_word and not is_thing and not is_date:
        yield Span(start, end, Label.PERSON)


def _without_lead(reading: Reading, start: int, end: int) -> int:
    """Where the name begins after what leads to it: "Hello Ann, Crystal from ...", "please add Ann"."""
    word, space, _ = reading.lower[start:end].partition(" ")
    return _without_lead(reading, start + len(word) + 1, end) if space and word in _LEADS else start


def _is_first(word: str) -> bool:
    return folded(word) in FIRST_NAMES or word in WORD_NAMES


def _is_word(word: str, *, is_written: bool) -> bool:
    """Whether a word is no name here; a last name that is also a word may be one, with a capital."""
    if is_written and (may_be_last_name(folded(word)) or word in WORD_NAMES):
        return False
    return word in SENTENCE_WORDS or is_plain_word(word)


def _is_likely(reading: Reading, match: re.Match[str]) -> bool:
    words = match["name"].replace(",", "").split()
    named = [folded(word) for word in words if word not in PARTICLES]
    if any(word in FIRST_NAMES or is_last_name(word) or word in WORD_NAMES for word in named):
        return True
    if match.group().startswith("the "):
        return all(map(may_be_last_name, named))
    starts = [word.start() for word in _FIRST.finditer(reading.lower, *match.span("name"))]
    is_written = all(reading.text[start].isupper() for start in starts) and not reading.is_shouted
    return is_written and len(words) > 1
