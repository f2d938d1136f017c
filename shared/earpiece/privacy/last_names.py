"""Last names: those of a list, and those whose ending tells.

`last_names.txt` holds names that are no word of English, Dutch or German and no town, without accents: the more
frequent ones of the US Census of 1990 (public domain), and names of Europe, Turkey, the Maghreb, Africa and Asia of our
own writing. `word_last_names.txt` holds frequent ones that are words or towns too: they count after a first name only.
"""

from __future__ import annotations

import re

from earpiece.privacy.lists import listed

LAST_NAMES = listed("last_names.txt")
WORD_LAST_NAMES = listed("word_last_names.txt")
_ENDING = re.compile(
    r"(?:stra|sma|inga|wicz|czyk|enko|poulos|oglu|dottir|[oe]vi(?:c|ch|ts)|[oe]wsk[iay]|insk[iay]|meier|maier|mayer|meyer"
    r"|hofer|huber|idis|akis|escu|zadeh|nejad|shvili|quist)$"
)
_LAST_LETTERS = frozenset("acdhikorstuyz")  # of those endings
_SHORTEST = 7
_WORDS = frozenset(
    """
    alpinski anhinga aspidistra biedermeier cantharidis charisma churinga cotinga cytoplasma erlenmeyer fantasma
    fenestra hausmeier hofmeier kletsmeier khakis minestra monstra orchestra palestra schisma schlaumeier seringa
    sukiyakis syringa teriyakis ventriloquist vereinsmeier
    """.split()  # noqa: SIM905
)


def is_last_name(key: str) -> bool:
    """`key` is folded; of a double name one part is enough."""
    if "-" in key:
        return any(len(part) > 3 and is_last_name(part) for part in key.split("-"))
    return key in LAST_NAMES or (
        len(key) >= _SHORTEST and key[-1] in _LAST_LETTERS and key not in _WORDS and _ENDING.search(key) is not None
    )


def may_be_last_name(key: str) -> bool:
    """Whether `key`, folded, is a last name where it stands right after a first name: "Anna Berg"."""
    return key in WORD_LAST_NAMES or is_last_name(key) or any(part in WORD_LAST_NAMES for part in key.split("-")[1:])
