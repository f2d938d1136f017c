"""A long alternation, split by the letters that it begins with: at a word only the phrases of its letters are tried."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

_MOST = 3  # letters of a word that are looked at
_ELEMENT = re.compile(
    r"(?P<group>\()|(?P<set>\[[^\]]+\])|(?P<escaped>\\.)|(?P<zero>\^|\$)|(?P<plain>[^\\\[\](){}?*+|])"
)
_OPTIONAL = re.compile(r"\?|\*|\{0,\d+\}")
_QUANTIFIER = re.compile(r"(?P<once>\?)(?!\?)|(?:[?*+]|\{\d+(?:,\d*)?\})\??")
_ZERO_WIDTH = re.compile(r"\?(?:=|!|<=|<!)")
_GROUP = re.compile(r"^\?(?::|P<\w+>)")
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzäöüßéèáàôêëïçñø0123456789 .,:;'/#-\n")
_LARGEST_SET = 8  # of more signs than these it is not asked which

_MOST_KEPT = 32_768  # beginnings that are remembered, whatever customers write


class Phrases(dict[str, re.Pattern[str] | None]):
    """By the letters that a word begins with what is tried there: a pattern of those letters or of fewer, or none."""

    def __missing__(self, start: str) -> re.Pattern[str] | None:
        shorter = self[start[:-1]] if start else None
        if len(self) < _MOST_KEPT:
            self[start] = shorter
        return shorter


class _Beginning(NamedTuple):
    """How a pattern begins: texts after which anything may come, and whole texts that it may be."""

    led: frozenset[str]
    whole: frozenset[str]


_NOTHING = _Beginning(frozenset(), frozenset(("",)))
_ANYTHING = _Beginning(frozenset(("",)), frozenset())


def by_first_letters(groups: Iterable[tuple[str, str]], after: str) -> Phrases:
    """For each beginning of a word the named groups' alternatives that may begin so, with `after` behind them."""
    ones = [(name, one) for name, phrases in groups for one in _alternatives(phrases)]
    begun: dict[str, set[int]] = {}
    for index, (_, one) in enumerate(ones):
        for prefix in beginnings(one, _MOST):
            begun.setdefault(prefix, set()).add(index)
    return Phrases({start: re.compile(f"(?:{_named(ones, _of_start(begun, start))}){after}") for start in begun})


def _of_start(begun: Mapping[str, set[int]], start: str) -> list[int]:
    return sorted(set().union(*(begun.get(start[:size], ()) for size in range(len(start) + 1))))


def _named(ones: Sequence[tuple[str, str]], chosen: Iterable[int]) -> str:
    groups = groupby((ones[index] for index in chosen), key=itemgetter(0))
    return "|".join(f"(?P<{name}>{'|'.join(one for _, one in group)})" for name, group in groups)


def search(
    phrases: Phrases, compounds: re.Pattern[str] | None, text: str, starts: Sequence[int], place: int
) -> re.Match[str] | None:
    """The first phrase from `place` on that begins a word of `text`, in lower case; its words begin at `starts`.

    `compounds` are phrases that begin with anything.
    """
    for index in range(bisect_left(starts, place), len(starts)):
        start = starts[index]
        pattern = phrases[text[start : start + _MOST]]
        match = pattern.match(text, start) if pattern else None
        if compounds and not match:
            match = compounds.match(text, start)
        if match:
            return match
    return None


def search_all(
    phrases: Phrases, compounds: re.Pattern[str] | None, text: str, starts: Sequence[int]
) -> Iterator[re.Match[str]]:
    """Every such phrase, none inside another."""
    place = 0
    while match := search(phrases, compounds, text, starts, place):
        place = match.end()
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


def beginnings(pattern: str, most: int) -> frozenset[str]:
    """Texts of `most` signs that whatever the pattern matches begins with; shorter ones where no more is known."""
    led, whole = _beginning(pattern, most)
    return led | whole


def _beginning(pattern: str, most: int) -> _Beginning:
    led: frozenset[str] = frozenset()
    whole = frozenset(("",))
    place = 0
    while whole and (element := _ELEMENT.match(pattern, place)):
        place = element.end()
        if element["group"]:
            place = _end_of_group(pattern, element.start())
            each = _of_group(pattern[element.end() : place - 1], most)
        else:
            each = _NOTHING if element["zero"] else _of_sign(element.group())
        quantifier = _QUANTIFIER.match(pattern, place)
        if quantifier:
            place = quantifier.end()
            each = _quantified(each, quantifier)
        led |= {(one + other)[:most] for one in whole for other in each.led}
        joined = {one + other for one in whole for other in each.whole}
        led |= {one[:most] for one in joined if len(one) >= most}
        whole = frozenset(one for one in joined if len(one) < most)
    return _Beginning(led, whole)


def _of_group(inner: str, most: int) -> _Beginning:
    if _ZERO_WIDTH.match(inner):
        return _NOTHING
    parts = [_beginning(one, most) for one in _alternatives(_GROUP.sub("", inner))]
    return _Beginning(frozenset().union(*(one.led for one in parts)), frozenset().union(*(one.whole for one in parts)))


def _of_sign(sign: str) -> _Beginning:
    signs = frozenset(char for char in _SIGNS if re.fullmatch(sign, char)) if len(sign) > 1 else frozenset((sign,))
    return _Beginning(frozenset(), signs) if signs and sign != "." and len(signs) <= _LARGEST_SET else _ANYTHING


def _quantified(each: _Beginning, quantifier: re.Match[str]) -> _Beginning:
    led, whole = each
    if not quantifier["once"]:
        led |= whole  # it may come again
    return _Beginning(led, whole | {""} if _OPTIONAL.match(quantifier.group()) else whole)


def _end_of_group(pattern: str, start: int) -> int:
    depth = 0
    for place in range(start, len(pattern)):
        if pattern[place - 1 : place] == "\\":
            continue
        depth += (pattern[place] == "(") - (pattern[place] == ")")
        if not depth:
            return place + 1
    raise ValueError(f"no end of the group in {pattern}")
