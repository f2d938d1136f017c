"""A message as the detectors read it: prepared once, shared by all of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from earpiece.privacy.cues import Cue, cues_in
from earpiece.privacy.letters import plain
from earpiece.privacy.numbers import Numbers, numbers_in

REACH = 40  # code points between a word and the number that it announces: about seven words


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` and `lower` have the length of the message, so that a place in one is a place in all."""

    text: str
    lower: str
    words: frozenset[str]  # runs of letters and digits, in lower case
    starts: Sequence[int]  # where the words begin that begin with a letter
    cue_ends: tuple[int, ...]
    cues: tuple[Cue, ...]
    numbers: Numbers
    has_digit: bool
    is_shouted: bool  # ALL IN CAPITALS

    def cue_before(self, start: int, *, reach: int = REACH) -> Cue | None:
        """What the last telling word within `reach` code points before `start` announces."""
        index = bisect_right(self.cue_ends, start) - 1
        return self.cues[index] if index >= 0 and self.cue_ends[index] >= start - reach else None

    def is_reference(self, start: int, *, reach: int = REACH) -> bool:
        """Whether a word for an order, a parcel or the like stands close before `start`, and no other number since."""
        return self.cue_before(start, reach=reach) is Cue.REFERENCE and self.is_announced(start, Cue.REFERENCE)

    def is_announced(self, start: int, cue: Cue) -> bool:
        """Whether `cue` stands before `start` and no other number came since."""
        if self.cue_before(start) is not cue:
            return False
        heard = self.cue_ends[bisect_right(self.cue_ends, start) - 1]
        return not any(map(str.isdecimal, self.text[heard:start]))


_RUN = re.compile(r"[^\W_]+")


def read(text: str) -> Reading:
    """Linear in the text; never raises."""
    even = plain(text)
    lower = even.lower()
    runs = {run.start(): run.group() for run in _RUN.finditer(lower)}
    starts = [start for start, run in runs.items() if not run[0].isdecimal()]
    numbers = numbers_in(even)
    has_digit = bool(numbers.starts)
    words = frozenset(runs.values())
    heard = cues_in(lower, words, starts) if has_digit else ()
    return Reading(
        text=even,
        lower=lower,
        words=words,
        starts=starts,
        cue_ends=tuple(end for end, _ in heard),
        cues=tuple(cue for _, cue in heard),
        numbers=numbers,
        has_digit=has_digit,
        is_shouted=even == even.upper(),
    )
