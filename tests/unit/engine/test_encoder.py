"""The encoder: its gradients are those of its loss, it learns what answers what, and twice the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from earpiece.engine import encoder_training
from earpiece.engine.encoder import Encoder, EncoderArrays, known_rows
from earpiece.engine.encoder_training import EncoderSettings, Pairs, frequent_grams, packed, pairs_of, train_encoder
from earpiece.engine.features import ContextTurn, context_fields, grams

QUESTIONS = ["where is my parcel", "i forgot my password", "the invoice is wrong", "can i return the bike"]
ANSWERS = ["It will be delivered tomorrow.", "Click on reset.", "Finance will correct it.", "Within thirty days, yes."]
SMALL = EncoderSettings(width=8, out=6, hidden=5, epochs=30, batch=16, gram_drop=0.0, hidden_drop=0.0)


def contexts() -> list[list[ContextTurn]]:
    return [
        [{"role": "agent", "text": "Hello"}, {"role": "customer", "text": f"{QUESTIONS[number % 4]} {number}"}]
        for number in range(32)
    ]


@pytest.fixture(scope="module")
def hashes() -> Any:
    texts = [turn["text"] for context in contexts() for turn in context] + ANSWERS * 2
    return frequent_grams([grams(text) for text in texts], list(range(len(texts))), 500, 2)


@pytest.fixture(scope="module")
def pairs(hashes: Any) -> Pairs:
    return pairs_of(hashes, contexts(), [ANSWERS[number % 4] for number in range(32)], [n % 4 for n in range(32)])


def test_the_gradients_are_the_slopes_of_the_loss(pairs: Pairs, monkeypatch: pytest.MonkeyPatch):
    found: dict[int, Any] = {}

    class Watched:
        def __init__(self, weights: Any, rate: float) -> None:
            self.weights = weights

        def step(self, gradient: Any, factor: float = 1.0, rows: Any = slice(None)) -> None:
            whole = np.zeros_like(self.weights)
            whole[rows] = gradient
            found[id(self.weights)] = whole

    monkeypatch.setattr(encoder_training, "Adam", Watched)
    one = EncoderSettings(width=8, out=6, hidden=5, epochs=1, batch=32, gram_drop=0.0, hidden_drop=0.0)
    first = train_encoder(pairs, pairs.replies.shape[1], one, 3)
    gradients = {name: found[id(array)] for name, array in first.items()}
    random = np.random.default_rng(0)
    for name, array in first.items():
        direction = random.standard_normal(array.shape)
        slope = (_loss(first, name, 1e-3 * direction, pairs) - _loss(first, name, -1e-3 * direction, pairs)) / 2e-3
        assert slope == pytest.approx(float((gradients[name] * direction).sum()), rel=0.03, abs=2e-3), name


def _loss(weights: dict[str, Any], name: str, move: Any, pairs: Pairs) -> float:
    w = {key: array.astype(np.float64) + (move if key == name else 0) for key, array in weights.items()}
    everything = np.arange(len(pairs))
    given = np.tanh(np.concatenate([(field.matrix(everything) @ w["table"]) for field in pairs.fields], axis=1))
    said = np.tanh(pairs.replies.matrix(everything) @ w["table"])
    hidden = np.maximum(given @ w["hidden_weights"] + w["hidden_bias"], 0)
    context = given @ w["context_weights"] + w["context_bias"] + hidden @ w["hidden_out"]
    reply = said @ w["reply_weights"] + w["reply_bias"]
    context /= np.linalg.norm(context, axis=1, keepdims=True)
    reply /= np.linalg.norm(reply, axis=1, keepdims=True)
    scores = context @ reply.T * np.exp(w["temperature"][0])
    same = pairs.keys[:, None] == pairs.keys[None]
    np.fill_diagonal(same, False)
    scores[same] = -1e9
    return float(sum((_log_sum(part) - np.diag(part)).mean() for part in (scores, scores.T)))


def _log_sum(scores: Any) -> Any:
    most = scores.max(axis=1)
    return most + np.log(np.exp(scores - most[:, None]).sum(axis=1))


def test_it_learns_which_answer_follows_which_question(hashes: Any, pairs: Pairs):
    encoder = Encoder(hashes, [EncoderArrays.of(packed(train_encoder(pairs, len(hashes), SMALL, 0)))])
    answers = np.array([encoder.reply(answer) for answer in ANSWERS])

    for number, question in enumerate(QUESTIONS):
        asked = encoder.context([{"role": "agent", "text": "Hello"}, {"role": "customer", "text": question}])
        assert int((answers @ asked).argmax()) == number


def test_the_same_seed_gives_the_same_weights_and_another_others(pairs: Pairs):
    one, same, other = (train_encoder(pairs, pairs.replies.shape[1], SMALL, seed) for seed in (1, 1, 2))

    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["table"], other["table"])


def test_a_row_holds_the_grams_of_its_field_and_a_stretch_the_same_rows(hashes: Any):
    context = [*contexts()[5], {"role": "agent", "text": "One moment"}, {"role": "customer", "text": QUESTIONS[2]}]
    both = pairs_of(hashes, [contexts()[1], context], ANSWERS[:2], [0, 1])

    for field, found in zip(both.fields, context_fields(context), strict=True):
        rows = known_rows(hashes, found)
        row = field.matrix(np.array([1]))
        assert row.indices.tolist() == rows.tolist()
        assert row.data.tolist() == pytest.approx([max(len(rows), 1) ** -0.5] * len(rows))
        assert (field[1:].matrix(np.array([0])) != row).nnz == 0


def test_a_gram_of_one_customer_alone_is_not_kept():
    found = frequent_grams([[1, 2], [1, 3], [3, 2]], [7, 8, 8], 10, 2)

    assert found.tolist() == [1, 2]


def test_unknown_grams_have_no_row(hashes: Any):
    assert known_rows(hashes, [12345]).tolist() == []
    assert known_rows(hashes, [int(hashes[3]), 12345]).tolist() == [3]
    assert known_rows(np.zeros(0, np.uint32), [1]).tolist() == []
