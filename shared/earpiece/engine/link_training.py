"""Learn which link to offer: an index over the links that agents sent, and the stage that ranks them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.lexicon import Bags, Lexicon
from earpiece.engine.link_ranking import FEATURE_COUNT, FEATURES, LinkIndex
from earpiece.engine.links import links_of
from earpiece.engine.ranker_training import LEAST_LISTS, SMALL_WIDTH, Example
from earpiece.engine.ranking import Ranker
from earpiece.engine.second_stage_training import Lists, SecondStageSettings, fit_second_stage

FIRST_WEIGHTS = {"like context": 4.0, "votes": 1.0, "like reply": 8.0, "uses": 0.5}
FIRST_OVERLAP = 6.0
MOST_WORDS_AROUND = 400
MOST_TEXTS_AROUND = 40
_PART = re.compile(r"[^\W_]{2,}")
Array = NDArray[Any]


def learn_links(
    examples: Sequence[Example], held_from: int, links: Sequence[str], earlier: Ranker, ranker: Ranker
) -> dict[str, Array]:
    """The arrays of a link index over these links, and of the stage that ranks them, learned on the newest examples."""
    place = {link: number for number, link in enumerate(links)}
    fitting = _index(examples[:held_from], links, place, earlier)
    lists = []
    for one in examples[held_from:]:
        for link in links_of(one.text):
            if link in place and place[link] in fitting.uses:
                made = fitting.features(earlier.turn(one.context), earlier)
                lists.append(made[np.r_[place[link], np.delete(np.arange(len(links)), place[link])]])
    stage = _stage(lists)
    index = _index(examples, links, place, ranker)
    return {
        "link_vectors": index.vectors,
        "link_uses": index.uses,
        "link_replies": index.replies.astype(np.float16),
        "link_word_hashes": index.words.hashes,
        "link_word_weights": index.words.weights.astype(np.float16),
        "link_word_values": index.words.values,
        "link_word_offsets": index.words.offsets,
        **{f"link_stage_{name}": array for name, array in stage.items()},
    }


def path_words(link: str) -> str:
    """The words of a link's host and path."""
    return " ".join(_PART.findall(re.sub(r"^https?://(www\.)?", "", link).split("?")[0]))


def _stage(lists: Sequence[Array]) -> dict[str, Array]:
    if len(lists) >= LEAST_LISTS:
        stacked = np.stack(lists)
        settings = SecondStageSettings(units=4, epochs=60, decay=3e-3)
        return fit_second_stage(Lists(stacked, np.zeros(stacked.shape[:2], bool)), settings)
    nothing = np.zeros((FEATURE_COUNT, 1), np.float32)
    line = nothing[:, 0].copy()
    line[: len(FEATURES)] = [FIRST_WEIGHTS[name] for name in FEATURES]
    line[len(FEATURES)] = FIRST_OVERLAP
    return {
        "mean": nothing[:, 0],
        "spread": nothing[:, 0] + 1,
        "hidden": nothing,
        "bias": nothing[0],
        "out": nothing[0],
        "line": line,
    }


def _index(examples: Sequence[Example], links: Sequence[str], place: Mapping[str, int], ranker: Ranker) -> LinkIndex:
    uses = [(one, place[link]) for one in examples for link in set(links_of(one.text)) if link in place]
    uses.sort(key=lambda use: use[1])
    vectors = [np.rint(ranker.small(ranker.encoder.context(one.context)) * 127) for one, _ in uses]
    carried = np.zeros((len(links), ranker.encoder.width), np.float32)
    around: list[list[str]] = [[path_words(link)] for link in links]
    for one, link in uses:
        carried[link] += ranker.encoder.reply(one.text)
        around[link] += [one.text, *(turn["text"] for turn in one.context[-2:] if turn["role"] == "customer")]
    length = np.linalg.norm(carried, axis=1, keepdims=True)
    return LinkIndex(
        links,
        np.array(vectors, np.int8).reshape(len(uses), SMALL_WIDTH),
        np.array([link for _, link in uses], np.int32),
        carried / np.maximum(length, 1e-6),
        _words(around, ranker.lexicon),
    )


def _words(around: Sequence[Sequence[str]], lexicon: Lexicon) -> Bags:
    return Bags.of([lexicon.bag(text[:MOST_WORDS_AROUND] for text in texts[:MOST_TEXTS_AROUND]) for texts in around])
