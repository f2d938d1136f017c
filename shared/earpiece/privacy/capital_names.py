"""Names that are words too, told by their capital: mid-sentence, before a last name, or after one and a comma."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import WORD_NAMES, folded, is_plain_word
from earpiece.privacy.last_names import may_be_last_name
from earpiece.privacy.name_extent import END_OF_NAME, WORDS_OR_NAMES
from earpiece.privacy.people import is_led_as_thing
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import (
    ARTICLES,
    BEFORE_THINGS,
    COLOURS,
    NAMED_THINGS,
    PLACE_WORDS,
    PLACES_NAMED_ALIKE,
    PRODUCT_NOUNS,
)
from earpiece.privacy.words import CALENDAR, GERMAN_WORDS, NAMES_AND_WORDS, STOP_WORDS

_CAPITAL = re.compile(r"[A-Z\u00c0-\u00de](?<![\w@./&#'-].)[^\W\d_A-Z]{1,24}(?![\w@/&'-]|\.\w)")
_BEFORE = re.compile(r"([^\W\d_]+(?:'[^\W\d_]{1,2})?)(,?) $")
_LAST = re.compile(
    r" (?:[A-Z]\. )?((?:(?:van|von|de|der|den|el|al|ten|ter|da"
    r"|di) ){0,2}[A-Z\u00c0-\u00de][^\W\d_]{1,24}(?:-[^\W\d_]{2,24})?)"
)
_AFTER = re.compile(r" ([^\W\d_]+)")
_SURNAME_BEFORE = re.compile(
    r"(?:^|(?<=[\s(:]))((?:(?:van|von|de|der|den|el|al|ten|ter) ){0,2}"
    r"(?P<last>[A-Z\u00c0-\u00de][^\W\d_]{2,24}(?:-[^\W\d_]{2,24})?)), $"
)
# What somebody is given to, comes from, or does with: these lead to people as well as to things.
_TO_PEOPLE = frozenset(
    """
    to from with by and or of naar van met door aan en bij of von mit an und oder bei for voor für that dat dass if so
    """.split()  # noqa: SIM905
)
_NOT_BEFORE = (
    BEFORE_THINGS | PLACE_WORDS | {"in", "on", "op", "at", "bis", "since", "sinds", "seit", "until", "tot"}
) - _TO_PEOPLE
_MACHINES = frozenset(("alexa", "siri", "nova", "ruby", "otto", "sky", "ring", "echo", "mercedes", "atlas"))
_OBJECTS = ARTICLES | {"it", "they", "you", "we", "he", "she", "i", "there", "me", "us", "them", "all", "any", "as"}
_FOLLOWED = frozenset(
    ("gold", "day", "sale", "street", "road", "station", "ii", "iii", "i", "one", "plus", "pro", "max")
)


def capital_names(reading: Reading) -> Iterator[Span]:
    if reading.is_shouted:
        return
    for match in _CAPITAL.finditer(reading.text):
        key = folded(match.group().lower())
        if key in WORD_NAMES and key not in _MACHINES and match.group().lower() not in COLOURS:
            yield from _named(reading, match)


def _named(reading: Reading, match: re.Match[str]) -> Iterator[Span]:
    word = match.group().lower()
    before = _BEFORE.search(reading.text, max(0, match.start() - 26), match.start())
    last = _LAST.match(reading.text, match.end())
    is_end = last is not None and END_OF_NAME.match(reading.lower, last.end()) is not None
    if last and _is_last(last.group(1), is_end=is_end) and not _is_thing(word, last.group(1), before):
        yield Span(match.start(), last.end(), Label.PERSON)
        return
    surname = _SURNAME_BEFORE.search(reading.text, max(0, match.start() - 56), match.start())
    if surname and may_be_last_name(folded(surname["last"].lower())) and END_OF_NAME.match(reading.lower, match.end()):
        yield Span(surname.start(1), match.end(), Label.PERSON)
        return
    if before and last is None and _is_mid_sentence(before) and not _is_word_here(reading, match, before):
        yield Span(match.start(), match.end(), Label.PERSON)


def _is_last(name: str, *, is_end: bool) -> bool:
    key = folded(name.lower().rsplit(" ", 1)[-1])
    if is_end and (key in WORDS_OR_NAMES or name.startswith(("van ", "von "))):
        return True  # "Penny Best, ...", "Till von Bülow, ..."
    return may_be_last_name(key) and key not in _FOLLOWED


def _is_thing(word: str, last: str, before: re.Match[str] | None) -> bool:
    led = before.group(1).lower() if before and not before.group(2) else ""
    if f"{word} {folded(last.lower())}" in NAMED_THINGS or last.lower() in COLOURS or last.lower() in PRODUCT_NOUNS:
        return True
    if f"{led} {word}" in NAMED_THINGS:
        return True  # "Johnnie Walker Black"
    return led in _NOT_BEFORE or (word in STOP_WORDS and last.lower() in STOP_WORDS)


def _is_mid_sentence(before: re.Match[str]) -> bool:
    """Whether the word before is in small letters: no sentence begins here, and no title or menu is spelled."""
    return before.group(1).islower()


def _is_word_here(reading: Reading, match: re.Match[str], before: re.Match[str]) -> bool:
    word, led = match.group().lower(), before.group(1)
    if led in _NOT_BEFORE or word in PLACES_NAMED_ALIKE or is_led_as_thing(reading, *match.span()):
        return True
    if word in CALENDAR or (is_plain_word(word) and match.group() not in NAMES_AND_WORDS):
        return True
    if led in GERMAN_WORDS or (not before.group(2) and led.endswith(("en", "er", "em", "es")) and led in STOP_WORDS):
        return True  # in German every noun has its capital
    following = _AFTER.match(reading.text, match.end())
    if following is None:
        return not re.match(r"\s*(?:[,.!?;:)\n-]|$)", reading.text[match.end() : match.end() + 3])
    after = following.group(1).lower()
    if match.group() in NAMES_AND_WORDS and after in _OBJECTS:
        return True  # "Mark it as urgent", "Will the sale end"
    return after in PRODUCT_NOUNS or after in COLOURS or after in _FOLLOWED or not following.group(1)[0].islower()
