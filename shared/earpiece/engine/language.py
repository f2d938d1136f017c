"""The language of a text: English, Dutch, German, or not to be told from so little.

Each word speaks for a language by being one of its function words, or by how its letters run; the languages' sums must
lie clearly apart. Names, numbers, links, placeholders and emoji say nothing, and neither does a word alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from earpiece.engine.corpus import Turn
from earpiece.engine.features import KNOWN_TEXTS, Context
from earpiece.engine.language_words import FUNCTION_WORDS, OTHER_WORDS, PARTICLES, WORDS_OF_ALL

Language = Literal["en", "nl", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "nl", "de")
MOST_CHARACTERS = 2_000  # enough to tell
MARGIN = 2.5  # natural logarithm: the best is 12 times as likely as the next
REPLY_MARGIN = 1.5
LEAST_WORDS = 2
LEAST_KNOWN = 0.25  # of the words: other languages have some of them too
FUNCTION_WORD = 2.5  # what a function word speaks for its languages
MOST_BY_LETTERS = 1.0  # what the letters of one word may add
LETTERS = 3
_PLACEHOLDER = re.compile(r"\[[A-Z_]{2,16}(?::[0-9a-f]{6})?\]|\{[A-Z_]{2,16}\}")
_VALUE = re.compile(r"[\d@]|://|^www\.", re.IGNORECASE)  # in a piece between spaces
_WORD = re.compile(r"'?[^\W\d_]+(?:'[^\W\d_]+)*")
_PARTICLES = frozenset(PARTICLES.split())
_EVERYWHERE = frozenset(WORDS_OF_ALL.split())


@lru_cache(maxsize=KNOWN_TEXTS)
def language_of(text: str) -> Language | None:
    """The language of what somebody wrote; None for what is short or doubtful."""
    words = _words(text)
    return _decided(words, MARGIN) if len(words) >= LEAST_WORDS else None


def reply_language(text: str) -> Language | None:
    """The language of a reply of the house: it holds no names, so that a single word may decide."""
    return _decided(_words(text), REPLY_MARGIN)


def conversation_language(context: Context) -> Language | None:
    """The language of the customer's last message that has one; None where none has.

    A short or doubtful message does not change the language of a conversation.
    """
    said = (turn["text"] for turn in reversed(context) if turn["role"] == "customer")
    return next((language for text in said if (language := language_of(text))), None)


def spoken_language(turns: Iterable[Turn]) -> Language | None:
    """The language of a whole conversation: of all that the customer said, else of all that was said."""
    said = [(turn.role, turn.text[:MOST_CHARACTERS]) for turn in turns]
    customers = " ".join(text for role, text in said if role == "customer")
    return language_of(customers) or language_of(" ".join(text for _, text in said))


def is_function_word(word: str) -> bool:
    """Whether a word (lower case) is one that holds sentences together, or a greeting, in any of the languages."""
    return word in _EVERYWHERE or any(word in words for words in _function_words().values())


def languages_of_word(word: str) -> frozenset[Language]:
    """The languages in which a word (lower case) is common; none where we do not know it, or where it is a name's."""
    if word in _EVERYWHERE or word in _PARTICLES:
        return frozenset()
    return frozenset(language for language, known in _known().items() if word in known)


def _decided(words: Sequence[str], margin: float) -> Language | None:
    """The language that the words speak for clearly, where we know enough of them: there are more than three."""
    if not words:
        return None
    sums = dict(zip(LANGUAGES, map(sum, zip(*map(_evidence, words), strict=True)), strict=True))
    best, next_best = sorted(sums, key=lambda language: -sums[language])[:2]
    known_count = sum(word in _known()[best] for word in words)
    is_clear = sums[best] - sums[next_best] >= margin
    return best if is_clear and known_count and known_count >= LEAST_KNOWN * len(words) else None


def _words(text: str) -> list[str]:
    """The words that may speak for a language, in lower case: no names, and no words that all three use."""
    pieces = _PLACEHOLDER.sub(" ", text[:MOST_CHARACTERS]).replace("’", "'").split()
    found = [word for piece in pieces if not _VALUE.search(piece) for word in _WORD.findall(piece)]
    is_shouted = text.isupper()
    spoken = [word.lower() for place, word in enumerate(found) if is_shouted or not _is_name(found, place)]
    return [word for word in spoken if word not in _EVERYWHERE and _is_latin(word)]


def _is_name(words: Sequence[str], place: int) -> bool:
    """A capital where we do not know the word, and `van der` before such a capital; first words are left in doubt."""
    word = words[place]
    if word in _PARTICLES:
        following = next((other for other in words[place + 1 :] if other not in _PARTICLES), "")
        return following[:1].isupper() and not _is_known(following.lower())
    return word[:1].isupper() and not _is_known(word.lower())


def _is_known(word: str) -> bool:
    return word in _known_anywhere()


def _is_latin(word: str) -> bool:
    return max(word) < "\u0250"


@lru_cache(maxsize=20_000)
def _evidence(word: str) -> tuple[float, ...]:
    """How much a word speaks for each of LANGUAGES: for those that have it as a function word, or by its letters."""
    owners = {language for language in LANGUAGES if word in _function_words()[language]}
    if owners:
        return tuple(FUNCTION_WORD * (language in owners) for language in LANGUAGES)
    likely = [_by_letters(word, language) for language in LANGUAGES]
    middle = sum(likely) / len(likely)
    return tuple(_bounded(one - middle) for one in likely)


def _bounded(value: float) -> float:
    return max(-MOST_BY_LETTERS, min(MOST_BY_LETTERS, value))


def _by_letters(word: str, language: Language) -> float:
    counts, total = _trigrams()[language]
    runs = _runs(word)
    return sum(math.log((counts[run] + 0.3) / (total + 3_000)) for run in runs) / math.sqrt(len(runs))


@lru_cache(maxsize=1)
def _function_words() -> Mapping[Language, frozenset[str]]:
    return {language: frozenset(FUNCTION_WORDS[language].split()) for language in LANGUAGES}


@lru_cache(maxsize=1)
def _known() -> Mapping[Language, frozenset[str]]:
    """The words that can settle a language: without particles of names, which say little alone."""
    listed = {language: frozenset(OTHER_WORDS[language].split()) for language in LANGUAGES}
    return {language: (listed[language] | _function_words()[language]) - _PARTICLES for language in LANGUAGES}


@lru_cache(maxsize=1)
def _known_anywhere() -> frozenset[str]:
    return frozenset().union(*_known().values())


@lru_cache(maxsize=1)
def _trigrams() -> Mapping[Language, tuple[Counter[str], int]]:
    listed = {language: (FUNCTION_WORDS[language] + OTHER_WORDS[language]).split() for language in LANGUAGES}
    counted = {language: Counter(run for word in listed[language] for run in _runs(word)) for language in LANGUAGES}
    return {language: (counts, counts.total()) for language, counts in counted.items()}


def _runs(word: str) -> Sequence[str]:
    edged = f" {word} "
    return [edged[start : start + LETTERS] for start in range(len(edged) - LETTERS + 1)]
