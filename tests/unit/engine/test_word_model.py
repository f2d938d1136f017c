"""The word model: right gradients, the same numbers in training and in service, and what it must learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.word_model import END, UNKNOWN, State, WordModel, shapes
from earpiece.engine.word_model_gradients import batch_of, loss_and_gradients, masks_of
from earpiece.engine.word_model_training import (
    Progress,
    WordExample,
    WordModelSettings,
    affordable,
    dropout_for,
    perplexity,
    train_word_model,
    vocabulary,
)

WORDS = ["", "\x00", "your", "parcel", "is", "late", "invoice", "paid", "Anna", "Bob", "hello"]
IDS = {word: number for number, word in enumerate(WORDS)}
SMALL = WordModelSettings(embedding=12, hidden=24, topic=8, epochs=40, batch_tokens=256, least_batches=1, dropout=0.1)
PARCEL, INVOICE = np.eye(4, dtype=np.float32)[:2]


def ids(text: str) -> NDArray[np.int32]:
    return np.array([IDS.get(word, UNKNOWN) for word in text.split()], np.int32)


def after(model: WordModel, state: State, said: Sequence[int]) -> State:
    for word in said:
        [state] = model.read([state], model.seen([word]))
    return state


def next_words(model: WordModel, state: State) -> NDArray[np.float32]:
    [chances] = model.predict([state])
    return chances


def talk() -> list[WordExample]:
    """Two contexts with a reply each, that greets whoever was named last."""
    return [
        WordExample(context, ids(f"hello {name} your {reply}"), ids(name))
        for context, reply in ((PARCEL, "parcel is late"), (INVOICE, "invoice is paid"))
        for name in ("Anna", "Bob")
        for _ in range(20)
    ]


@pytest.fixture(scope="module")
def arrays() -> dict[str, NDArray[Any]]:
    return train_word_model(talk(), WORDS, SMALL)


def likeliest(model: WordModel, state: State) -> str:
    return WORDS[int(np.argmax(next_words(model, state)))]


def test_gradients_are_what_small_changes_show():
    rng = np.random.default_rng(0)
    w = {name: rng.standard_normal(shape) * 0.4 for name, shape in shapes(11, 5, 4, 6, 3).items()}
    lengths = ((3, 2), (5, 0), (1, 4), (0, 1))
    examples = [
        WordExample(rng.standard_normal(5), rng.integers(1, 11, said), rng.integers(2, 11, heard))
        for said, heard in lengths
    ]
    batch = batch_of(examples, 11, np.float64)
    masks = masks_of(batch, w, 0.3, rng)
    gradients = {name: np.zeros_like(array) for name, array in w.items()}

    loss_and_gradients(w, batch, masks, gradients)

    for name, array in w.items():
        direction = rng.standard_normal(array.shape)
        above = loss_and_gradients({**w, name: array + 1e-5 * direction}, batch, masks, None)
        below = loss_and_gradients({**w, name: array - 1e-5 * direction}, batch, masks, None)
        assert (above - below) / 2e-5 == pytest.approx(float((gradients[name] * direction).sum()), rel=1e-5), name


def test_it_says_what_is_said_in_this_conversation(arrays):
    model = WordModel(arrays)

    late = after(model, model.begin(PARCEL, ids("Anna")), ids("hello Anna your"))
    paid = after(model, model.begin(INVOICE, ids("Anna")), ids("hello Anna your"))

    assert (likeliest(model, late), likeliest(model, paid)) == ("parcel", "invoice")


def test_it_copies_the_name_that_was_just_used(arrays):
    model = WordModel(arrays)

    for name in ("Anna", "Bob"):
        greeted = after(model, model.begin(PARCEL, ids(name)), ids("hello"))
        assert likeliest(model, greeted) == name


def test_service_gives_the_probabilities_that_training_saw(arrays):
    model, unseen = (
        WordModel(arrays),
        WordExample(PARCEL + INVOICE, ids("Bob is somewhere late"), ids("late Anna late")),
    )
    state, surprise = model.begin(unseen.context, unseen.recent), 0.0

    for word in [*unseen.words.tolist(), END]:
        surprise -= float(np.log(next_words(model, state)[word]))
        state = after(model, state, [word])

    assert np.exp(surprise / 5) == pytest.approx(perplexity(arrays, [unseen]), rel=1e-3)


def test_a_step_leaves_the_state_before_it_as_it_was(arrays):
    model = WordModel(arrays)
    begun = model.begin(PARCEL, ids("Anna"))
    before = begun.hidden.copy(), next_words(model, begun)

    next_words(model, after(model, begun, ids("hello Anna your")))

    assert np.array_equal(begun.hidden, before[0])
    assert np.array_equal(next_words(model, begun), before[1])


def test_words_read_together_lead_where_each_leads_alone(arrays):
    model = WordModel(arrays)
    begun = model.begin(PARCEL, ids("Anna"))
    states = [begun, after(model, begun, ids("hello")), after(model, begun, ids("late"))]

    together = model.read(states, model.seen(ids("Anna your late").tolist()))

    for found, chances, state, word in zip(
        together, model.predict(together), states, ids("Anna your late").tolist(), strict=True
    ):
        alone = after(model, state, [word])
        assert np.allclose(chances, next_words(model, alone), atol=1e-6)
        assert np.allclose(found.hidden, alone.hidden, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, len(WORDS) - 1), max_size=60), st.lists(st.integers(0, len(WORDS) - 1), max_size=9))
def test_probabilities_always_sum_to_one(arrays, said, recent):
    model = WordModel(arrays)

    chances = next_words(model, after(model, model.begin(PARCEL * 100, np.array(recent, np.int32)), said))

    assert chances.sum() == pytest.approx(1, abs=1e-4)
    assert chances.min() >= 0


def test_the_same_examples_and_seed_give_the_same_bytes():
    few = WordModelSettings(embedding=8, hidden=8, topic=4, epochs=2)

    one, other = (train_word_model(talk(), WORDS, few) for _ in range(2))

    assert {name: array.tobytes() for name, array in one.items()} == {name: a.tobytes() for name, a in other.items()}


def test_a_start_is_found_again_by_the_spelling_of_its_words(arrays):
    words = ["", "\x00", "new", *reversed(WORDS[2:])]
    untrained = WordModelSettings(embedding=12, hidden=24, topic=8, most_tokens=0)

    begun = train_word_model(talk(), words, untrained, start=arrays)

    assert vocabulary(begun) == words
    assert np.array_equal(begun["word"][words.index("Anna")], arrays["word"][IDS["Anna"]])
    assert np.array_equal(begun["read_hidden"], arrays["read_hidden"])


@pytest.mark.parametrize("name", ["word", "copy_word", "topic"])
def test_what_a_start_lacks_begins_anew(arrays, name):
    untrained = WordModelSettings(embedding=12, hidden=24, topic=8, most_tokens=0)

    begun = train_word_model(talk(), WORDS, untrained, start=without(name, arrays))

    assert not np.array_equal(begun[name], arrays[name])
    assert np.array_equal(begun["read_hidden"], arrays["read_hidden"])


def test_a_start_of_other_sizes_is_passed_over(arrays):
    wider = WordModelSettings(embedding=10, hidden=16, topic=8, epochs=1)

    made = train_word_model(talk(), WORDS, wider, start=arrays)

    assert made["word"].shape == (len(WORDS), 11)


@given(st.lists(st.integers(1, 49), max_size=50), st.integers(0, 400))
def test_no_more_is_learned_from_than_was_allowed(counts, most):
    tokens = np.array(counts, np.intp)

    kept = affordable(tokens, WordModelSettings(most_tokens=most))

    assert tokens[kept].sum() <= most
    assert len(kept) == len(counts) or tokens.sum() > most


def test_epochs_are_cut_to_the_tokens_allowed_and_every_one_is_reported():
    told: list[Progress] = []
    tokens = sum(len(example.words) + 1 for example in talk())
    cut = WordModelSettings(embedding=8, hidden=8, topic=4, epochs=9, most_tokens=2 * tokens + 5)

    train_word_model(talk(), WORDS, cut, progress=told.append)

    assert [(one.epoch, one.tokens, one.all_tokens) for one in told] == [
        (1, tokens, 2 * tokens),
        (2, 2 * tokens, 2 * tokens),
    ]


def test_the_less_there_is_to_learn_from_the_more_is_dropped():
    rates = [dropout_for(tokens, WordModelSettings(dropout=0.2)) for tokens in (0, 11_000, 45_000, 175_000, 10_000_000)]

    assert rates == sorted(rates, reverse=True)
    assert rates[3] == pytest.approx(0.2)
    assert rates[0] < 0.5


def test_without_examples_there_is_a_model_that_knows_nothing():
    made = train_word_model([], WORDS, SMALL)

    model = WordModel(made)

    assert next_words(model, model.begin(np.zeros(0, np.float32), ids("Anna"))).sum() == pytest.approx(1, abs=1e-4)


def without(name: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {other: array for other, array in arrays.items() if other != name}


@pytest.mark.parametrize("name", ["word", "out", "read_hidden", "copy_bias"])
def test_a_model_that_lacks_an_array_is_refused_by_name(arrays: dict[str, NDArray[Any]], name: str):
    with pytest.raises(ModelUnusable, match=name):
        WordModel(without(name, arrays))


def test_scores_too_large_for_an_exponential_still_give_probabilities(arrays: dict[str, NDArray[Any]]):
    loud = {**arrays, "word": arrays["word"].astype(np.float32) * 100}

    model = WordModel(loud)

    assert next_words(model, model.begin(PARCEL, ids("Anna"))).sum() == pytest.approx(1, abs=1e-4)
    assert np.isfinite(perplexity(loud, talk()))


@pytest.mark.parametrize("name", ["word", "topic", "read_bias"])
def test_a_model_whose_array_is_cut_off_is_refused(arrays: dict[str, NDArray[Any]], name: str):
    cut: Sequence[Any] = arrays[name][..., :-1]

    with pytest.raises(ModelUnusable, match="do not fit"):
        WordModel({**arrays, name: cut})
