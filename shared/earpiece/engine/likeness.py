"""When two texts count as the same in an evaluation: the rules of the measures, not those of the engine.

They stay as they are when the engine's own normaliser changes, so that figures of two versions can be compared.
"""

from __future__ import annotations

import re
from functools import lru_cache

from earpiece.engine.suggestions import is_alike

NEAR = 0.85
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_PLACEHOLDERS = (
    (_LINK, " <url> "),
    (re.compile(r"\S+@\S+\.\w+"), " <email> "),
    (
        re.compile(r"\b\d{1,2}:\d\d\s*(?:[ap]\.?m\b\.?)?|\b\d{1,2}(?:\.\d\d)?\s*[ap]\.?m\b\.?", re.IGNORECASE),
        " <time> ",
    ),
    (re.compile(r"'[^' ][^']{0,40}'(?=[\s.,!?]|$)"), " <value> "),
    (re.compile(r"[$€£]?\d[\d,.]*"), " <num> "),
    (re.compile(r"[^\w<>']+"), " "),
)
_SCHEME = re.compile(r"^(https?://)?(www\.)?")


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Lower case, without punctuation, with placeholders for links, addresses, times, quoted values and numbers."""
    text = text.lower()
    for pattern, placeholder in _PLACEHOLDERS:
        text = pattern.sub(placeholder, text)
    return " ".join(text.replace("'", "").split())


def is_exact(one: str, other: str) -> bool:
    """Whether two texts are equal but for case, punctuation and values."""
    return plain(one) == plain(other)


def is_near(one: str, other: str) -> bool:
    """Whether two texts are exactly the same in that sense, or alike by at least 0.85."""
    return is_alike(plain(one), plain(other), NEAR)


def link_keys(text: str) -> set[str]:
    """The links of a text as they are compared."""
    return {link_key(link) for link in _LINK.findall(text)}


def link_key(link: str) -> str:
    """A link without scheme, www, fragment and last slash, in lower case."""
    return _SCHEME.sub("", link.rstrip(".,;:!?)'\">]").lower()).split("#")[0].rstrip("/")
