"""A message as the detectors read it: prepared once, shared by all of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from earpiece.privacy.cues import Cue, cues_in
from earpiece.privacy.letters import plain

REACH = 40  # code points between a word and the number that it announces: about seven words


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` and `lower` have the length of the message, so that a place in one is a place in all."""

    text: str
    lower: str
    cue_ends: tuple[int, ...]
    cues: tuple[Cue, ...]
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


def read(text: str) -> Reading:
    """Linear in the text; never raises."""
    even = plain(text)
    lower = even.lower()
    has_digit = any(map(str.isdecimal, even))
    heard = cues_in(lower) if has_digit else ()
    return Reading(
        even, lower, tuple(end for end, _ in heard), tuple(cue for _, cue in heard), has_digit, even == even.upper()
    )
