"""Words in common, replies that say the same, and links: what the ranker builds on."""

from __future__ import annotations

import numpy as np
import pytest

from earpiece.engine.intents import intents
from earpiece.engine.lexicon import Bags, ContextWords, build_lexicon
from earpiece.engine.link_training import path_words
from earpiece.engine.normal import text_key

TEXTS = ["the parcel is late", "the bike is blue", "the parcel is lost", "a blue bike"]
LEXICON = build_lexicon(TEXTS, ["a", "b", "c", "d"], min_owners=2)


def overlap(reply: str, *asked: str) -> list[float]:
    words = ContextWords.of(LEXICON, [{"role": "customer", "text": text} for text in asked])
    return words.overlap(Bags.of([LEXICON.bag([reply])]))[0].tolist()


def test_rare_words_in_common_count_for_more_than_usual_ones():
    assert overlap("the parcel", "my parcel")[0] > overlap("the parcel", "the one")[0] > 0


def test_nothing_in_common_is_no_overlap():
    assert overlap("blue bike", "hello there")[:6] == [0, 0, 0, 0, 0, 0]
    assert overlap("blue bike")[:6] == [0, 0, 0, 0, 0, 0]


def test_values_that_the_context_holds_are_told_from_those_that_it_lacks():
    held, lacked = overlap("Table at Lucca for 4 at 19", "Lucca please, for 4")[-2:]

    assert (held, lacked) == (np.float32(np.log1p(2)), np.float32(np.log1p(1)))


def test_a_bag_is_the_same_in_any_order_and_of_length_one():
    one, other = LEXICON.bag(["the blue bike"]), LEXICON.bag(["bike the", "blue"])

    assert one.hashes.tolist() == other.hashes.tolist()
    assert float(np.linalg.norm(one.weights)) == pytest.approx(1, abs=1e-5)


def test_replies_that_say_nearly_the_same_have_one_intent():
    texts = ["Is there anything else I can do for you?", "Is there anything else that I can do for you?", "Goodbye."]
    bags = Bags.of([LEXICON.bag([text]) for text in texts])

    assert intents([text_key(text) for text in texts], bags, 0.85).tolist() == [0, 0, 2]


def test_the_words_of_a_link_are_those_of_its_host_and_path():
    assert path_words("https://www.help.example/returns-and-refunds?id=1") == "help example returns and refunds"
