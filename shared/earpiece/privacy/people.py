"""People by their first and last names, wherever these stand, and what belongs to the name on both sides.

`first_names.txt` holds names that are no word of English, Dutch or German, without accents: those given to 4,000
children or more since 1940 by the US Social Security Administration (public domain), and names of Europe, Turkey,
the Maghreb, Africa and Asia of our own writing. `word_names.txt` holds those that are words too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.last_names import is_last_name, may_be_last_name
from earpiece.privacy.letters import fold
from earpiece.privacy.lists import listed
from earpiece.privacy.place_words import PLACES
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import (
    ARTICLES,
    BEFORE_THINGS,
    BRANDS,
    NAMED_THINGS,
    NOUN_ENDINGS,
    PLACE_NOUNS,
    PLACE_WORDS,
    PRODUCT_NOUNS,
)
from earpiece.privacy.words import PARTICLES, SENTENCE_WORDS, STOP_WORDS

_WORD = re.compile(r"[^\W\d_]{2,24}(?:-[^\W\d_]{2,24}){0,2}")
_JOINED_BEFORE, _JOINED_AFTER = "@./\\_#&=-+%0123456789", "@_/\\=&%0123456789"
_NUMBERED = re.compile(r" \d{1,4}(?![\d ./-]*\d)|-[A-Z]?\d|[ -](?:mk|gen|pro|plus|xl)\b", re.IGNORECASE)
_LEFT_WORD = re.compile(
    r"(?:^|(?<=[\s(:<]))(?:(?:van|von|de|der|den|ten|ter|el|al|da|di|dos|le|la) ){0,2}[^\W\d_][\w'-]{1,24}$"
)
_BESIDE = re.compile(r" (?:and|en|und|&|or|of|oder) (?P<name>[^\W\d_a-zß-ÿ][^\W\d_]{2,24})(?=[ ,.!?\n]|$)(?! [A-Z])")
END_OF_NAME = re.compile(
    r"\s*(?:[,.!?;:<()\n\d+#]|$)| (?:at|op|in|on|an|am|aan|auf|aus|from|van|und|and|en|bij|bei|uit|tel|order"
    r"|bestelnummer"
    r"|bestellnummer|wrote|schreef|schrieb|said|zei|sagte|will|is|ist|has|hat|heeft|was|war|wil|kan|kann)(?!\w)"
)
_LINE_ENDS = re.compile(r"[.,!?]*\s*(?:\n|$)")
_INITIAL_BEFORE = re.compile(r"(?<![\w.])[^\W\d_]\. ?$")
_MOST_WORDS = 6
_PLACES_OR_NAMES = frozenset(("hall", "park", "lane", "bay", "beach", "hills"))
_WORDS_OR_NAMES = frozenset(("best", "dutch", "lovely"))
_WEAK_PARTICLES = frozenset(("da", "de", "den", "der", "het", "la", "le", "te", "zu", "zum", "zur"))  # articles too


FIRST_NAMES = listed("first_names.txt")
WORD_NAMES = listed("word_names.txt")


def people(reading: Reading) -> Iterator[Span]:
    """Names that hold a listed first or last name."""
    words = list(_WORD.finditer(reading.lower))
    place = 0
    while place < len(words):
        if _is_person(reading, words, place):
            last = _with_first_after(reading, words, _last_of(reading, words, place))
            yield Span(_start_of(reading, words, place), words[last].end(), Label.PERSON)
            yield from beside(reading.text, words[last].end())
            place = last
        place += 1


def beside(text: str, end: int) -> Iterator[Span]:
    """The second of two: "Anna and Xandra", where a name ends at `end`."""
    match = _BESIDE.match(text, end)
    if match and _is_name(match["name"]):
        yield Span(*match.span("name"), Label.PERSON)


def _is_person(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    word = words[place]
    key = _folded(word.group())
    is_listed = key in FIRST_NAMES or ("-" in key and key.split("-")[0] in FIRST_NAMES) or is_last_name(key)
    if not is_listed and not (key in WORD_NAMES and _is_full_name(reading, words, place)):
        return False
    return _stands_alone(reading.text, word) and not _is_thing(reading, words, place)


def _is_full_name(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    """Whether a name that is also a word begins a line that holds nothing but a full name: "Rose Miller"."""
    start = words[place].start()
    if start and reading.text[start - 1] != "\n":
        return False
    line = reading.text[start:].split("\n", 1)[0].split(",", 1)[0].strip()
    parts = line.split(" ")
    return 2 <= len(parts) <= 3 and all(_is_name(part) for part in parts[1:])


def _is_name(word: str) -> bool:
    if not word.rstrip(".").isalpha() or not word.istitle():
        return False
    return word.lower() not in STOP_WORDS and word.lower() not in PRODUCT_NOUNS


def _stands_alone(text: str, word: re.Match[str]) -> bool:
    before, after = text[word.start() - 1 : word.start()], text[word.end() : word.end() + 2]
    if before and before in _JOINED_BEFORE:
        return False
    return not after or (after[0] not in _JOINED_AFTER and not (after[0] in ".!" and after[1:].isalnum()))


def _is_thing(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    word = words[place]
    following = _next(reading.text, words, place)
    if following and (
        f"{_folded(word.group())} {_folded(following.group())}" in NAMED_THINGS
        or following.group() in PRODUCT_NOUNS
        or (following.group() in PLACE_NOUNS and not _may_be_last(word, following))
    ):
        return True
    if place and reading.text[words[place - 1].end() : word.start()] in (" ", ". ", " & "):
        before = words[place - 1].group()
        if before in PLACE_WORDS or f"{_folded(before)} {_folded(word.group())}" in NAMED_THINGS:
            return True
    return _NUMBERED.match(reading.text, word.end()) is not None


def _last_of(reading: Reading, words: list[re.Match[str]], place: int) -> int:
    """The index of the last word of the name that begins at `place`."""
    is_low = reading.is_shouted or reading.text[words[place].start()].islower()
    last = good = place
    left = 1
    while last - place + 1 < _MOST_WORDS:
        following = _next(reading.text, words, last, initials=True)
        if following is None:
            break
        last += 1
        key = following.group()
        if key in PARTICLES and (is_low or last - place < 4):
            continue
        if key in STOP_WORDS and not _is_last_word(reading, words, last, after=last - place):
            break
        if key in PRODUCT_NOUNS:
            break
        if is_low and not (left and _is_low_surname(reading, words, place, last)):
            break
        if not is_low and reading.text[following.start()].islower():
            break
        good, left = last, left - (_folded(key) not in FIRST_NAMES)
    return good


def _with_first_after(reading: Reading, words: list[re.Match[str]], last: int) -> int:
    """The first name after a comma, where one listed last name stands before it: "Jansen, Xandra"."""
    if last + 1 >= len(words) or reading.text[words[last].end() : words[last + 1].start()] != ", ":
        return last
    following = words[last + 1]
    is_named = _is_name(reading.text[following.start() : following.end()]) or following.group() in WORD_NAMES
    is_last = is_last_name(_folded(words[last].group())) and _folded(words[last].group()) not in FIRST_NAMES
    is_done = END_OF_NAME.match(reading.lower, following.end()) is not None
    return last + 1 if is_last and is_named and is_done and following.group() not in STOP_WORDS else last


def _may_be_last(word: re.Match[str], following: re.Match[str]) -> bool:
    """Whether both make a name: "Laura Hall" is somebody, "Ingersoll Hall" a place."""
    return following.group() in _PLACES_OR_NAMES and _folded(word.group()) in FIRST_NAMES


def _is_last_word(reading: Reading, words: list[re.Match[str]], place: int, *, after: int) -> bool:
    """Whether a word of the language is a last name here: right after the first name or a particle, and at the end."""
    word, key = words[place], _folded(words[place].group())
    is_name = key in _WORDS_OR_NAMES or may_be_last_name(key)
    is_parted = words[place - 1].group() in PARTICLES
    is_written = reading.text[word.start()].isupper() and not reading.is_shouted
    if is_written or is_parted:
        return is_name and (after == 1 or is_parted) and END_OF_NAME.match(reading.lower, word.end()) is not None
    # "hanna freitag" is somebody where nothing follows; "anna morgen um acht" is not.
    return is_name and after == 1 and _LINE_ENDS.match(reading.text, word.end()) is not None


def _is_low_surname(reading: Reading, words: list[re.Match[str]], place: int, last: int) -> bool:
    """Whether a word after a first name, neither with a capital, is the last name."""
    key = _folded(words[last].group())
    if last - place > 1 and words[last - 1].group() not in _WEAK_PARTICLES:
        return True  # after a particle
    if key in FIRST_NAMES or may_be_last_name(key):
        return True
    if is_last_name(_folded(words[place].group())):
        return False
    begins = words[place].start() == 0 or reading.text[words[place].start() - 1] == "\n"
    return begins or END_OF_NAME.match(reading.lower, words[last].end()) is not None


def _next(text: str, words: list[re.Match[str]], place: int, *, initials: bool = False) -> re.Match[str] | None:
    """The word after one space, or after an initial between two spaces: "Piotr V. Kidon"."""
    if place + 1 >= len(words):
        return None
    gap = text[words[place].end() : words[place + 1].start()]
    is_near = gap == " " or (
        initials and (gap in ("'", " '") or (len(gap) == 4 and gap[0] == gap[3] == " " and gap[2] == "."))
    )
    return words[place + 1] if is_near else None


def _start_of(reading: Reading, words: list[re.Match[str]], place: int) -> int:
    """Where the name begins: with the last name before a comma, or an initial or a first name before."""
    start = words[place].start()
    if not reading.text.startswith(", ", start - 2):
        return _with_word_before(reading, words, place)
    if reading.text[start].islower() and not END_OF_NAME.match(reading.lower, words[place].end()):
        return start
    left = _LEFT_WORD.search(reading.text, max(0, start - 60), start - 2)
    if left is None or _is_after_article(reading, left.start()):
        return start
    parts = [part.lower() for part in left.group().split()]
    named = [part for part in parts if part not in PARTICLES]
    is_alike = reading.text[left.start()].islower() == reading.text[start].islower()
    is_written = all(part.replace("-", "").replace("'", "").isalpha() for part in parts)
    # "Anna, Bert": two people; "Jansen, Anna": one.
    is_first = not named or _folded(named[-1]) in FIRST_NAMES
    if is_first or not is_alike or not is_written or any(part in SENTENCE_WORDS for part in named):
        return start
    return left.start()


def _is_after_article(reading: Reading, start: int) -> bool:
    """Whether the word at `start` is a thing: "in your profile, Xandra"."""
    before = _LEFT_WORD.search(reading.lower, max(0, start - 27), start - 1) if start else None
    return before is not None and before.group() in ARTICLES


def _with_word_before(reading: Reading, words: list[re.Match[str]], place: int) -> int:
    """Where the name begins that a last name ends: with a first name that no list has, or one that is also a word."""
    start = words[place].start()
    initial = _INITIAL_BEFORE.search(reading.text, max(0, start - 4), start)
    if initial and is_last_name(_folded(words[place].group())):
        return initial.start()
    if not place or reading.text[words[place - 1].end() : start] != " ":
        return start
    before = words[place - 1]
    key = before.group()
    if not is_last_name(_folded(words[place].group())):
        return start
    is_named = key in WORD_NAMES and (key not in STOP_WORDS or reading.text[before.start()].isupper())
    is_written = (
        reading.text[before.start()].isupper()
        and reading.text[start].isupper()
        and not reading.text[before.start() : before.end()].isupper()
        and not is_plain_word(key)
        and key not in BEFORE_THINGS
    )
    return before.start() if is_named or is_written else start


def is_plain_word(word: str) -> bool:
    """Whether a word in lower case is known for something else than a name."""
    is_thing = word in PRODUCT_NOUNS or word in BRANDS or word in PLACE_NOUNS or word in PLACES
    return is_thing or word in STOP_WORDS or word.endswith(NOUN_ENDINGS)


def _folded(word: str) -> str:
    return word if word.isascii() else fold(word).text
