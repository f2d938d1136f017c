"""Streets that no ending gives away: of other countries, named by a word before, or written in one with the number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.gates import Gate, Gated, gate, gated
from earpiece.privacy.place_words import COUNTED, NUMBERED_THINGS
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import BRANDS
from earpiece.privacy.words import CALENDAR, SENTENCE_WORDS, STOP_WORDS

_NUMBER = r"\d{1,4}(?: ?(?:bis|ter|[a-h])(?!\w)|/\d{1,4})?"
_WORD = r"[^\W\d_][\w'.-]{0,24}"
_KIND_FIRST = gated(
    r"rue|avenue|boulevard|chemin|quai|impasse|calle|avenida|plaza|paseo|piazza|corso|viale|rua|travessa"
    r"|ulica|ul\.|aleja|osiedle|laan|plein|strada|strasse|straße",
    r" (?:(?:de|la|du|des|del|van|von|der|den|dos|da|d'|l') ?){0,3}"
    rf"{_WORD}(?: {_WORD}){{0,2}},? (?:n[o°º]?\.? ?)?{_NUMBER}(?![\w%€]|[.,]\d)",
    before=r"(?<![\w.])",
)
_KINDS = "rue|avenue|boulevard|chemin|quai|impasse|place"
_NUMBER_FIRST = Gated(
    gate(_KINDS),
    re.compile(rf"(?<![\w.,#€-])(?:\d{{1,4}}-)?{_NUMBER},? (?:bis )?(?:{_KINDS}) (?:{_WORD} ){{0,3}}{_WORD}"),
)
_KIND_LAST = Gated(
    Gate(frozenset(), ("cad", "soka", "sk.", "bulvar", "mahal")),
    re.compile(
        rf"(?<!\w)(?:{_WORD} ){{1,2}}(?:caddesi|cad\.|soka[kğ]ı?|sk\.|bulvarı|mahallesi),? (?:no ?[:.]? ?)?"
        rf"{_NUMBER}(?!\w)"
    ),
)
_GLUED = re.compile(r"(?<!\w)[^\W\d_]{2,24}(?:stra(?:ße|sse|at)|str\.|laan|weg|gasse|allee)\d{1,4}[a-h]?(?![\w.-])")
_BEFORE_GLUED = frozenset("eEtTgGnN.")  # what such a street ends with
_STATION = gated("packstation", r" \d{2,4}(?!\w)")
_DOOR = (
    r"(?:[Nn]r\.? ?)?\d{1,3}(?: ?[a-hA-H](?!\w))?(?:(?:/| ?- ?)\d{1,3}[a-h]?){0,2}"
    r"(?:(?:,? |/)(?:[Tt]op|[Ww]hg\.?) ?\d{1,3})?"
)
# "Lange Voorhout 8", "Im Winkel 4": only where the number ends the phrase, for "Am Montag 5 ..." is no street.
_NAMED = re.compile(
    r"(?<!\w)(?:Unter den|Unter|Hinterm|Beim|Unterm|Vorm|Am|Im|An der|Auf der|Auf dem|Zum|Zur|In der|In den|Op de"
    r"|Op het|Aan de|Aan het|Via"
    r"|Lange|Korte|Hoge|Lage|Oude|Nieuwe|'[st] ?-?)[ -]?(?P<name>[A-Z\u00c0-\u00de][^\W\d_]{2,24})"
    rf" {_DOOR}(?=,|\n|[.!?]|$)"
)
# "An der Kirche 12 ist ...": two words of a sentence with a capital lead to nothing but a street.
_LED = re.compile(
    r"(?:An|Auf|In|Hinter|Vor|Unter|Bei|Op|Aan|Achter|Zur|Zum) (?:de[nmr]?|die|het|alten?|hohen?) "
    rf"(?P<name>[A-Z\u00c0-\u00de][^\W\d_]{{2,24}}) {_DOOR}(?![\w%€]|[.,:]\d)"
)
# "naar Het Spui 36", "steht Am Hang 4 unter ...": what has a capital in a sentence belongs to the name.
_ARTICLE = re.compile(
    r"(?:De|Het|Am|Im|Zum|Zur|Hinterm|Beim|Vorm|Unterm|'t|Unter den|Hinter den|Obere|Untere|Alter|Neuer|Hoher|Hooge"
    rf"|Hoge|Lage|Korte|Lange|Oude|Nieuwe) (?P<name>[A-Z\u00c0-\u00de][^\W\d_]{{2,24}}) {_DOOR}(?![\w%€]|[.,:]\d)"
)
_WRITTEN = re.compile(r"[A-Z\u00c0-\u00de][^\W\d_]{2,24} (?:[Nn]r\.? ?)?\d")
_IN_SENTENCE = re.compile(r"[a-zß][,:]? $")


def streets_abroad(reading: Reading) -> Iterator[Span]:
    for pattern in (_KIND_FIRST, _NUMBER_FIRST, _STATION, _KIND_LAST):
        for match in pattern.finditer(reading):
            if not _is_sentence(match.group()):
                yield Span(match.start(), match.end(), Label.ADDRESS)
    if any(reading.text[start - 1 : start] in _BEFORE_GLUED for start in reading.numbers.starts):
        for match in _GLUED.finditer(reading.lower):
            yield Span(match.start(), match.end(), Label.ADDRESS)
    if _WRITTEN.search(reading.text):
        yield from _written(reading)


def _written(reading: Reading) -> Iterator[Span]:
    """What is written with a capital in a sentence, before a number."""
    for match in _NAMED.finditer(reading.text):
        if match["name"].lower() not in STOP_WORDS:
            yield Span(match.start(), match.end(), Label.ADDRESS)
    for pattern in (_LED, _ARTICLE):
        for match in pattern.finditer(reading.text):
            name = match["name"].lower()
            is_other = name in CALENDAR or name in NUMBERED_THINGS or name in BRANDS
            is_led = pattern is _LED or _IN_SENTENCE.search(reading.text, max(0, match.start() - 3), match.start())
            if is_led and not is_other and not COUNTED.match(reading.lower, match.end()):
                yield Span(match.start(), match.end(), Label.ADDRESS)


def _is_sentence(street: str) -> bool:
    """Whether the words between kind and number are no name: "straße ist seit 8"."""
    return any(word in SENTENCE_WORDS for word in street.split()[1:-1])
