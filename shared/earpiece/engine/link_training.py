"""Learn which link to offer: an index over the links that agents sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.examples import Example
from earpiece.engine.lexicon import Bags, Lexicon
from earpiece.engine.link_ranking import LinkIndex
from earpiece.engine.links import link_key, links_of
from earpiece.engine.ranking import Ranker

MOST_WORDS_AROUND = 400
MOST_TEXTS_AROUND = 40
_PART = re.compile(r"[^\W_]{2,}")
Array = NDArray[Any]


def learn_links(examples: Sequence[Example], links: Sequence[str], ranker: Ranker) -> dict[str, Array]:
    """The arrays of a link index over these links."""
    place = {link_key(link): number for number, link in enumerate(links)}
    index = _index(examples, links, place, ranker)
    return {
        "link_uses": index.uses,
        "link_replies": index.replies.astype(np.float16),
        "link_word_hashes": index.words.hashes,
        "link_word_weights": index.words.weights.astype(np.float16),
        "link_word_values": index.words.values,
        "link_word_offsets": index.words.offsets,
    }


def path_words(link: str) -> str:
    """The words of a link's host and path."""
    return " ".join(_PART.findall(re.sub(r"^https?://(www\.)?", "", link).split("?")[0]))


def _index(examples: Sequence[Example], links: Sequence[str], place: Mapping[str, int], ranker: Ranker) -> LinkIndex:
    def keys(text: str) -> list[str]:
        return sorted({link_key(link) for link in links_of(text)})

    uses = [(one, place[link]) for one in examples for link in keys(one.text) if link in place]
    uses.sort(key=lambda use: use[1])
    carried = np.zeros((len(links), ranker.encoder.width), np.float32)
    around: list[list[str]] = [[path_words(link)] for link in links]
    for one, link in uses:
        carried[link] += ranker.encoder.reply(one.text)
        around[link] += [one.text, *(turn["text"] for turn in one.context[-2:] if turn["role"] == "customer")]
    length = np.linalg.norm(carried, axis=1, keepdims=True)
    return LinkIndex(
        links,
        np.bincount(np.array([link for _, link in uses], np.int64), minlength=len(links)).astype(np.int32),
        carried / np.maximum(length, 1e-6),
        _words(around, ranker.lexicon),
    )


def _words(around: Sequence[Sequence[str]], lexicon: Lexicon) -> Bags:
    return Bags.of([lexicon.bag(text[:MOST_WORDS_AROUND] for text in texts[:MOST_TEXTS_AROUND]) for texts in around])
