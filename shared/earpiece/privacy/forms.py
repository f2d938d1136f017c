"""What the form of a text says of its parts: a table's columns, a form's labelled lines, an agent's opening."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded
from earpiece.privacy.gates import gated
from earpiece.privacy.last_names import may_be_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span


class Kind(Enum):
    PERSON = "person"
    ADDRESS = "address"
    THING = "thing"  # nobody's name stands here
    ORDER = "order"  # nobody's number stands here


@dataclass(frozen=True, slots=True)
class Part:
    """`text[start:end]` is of one kind."""

    start: int
    end: int
    kind: Kind


_HEADS = {
    Kind.PERSON: "name naam customer customers kunde kundin klant recipient ontvanger empfänger passenger passagier"
    " guest gast contact kontakt",
    Kind.THING: "item items article artikel product products produkt description omschrijving beschreibung model modell"
    " bezeichnung",
    Kind.ORDER: "order orders order-id ordernumber bestelling bestelnummer bestelnr auftrag auftragsnummer bestellung"
    " bestellnummer invoice rechnung factuur ticket case tracking",
}
_KIND_OF_HEAD = {head: kind for kind, heads in _HEADS.items() for head in heads.split()}
_CELL = re.compile(r"[^|\n]+")
_LETTERS_ONLY = re.compile(r"[^\d@]*[^\W\d_][^\d@]*")
_LONGEST_NAME = 48
# "Product: ...", and under "Straat en huisnummer" a line that is both.
_THING_LINE = gated(
    "product|produkt|artikel|article|item|model|modell|ger(?:ä|ae)t|apparaat|toestel|device|merk|brand|marke",
    r" ?: ?(?P<part>[^\n]{1,80})",
    before=r"(?<![^\n])",
)
_ADDRESS_LINE = gated(
    r"straat(?: (?:en|\+) huis ?n\w{1,6})?|street(?: address)?|address(?: line 1)?|adres|anschrift"
    r"|stra(?:ß|ss)e(?: (?:und|\+) haus ?n\w{1,6})?",
    r" ?:?\n(?P<part>(?=[^\n]{0,40}\d)[^\W\d_][^\n]{3,60}|\d{1,5}[a-z]? [^\W\d_][^\n]{3,60})",
    before=r"(?<![^\n])",
)
# "Hello Ann, this is Bert from Acme": the firm is nobody.
_OPENING = gated(
    r"goed\w{2,10}|guten (?:tag|morgen|abend)|hallo|hoi|hi|hello|hey|dag|moin|gr(?:ü|ue)(?:ß|ss) gott"
    r"|good (?:morning|afternoon|evening)",
    r"(?: [^\W\d_][\w'.-]{1,24}){0,3},? (?:(?:je|u) spreekt met|hier (?:ist|spricht)|sie sprechen mit|this is"
    r"|you(?:'re| are) (?:speaking|chatting) (?:with|to)) "
    r"(?P<first>[^\W\d_]{2,24})(?P<part> (?:van|von|from|of) (?P<firm>[^\W\d_]{2,24}))(?![\w-])",
)


def parts_in(reading: Reading) -> list[Part]:
    parts = list(_cells(reading)) if "|" in reading.text else []
    parts += (Part(*match.span("part"), Kind.THING) for match in _THING_LINE.finditer(reading))
    parts += (Part(*match.span("part"), Kind.ADDRESS) for match in _ADDRESS_LINE.finditer(reading))
    parts += (Part(*match.span("part"), Kind.THING) for match in _OPENING.finditer(reading) if _is_of_firm(match))
    return parts


def told_by_form(parts: list[Part]) -> Iterator[Span]:
    for part in parts:
        if part.kind in (Kind.PERSON, Kind.ADDRESS):
            yield Span(part.start, part.end, Label(part.kind.name))


def but_for_things(spans: list[Span], parts: list[Part]) -> Iterator[Span]:
    """The spans without people where things stand, and without numbers where orders' stand."""
    things = [part for part in parts if part.kind is Kind.THING]
    orders = [part for part in parts if part.kind is Kind.ORDER]
    for span in spans:
        if span.label is Label.PERSON and things:
            yield from _before_things(span, things)
        elif span.label is not Label.PHONE or not any(part.start <= span.start < part.end for part in orders):
            yield span


def _before_things(span: Span, things: list[Part]) -> Iterator[Span]:
    if not any(part.start <= span.start < part.end for part in things):
        yield Span(
            span.start, min((span.end, *(p.start for p in things if span.start < p.start < span.end))), span.label
        )


def _is_of_firm(opening: re.Match[str]) -> bool:
    is_first = folded(opening["first"]) in FIRST_NAMES or opening["first"] in WORD_NAMES
    return is_first and not may_be_last_name(folded(opening["firm"]))


def _cells(reading: Reading) -> Iterator[Part]:
    """The cells under heads that say what they hold; a line without "|" ends the table."""
    kinds: list[Kind | None] = []
    begin = 0
    for line in reading.lower.split("\n"):
        cells = [cell.span() for cell in _CELL.finditer(reading.lower, begin, begin + len(line))] if "|" in line else []
        if len(cells) != len(kinds):
            kinds = [_KIND_OF_HEAD.get(reading.lower[start:end].strip()) for start, end in cells]
        else:
            for (start, end), kind in zip(cells, kinds, strict=True):
                yield from _part(reading, start, end, kind)
        begin += len(line) + 1


def _part(reading: Reading, start: int, end: int, kind: Kind | None) -> Iterator[Part]:
    cell = reading.lower[start:end]
    if kind is None or not cell.strip() or (kind is Kind.PERSON and not _is_name(cell)):
        return
    yield Part(start + len(cell) - len(cell.lstrip()), start + len(cell.rstrip()), kind)


def _is_name(cell: str) -> bool:
    return len(cell) <= _LONGEST_NAME and _LETTERS_ONLY.fullmatch(cell) is not None
