"""What was found, and what is known beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from earpiece.domain.errors import InvalidInput


class Label(StrEnum):
    """What a span holds. All but MASKED are the engine's slot names too."""

    PERSON = "PERSON"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    IBAN = "IBAN"
    CREDIT_CARD = "CREDIT_CARD"
    NATIONAL_ID = "NATIONAL_ID"
    ADDRESS = "ADDRESS"
    POSTCODE = "POSTCODE"
    DOB = "DOB"
    IP = "IP"
    MASKED = "MASKED"  # a secret in a link, or a text that could not be judged: gone without a trace to join on


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]` in code points, end exclusive."""

    start: int
    end: int
    label: Label


@dataclass(frozen=True, slots=True)
class Known:
    """A value of one of the conversation's participants, with the label that it gets. InvalidInput if there is none."""

    value: str
    label: str

    def __post_init__(self) -> None:
        if self.label not in Label.__members__:
            raise InvalidInput(f"there is no label {self.label!r}; give one of {', '.join(Label)}")


def merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted and free of overlap, covering every code point that any of them covers.

    Spans that overlap become one, with the label of the longest; of equals, of the one that comes first.
    """
    out: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda span: span.start):
        size = span.end - span.start
        if not out or span.start >= out[-1].end:
            out.append(span)
            longest = size
            continue
        last = out[-1]
        out[-1] = Span(last.start, max(last.end, span.end), span.label if size > longest else last.label)
        longest = max(longest, size)
    return out
