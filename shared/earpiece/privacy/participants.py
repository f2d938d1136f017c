"""What of a conversation's participants is masked whatever it looks like."""

from __future__ import annotations

from collections.abc import Iterable

from earpiece.domain.events import Participant
from earpiece.privacy.spans import Known


def known_values(participants: Iterable[Participant]) -> list[Known]:
    """Their own names, addresses and numbers."""
    labelled = (
        (value, label)
        for participant in participants
        for value, label in (
            (participant.name, "PERSON"),
            (participant.email, "EMAIL"),
            (participant.phone, "PHONE"),
        )
    )
    return [Known(value, label) for value, label in labelled if value]
