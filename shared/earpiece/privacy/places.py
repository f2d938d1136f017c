"""Where somebody lives: streets, and the postcodes that stand beside them."""

from __future__ import annotations

from collections.abc import Iterator

from earpiece.privacy.numeric_postcodes import NEAR_STREET
from earpiece.privacy.postal_lines import postal_lines
from earpiece.privacy.postcodes import postcodes
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Span
from earpiece.privacy.streets import streets
from earpiece.privacy.streets_abroad import streets_abroad
from earpiece.privacy.told_streets import told_streets


def places(reading: Reading) -> Iterator[Span]:
    found = [*streets(reading), *streets_abroad(reading), *told_streets(reading)]
    yield from found
    for postcode in postcodes(reading, found):
        yield postcode
        if not any(0 <= postcode.start - street.end <= NEAR_STREET for street in found):
            yield from postal_lines(reading, postcode)
