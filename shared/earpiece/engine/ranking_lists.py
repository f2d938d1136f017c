"""What the second stages learn from: held-out contexts, each with its own reply among others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.candidates import Candidates
from earpiece.engine.examples import Example, text_numbers
from earpiece.engine.ranking import FEATURE_COUNT, Ranker, first_stage_weights, with_none
from earpiece.engine.second_stage_training import Lists, SecondStageSettings, fit_second_stage

CANDIDATES = 100
LEAST_LISTS = 60
MOST_LISTS = 2_000
ROUNDS = 4  # in which a held-out context is set against other candidates
Array = NDArray[Any]


def second_stages(ranker: Ranker, newest: Sequence[Example]) -> tuple[dict[str, Array], dict[str, Array]]:
    """For scores and for replies; fixed ones where there is too little to learn from."""
    if len(newest) < LEAST_LISTS:
        return first_stage_weights(FEATURE_COUNT), first_stage_weights(FEATURE_COUNT + 1)
    settings = SecondStageSettings()
    return (
        fit_second_stage(_score_lists(ranker, newest), replace(settings, epochs=settings.epochs // ROUNDS)),
        fit_second_stage(_reply_lists(ranker, newest), settings),
    )


def _score_lists(ranker: Ranker, newest: Sequence[Example]) -> Lists:
    """Each held-out context with its own reply and 99 of other held-out contexts, with others in each round."""
    random = np.random.default_rng(0)
    chosen = [newest[place] for place in random.permutation(len(newest))[:MOST_LISTS]]
    turns = [ranker.turn(one.context) for one in chosen]
    candidates = [ranker.candidate(one.text, one.reply) for one in chosen]
    keys = np.array(text_numbers(chosen))
    # In 16 bits: these are the most that training holds at once on an account of middling size.
    features = np.zeros((ROUNDS * len(chosen), CANDIDATES, FEATURE_COUNT), np.float16)
    out = np.ones(features.shape[:2], bool)
    orders = np.concatenate([random.permutation(len(chosen)) for _ in range(ROUNDS)])
    for start in range(0, len(orders), CANDIDATES):
        batch = orders[start : start + CANDIDATES]
        found = Candidates.of([candidates[place] for place in batch], ranker.encoder.width)
        for at, place in enumerate(batch):
            first = np.r_[at, np.delete(np.arange(len(batch)), at)]
            features[start + at, : len(batch)] = ranker.features(turns[place], found)[first]
            out[start + at, : len(batch)] = keys[batch[first]] == keys[place]
            out[start + at, 0] = False
    return Lists(features, out)


def _reply_lists(ranker: Ranker, newest: Sequence[Example]) -> Lists:
    """Each held-out context with its short list; where its own reply is not on it, "none of these" is right."""
    random = np.random.default_rng(1)
    features, outs = [], []
    size = None
    for place in random.permutation(len(newest))[:MOST_LISTS]:
        one = newest[place]
        turn = ranker.turn(one.context)
        listed = ranker.short_list(ranker.first_stage(turn))
        made = with_none(ranker.features(turn, ranker.index.replies.chosen(listed)))
        right = np.flatnonzero(listed == one.reply)
        at = int(right[0]) if len(right) else len(listed)
        size = len(made)
        features.append(made[np.r_[at, np.delete(np.arange(size), at)]])
        outs.append(np.zeros(size, bool))
    return Lists(np.stack(features), np.stack(outs))
