"""What stands before a postcode on its line: the street that no list of endings knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import SENTENCE_WORDS

_WORD = r"[^\W\d_][\w'.-]{0,24}"
_LONGEST = 64  # code points of a line that are read back from a postcode
# "Meent 106, 3011 JR": the house number last.
_NUMBER_LAST = re.compile(
    rf"(?<![\w'.-])(?P<name>(?:{_WORD} ){{1,4}})(?:nr\.? ?)?(?!\d{{1,2}}[-/]\d{{1,2}}[-/])"
    r"\d{1,4}(?: ?-? ?[a-h]\d{0,3}|[ -]?[ivx]{1,3}|(?:/| ?- ?)\d{1,4}[a-h]?){0,2}"
    rf"(?P<gap>,? ?\n?|,? (?:(?:te|in) )?(?P<town>{_WORD}),? )$"
)
# "7 Orchard View, Bath BA1 2AB": the house number first, the town after it.
_NUMBER_FIRST = re.compile(
    rf"(?<![\w.,/#-])\d{{1,4}}[a-d]?(?: ?- ?\d{{1,4}})?,? (?P<name>(?:{_WORD} ){{0,3}}{_WORD})"
    rf"(?:,? (?:apt|unit|flat|#) ?\w{{1,4}})?(?P<gap>,? |\n|[,\n] ?(?:{_WORD}[ ,\n]{{1,2}}){{1,2}})$"
)
# "Hinter den Gärten", "An der Alster", "Het Laagt": the name begins with words of a sentence.
_LED = re.compile(
    r"(?<!\w)(?:(?:Hinter|Unter|Vor|Ob|Op|Aan|An|Auf|In|Bei|Zu) (?:den|der|dem|de|het|die) |(?:Het|De|Am|Im|Zum|Zur) "
    r"|(?:hinter de[nmr]|an der|auf der|auf dem|am|im|zum|zur|[Vv]ia) )$"
)
_ARTICLE = re.compile(r"(?:(?:de|den|der|het|dem|die) )?")


def postal_lines(reading: Reading, postcode: Span) -> Iterator[Span]:
    """The street before `postcode`, if words and a house number stand there."""
    # A postcode may begin the line under its street, or end it after the town.
    line = reading.lower.rfind("\n", 0, postcode.start)
    above = reading.lower.rfind("\n", 0, max(0, line))
    begin = max(0, postcode.start - _LONGEST, above + 1)
    last = _NUMBER_LAST.search(reading.lower, begin, postcode.start)
    if last and (last["town"] is None or last["town"] not in SENTENCE_WORDS):
        start = _after_sentence(last)
        if start < last.end("name"):
            article = _ARTICLE.match(reading.lower, start)
            led = _LED.search(reading.text, begin, article.end() if article else start)
            yield Span(led.start() if led else start, last.start("gap"), Label.ADDRESS)
    first = _NUMBER_FIRST.search(reading.lower, begin, postcode.start)
    if first and _is_name(first["name"]):
        yield Span(first.start(), first.start("gap"), Label.ADDRESS)


def _is_name(street: str) -> bool:
    """Whether it is no part of a sentence: not "3 te Zeist"."""
    return not any(word == "te" or word in SENTENCE_WORDS for word in street.removeprefix("the ").split())


def _after_sentence(match: re.Match[str]) -> int:
    """Where the name begins after the words of the sentence that leads to it."""
    start = match.start("name")
    for word in re.finditer(r"\S+", match["name"]):
        if word.group() in SENTENCE_WORDS:
            start = match.start("name") + word.end() + 1
    return start
