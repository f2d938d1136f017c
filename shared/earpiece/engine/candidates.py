"""Replies as the ranker compares them: a vector, the words, and what can be said of a reply by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.clock_times import Minutes, padded_times
from earpiece.engine.encoder import Encoder
from earpiece.engine.lexicon import Bag, Bags, Lexicon

STATIC_COUNT = 7
NO_ANSWER = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reply; `place` is its place among the account's replies, -1 for none of them.

    `answer` is its vector for the sequence of turns, empty where there is none.
    """

    text: str
    vector: NDArray[np.float32]
    bag: Bag
    static: tuple[float, ...]
    place: int
    answer: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        text: str,
        place: int,
        count: int,
        encoder: Encoder,
        lexicon: Lexicon,
        answer: NDArray[np.float32] = NO_ANSWER,
    ) -> Candidate:
        """A reply that was said `count` times."""
        bag = lexicon.bag([text])
        static = (
            math.log1p(count),
            math.log1p(len(text)),
            math.log1p(len(bag.hashes)),
            float("?" in text),
            float(any(sign.isdigit() for sign in text)),
            float("http" in text or "www." in text),
            float("!" in text),
        )
        return cls(text, encoder.reply(text), bag, static, place, answer)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Many of them: `vectors` (n, width), their words, `static` (n, STATIC_COUNT), `places` (n,), and the times that
    they name as `clock_times.padded_times` gives them; models of before these were looked at hold none.
    """

    vectors: NDArray[np.float32]
    bags: Bags
    static: NDArray[np.float32]
    places: NDArray[np.int64]
    times: Minutes | None

    @classmethod
    def of(cls, found: Sequence[Candidate], width: int) -> Candidates:
        """These, in this order."""
        return cls(
            np.array([one.vector for one in found], np.float32).reshape(-1, width),
            Bags.of([one.bag for one in found]),
            np.array([one.static for one in found], np.float32).reshape(-1, STATIC_COUNT),
            np.array([one.place for one in found], np.int64),
            padded_times([one.text for one in found]),
        )

    def chosen(self, places: NDArray[Any]) -> Candidates:
        """Those of these places."""
        return Candidates(
            self.vectors[places],
            self.bags.chosen(places),
            self.static[places],
            self.places[places],
            None if self.times is None else self.times[places],
        )
