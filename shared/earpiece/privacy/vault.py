"""Numbered placeholders with a way back: `[PERSON_1]`. A vault lives as long as one call and is written nowhere."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from earpiece.domain.errors import Unavailable
from earpiece.privacy.finding import find
from earpiece.privacy.known import KnownValues
from earpiece.privacy.letters import fold
from earpiece.privacy.placeholders import normal_form, shielded
from earpiece.privacy.spans import Known, Label, Span, merged
from earpiece.privacy.words import PARTICLES, STOP_WORDS

NUMBERED = re.compile(rf"\[(?:{'|'.join(Label)})_\d{{1,6}}[a-z]{{0,3}}\]")
_PIECE = 8_192  # code points that are read at once; a limit of time is looked at between two
_OVERLAP = 512
_NAME_PART = re.compile(r"[^\W\d_]{3,}")
_MOST_NAMES = 256


class MaskingUnavailable(Unavailable):
    """The text could not be read, or not in time: it must not go out."""

    slug = "masking-unavailable"
    title = "Personal data could not be masked, so nothing was sent"


class Vault:
    """What was replaced in the texts of one call, by what, and back.

    One value has one number in all texts; other spellings of it (`jan`, `JAN`) and parts of a name get the number with
    a letter, so that the way back is exact.
    """

    def __init__(self, known: Sequence[Known] = ()) -> None:
        self._known = KnownValues(known)
        self._taken: set[str] = set()
        self._numbers: dict[tuple[Label, str], int] = {}
        self._counts: dict[Label, int] = {}
        self._wholes: dict[str, str] = {}
        self._placeholders: dict[tuple[Label, str], str] = {}
        self._spellings: dict[tuple[Label, int], int] = {}
        self.values: dict[str, str] = {}

    def mask(self, texts: Sequence[str], *, until_s: float = float("inf")) -> list[str]:
        """The texts with placeholders, in their order; what one text tells of a person is masked in all of them.

        `until_s` is a monotonic time. Raises MaskingUnavailable when it has passed, or when a text cannot be judged.
        """
        for text in texts:
            # What stands there already must come back as it is: its number is not given again.
            self._taken.update(NUMBERED.findall(text))
        check = _checked(until_s)
        found = [_found(text, self._known, check) for text in texts]
        names = KnownValues(_names(texts, found))
        return [self._replaced(text, _with_names(text, spans, names)) for text, spans in zip(texts, found, strict=True)]

    def restore(self, text: str) -> str:
        """The text with the values in their places; a placeholder that was not given is left as it is."""
        return self.restore_as(text, str)

    def restore_as(self, text: str, written: Callable[[str], str]) -> str:
        """The same, with each value as `written` writes it, such as within JSON."""

        def value(match: re.Match[str]) -> str:
            found = self.values.get(match.group())
            return match.group() if found is None else written(found)

        return NUMBERED.sub(value, text) if self.values else text

    def begins(self, text: str) -> bool:
        """Whether `text` could be the beginning of a placeholder that was given."""
        return any(placeholder.startswith(text) for placeholder in self.values)

    def _replaced(self, text: str, spans: Sequence[Span]) -> str:
        if not spans:
            return text
        pieces, place = [], 0
        for span in spans:
            pieces += [text[place : span.start], self._placeholder(span.label, text[span.start : span.end])]
            place = span.end
        return "".join((*pieces, text[place:]))

    def _placeholder(self, label: Label, value: str) -> str:
        found = self._placeholders.get((label, value))
        if found is None:
            found = self._placeholders[label, value] = self._new(label, value)
            self.values[found] = value
        return found

    def _new(self, label: Label, value: str) -> str:
        number = self._number(label, normal_form(label, value) or value)
        while True:
            spelling = self._spellings.get((label, number), 0)
            self._spellings[label, number] = spelling + 1
            placeholder = f"[{label}_{number}{_letters(spelling)}]"
            if placeholder not in self._taken:
                return placeholder

    def _number(self, label: Label, form: str) -> int:
        """Of a value, or of the full name that it is a part of, so that a model knows who is meant."""
        whole = self._wholes.get(form, form) if label is Label.PERSON else form
        if (label, whole) not in self._numbers:
            self._numbers[label, whole] = self._free_number(label)
            if label is Label.PERSON:
                self._wholes.update({part: whole for part in whole.split() if part not in self._wholes})
        return self._numbers[label, whole]

    def _free_number(self, label: Label) -> int:
        number = self._counts.get(label, 0) + 1
        while f"[{label}_{number}]" in self._taken:
            number += 1
        self._counts[label] = number
        return number


def _letters(spelling: int) -> str:
    """'', b, c … z, ba, bb …: which spelling of a value this is."""
    letters = ""
    while spelling:
        spelling, letter = divmod(spelling, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


def _checked(until_s: float) -> Callable[[], None]:
    def check() -> None:
        if time.monotonic() > until_s:
            raise MaskingUnavailable("masking took longer than it may")

    return check


def _found(text: str, known: KnownValues, check: Callable[[], None]) -> list[Span]:
    spans: list[Span] = []
    for start, end in _pieces(text):
        check()
        piece = text[start:end]
        found = find(piece, known)
        if found and found[0] == Span(0, len(piece), Label.MASKED):
            raise MaskingUnavailable("a text could not be judged")
        spans += [Span(start + span.start, start + span.end, span.label) for span in found]
    return merged(spans)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where long texts are cut; each piece begins a little before the last one ends, so that nothing is cut in two."""
    starts = [*range(0, max(len(text) - _OVERLAP, 1), _PIECE - _OVERLAP), len(text)]
    for start, _ in pairwise(starts):
        yield start, min(start + _PIECE, len(text))


def _names(texts: Sequence[str], found: Sequence[Sequence[Span]]) -> list[Known]:
    """The people of all texts, to be found in each of them."""
    told = ((text, span) for text, spans in zip(texts, found, strict=True) for span in spans if _is_name(span))
    names = {text[span.start : span.end] for text, span in told}
    parts = {part for name in names for part in _NAME_PART.findall(name) if _is_telling(part)}
    return [Known(part, Label.PERSON) for part in sorted(parts)[:_MOST_NAMES]]


def _is_name(span: Span) -> bool:
    return span.label is Label.PERSON and span.end - span.start <= 64


def _is_telling(part: str) -> bool:
    return fold(part).text not in STOP_WORDS and part.lower() not in PARTICLES


def _with_names(text: str, spans: list[Span], names: KnownValues) -> list[Span]:
    starts = [span.start for span in spans]
    more = [span for span in names.find(shielded(text)) if not _is_covered(span, spans, starts)]
    return merged((*spans, *more)) if more else spans


def _is_covered(span: Span, spans: Sequence[Span], starts: Sequence[int]) -> bool:
    index = bisect_right(starts, span.start) - 1
    return index >= 0 and span.end <= spans[index].end
