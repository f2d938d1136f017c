"""From a written text to one that is said: choices made, typing as people type."""

from __future__ import annotations

import random
import re

_CHOICE = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_FILE = re.compile(r"<([\w.-]+)>\s*")
_WORD = re.compile(r"(?<![\w@./:-])[^\W\d_]{4,}(?![\w@./:-])")
_SENTENCE_END = re.compile(r"(?<=[.!?…]) +(?=\S)")


def choose(text: str, numbers: random.Random) -> str:
    """The text with one of each `[a|b]`."""
    while found := _CHOICE.search(text):
        text = text[: found.start()] + numbers.choice(found[1].split("|")) + text[found.end() :]
    return re.sub(r" {2,}", " ", text).strip()


def file_of(text: str) -> tuple[str, str]:
    """The name of the file that comes with a text (or ""), and the rest of it."""
    found = _FILE.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)


def mistype(text: str, numbers: random.Random) -> str:
    """The text with a slip in one of its words; names, numbers and addresses are left alone."""
    words = [found for found in _WORD.finditer(text) if found[0].islower()]
    if not words:
        return text
    word = numbers.choice(words)
    return text[: word.start()] + _slip(word[0], numbers) + text[word.end() :]


def _slip(word: str, numbers: random.Random) -> str:
    place = numbers.randrange(1, len(word) - 1)
    before, letter, following, after = word[:place], word[place], word[place + 1], word[place + 2 :]
    match numbers.randrange(4):
        case 0:
            return before + following + letter + after
        case 1:
            return before + following + after
        case 2:
            return before + letter * 2 + following + after
        case _:
            return before + letter + after if after else before + following + letter
