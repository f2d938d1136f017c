"""Whether a place in a message is written with capitals at all: many customers write none."""

from __future__ import annotations

import re

from earpiece.privacy.reading import Reading

_REACH = 64
_CAPITAL = re.compile(r"(?<=[a-z\u00df-\u00ff0-9,;:)] )[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{2,}")


def has_capitals_near(reading: Reading, place: int) -> bool:
    """Whether the words at and before `place` have capitals, other than the first of a sentence."""
    if reading.text[place].isupper():
        return True
    if reading.text == reading.lower:
        return False
    begin = max(0, place - _REACH, reading.text.rfind("\n", 0, place) + 1)
    return _CAPITAL.search(reading.text, begin, place) is not None
