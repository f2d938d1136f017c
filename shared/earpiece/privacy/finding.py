"""Find personal data in one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from earpiece.privacy.banking import bank_accounts, cards
from earpiece.privacy.birth_dates import birth_dates
from earpiece.privacy.capital_names import capital_names
from earpiece.privacy.emails import emails
from earpiece.privacy.forms import but_for_things, parts_in, told_by_form
from earpiece.privacy.ip_addresses import ip_addresses
from earpiece.privacy.known import KnownValues
from earpiece.privacy.links import links
from earpiece.privacy.name_frames import name_frames
from earpiece.privacy.name_shapes import shaped_names
from earpiece.privacy.names import names
from earpiece.privacy.national_ids import national_ids
from earpiece.privacy.not_people import is_nobody
from earpiece.privacy.parted_names import parted_names
from earpiece.privacy.people import people
from earpiece.privacy.phones import phones
from earpiece.privacy.placeholders import shielded
from earpiece.privacy.places import places
from earpiece.privacy.reading import Reading, read
from earpiece.privacy.said_names import said_names
from earpiece.privacy.spans import Known, Label, Span, merged
from earpiece.privacy.spelled_names import spelled_names
from earpiece.privacy.spoken_emails import spoken_emails

# A detector yields spans that may overlap. Of two that cover the same, the earlier one's label
# stands. Each is linear in the text: bounded quantifiers, and no search that starts twice from the same place.
Detector = Callable[[Reading], Iterator[Span]]
WORDY: tuple[Detector, ...] = (
    emails,
    spoken_emails,
    links,
    names,
    people,
    shaped_names,
    parted_names,
    said_names,
    spelled_names,
    name_frames,
    capital_names,
)
NUMERIC: tuple[Detector, ...] = (bank_accounts, cards, national_ids, birth_dates, ip_addresses, phones, places)
# No phrase announces what these find, so that what stands beside a name may say that it is nobody's.
LISTED: tuple[Detector, ...] = (people, shaped_names, parted_names, said_names, name_frames, capital_names)

MAX_CODE_POINTS = 65_536  # a longer text is not read but masked whole
MAX_KNOWN = 256
MAX_KNOWN_CODE_POINTS = 512  # of one value


def find(text: str, known: Sequence[Known] | KnownValues = ()) -> list[Span]:
    """Where personal data stands in `text`, in code points, sorted and without overlap.

    `known` may be an index of them, for many texts. Never raises: a text past the bounds above, or one that a detector
    fails on, is one span with the label MASKED. Placeholders of an earlier masking are left alone.
    """
    if not text:
        return []
    try:
        return _found(text, known) if _is_within_bounds(text, known) else [_everything(text)]
    except Exception:  # whatever failed, an unread text must not pass for a clean one
        return [_everything(text)]


def _found(text: str, known: Sequence[Known] | KnownValues) -> list[Span]:
    whole = shielded(text)
    values = known if isinstance(known, KnownValues) else KnownValues(known)
    surely = list(values.find(whole)) if values else []
    reading = read(whole)
    parts = parts_in(reading)
    judged: dict[Span, bool] = {}
    spans: list[Span] = []
    for detector in WORDY + (NUMERIC if reading.has_digit else ()):
        found = detector(reading)
        spans.extend(_of_somebody(reading, found, judged) if detector in LISTED else found)
    return merged([*surely, *but_for_things(spans, parts), *told_by_form(parts)] if parts else [*surely, *spans])


def _of_somebody(reading: Reading, found: Iterator[Span], judged: dict[Span, bool]) -> Iterator[Span]:
    """Those that are somebody's; `judged` remembers what was asked of another detector's."""
    for span in found:
        if span not in judged:
            judged[span] = span.label is not Label.PERSON or not is_nobody(reading, span.start, span.end)
        if judged[span]:
            yield span


def _is_within_bounds(text: str, known: Sequence[Known] | KnownValues) -> bool:
    if isinstance(known, KnownValues):
        return len(text) <= MAX_CODE_POINTS
    if len(text) > MAX_CODE_POINTS or len(known) > MAX_KNOWN:
        return False
    return all(len(one.value) <= MAX_KNOWN_CODE_POINTS for one in known)


def _everything(text: str) -> Span:
    return Span(0, len(text), Label.MASKED)
