"""What nobody should say to the engine, and what it makes of it: an answer or an error of ours, never anything else."""

from __future__ import annotations

import json
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earpiece.domain.errors import EarpieceError, ModelUnusable
from earpiece.engine import load
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.evaluation import evaluate, metrics_of
from earpiece.engine.model import Model
from earpiece.engine.training import InsufficientData, TrainingSettings, train

QUICK = TrainingSettings(has_word_model=False)
SAID = [
    ("my parcel is late, where is it", "I am sorry to hear that, I will look where your parcel is."),
    ("i want to return my bike", "You can return it within 30 days, see https://help.example/returns for the label."),
    ("the invoice is wrong", "I will ask our finance colleagues to correct the invoice."),
    ("how do i reset my password", "Please use the link Forgot password on the sign-in page."),
]
GREETING = "Hello, thank you for your message."
ASKED = [{"role": "customer", "text": "Hi, my parcel is late"}]


def conversations(count: int = 60, seed: int = 1, agents: int = 5) -> list[TrainingConversation]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        question, answer = chance.choice(SAID)
        agent = f"agent-{number % agents}"
        turns = [("customer", f"Hi, {question}"), ("agent", GREETING), ("customer", question), ("agent", answer)]
        made.append(
            TrainingConversation(
                f"c-{number}",
                f"u-{number}",
                tuple(
                    Turn(role, text, agent if role == "agent" else None, 1000.0 * number + place)
                    for place, (role, text) in enumerate(turns)
                ),
            )
        )
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    train(corpus_of(conversations()), out, QUICK)
    return out


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return load(folder)


def ask_everything(model: Model, context: list[dict[str, str]], prefix: str = "") -> None:
    """Every question, with the promises that hold for any input."""
    offers = model.suggest(context, prefix, 3)
    assert len(offers) <= 3
    assert all(offer["text"] and 0 <= offer["score"] <= 1 for offer in offers)
    assert model.complete(context, prefix) != ""
    scores = model.score(context, ["", "Hello", prefix, "👍" * 50, SAID[0][1]])
    assert len(scores) == 5
    assert np.isfinite(scores).all()
    assert len(model.urls(context, 5)) <= 5
    packed = model.pack(context)
    json.loads(packed)
    assert len(packed) < 1_000_000


CONTEXTS = {
    "nothing": [],
    "an empty message": [{"role": "customer", "text": ""}],
    "white space": [{"role": "customer", "text": " \t\n\u00a0\u2003"}],
    "emoji": [{"role": "customer", "text": "😩👍🏽👨‍👩‍👧🇳🇱"}],
    "right to left": [{"role": "customer", "text": "أين طردي؟ \u202eabc\u202c שלום"}],
    "control characters": [{"role": "customer", "text": "my\x00parcel\x07 is\x1b[31m late\x7f\u0085\u2028"}],
    "half characters": [{"role": "customer", "text": "\ud800my parcel\udfff is late"}],
    "combining characters": [{"role": "customer", "text": "p\u0301\u0302\u0303arcel" + "\u0301" * 500}],
    "placeholders": [{"role": "customer", "text": "{PERSON} {{NUMBER}} [PERSON:ab12cd] {} %s \\1"}],
    "one word without end": [{"role": "customer", "text": "a" * 100_000}],
    "the agent alone": [{"role": "agent", "text": GREETING}] * 5,
    "the same over and over": [{"role": "customer", "text": "my parcel is late"}] * 300,
}
PREFIXES = [
    "",
    " ",
    "I am s",
    "\ud800",
    "😩",
    "\x00",
    "أ",
    "{PERSON",
    "a" * 5_000,
    "I am sorry " * 3_000,
    "\n\n\n",
    "%",
]


@pytest.mark.parametrize("name", CONTEXTS)
def test_any_context_has_an_answer(model: Model, name: str):
    for prefix in PREFIXES:
        ask_everything(model, CONTEXTS[name], prefix)


def test_a_message_of_100_kb_costs_no_more_than_its_beginning(model: Model):
    short = [{"role": "customer", "text": "my parcel is late " * 400}]
    long = [{"role": "customer", "text": "my parcel is late " * 6_000}]
    ask_everything(model, short)

    began_s = time.thread_time()
    ask_everything(model, long)
    assert time.thread_time() - began_s < 1

    assert model.suggest(long, "", 3)[0]["text"] == model.suggest(short, "", 3)[0]["text"]


def test_a_context_of_5000_turns_is_answered_as_soon_as_its_end(model: Model):
    turns = [
        {"role": "agent" if number % 2 else "customer", "text": f"turn {number}: {SAID[number % 4][number % 2]}"}
        for number in range(4_999)
    ]
    context = [*turns, {"role": "customer", "text": "and my parcel is late, where is it"}]
    ask_everything(model, context[-100:])

    began_s = time.thread_time()
    ask_everything(model, context)

    assert time.thread_time() - began_s < 1
    assert model.suggest(context, "I am so", 1)[0]["text"] == SAID[0][1]


def test_a_prefix_longer_than_any_reply_has_no_offer(model: Model):
    for prefix in (SAID[0][1] + " And more than that.", "I am sorry to hear that, " * 40, "x" * 20_000):
        assert model.suggest(ASKED, prefix, 3) == []
        began_s = time.thread_time()
        model.complete(ASKED, prefix)
        assert time.thread_time() - began_s < 0.5


def test_what_is_typed_whole_is_not_offered_again(model: Model):
    assert SAID[0][1] not in [offer["text"] for offer in model.suggest(ASKED, SAID[0][1], 3)]


@given(
    context=st.lists(st.fixed_dictionaries({"role": st.sampled_from(["customer", "agent"]), "text": st.text()})),
    prefix=st.text(),
)
@settings(max_examples=40, deadline=None)
def test_no_text_breaks_the_model(model: Model, context: list[dict[str, str]], prefix: str):
    ask_everything(model, context, prefix)


def test_zero_offers_are_zero_offers(model: Model):
    assert model.suggest(ASKED, "", 0) == []
    assert model.urls(ASKED, 0) == []
    assert model.score(ASKED, []) == []


def _files(folder: Path) -> list[str]:
    return sorted(json.loads((folder / "manifest.json").read_text())["files"])


@pytest.mark.parametrize("harm", ["missing", "truncated", "altered", "emptied", "swapped for a folder"])
def test_a_model_with_a_harmed_file_is_refused_by_the_files_name(folder: Path, tmp_path: Path, harm: str):
    for name in _files(folder):
        copy = tmp_path / name.replace(".", "-")
        shutil.copytree(folder, copy)
        path = copy / name
        whole = path.read_bytes()
        path.unlink()
        match harm:
            case "truncated":
                path.write_bytes(whole[:-1])
            case "altered":
                path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            case "emptied":
                path.write_bytes(b"")
            case "swapped for a folder":
                path.mkdir()

        with pytest.raises(ModelUnusable, match=name):
            load(copy)
        shutil.rmtree(copy)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"format": 99}',
        b'{"format": 1}',
        b'{"format":1,"files":[],"model_hash":""}',
        b"[" * 100_000,
    ],
)
def test_a_model_without_a_usable_manifest_is_refused(folder: Path, tmp_path: Path, content: bytes | None):
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    (copy / "manifest.json").unlink()
    if content is not None:
        (copy / "manifest.json").write_bytes(content)

    with pytest.raises(ModelUnusable, match=r"manifest|format"):
        load(copy)


def test_a_manifest_from_which_a_file_was_taken_is_refused(folder: Path, tmp_path: Path):
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest["files"]["replies.json"]
    (copy / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(ModelUnusable, match=r"manifest\.json is not as it was written"):
        load(copy)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ModelUnusable):
        load(tmp_path / "nowhere")


def test_one_agent_is_not_enough_for_a_reply(tmp_path: Path):
    with pytest.raises(InsufficientData):
        train(corpus_of(conversations(agents=1)), tmp_path, QUICK)


def test_one_agent_is_enough_where_the_account_says_so(tmp_path: Path):
    train(corpus_of(conversations(agents=1)), tmp_path, TrainingSettings(min_agents=1, has_word_model=False))

    assert load(tmp_path).suggest(ASKED, "I am so", 1)[0]["text"] == SAID[0][1]


@pytest.mark.parametrize("count", [0, 1, 19])
def test_too_few_conversations_are_refused_with_their_number(tmp_path: Path, count: int):
    with pytest.raises(InsufficientData) as caught:
        train(corpus_of(conversations(count)), tmp_path / "model", QUICK)

    assert caught.value.facts["conversation_count"] == count
    assert not (tmp_path / "model").exists()


def all_of(text: str, count: int = 40) -> list[TrainingConversation]:
    """Conversations in which everybody says the same."""
    return [
        TrainingConversation(
            f"c-{number}",
            f"u-{number}",
            (Turn("customer", text, None, number), Turn("agent", text, f"agent-{number % 3}", number)),
        )
        for number in range(count)
    ]


def test_a_model_of_one_sentence_offers_it(tmp_path: Path):
    train(corpus_of(all_of("Thank you very much.")), tmp_path, QUICK)

    model = load(tmp_path)
    assert [offer["text"] for offer in model.suggest(ASKED, "", 3)] == ["Thank you very much."]
    ask_everything(model, ASKED, "Thank")


@pytest.mark.parametrize("text", ["", "   ", "😩👍", "...", "\x00\x01", "12345", "https://help.example/a", "\u202e"])
def test_conversations_without_words_are_refused_or_learned_from_but_never_break(tmp_path: Path, text: str):
    try:
        train(corpus_of(all_of(text)), tmp_path / "model", QUICK)
    except EarpieceError:
        return
    ask_everything(load(tmp_path / "model"), ASKED)


def strange(number: int) -> str:
    """A text for a turn, ever stranger."""
    return ["", "\x00", "😩", "a" * 20_000, "أين طردي", "{PERSON}", "\ud800", "word " * 3_000, "1", "\n"][number % 10]


def test_strange_messages_among_good_ones_change_nothing_for_those(tmp_path: Path):
    made = [
        TrainingConversation(
            one.conversation_id,
            one.customer_id,
            (Turn("customer", strange(number)), *one.turns, Turn("agent", strange(number + 3), "agent-9")),
        )
        for number, one in enumerate(conversations())
    ]

    train(corpus_of(made), tmp_path, QUICK)

    model = load(tmp_path)
    assert model.suggest(ASKED, "I am so", 1)[0]["text"] == SAID[0][1]
    for prefix in PREFIXES:
        ask_everything(model, ASKED, prefix)


def test_conversations_without_turns_or_with_one_speaker_are_no_harm(tmp_path: Path):
    empty = TrainingConversation("e", "e", ())
    alone = TrainingConversation("a", "a", (Turn("agent", GREETING, "agent-1"),) * 3)
    silent = TrainingConversation("s", "s", (Turn("customer", "anybody there?"),) * 3)

    train(corpus_of([*conversations(), empty, alone, silent]), tmp_path, QUICK)

    ask_everything(load(tmp_path), ASKED)


def test_a_trained_model_beats_chance_on_what_it_has_not_seen(model: Model):
    values = metrics_of(evaluate(model, conversations(30, seed=9), limit=100, typing_limit=20))

    assert values["recall_at_1"] > 0.6
    assert 0.3 < values["saved_keystrokes"] < 1


def test_an_evaluation_takes_any_conversation(model: Model):
    made = [
        TrainingConversation(
            f"c-{number}", "u", (Turn("customer", strange(number)), Turn("agent", strange(number + 1)[:200]))
        )
        for number in range(20)
    ]

    values = metrics_of(evaluate(model, made))

    assert values["typed_count"] > 10
