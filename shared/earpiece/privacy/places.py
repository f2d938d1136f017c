"""Where somebody lives: streets, and the postcodes that stand beside them."""

from __future__ import annotations

from collections.abc import Iterator

from earpiece.privacy.postcodes import postcodes
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Span
from earpiece.privacy.streets import streets


def places(reading: Reading) -> Iterator[Span]:
    found = list(streets(reading))
    yield from found
    yield from postcodes(reading, found)
