"""How far the name goes that a listed word stands in: where it begins, and which is its last word."""

from __future__ import annotations

import re

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded, is_plain_word
from earpiece.privacy.last_names import is_last_name, may_be_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.things import ARTICLES, BEFORE_THINGS, DEPARTMENT, PRODUCT_NOUNS
from earpiece.privacy.words import PARTICLES, SENTENCE_WORDS, STOP_WORDS

_LEFT_WORD = re.compile(
    r"(?:^|(?<=[\s(:<]))(?:(?:van|von|de|der|den|ten|ter|el|al|da|di|dos|le|la) ){0,2}[^\W\d_][\w'-]{1,24}$"
)
END_OF_NAME = re.compile(
    r"\s*(?:[,.!?;:<()/|\n\d+#]|$)| (?:at|op|in|on|an|am|aan|auf|aus|from|van|und|and|en|bij|bei|uit|tel|order"
    r"|bestelnummer"
    r"|bestellnummer|takes?|took|neemt|nimmt|(?:ü|ue)bernimmt|still|again|here|hier|weer|wieder|nog|wants|zou|zal|wird|wollte|komt"
    r"|kommt|belt|called|told|needs|but|maar|aber|wrote|schreef|schrieb|said|zei|sagte|will|is|ist|has|hat|heeft|was|war|wil|kan|kann|had|hatte"
    r"|pays?|paid|betaalt|zahlt|lives|woont|wohnt|would|should|must|moet|muss|asked|rang|works|werkt|arbeitet|moved"
    r"|already|al|schon|twice|today|heute|vandaag|yesterday|gestern|gisteren|not|niet|nicht|about|over|wegen|took|looked"
    r"|passed|approved|signed|for|voor|f(?:ü|ue)r|who)(?!\w)"
)
_OF_PLACE = re.compile(r" (?:in|op|aan|van) 't ")
_LINE_ENDS = re.compile(r"[.,!?]*\s*(?:\n|$)")
_INITIAL_BEFORE = re.compile(r"(?<![\w.])[^\W\d_]\. ?$")
_MOST_WORDS = 6
_PARTICIPLE = re.compile(r"ge[a-z]{2,14}(?:en|t|d)$|(?:be|ver|ent|er|zer)[a-zäöü]{3,14}t$")
_DEPARTMENT = re.compile(DEPARTMENT)
WORDS_OR_NAMES = frozenset(("best", "dutch", "lovely"))
_WEAK_PARTICLES = frozenset(("da", "de", "den", "der", "het", "la", "le", "te", "zu", "zum", "zur"))  # articles too


def start_of(reading: Reading, words: list[re.Match[str]], place: int) -> int:
    """Where the name begins: with the last name before a comma, or an initial or a first name before."""
    start = words[place].start()
    if not reading.text.startswith(", ", start - 2):
        return _with_word_before(reading, words, place)
    if folded(words[place].group()) not in FIRST_NAMES and words[place].group() not in WORD_NAMES:
        return start  # "Heron Walk, Matlock": no last name comes second
    if reading.text[start].islower() and not END_OF_NAME.match(reading.lower, words[place].end()):
        return start
    left = _LEFT_WORD.search(reading.text, max(0, start - 60), start - 2)
    if left is None or _is_after_article(reading, left.start()):
        return start
    parts = [part.lower() for part in left.group().split()]
    named = [part for part in parts if part not in PARTICLES]
    last_part = left.start() + left.group().rfind(" ") + 1  # "de Ruiter, Anna": the particle is small
    is_alike = reading.text[last_part].islower() == reading.text[start].islower()
    is_written = all(part.replace("-", "").replace("'", "").isalpha() for part in parts)
    # "Anna, Bert": two people; "Jansen, Anna": one.
    is_first = not named or folded(named[-1]) in FIRST_NAMES
    if is_first or not is_alike or not is_written or any(part in SENTENCE_WORDS for part in named):
        return start
    return left.start()


def last_of(reading: Reading, words: list[re.Match[str]], place: int) -> int:
    """The index of the last word of the name that begins at `place`."""
    is_low = reading.is_shouted or reading.text[words[place].start()].islower()
    last = good = place
    left = 1
    while last - place + 1 < _MOST_WORDS:
        parts = _OF_PLACE.match(reading.lower, words[last].end())
        if parts and last + 2 < len(words) and words[last + 2].start() == parts.end():
            good = last = last + 2  # "Bas in 't Veld"
            break
        following = word_after(reading.text, words, last, initials=True)
        if following is None:
            break
        last += 1
        key = following.group()
        if key in PARTICLES and (is_low or last - place < 4):
            continue
        if key in STOP_WORDS and not _is_last_word(reading, words, last, after=last - place):
            break
        if key in PRODUCT_NOUNS or _DEPARTMENT.fullmatch(key):
            break
        if is_low and not (left and _is_low_surname(reading, words, place, last)):
            break
        if not is_low and reading.text[following.start()].islower():
            break
        good, left = last, left - (folded(key) not in FIRST_NAMES)
    return good


def word_after(text: str, words: list[re.Match[str]], place: int, *, initials: bool = False) -> re.Match[str] | None:
    """The word after one space, or after an initial between two spaces: "Piotr V. Kidon"."""
    if place + 1 >= len(words):
        return None
    gap = text[words[place].end() : words[place + 1].start()]
    is_near = gap == " " or (
        initials and (gap in ("'", " '", " 't ") or (len(gap) == 4 and gap[0] == gap[3] == " " and gap[2] == "."))
    )
    return words[place + 1] if is_near else None


def is_name(word: str) -> bool:
    if not word.rstrip(".").isalpha() or not word.istitle():
        return False
    return word.lower() not in STOP_WORDS and word.lower() not in PRODUCT_NOUNS


def with_first_after(reading: Reading, words: list[re.Match[str]], last: int) -> int:
    """The first name after a comma, where one listed last name stands before it: "Jansen, Xandra"."""
    if last + 1 >= len(words) or reading.text[words[last].end() : words[last + 1].start()] != ", ":
        return last
    following = words[last + 1]
    is_named = is_name(reading.text[following.start() : following.end()]) or following.group() in WORD_NAMES
    is_last = is_last_name(folded(words[last].group())) and folded(words[last].group()) not in FIRST_NAMES
    is_done = END_OF_NAME.match(reading.lower, following.end()) is not None
    return last + 1 if is_last and is_named and is_done and following.group() not in STOP_WORDS else last


def _is_last_word(reading: Reading, words: list[re.Match[str]], place: int, *, after: int) -> bool:
    """Whether a word of the language is a last name here: right after the first name or a particle, and at the end."""
    word, key = words[place], folded(words[place].group())
    is_name = key in WORDS_OR_NAMES or may_be_last_name(key)
    is_parted = words[place - 1].group() in PARTICLES
    is_written = reading.text[word.start()].isupper() and not reading.is_shouted
    if is_written or is_parted:
        return is_name and (after == 1 or is_parted) and END_OF_NAME.match(reading.lower, word.end()) is not None
    # "hanna freitag" is somebody where nothing follows; "anna morgen um acht" is not.
    return is_name and after == 1 and _LINE_ENDS.match(reading.text, word.end()) is not None


def _is_low_surname(reading: Reading, words: list[re.Match[str]], place: int, last: int) -> bool:
    """Whether a word after a first name, neither with a capital, is the last name."""
    key = folded(words[last].group())
    if last - place > 1 and words[last - 1].group() not in _WEAK_PARTICLES:
        return True  # after a particle
    if key in FIRST_NAMES or may_be_last_name(key):
        return True
    if is_last_name(folded(words[place].group())):
        return False
    if _PARTICIPLE.match(key):
        return False  # "aan ivo gegeven"
    begins = words[place].start() == 0 or reading.text[words[place].start() - 1] == "\n"
    return begins or END_OF_NAME.match(reading.lower, words[last].end()) is not None


def _is_after_article(reading: Reading, start: int) -> bool:
    """Whether the word at `start` is a thing: "in your profile, Xandra"."""
    before = _LEFT_WORD.search(reading.lower, max(0, start - 27), start - 1) if start else None
    return before is not None and before.group() in ARTICLES


def _with_word_before(reading: Reading, words: list[re.Match[str]], place: int) -> int:
    """Where the name begins that a last name ends: with a first name that no list has, or one that is also a word."""
    start = words[place].start()
    initial = _INITIAL_BEFORE.search(reading.text, max(0, start - 4), start)
    if initial and is_last_name(folded(words[place].group())):
        return initial.start()
    if not place or reading.text[words[place - 1].end() : start] != " ":
        return start
    before = words[place - 1]
    key = before.group()
    if not is_last_name(folded(words[place].group())):
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
