"""The sequence of turns: right gradients, the same numbers in training and in service, and that it learns an order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earpiece.engine import load, training
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.encoder import Encoder
from earpiece.engine.features import ContextTurn
from earpiece.engine.model import Model
from earpiece.engine.normal import text_key
from earpiece.engine.ranker_training import RankerSettings
from earpiece.engine.softmax import log_softmax
from earpiece.engine.training import TrainingSettings, train
from earpiece.engine.turn_sequence import (
    ANSWER_WEIGHT,
    MOST_READ,
    WEIGHT,
    IntentNumbers,
    Reached,
    SequenceArrays,
    TurnSequence,
    digits_alone,
)
from earpiece.engine.turn_sequence_gradients import (
    INTENTS_SHARE,
    NOTHING_DROPPED,
    ReadTurn,
    batch_of,
    loss_and_gradients,
)
from earpiece.engine.turn_sequence_training import SequenceSettings, TurnReader, train_turn_sequence

NAME, NUMBER, THANKS, HELD, SENT = range(5)
TEXTS = (
    "May I have your name?",
    "What is the number of the order?",
    "Thank you, one moment please.",
    "I have put it on hold for you.",
    "I have sent it to you again.",
)
FLOWS = ((NAME, NUMBER, THANKS, HELD), (NUMBER, NAME, THANKS, SENT))
SILENT = np.zeros(3, np.float32)
NONE = len(TEXTS)
KNOWN = IntentNumbers(np.arange(len(TEXTS)), {text_key(text): place for place, text in enumerate(TEXTS)})


class Wordless(Encoder):
    """An encoder for which all texts have the same words, but different vectors."""

    def __init__(self) -> None:
        super().__init__(np.zeros(0, np.uint32), [])
        self.reply = lambda text: np.eye(NONE, dtype=np.float32)[TEXTS.index(text)]

    def words(self, texts: Sequence[str]) -> Any:
        return np.stack([SILENT for _ in texts])


def read(flow: Sequence[int]) -> list[ReadTurn]:
    reader = TurnReader(Wordless(), KNOWN)
    return [turn for intent in flow for turn in (reader("customer", "ok"), reader("agent", TEXTS[intent]))]


def spoken(flow: Sequence[int]) -> list[ContextTurn]:
    pairs = ((("customer", "ok"), ("agent", TEXTS[intent])) for intent in flow)
    return [{"role": role, "text": text} for pair in pairs for role, text in pair] + [
        {"role": "customer", "text": "ok"}
    ]


@pytest.fixture(scope="module")
def arrays() -> dict[str, Any]:
    settings = SequenceSettings(hidden=16, units=8, words_drop=0, intent_drop=0, hidden_drop=0, rate=1e-2)
    return train_turn_sequence([read(flow) for flow in FLOWS] * 40, NONE + 1, settings, epochs=150)


@pytest.fixture
def sequence(arrays: dict[str, Any]) -> TurnSequence:
    return TurnSequence(Wordless(), KNOWN, lambda: SequenceArrays.of(arrays))


def after(sequence: TurnSequence, flow: Sequence[int]) -> Reached:
    return sequence.reached(spoken(flow))


def test_the_gradients_are_the_slopes_of_the_loss():
    random = np.random.default_rng(0)

    def turn(place: int) -> ReadTurn:
        words, digits = random.standard_normal(3), random.random(9)
        if place % 3 == 0:
            return ReadTurn(words, digits)
        return ReadTurn(words, digits, int(random.integers(4)), random.standard_normal(5), int(random.integers(6)))

    talks = [[turn(place) for place in range(count)] for count in (5, 8)]
    batch = batch_of(talks, 4)
    weights = train_turn_sequence(talks, 4, SequenceSettings(hidden=6, units=3, wanted=4), epochs=3)
    weights = {name: array.astype(np.float64) for name, array in weights.items()}
    _, gradients = loss_and_gradients(weights, batch, NOTHING_DROPPED)

    for name, array in weights.items():
        direction = random.standard_normal(array.shape)

        def loss(length: float, name: str = name, array: Any = array, direction: Any = direction) -> float:
            moved = {**weights, name: array + length * direction}
            return loss_and_gradients(moved, batch, NOTHING_DROPPED)[0]

        slope = (loss(1e-4) - loss(-1e-4)) / 2e-4
        assert slope == pytest.approx(float((gradients[name] * direction).sum()), rel=1e-3, abs=1e-6), name


def test_what_comes_next_depends_on_the_order_of_what_was_done(sequence: TurnSequence):
    chances = [np.exp(sequence.log_shares(after(sequence, flow[:3]))) for flow in FLOWS]

    assert chances[0][HELD] > 0.9
    assert chances[1][SENT] > 0.9


def test_an_answer_is_found_by_the_order_of_what_was_done(sequence: TurnSequence):
    answers = np.stack([sequence.answer(text) for text in TEXTS])

    best = [np.argmax(sequence.answered(after(sequence, flow[:3]), answers)) for flow in FLOWS]

    assert best == [HELD, SENT]


def test_service_reads_as_training_did(sequence: TurnSequence, arrays: dict[str, Any]):
    flow = FLOWS[0]
    loss, _ = loss_and_gradients(arrays, batch_of([read(flow)], NONE + 1), NOTHING_DROPPED)

    stands = [after(sequence, flow[:done]) for done in range(4)]
    intents = np.mean([sequence.log_shares(stand)[said] for stand, said in zip(stands, flow, strict=True)])
    answers = np.stack([sequence.answer(TEXTS[said]) for said in flow])
    scores = np.stack([sequence.answered(stand, answers) for stand in stands]) / ANSWER_WEIGHT
    found = np.mean(np.diagonal(log_softmax(scores)) + np.diagonal(log_softmax(scores.T))) / 2

    assert -(INTENTS_SHARE * intents + (1 - INTENTS_SHARE) * found) == pytest.approx(loss, rel=1e-4)


def test_it_makes_no_difference_whether_the_beginning_was_read_before(sequence: TurnSequence):
    long = [turn for _ in range(3) for flow in FLOWS for turn in spoken(flow)[:-1]]
    known = [sequence.reached(long[:count]) for count in range(1, len(long) + 1)]

    for count, stand in enumerate(known, start=1):
        sequence.forget()
        anew = sequence.reached(long[:count])
        assert np.allclose(anew.hidden, stand.hidden, atol=1e-6)
        assert np.allclose(anew.last, stand.last, atol=1e-6)


def test_of_a_long_conversation_the_newest_turns_are_read(sequence: TurnSequence):
    long = [turn for _ in range(8) for turn in spoken(FLOWS[0])[:-1]]
    other = [{**turn, "text": "ok"} for turn in long[:-MOST_READ]]

    assert np.array_equal(sequence.reached(long).hidden, sequence.reached(other + long[-MOST_READ:]).hidden)
    changed = [*long[:-1], {**long[-1], "text": TEXTS[SENT]}]
    assert not np.allclose(sequence.reached(long).hidden, sequence.reached(changed).hidden, atol=1e-3)


def test_a_model_of_before_there_were_answers_says_nothing_of_them(arrays: dict[str, Any]):
    names = {"want", "want_skip", "want_bias", "answer", "sharpness"}
    older = {name: array for name, array in arrays.items() if name not in names}
    sequence = TurnSequence(Wordless(), KNOWN, lambda: SequenceArrays.of(older))

    answers = np.stack([sequence.answer(text) for text in TEXTS])

    assert not sequence.answered(after(sequence, FLOWS[0][:3]), answers).any()
    assert sequence.log_shares(after(sequence, FLOWS[0][:3])).argmax() == HELD


def test_a_model_of_before_digits_were_read_does_without(arrays: dict[str, Any]):
    older = {name: array[:-9] if name in ("read", "skip", "want_skip") else array for name, array in arrays.items()}
    sequence = TurnSequence(Wordless(), KNOWN, lambda: SequenceArrays.of(older))

    assert sequence.log_shares(after(sequence, FLOWS[0][:3])).argmax() == HELD


@pytest.mark.parametrize(
    ("text", "digits"),
    [("4", [4]), ("Question 4, please", [4]), ("1 or 9?", [1, 9]), ("4711", []), ("at 4pm, a4, 0", []), ("", [])],
)
def test_digits_that_stand_alone_are_told_apart(text: str, digits: list[int]):
    assert (np.flatnonzero(digits_alone(text)) + 1).tolist() == digits


def test_which_digit_the_customer_said_decides():
    choice = {"1": NAME, "2": NUMBER}
    reader = TurnReader(Wordless(), KNOWN)
    talks = [[reader("customer", said), reader("agent", TEXTS[intent])] for said, intent in choice.items()]
    settings = SequenceSettings(hidden=8, units=4, words_drop=0, intent_drop=0, hidden_drop=0, rate=1e-2)
    learned = train_turn_sequence(talks * 16, NONE + 1, settings, epochs=100)
    sequence = TurnSequence(Wordless(), KNOWN, lambda: SequenceArrays.of(learned))

    best = [sequence.log_shares(sequence.reached([{"role": "customer", "text": said}])).argmax() for said in choice]

    assert best == list(choice.values())


def test_what_is_no_reply_has_the_last_number():
    assert KNOWN.of("Something else") == NONE


def test_the_second_stage_is_weighed_with_the_sequence(sequence: TurnSequence):
    listed = np.array([SENT, HELD, NAME])
    logits = np.zeros(4, np.float32)
    reached = after(sequence, FLOWS[0][:3])

    weighed = sequence.weighed(logits, listed, reached)

    expected = sequence.log_shares(reached)
    assert weighed[1] == pytest.approx((1 - WEIGHT) * np.log(1 / 4) + WEIGHT * expected[HELD], abs=1e-5)
    assert weighed[3] == pytest.approx(np.log(1 / 4), abs=1e-5)  # of none of these it says nothing


def conversations(count: int) -> list[TrainingConversation]:
    made = []
    for number in range(count):
        turns = [(turn["role"], turn["text"]) for turn in spoken(FLOWS[number * 7 % 3 % 2])][:-1]
        said = (
            Turn(role, text, f"agent-{number % 5}" if role == "agent" else None, 1000.0 * number + place)
            for place, (role, text) in enumerate(turns)
        )
        made.append(TrainingConversation(f"c-{number}", f"cust-{number}", tuple(said)))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "RankerSettings", partial(RankerSettings, least_conversations=100))
        train(corpus_of(conversations(300)), out, TrainingSettings(has_word_model=False))
    return out


def first(model: Model, flow: Sequence[int]) -> str:
    return model.suggest(spoken(flow), "", 1)[0]["text"]


def test_a_model_suggests_what_follows_in_this_order(folder: Path):
    model = load(folder)

    assert [first(model, flow[:3]) for flow in FLOWS] == [TEXTS[HELD], TEXTS[SENT]]


def test_after_a_rest_it_reads_the_same(folder: Path):
    model = load(folder)
    before = [first(model, flow[:3]) for flow in FLOWS]
    awake_bytes = model.resident_bytes

    model.rest()

    assert model.resident_bytes < awake_bytes
    assert model._ranker.sequence is not None
    assert len(model._ranker.sequence.known) == 0
    assert [first(model, flow[:3]) for flow in FLOWS] == before


@pytest.mark.parametrize("few", [{}, {"least_conversations": 20, "least_known": 1.1}], ids=["conversations", "replies"])
def test_an_account_of_few_conversations_or_replies_has_none(
    few: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(training, "RankerSettings", partial(RankerSettings, **few))
    train(corpus_of(conversations(60)), tmp_path)

    assert not list(tmp_path.glob("sequence_*"))
    assert load(tmp_path).suggest(spoken(FLOWS[0][:1]), "", 1)
