"""The participants' own values, wherever a message repeats them: the surest find, and the cheapest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from earpiece.privacy.letters import Folded, fold
from earpiece.privacy.spans import Known, Label, Span
from earpiece.privacy.words import PARTICLES, ROLES, STOP_WORDS

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[\s-]+")
# Scripts that put no space between words: a name there is any run of its letters.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_IN_WORDS = frozenset({Label.PERSON, Label.EMAIL, Label.ADDRESS})
_LONGEST_GAP = 3  # "Jansen - Bakker"
_SHORTEST_TOKEN = 3
_PHONE_DIGITS = 9  # the part of a number that is the same from inside and outside its country
_COUNTRY_CODE = re.compile(r"(?:\+|\b00)[ ]?\d{1,3}[ ./-]{0,2}(?:\(?0\)?[ ./-]{0,2})?$|\(?\b0[ ./-]{0,2}$")


class KnownValues:
    """An index of a conversation's known values; costs what their letters cost, whatever the text."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], Label]]] = {}
        self._patterns: list[tuple[re.Pattern[str], Label]] = []
        for one in known:
            self._add(one.value, Label(one.label))
        for phrases in self._by_first_word.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))

    def __bool__(self) -> bool:
        return bool(self._by_first_word or self._patterns)

    def find(self, text: str) -> Iterator[Span]:
        """Every occurrence in any case, with or without accents; words only as whole words."""
        folded = fold(text)
        if self._by_first_word:
            yield from self._phrases(text, folded)
        for pattern, label in self._patterns:
            for match in pattern.finditer(folded.text):
                yield Span(*folded.source(_with_country_code(folded.text, match, label), match.end()), label)

    def _add(self, value: str, label: Label) -> None:
        for spelling in {value, value.translate(_UMLAUTS)}:
            letters = fold(spelling).text
            words = tuple(_WORD.findall(letters))
            if _UNSPACED.search(letters):
                self._patterns.append((re.compile(re.escape(letters.strip())), label))
            elif label not in _IN_WORDS:
                self._add_pattern("".join(words), label)
            elif len("".join(words)) > 1 and not (label is Label.PERSON and ROLES.issuperset(words)):
                self._add_phrases(letters, words, label)

    def _add_phrases(self, letters: str, words: tuple[str, ...], label: Label) -> None:
        phrases = {words} if words else set()
        if label is Label.PERSON:
            # "O'Brien" is also looked for as "obrien".
            joined = ("".join(_WORD.findall(part)) for part in _PART.split(letters))
            phrases |= {(token,) for token in (*words, *joined) if _is_telling(token)}
        for phrase in phrases:
            self._by_first_word.setdefault(phrase[0], []).append((phrase, label))

    def _add_pattern(self, letters: str, label: Label) -> None:
        if label is Label.PHONE:
            letters = "".join(filter(str.isdecimal, letters))[-_PHONE_DIGITS:]
        if len(letters) >= 4:
            spaced = r"[\W_]{0,3}".join(map(re.escape, letters))
            self._patterns.append((re.compile(spaced + (r"(?!\d)" if label is Label.PHONE else "")), label))

    def _phrases(self, text: str, folded: Folded) -> Iterator[Span]:
        words = list(_WORD.finditer(folded.text))
        place = 0
        while place < len(words):
            phrase = next(self._candidates(text, folded, words, place), None)
            if phrase:
                size, label = phrase
                yield Span(*folded.source(words[place].start(), words[place + size - 1].end()), label)
                place += size - 1
            place += 1

    def _candidates(
        self, text: str, folded: Folded, words: list[re.Match[str]], place: int
    ) -> Iterator[tuple[int, Label]]:
        for phrase, label in self._by_first_word.get(words[place].group(), ()):
            run = words[place : place + len(phrase)]
            if tuple(word.group() for word in run) != phrase or not _is_close(run):
                continue
            start, _ = folded.source(run[0].start(), run[-1].end())
            # "Will will call": a name that is also a common word counts when it is not in lower case.
            if len(phrase) > 1 or phrase[0] not in STOP_WORDS or not text[start].islower():
                yield len(phrase), label


def _is_telling(token: str) -> bool:
    is_word = len(token) >= _SHORTEST_TOKEN and any(char.isalpha() for char in token)
    return is_word and token not in PARTICLES and token not in ROLES


def _is_close(run: list[re.Match[str]]) -> bool:
    return all(after.start() - before.end() <= _LONGEST_GAP for before, after in pairwise(run))


def _with_country_code(letters: str, match: re.Match[str], label: Label) -> int:
    if label is not Label.PHONE:
        return match.start()
    code = _COUNTRY_CODE.search(letters, max(0, match.start() - 12), match.start())
    return code.start() if code else match.start()
