"""Whom to trust for the next word: gates fitted by gradient on messages that the sources have not seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.sentences import Sentences
from earpiece.engine.vocabulary import END, UNKNOWN
from earpiece.engine.word_mixture import FEATURES, SOURCES, Floats, Turn, Views, shares_of_sources, views_of

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
    features = [np.zeros((0, FEATURES), np.float32)]
    chances = [np.zeros((0, len(SOURCES)))]
    there = [np.zeros((0, len(SOURCES)), np.bool_)]
    count = 0
    for turn, text in turns:
        words = text.split()[:MOST_WORDS]
        sentences = Sentences(turn)
        views = views_of([sentences.at(words[:end]) for end in range(len(words) + 1)])
        features.append(views.features)
        chances.append(_chances(turn, views, [*words, None]))
        there.append(views.is_there)
        count += len(words) + 1
        if count >= most:
            break
    return Positions(np.concatenate(features).astype(np.float64), np.concatenate(chances), np.concatenate(there))


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
    trust = shares_of_sources(np.asarray(gates, np.float64), found.features, found.is_there)
    return float(np.exp(-np.log((trust * found.chances).sum(axis=1) + 1e-12).mean()))


def _gradient(gates: Array, found: Positions) -> Array:
    trust = shares_of_sources(gates, found.features, found.is_there)
    joint = trust * found.chances
    share = joint / (joint.sum(axis=1, keepdims=True) + 1e-12)
    gradient: Array = (trust - share).T @ found.features / len(found.features)
    return gradient


def _chances(turn: Turn, views: Views, words: Sequence[str | None]) -> Array:
    """What each source gave the true word at each place (N, S); it may be one that only the conversation knows."""
    recent, count = turn.recent, len(turn.mixture.vocabulary)
    numbers = np.array([END if word is None else recent.id(word) for word in words])
    found = np.zeros((len(words), len(SOURCES)))
    known = np.where(numbers < count, numbers, UNKNOWN)
    for source, said in enumerate(views.dense):
        found[said.rows, source] = said.chances[np.arange(len(said.rows)), known[said.rows]]
    found[numbers >= count] *= RARE_BUT_SAID
    for row in np.flatnonzero(numbers != UNKNOWN).tolist():
        for source, shares in enumerate((views.any_time, views.following[row]), start=len(views.dense)):
            if shares is not None:
                found[row, source] = shares.chances[shares.words == numbers[row]].sum()
    return found
