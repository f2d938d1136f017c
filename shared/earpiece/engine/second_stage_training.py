"""Fit the second stage: cross entropy of the right candidate among those of its list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.adam import Adam

Array = NDArray[Any]
LEAST_RATE = 0.02
LEAST_SPREAD = 1e-3
MEASURED = 1_000  # lists, for the mean and the spread of a feature


@dataclass(frozen=True, slots=True)
class Lists:
    """`features` (lists, candidates, features), the right one first, in 16 or 32 bits; `out` tells which candidates do
    not count.
    """

    features: Array
    out: Array


@dataclass(frozen=True, slots=True)
class SecondStageSettings:
    """`decay` pulls the weights towards nothing; `drop` is the share of hidden units left out at random.

    So many `networks` of `units` each are learned apart, from other first weights and in another order.
    """

    networks: int = 3
    units: int = 16
    epochs: int = 40
    batch: int = 64
    rate: float = 4e-3
    decay: float = 1e-3
    drop: float = 0.1
    seed: int = 0


def fit_second_stage(lists: Lists, settings: SecondStageSettings) -> dict[str, Array]:
    """The arrays of a SecondStage: the mean of the networks, as one."""
    some = slice(0, MEASURED)
    counted = lists.features[some][~lists.out[some]].astype(np.float32)
    mean, spread = counted.mean(axis=0), np.maximum(counted.std(axis=0), LEAST_SPREAD)
    seeds = range(settings.seed, settings.seed + settings.networks)
    found = [_fitted(lists, mean, spread, replace(settings, seed=seed)) for seed in seeds]
    return {
        "mean": mean.astype(np.float32),
        "spread": spread.astype(np.float32),
        "hidden": np.concatenate([one["hidden"] for one in found], axis=1),
        "bias": np.concatenate([one["bias"] for one in found]),
        "out": np.concatenate([one["out"] for one in found]) / np.float32(len(found)),
        "line": np.mean([one["line"] for one in found], axis=0),
    }


def _fitted(lists: Lists, mean: Array, spread: Array, settings: SecondStageSettings) -> dict[str, Array]:
    """One network."""
    random = np.random.default_rng(settings.seed)
    count = lists.features.shape[2]
    weights = {
        "hidden": (random.standard_normal((count, settings.units)) * count**-0.5).astype(np.float32),
        "bias": np.zeros(settings.units, np.float32),
        "out": np.zeros(settings.units, np.float32),
        "line": np.zeros(count, np.float32),
    }
    moves = {name: Adam(array, settings.rate) for name, array in weights.items()}
    total = settings.epochs * -(-len(lists.features) // settings.batch)
    step = 0
    for _ in range(settings.epochs):
        order = random.permutation(len(lists.features))
        for start in range(0, len(order), settings.batch):
            chosen = order[start : start + settings.batch]
            standard = (lists.features[chosen] - mean) / spread
            gradients = _gradients(weights, standard, lists.out[chosen], settings, random)
            for name, gradient in gradients.items():
                moves[name].step(gradient + settings.decay * weights[name], max(LEAST_RATE, 1 - step / total))
            step += 1
    return weights


def _gradients(
    weights: dict[str, Array], standard: Array, out: Array, settings: SecondStageSettings, random: np.random.Generator
) -> dict[str, Array]:
    raised = np.tanh(standard @ weights["hidden"] + weights["bias"])
    kept = (random.random((len(standard), 1, settings.units), dtype=np.float32) > settings.drop) / (1 - settings.drop)
    kept = kept.astype(np.float32)
    scores = (raised * kept) @ weights["out"] + standard @ weights["line"]
    scores[out] = -1e9
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[:, 0] -= 1
    shares /= len(standard)
    by_raised = shares[..., None] * weights["out"] * kept * (1 - raised * raised)
    return {
        "out": ((raised * kept) * shares[..., None]).sum(axis=(0, 1)),
        "line": np.tensordot(shares, standard, ((0, 1), (0, 1))),
        "hidden": np.tensordot(standard, by_raised, ((0, 1), (0, 1))),
        "bias": by_raised.sum(axis=(0, 1)),
    }
