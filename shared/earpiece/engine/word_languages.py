"""Which words do not belong to the customer's language, in an account that is spoken to in several."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.language import LANGUAGES, Language, languages_of_word

FOREIGN = 0.02  # of its chance is left to a word of another language
LEAST_SHARE = 0.05  # of the replies make a language one of the account's
NO_LANGUAGE = -1
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def word_weights(
    words: Sequence[str], replies: Sequence[str], languages: Sequence[int]
) -> Mapping[Language, NDArray[np.float32]]:
    """For each of the account's languages what each word (words,) keeps of its chance; nothing where there is one.

    `languages` are the replies', places in LANGUAGES or -1. A word is another language's when that is known of it, or
    when it stands in replies of other languages alone.
    """
    spoken = _spoken(languages)
    if len(spoken) < 2:
        return {}
    said: dict[str, set[int]] = defaultdict(set)
    for reply, language in zip(replies, languages, strict=True):
        for word in _plain(reply):
            said[word].add(int(language))
    found = [[owners for word in _plain(text) if (owners := _owners(word, said))] for text in words]
    return {
        LANGUAGES[place]: np.array(
            [FOREIGN if any(place not in owners for owners in listed) else 1.0 for listed in found], np.float32
        )
        for place in spoken
    }


def _spoken(languages: Sequence[int]) -> list[int]:
    counts = Counter(int(language) for language in languages if language != NO_LANGUAGE)
    return sorted(place for place, count in counts.items() if count >= LEAST_SHARE * counts.total())


def _owners(word: str, said: Mapping[str, set[int]]) -> set[int]:
    """The places of the languages that a word is in, none where that is not known."""
    listed = {LANGUAGES.index(language) for language in languages_of_word(word)}
    if listed:
        return listed
    owners = said.get(word, set())
    return set() if NO_LANGUAGE in owners else owners


def _plain(text: str) -> Iterator[str]:
    return (word.lower().replace("’", "'") for word in _WORD.findall(text))
