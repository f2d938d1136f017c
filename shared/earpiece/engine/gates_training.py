"""Whom to trust for the next word: gates fitted by gradient on messages that the sources have not seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.vocabulary import END, UNKNOWN
from earpiece.engine.word_mixture import FEATURES, SOURCES, Floats, Place, Turn, Views

MOST_POSITIONS = 20_000
MOST_WORDS = 60
STEPS = 400
RATE = 0.05
DECAY = 1e-3
RARE_BUT_SAID = 1e-3  # what "unknown" is worth for a word that another source knows by name
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Positions:
    """N places in messages: `features` (N, F); by source the true word's probability and whether it spoke (N, S)."""

    features: Array
    chances: Array
    is_there: NDArray[np.bool_]


def default_gates() -> Floats:
    """Trust in the n-grams, and in the replies while they match: for an account too small to learn from."""
    gates = np.zeros((len(SOURCES), FEATURES), np.float32)
    gates[:, 0] = (0.0, 1.0, 1.0, -2.0, 0.0)
    return gates


def collect(turns: Iterable[tuple[Turn, str]], most: int = MOST_POSITIONS) -> Positions:
    """Every word of the messages, each with its turn, until there are enough."""
    features: list[Floats] = []
    chances: list[list[float]] = []
    there: list[list[bool]] = []
    for turn, text in turns:
        place = turn.root
        for word in [*text.split()[:MOST_WORDS], None]:
            views = place.views()
            features.append(views.features)
            chances.append(_chances(place, views, word))
            there.append(views.is_there)
            place = place.then(word) if word is not None else place
        if len(features) >= most:
            break
    shape = (len(features), len(SOURCES))
    return Positions(
        np.array(features, np.float64).reshape(-1, FEATURES),
        np.array(chances, np.float64).reshape(shape),
        np.array(there, np.bool_).reshape(shape),
    )


def fit_gates(found: Positions) -> Floats:
    """The gates (S, F) under which the true words are likeliest; Adam on the whole, from nothing."""
    if not len(found.features):
        return default_gates()
    gates = np.zeros((len(SOURCES), FEATURES))
    mean, square = np.zeros_like(gates), np.zeros_like(gates)
    for step in range(1, STEPS + 1):
        gradient = _gradient(gates, found) + DECAY * gates
        mean += 0.1 * (gradient - mean)
        square += 0.01 * (gradient * gradient - square)
        rate = RATE * min(1.0, 3 * (1 - step / STEPS))
        gates -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return gates.astype(np.float32)


def perplexity(gates: Array, found: Positions) -> float:
    trust = _trust(np.asarray(gates, np.float64), found)
    return float(np.exp(-np.log((trust * found.chances).sum(axis=1) + 1e-12).mean()))


def _gradient(gates: Array, found: Positions) -> Array:
    trust = _trust(gates, found)
    joint = trust * found.chances
    share = joint / (joint.sum(axis=1, keepdims=True) + 1e-12)
    gradient: Array = (trust - share).T @ found.features / len(found.features)
    return gradient


def _trust(gates: Array, found: Positions) -> Array:
    scores = np.where(found.is_there, found.features @ gates.T, -1e9)
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = parts / parts.sum(axis=1, keepdims=True)
    return shares


def _chances(place: Place, views: Views, word: str | None) -> list[float]:
    """What each source gave the true word, which may be one that only the conversation knows."""
    recent, count = place.turn.recent, len(place.turn.mixture.vocabulary)
    number = END if word is None else recent.id(word)
    sparse = [
        float(one.chances[one.words == number].sum()) if one is not None and number != UNKNOWN else 0.0
        for one in views.sparse
    ]
    part = RARE_BUT_SAID if number >= count else 1.0
    known = number if number < count else UNKNOWN
    dense = [float(one[known]) * part if one is not None else 0.0 for one in views.dense]
    return [*dense, *sparse]
