"""The grams of many examples as rows of the encoder's table, where a text stands once in however many contexts.

So memory grows with the texts, not with the lengths of all contexts: a turn is in the context of every later answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from earpiece.engine.encoder import known_rows
from earpiece.engine.features import grams
from earpiece.engine.ngrams import ranges

Array = NDArray[Any]
Text = str | tuple[int, ...]  # or its grams


@dataclass(frozen=True, slots=True)
class TextRows:
    """Text `i` has the rows `rows[bounds[i]:bounds[i + 1]]` of a table of so many `columns`."""

    rows: Array
    bounds: NDArray[np.int64]
    columns: int


@dataclass(frozen=True, slots=True)
class GramRows:
    """Example `i` has the texts `numbers[bounds[i]:bounds[i + 1]]`."""

    texts: TextRows
    numbers: NDArray[np.int32]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), self.texts.columns

    def __getitem__(self, span: slice) -> GramRows:
        """A stretch of the examples; nothing is copied."""
        start, stop, _ = span.indices(len(self))
        return replace(self, bounds=self.bounds[start : stop + 1])

    def matrix(self, chosen: Array) -> Any:
        """These examples as a sparse matrix (chosen, columns): each gram weighs one by the root of their number."""
        counts = self.bounds[chosen + 1] - self.bounds[chosen]
        numbers = self.numbers[ranges(self.bounds[chosen], counts)]
        sizes = self.texts.bounds[numbers + 1] - self.texts.bounds[numbers]
        rows = self.texts.rows[ranges(self.texts.bounds[numbers], sizes)].astype(np.int32)
        bounds = np.append(0, np.cumsum(sizes))[np.append(0, np.cumsum(counts))]
        lengths = np.diff(bounds)
        weights = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
        return sparse.csr_matrix((weights, rows, bounds), shape=(len(chosen), self.texts.columns))


class KnownTexts:
    """Numbers texts as they come, and finds the rows of each once."""

    def __init__(self, hashes: NDArray[np.uint32]) -> None:
        self._hashes = hashes
        self._numbers: dict[Text, int] = {}
        self._rows = array("H" if len(hashes) <= 0x10000 else "I")
        self._bounds = array("q", [0])

    def number(self, text: Text) -> int:
        found = self._numbers.setdefault(text, len(self._numbers))
        if found == len(self._bounds) - 1:
            rows = known_rows(self._hashes, grams(text) if isinstance(text, str) else text)
            self._rows.frombytes(rows.astype(self._rows.typecode).tobytes())
            self._bounds.append(len(self._rows))
        return found

    def rows(self) -> TextRows:
        """Of all texts so far; none may follow."""
        rows = np.frombuffer(self._rows, self._rows.typecode)
        return TextRows(rows, np.frombuffer(self._bounds, np.int64), max(len(self._hashes), 1))


def gram_rows(hashes: NDArray[np.uint32], fields: Iterable[Sequence[Sequence[Text]]], count: int) -> list[GramRows]:
    """For each of `count` fields the texts that every example has in it."""
    known = KnownTexts(hashes)
    numbers = [array("i") for _ in range(count)]
    bounds = [array("q", [0]) for _ in range(count)]
    for example in fields:
        for texts, listed, ends in zip(example, numbers, bounds, strict=True):
            listed.extend(map(known.number, texts))
            ends.append(len(listed))
    rows = known.rows()
    return [
        GramRows(rows, np.frombuffer(listed, np.int32), np.frombuffer(ends, np.int64))
        for listed, ends in zip(numbers, bounds, strict=True)
    ]
