"""Where numbers stand in a message, so that a pattern is tried there and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_GROUP = re.compile("[0-9]+")
_BETWEEN = re.compile("[ ./()-]{1,3}")  # digits with no more than this between them may be one number


@dataclass(frozen=True, slots=True)
class Numbers:
    """The groups of digits of a text in order: where each begins, how long it is, how many digits a number there has.

    A number may go on over signs after its group, so that its digits may be those of several groups.
    """

    starts: Sequence[int]
    sizes: Sequence[int]
    digits: Sequence[int]

    def of_digits(self, least: int) -> Sequence[int]:
        """Where a number of at least so many digits may begin."""
        return [start for start, digits in zip(self.starts, self.digits, strict=True) if digits >= least]

    def of_size(self, *sizes: int) -> Sequence[int]:
        """Where a group of just so many digits begins."""
        return [start for start, size in zip(self.starts, self.sizes, strict=True) if size in sizes]


def numbers_in(text: str) -> Numbers:
    """Linear in the text, whose digits are ASCII."""
    groups = [group.span() for group in _GROUP.finditer(text)]
    digits: list[int] = []
    begin = len(text) + 4
    for start, end in reversed(groups):
        is_near = begin - end <= 3 and _BETWEEN.fullmatch(text, end, begin)
        digits.append(end - start + (digits[-1] if digits and is_near else 0))
        begin = start
    return Numbers([start for start, _ in groups], [end - start for start, end in groups], digits[::-1])


def matches_at(pattern: re.Pattern[str], text: str, starts: Iterable[int], *before: int) -> Iterator[re.Match[str]]:
    """The matches at `starts`, or so many code points `before` one, the furthest first; none inside another."""
    end = 0
    for start in starts:
        for step in before or (0,):
            match = pattern.match(text, start - step) if start - step >= end else None
            if match:
                end = match.end()
                yield match
                break
