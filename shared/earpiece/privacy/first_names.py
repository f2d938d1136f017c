"""First names by list, and which words are known for something else.

`first_names.txt` holds names that are no word of English, Dutch or German, without accents: those given to 800
children or more since 1940 by the US Social Security Administration (public domain), and names of Europe, Turkey,
the Maghreb, Africa and Asia of our own writing. `word_names.txt` holds those that are words too.
"""

from __future__ import annotations

from earpiece.privacy.letters import fold
from earpiece.privacy.lists import listed
from earpiece.privacy.place_words import PLACES
from earpiece.privacy.things import BRANDS, NOUN_ENDINGS, PLACE_NOUNS, PRODUCT_NOUNS
from earpiece.privacy.words import STOP_WORDS

FIRST_NAMES = listed("first_names.txt")
WORD_NAMES = listed("word_names.txt")


def is_plain_word(word: str) -> bool:
    """Whether a word in lower case is known for something else than a name."""
    is_thing = word in PRODUCT_NOUNS or word in BRANDS or word in PLACE_NOUNS or word in PLACES
    return is_thing or word in STOP_WORDS or word.endswith(NOUN_ENDINGS)


def folded(word: str) -> str:
    return word if word.isascii() else fold(word).text
