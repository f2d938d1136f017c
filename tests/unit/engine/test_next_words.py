"""What the next word comes from: n-grams, replies, the conversation's own words, and the gates over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.gates_training import Positions, fit_gates, perplexity
from earpiece.engine.ngrams import build, next_words
from earpiece.engine.offers import OfferPolicy, Path, choose
from earpiece.engine.recent_words import RecentWords
from earpiece.engine.reply_words import ReplyWords
from earpiece.engine.spelling import learn_spelling
from earpiece.engine.spread import Spread
from earpiece.engine.vocabulary import END, UNKNOWN, Vocabulary, learn_vocabulary, span
from earpiece.engine.word_mixture import FEATURES, SOURCES

MESSAGES = st.lists(st.lists(st.integers(1, 9), max_size=8), max_size=30)


@settings(max_examples=60, deadline=None)
@given(MESSAGES, st.lists(st.integers(0, 10), max_size=6))
def test_the_chances_after_any_history_sum_to_one(messages: list[list[int]], history: list[int]):
    model = build(messages, 10)

    chances, decided = model.after([history])

    assert chances[0].sum() == pytest.approx(1, abs=5e-3)
    assert (chances >= 0).all()
    assert all(0 <= one <= 1.001 for one in decided[0])


def test_the_longest_history_that_was_seen_decides():
    model = build([[2, 3, 4], [2, 3, 4], [5, 3, 6], [5, 3, 6], [7, 3, 6]], 10)

    assert model.after([(model.start, 2, 3)])[0].argmax() == 4
    assert model.after([(9, 3)])[0].argmax() == 6
    assert model.after([(model.start, 2, 3)])[1][0][2] > 0


def test_what_followed_most_often_the_longest_known_history_is_the_guess():
    model = build([[2, 3, 4], [2, 3, 4], [5, 3, 6], [5, 3, 6], [7, 3, 6]], 10)

    assert model.likeliest((model.start, 2, 3)) == 4
    assert model.likeliest((9, 3)) == 6
    assert model.likeliest((3, 4)) == END
    assert model.likeliest((9, 9)) is None
    assert model.likeliest(()) is None


def test_stored_arrays_say_the_same():
    model = build([[2, 3], [2, 4], [2, 3]], 10)

    assert (next_words(model.arrays()).after([(model.start, 2)])[0] == model.after([(model.start, 2)])[0]).all()


def test_only_words_told_to_enough_customers_and_nothing_personal_is_in_the_vocabulary():
    said = [("a", ["hi", "Bob", "1234", "x@y.zz", "{PERSON}", "20"]), ("b", ["hi", "1234", "x@y.zz", "{PERSON}", "20"])]

    assert learn_vocabulary(said, 2).words == ["", "", "20", "hi"]


@given(st.lists(st.text(min_size=1, max_size=4)), st.text(min_size=1, max_size=3))
def test_words_with_a_beginning_are_neighbours(words: list[str], beginning: str):
    ordered = sorted(set(words))

    low, high = span(ordered, beginning, 0, len(ordered))

    assert ordered[low:high] == [word for word in ordered if word.startswith(beginning)]


def test_replies_are_followed_word_by_word_whatever_the_case():
    vocabulary = Vocabulary(["", "", *sorted({"We", "will", "call", "write", "you"})])
    replies = ReplyWords(["We will call you", "We will write", "we WILL call you"], vocabulary)
    weights = np.array([0.5, 0.3, 0.2], np.float32)[replies.order]

    found = replies.after("we will ", 2, weights)

    assert found is not None
    assert found.mass == pytest.approx(1)
    assert dict(zip(found.words.tolist(), found.weights.tolist(), strict=True)).keys() == {
        vocabulary.id("call"),
        vocabulary.id("write"),
    }
    assert replies.after("you will ", 2, weights) is None


def test_words_are_looked_along_as_far_as_most_of_a_likely_weight_goes():
    vocabulary = Vocabulary(["", "", *sorted({"We", "will", "call", "write", "you", "Yes"})])
    replies = ReplyWords(["We will call you", "We will write", "Yes"], vocabulary)
    ahead = lambda *weights, likely=0.3: replies.likeliest(  # noqa: E731
        "we ", 1, np.array(weights, np.float32)[replies.order], likely
    )

    assert ahead(0.5, 0.1, 0.4) == vocabulary.encode(["will", "call", "you"])
    assert list(ahead(0.1, 0.5, 0.4)) == vocabulary.encode(["will", "write"])
    assert list(ahead(0.3, 0.3, 0.4)) == vocabulary.encode(["will"])
    assert list(ahead(0.1, 0.1, 0.8)) == []
    assert list(ahead(0.01, 0.0, 0.99)) == []
    assert ahead(0.01, 0.0, 0.99, likely=0) == vocabulary.encode(["will", "call", "you"])
    assert list(ahead(0.0, 0.0, 1.0, likely=0)) == []
    assert list(replies.likeliest("no ", 1, np.ones(3, np.float32), 0)) == []


def test_what_was_said_in_the_conversation_has_ids_of_its_own():
    vocabulary = Vocabulary(["", "", "hello"])
    recent = RecentWords(
        [{"role": "customer", "text": "Hello, I am Wisława."}], vocabulary, np.full(3, 0.3, np.float32)
    )

    assert recent.id("Wisława") >= len(vocabulary)
    assert recent.id("never") == UNKNOWN
    assert recent.any_time is not None
    assert recent.any_time.chances.sum() == pytest.approx(1)


def test_spelling_prefers_letters_as_they_stand_in_words():
    spelling = learn_spelling(["queen", "quick", "quote", "quiz"])

    assert spelling.chance("qu") > spelling.chance("qz")
    assert spelling.chance("") == 1


def test_gates_learn_to_trust_the_source_that_is_right():
    rng = np.random.default_rng(0)
    features = np.zeros((400, FEATURES))
    features[:, 0] = 1
    features[:, 5] = rng.random(400) < 0.5
    chances = np.full((400, len(SOURCES)), 0.1)
    chances[:, 0] = np.where(features[:, 5] > 0, 0.9, 0.01)
    found = Positions(features, chances, np.ones_like(chances, np.bool_))

    gates = fit_gates(found)

    assert perplexity(gates, found) < perplexity(np.zeros_like(gates), found) * 0.7
    assert (gates @ features[features[:, 5] > 0][0]).argmax() == 0
    assert (gates @ features[features[:, 5] == 0][0]).argmax() != 0


def test_a_word_model_of_common_words_says_what_rarer_ones_may_be():
    vocabulary = Vocabulary(["", "", "a", "b", "c"], common=[0, 1, 3])
    unigram = np.array([0.2, 0.1, 0.3, 0.3, 0.1], np.float32)

    found = Spread.of(vocabulary, unigram, 3).over_all(np.array([[0.2, 0.5, 0.3]], np.float32))[0]

    assert found.sum() == pytest.approx(1)
    assert found[3] == pytest.approx(0.3)
    assert found[2] == pytest.approx(0.3)
    with pytest.raises(ModelUnusable):
        Spread.of(vocabulary, unigram, 4)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), max_size=12),
    st.floats(0, 100),
    st.floats(0, 1),
)
def test_what_is_offered_is_worth_it_and_nothing_is_worth_more(
    stops: list[tuple[int, float]], price: float, least: float
):
    policy = OfferPolicy(price, least)

    choice = choose(Path("x" * 60, stops), policy)

    values = [policy.value(chance, length) for length, chance in stops if length >= 2 and chance >= least]
    assert (choice is None) == (max(values, default=0) <= 0)
    if choice:
        assert policy.value(choice.chance, choice.length) == max(values)
