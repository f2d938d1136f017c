"""Which of many texts hold the words of a search: the last word may be begun only, and each may hold one slip.

No search looks at every text. Words are sorted, so a beginning is a range of them found by bisection; a slip is looked
for by walking down the letters that really follow in some word, not by comparing with each.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.language import is_function_word
from earpiece.engine.prefixes import fold
from earpiece.engine.vocabulary import AFTER_ALL

MOST_WORDS = 12  # of a search; the rest of a longer one adds nothing
LEAST_LETTERS = 4  # of a word in which a slip is forgiven
MOST_BRANCHES = 64  # letters tried at one place: scripts with thousands have no slips of the finger
EXACT, BEGUN, SLIPPED = 1.0, 0.75, 0.5  # how well a word fits; a begun one better the more of it is typed
FUNCTION_WORD = 0.2  # what such a word weighs beside others, which must be there
_SLOT = re.compile(r"\{[A-Z_]{2,16}\}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
Places = NDArray[np.int32]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Matches:
    """`places` (n,) of the texts that fit, rising; `scores` (n,) between 0 and 1: how well their words do."""

    places: Places
    scores: Scores


class WordIndex:
    """The words of some texts. About 150 bytes a text of ten words; 20,000 of them take about half a second."""

    def __init__(self, texts: Sequence[str]) -> None:
        folded: dict[str, str] = {}
        holders: dict[str, list[int]] = {}
        self.lengths = np.zeros(len(texts), np.int32)
        for place, text in enumerate(texts):
            said = _split(text)
            self.lengths[place] = len(said)
            for word in set(said):
                known = folded.get(word)
                if known is None:
                    known = folded[word] = _folded(word)
                if known:
                    holders.setdefault(known, []).append(place)
        self._words = sorted(holders)
        of_words = [np.unique(np.array(holders.pop(word), np.int32)) for word in self._words]
        self._starts = np.concatenate(([0], np.cumsum([len(one) for one in of_words]))).astype(np.int64)
        self._places = np.concatenate(of_words) if of_words else np.zeros(0, np.int32)

    @property
    def held_bytes(self) -> int:
        """About what it holds in memory."""
        return int(self._places.nbytes + self._starts.nbytes + self.lengths.nbytes + 75 * len(self._words))

    def search(self, query: str) -> Matches:
        """The texts that hold every word of the query but those that only hold sentences together; none without any.

        A slip is forgiven where a word is not found as it stands, or where the words are found but not together.
        """
        words = words_of(query)[:MOST_WORDS]
        strict = self._fitting(words, is_forgiving=False)
        return strict if len(strict.places) or not words else self._fitting(words, is_forgiving=True)

    def _fitting(self, words: Sequence[str], *, is_forgiving: bool) -> Matches:
        needed = [word for word in words if not is_function_word(word)] or words
        sums, weights = np.zeros(len(self.lengths), np.float32), 0.0
        fits: NDArray[np.bool_] = np.full(len(sums), bool(words))
        for number, word in enumerate(words):
            is_needed = word in needed
            found = self._scores(word, is_last=number == len(words) - 1, is_forgiving=is_forgiving and is_needed)
            weight = 1.0 if is_needed else FUNCTION_WORD
            weights += weight
            sums += np.float32(weight) * found
            if is_needed:
                fits &= found > 0
            if not fits.any():
                break
        places = np.flatnonzero(fits).astype(np.int32)
        return Matches(places, sums[places] / np.float32(max(weights, 1e-9)))

    def _scores(self, word: str, *, is_last: bool, is_forgiving: bool) -> Scores:
        """How well each text's best word fits this one."""
        scores = np.zeros(len(self.lengths), np.float32)
        low, high = self._range(word)
        is_exact = low < high and self._words[low] == word
        if is_last:
            self._mark(
                scores,
                low,
                high,
                [BEGUN + (EXACT - BEGUN) * len(word) / len(self._words[at]) for at in range(low, high)],
            )
        elif is_exact:
            self._mark(scores, low, low + 1, [EXACT])
        if (is_forgiving or not scores.any()) and len(word) >= LEAST_LETTERS:
            for start, end in self._slips(word, is_begun=is_last):
                self._mark(scores, start, end, [SLIPPED] * (end - start))
        return scores

    def _mark(self, scores: Scores, low: int, high: int, fit: Sequence[float]) -> None:
        """Raise the scores of the texts that hold the words from `low` to `high` to how well each word fits."""
        if low == high:
            return
        places = self._places[self._starts[low] : self._starts[high]]
        np.maximum.at(scores, places, np.repeat(np.array(fit, np.float32), np.diff(self._starts[low : high + 1])))

    def _slips(self, word: str, *, is_begun: bool) -> Iterator[tuple[int, int]]:
        """Ranges of words that are this one, or begin so, but for one letter too many, missing or wrong, or a swap."""
        for wanted in dict.fromkeys(self._variants(word)):
            low, high = self._range(wanted)
            if is_begun and low < high:
                yield low, high
            elif low < high and self._words[low] == wanted:
                yield low, low + 1

    def _variants(self, word: str) -> Iterator[str]:
        for at in range(len(word) + 1):
            done, rest = word[:at], word[at:]
            low, high = self._range(done)
            if low == high:
                return  # no word goes on like this, so the slip was before
            yield done + rest[1:]
            if len(rest) > 1:
                yield done + rest[1] + rest[0] + rest[2:]
            for letter in self._letters(at, low, high):
                yield done + letter + rest
                yield done + letter + rest[1:]

    def _letters(self, at: int, low: int, high: int) -> Iterator[str]:
        """Which letters stand at this place in the words of a range."""
        tried = 0
        while low < high and tried < MOST_BRANCHES:
            word = self._words[low]
            if len(word) <= at:
                low += 1
                continue
            yield word[at]
            tried += 1
            low = bisect_left(self._words, word[: at + 1] + AFTER_ALL, low, high)

    def _range(self, beginning: str) -> tuple[int, int]:
        low = bisect_left(self._words, beginning)
        return low, bisect_left(self._words, beginning + AFTER_ALL, low)


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order; slots are none."""
    return [folded for word in _split(text) if (folded := _folded(word))]


def _split(text: str) -> list[str]:
    return _WORD.findall(_SLOT.sub(" ", unicodedata.normalize("NFC", text)))


def _folded(word: str) -> str:
    return fold(word).replace("'", "")
