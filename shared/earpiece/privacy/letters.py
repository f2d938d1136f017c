"""One way to write each letter, so that a pattern need not know how many there are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# NFKD leaves these whole.
_LIGATURES = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_QUOTES = "\u2018\u2019\u02bc\u00b4\u0060"


def plain(text: str) -> str:
    """The text with digits, signs and spaces of any script as ASCII; every code point keeps its place."""
    return text if text.isascii() else _NOT_ASCII.sub(lambda char: _plain(char.group()), text)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if len(char.lower()) > 1:
        return "I"  # the Turkish capital, the one letter whose small form is longer
    compatible = unicodedata.normalize("NFKC", char)
    if len(compatible) == 1 and compatible.isascii():
        return compatible
    if char in _QUOTES:
        return "'"
    match unicodedata.category(char):
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case "Zl" | "Zp":
            return "\n"
        case _:
            return char


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without case, accents and invisible marks. `places[i]` is where `text[i]` was; one more for the end."""

    text: str
    places: tuple[int, ...] | range

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original text that folded to `text[start:end]`, with the marks that follow it."""
        return self.places[start], self.places[end]


def fold(text: str) -> Folded:
    """Linear in the text; never raises, whatever the code points."""
    if text.isascii():
        return Folded(text.lower(), range(len(text) + 1))
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for letter in _folded(char):
            letters.append(letter)
            places.append(place)
    return Folded("".join(letters), (*places, len(text)))


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    split = unicodedata.normalize("NFKD", char.casefold())
    kept = (letter for letter in split if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))
    return "".join(_LIGATURES.get(letter, letter) for letter in kept)
