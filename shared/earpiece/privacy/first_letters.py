"""A long alternation, split by the letter that it begins with: at a word only the phrases of its letter are tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_START = re.compile(r"(?<![^\W_])[^\W\d_]")
_ELEMENT = re.compile(
    r"(?P<group>\()|(?P<set>\[[^\]]+\])|(?P<escaped>\\.)|(?P<plain>[^\\\[\](){}?*+|])|(?P<zero>\^|\$)"
)
_OPTIONAL = re.compile(r"\?|\*|\{0,\d+\}")
_QUANTIFIER = re.compile(r"(?:[?*+]|\{\d+(?:,\d*)?\})\??")
_ZERO_WIDTH = re.compile(r"\?(?:=|!|<=|<!)")
_GROUP = re.compile(r"^\?(?::|P<\w+>)")
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzäöüßéèáàôêëïçñø")

Phrases = Mapping[str, re.Pattern[str]]


def by_first_letter(groups: Iterable[tuple[str, str]], after: str) -> Phrases:
    """For each letter the named groups' alternatives that may begin with it, with `after` behind them."""
    split = {name: [(one, _letters(one)) for one in _alternatives(phrases)] for name, phrases in groups}
    patterns = {}
    for letter in sorted(_ALPHABET):
        of_letter = {name: [one for one, letters in ones if letter in letters] for name, ones in split.items()}
        named = (f"(?P<{name}>{'|'.join(ones) or '(?!)'})" for name, ones in of_letter.items())
        if any(of_letter.values()):
            patterns[letter] = re.compile(f"(?:{'|'.join(named)}){after}")
    return patterns


def search(phrases: Phrases, text: str, place: int) -> re.Match[str] | None:
    """The first phrase that begins a word of `text`, in lower case, from `place` on."""
    for start in _START.finditer(text, place):
        pattern = phrases.get(start.group())
        match = pattern.match(text, start.start()) if pattern else None
        if match:
            return match
    return None


def search_all(phrases: Phrases, text: str) -> Iterator[re.Match[str]]:
    """Every phrase that begins a word of `text`, in lower case, none inside another."""
    end = 0
    for start in _START.finditer(text):
        pattern = phrases.get(start.group()) if start.start() >= end else None
        match = pattern.match(text, start.start()) if pattern else None
        if match:
            end = match.end()
            yield match


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the "|" outside all groups."""
    begin = depth = 0
    is_set = False
    for place, char in enumerate(pattern):
        if pattern[place - 1 : place] == "\\" and pattern[place - 2 : place - 1] != "\\":
            continue
        is_set = char == "[" or (is_set and char != "]")
        depth += 0 if is_set else (char == "(") - (char == ")")
        if char == "|" and not depth and not is_set:
            yield pattern[begin:place]
            begin = place + 1
    yield pattern[begin:]


def _letters(pattern: str) -> frozenset[str]:
    return _starts(pattern)[0]


def _starts(pattern: str) -> tuple[frozenset[str], bool]:
    """The letters that one alternative may begin with, and whether it may be empty."""
    letters: frozenset[str] = frozenset()
    place = 0
    while element := _ELEMENT.match(pattern, place):
        place = element.end()
        is_empty = element["zero"] is not None
        if element["group"]:
            end = _end_of_group(pattern, element.start())
            inner = pattern[place : end - 1]
            place = end
            is_empty = _ZERO_WIDTH.match(inner) is not None
            parts = [] if is_empty else [_starts(one) for one in _alternatives(_GROUP.sub("", inner))]
            letters = letters.union(*(each for each, _ in parts))
            is_empty = is_empty or any(empty for _, empty in parts)
        elif not is_empty:
            letters |= {letter for letter in _ALPHABET if re.fullmatch(element.group(), letter)}
        quantifier = _QUANTIFIER.match(pattern, place)
        place = quantifier.end() if quantifier else place
        if not is_empty and not (quantifier and _OPTIONAL.match(quantifier.group())):
            return letters, False
    return letters, True


def _end_of_group(pattern: str, start: int) -> int:
    depth = 0
    for place in range(start, len(pattern)):
        if pattern[place - 1 : place] == "\\":
            continue
        depth += (pattern[place] == "(") - (pattern[place] == ")")
        if not depth:
            return place + 1
    raise ValueError(f"no end of the group in {pattern}")
