"""The engine on a small corpus of our own: what it offers, what it never offers, and that it is the same every time."""

from __future__ import annotations

import gc
import json
import random
import shutil
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from earpiece.domain.errors import ModelUnusable
from earpiece.domain.replies import Reply, ReplyState
from earpiece.engine import load, sentences
from earpiece.engine import model as model_module
from earpiece.engine.canned import CannedReplies, starter_replies
from earpiece.engine.corpus import Corpus, TrainingConversation, Turn, corpus_of
from earpiece.engine.features import Context
from earpiece.engine.files import write_manifest
from earpiece.engine.model import Model
from earpiece.engine.ranking import TIME_FEATURES, Ranker, Ranking
from earpiece.engine.second_stage import SecondStage
from earpiece.engine.sentences import LEAST_OUTLOOKS, Sentences
from earpiece.engine.training import InsufficientData, TrainingSettings, train
from earpiece.engine.word_mixture import Mixture, Place

TOPICS = [
    ("my parcel is late", "I am sorry to hear that, I will look where your parcel is."),
    ("i want to return my bike", "You can return it within 30 days, see https://help.example/returns for the label."),
    ("the invoice is wrong", "I will ask our finance colleagues to correct the invoice."),
    ("how do i reset my password", "Please use the link Forgot password on the sign-in page."),
]


def conversations(count: int = 60, seed: int = 1) -> list[TrainingConversation]:
    random_ = random.Random(seed)
    made = []
    for number in range(count):
        question, answer = random_.choice(TOPICS)
        agent = f"agent-{number % 5}"
        secret = f"Your code is QX{number:05d} and only you know zebra{number}."
        turns = [
            ("customer", f"Hi, {question} since day {number}"),
            ("agent", "Hello, thank you for your message."),
            ("customer", question),
            ("agent", answer),
            ("agent", secret if number % 7 == 0 else "Is there anything else I can help you with?"),
        ]
        spoken = tuple(
            Turn(role, text, agent if role == "agent" else None, 1000.0 * number + place)
            for place, (role, text) in enumerate(turns)
        )
        made.append(TrainingConversation(f"c-{number}", f"cust-{number}", spoken))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    train(corpus_of(conversations()), out)
    return out


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return load(folder)


CONTEXT = [
    {"role": "customer", "text": "Hi, my parcel is late"},
    {"role": "agent", "text": "Hello, thank you for your message."},
    {"role": "customer", "text": "my parcel is late"},
]


def test_the_reply_of_like_conversations_comes_first(model: Model):
    assert model.suggest(CONTEXT, "", 3)[0]["text"].startswith("I am sorry to hear that")


def test_a_typed_beginning_filters_and_case_does_not_matter(model: Model):
    (offer,) = model.suggest(CONTEXT, "PLEASE use", 3)

    assert offer["text"].startswith("Please use the link")


def test_one_slip_of_the_finger_still_finds_the_reply(model: Model):
    for typed in ("Pleese use", "Plese use", "Pleasse use", "Plaese use"):
        assert model.suggest(CONTEXT, typed, 1)[0]["text"].startswith("Please use the link"), typed


def test_what_the_agent_said_already_is_not_offered_again(model: Model):
    from earpiece.engine.normal import text_key

    said = model.suggest(CONTEXT, "", 1)[0]["text"]

    assert said not in [offer["text"] for offer in model.suggest(CONTEXT, "", 5, exclude={text_key(said)})]


def test_the_sentence_is_finished_only_as_the_house_writes_it(model: Model):
    offered = model.complete(CONTEXT, "I am sorry to he")

    assert offered
    assert "I am sorry to hear that, I will look where your parcel is.".startswith("I am sorry to he" + offered)


def test_a_reply_tells_how_often_when_last_and_by_and_to_how_many_it_was_said(model: Model):
    learned = conversations()[:54]  # the newest tenth is for testing
    said = [(one, turn) for one in learned for turn in one.turns if turn.text == TOPICS[0][1]]

    reply = next(reply for reply in model.replies if reply.text == TOPICS[0][1])

    assert (reply.count, reply.last_used_at) == (len(said), max(turn.ts for _, turn in said))
    assert reply.agent_count == len({turn.agent_id for _, turn in said})
    assert reply.customer_count == len({one.customer_id for one, _ in said})


def test_links_come_from_like_contexts_and_only_when_several_agents_sent_them(model: Model):
    context = [{"role": "customer", "text": "i want to return my bike"}]

    assert model.urls(context, 3) == ["https://help.example/returns"]


def test_nothing_that_one_customer_was_told_is_in_the_model(folder: Path, model: Model):
    assert not [path.name for path in folder.iterdir() if b"zebra" in path.read_bytes() or b"QX0" in path.read_bytes()]
    for prefix in ("Your code", "Your code is ", "Your code is Q", "only you know z"):
        assert "zebra" not in (model.complete(CONTEXT, prefix) or "")


def test_the_pack_holds_the_likeliest_replies_in_few_bytes(model: Model):
    packed = json.loads(model.pack(CONTEXT))

    assert packed["version"] == 2
    assert packed["replies"][0][0] == model.suggest(CONTEXT, "", 1)[0]["text"]


def test_a_pack_leaves_what_the_completions_remember(folder: Path):
    model = load(folder)
    model.suggest(CONTEXT, "", 3)
    ranked_bytes = model.resident_bytes
    model.complete(CONTEXT, "I am ")
    completed_bytes = model.resident_bytes

    model.pack(CONTEXT, "Please ")

    assert ranked_bytes < model.resident_bytes == completed_bytes


def test_of_all_contexts_together_the_newest_outlooks_alone_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sentences, "MOST_OUTLOOK_BYTES", 0)
    model = load(folder)
    for number in range(2 * LEAST_OUTLOOKS):
        model.complete([*CONTEXT, {"role": "customer", "text": f"since day {number}"}], "")

    places = [one for one in gc.get_objects() if isinstance(one, Place) and one.turn.mixture is model._mixture]

    assert sum(place.outlook is not None for place in places) == LEAST_OUTLOOKS


def test_hundreds_of_conversations_that_are_typed_in_at_once_are_each_ranked_once(
    model: Model, monkeypatch: pytest.MonkeyPatch
):
    ranked = 0
    rank = Ranker.rank

    def counted(ranker: Ranker, context: Context, second: SecondStage) -> Ranking:
        nonlocal ranked
        ranked += 1
        return rank(ranker, context, second)

    monkeypatch.setattr(Ranker, "rank", counted)
    open_ones: list[Context] = [[*CONTEXT, {"role": "customer", "text": f"since day {day}"}] for day in range(300)]
    for draft in ("", "I a", "I am"):
        for context in open_ones:
            model.complete(context, draft)

    assert ranked == len(open_ones)


def test_of_messages_of_a_megabyte_little_is_remembered(model: Model):
    model.suggest(CONTEXT, "", 3)
    tracemalloc.start()
    try:
        for number in range(30):
            text = f"{number} my parcel is late " * 50_000
            model.suggest([*CONTEXT, {"role": "customer", "text": text}], "", 3)
            model.complete([*CONTEXT, {"role": "customer", "text": text}], "I a")
        del text
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held_bytes < 10_000_000


def test_what_a_model_remembered_is_gone_with_it_and_no_collector_has_to_find_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(model_module, "KNOWN_TURNS", 64)
    gc.collect()
    gc.disable()
    try:
        before = remembered()
        model = load(folder)
        for number in range(64 + 10):
            context = [*CONTEXT, {"role": "customer", "text": f"since day {number}"}]
            model.suggest(context, "", 3)
            model.complete(context, "I am sorry to hear that, ")
            model.pack(context, "Please ")
        while_loaded = remembered()
        del model

        assert remembered() == before
        assert all(while_loaded[name] > before[name] for name in before)
    finally:
        gc.enable()


def remembered() -> dict[str, int]:
    alive = Counter(type(one).__name__ for one in gc.get_objects())
    return {one.__name__: alive[one.__name__] for one in (Model, Ranker, Mixture, Sentences, Place)}


def test_the_same_corpus_in_another_order_makes_the_same_bytes(folder: Path, tmp_path: Path):
    shuffled = conversations()
    random.Random(5).shuffle(shuffled)

    train(corpus_of(shuffled), tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_a_model_with_a_changed_missing_or_foreign_file_is_refused(tmp_path: Path):
    train(corpus_of(conversations()), tmp_path / "m")
    replies = tmp_path / "m" / "replies.json"
    whole = replies.read_bytes()

    replies.write_bytes(whole.replace(b"parcel", b"parcal", 1))
    with pytest.raises(ModelUnusable):
        load(tmp_path / "m")
    replies.unlink()
    with pytest.raises(ModelUnusable):
        load(tmp_path / "m")
    replies.write_bytes(whole)
    manifest = tmp_path / "m" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 99'))
    with pytest.raises(ModelUnusable):
        load(tmp_path / "m")


def test_too_little_data_is_said_with_its_numbers(tmp_path: Path):
    with pytest.raises(InsufficientData) as caught:
        train(corpus_of(conversations(5)), tmp_path)

    assert caught.value.facts["conversation_count"] == 5
    assert not list(tmp_path.iterdir())


def test_without_agent_ids_the_test_on_agents_is_off_and_the_manifest_says_so(tmp_path: Path):
    nameless = [
        TrainingConversation(
            one.conversation_id, one.customer_id, tuple(Turn(t.role, t.text, None, t.ts) for t in one.turns)
        )
        for one in conversations()
    ]

    manifest = train(corpus_of(nameless), tmp_path)

    assert manifest["settings"]["is_agent_test_on"] is False
    assert manifest["counts"]["replies"] > 3


def test_canned_replies_serve_before_there_is_a_model_and_blocked_ones_never_do():
    replies = CannedReplies(
        [
            Reply("1", "Your parcel is on its way."),
            Reply("2", "We will call you back."),
            Reply("3", "Never say this.", ReplyState.BLOCKED),
        ]
    )

    assert [offer["reply_id"] for offer in replies.suggest(CONTEXT, "", 3)] == ["1", "2"]
    assert replies.complete(CONTEXT, "we wi") is None  # as many messages begin that are no reply
    assert replies.complete(CONTEXT, "we will c") == "all you back."
    assert replies.suggest(CONTEXT, "Never", 3) == []


def test_with_nothing_every_answer_is_empty():
    nothing = starter_replies("xx")

    assert (nothing.suggest([], "", 3), nothing.complete([], "He"), nothing.urls([], 3)) == ([], None, [])
    assert json.loads(nothing.pack([]))["replies"] == []
    assert all(len(starter_replies(code).suggest([], "", 30)) > 10 for code in ("en", "nl", "de-AT"))


def test_an_empty_corpus_has_a_hash_and_no_replies():
    corpus = Corpus([], [], [], False)

    assert corpus.data_hash == Corpus((), (), (), True).data_hash


def test_replies_stand_in_the_language_that_the_customer_writes(tmp_path: Path):
    said = [
        ("waar blijft mijn pakket, ik wacht al een week", "Wat vervelend, ik kijk meteen waar uw pakket is."),
        (
            "where is my parcel, i have been waiting for a week",
            "How annoying, I will see at once where your parcel is.",
        ),
    ]
    made = [
        TrainingConversation(
            f"c-{number}",
            f"u-{number}",
            (Turn("customer", said[number % 2][0]), Turn("agent", said[number % 2][1], "a")),
        )
        for number in range(80)
    ]
    train(corpus_of(made), tmp_path, TrainingSettings(min_agents=1))
    both = load(tmp_path)

    for question, answer in said:
        asked = [
            {"role": "customer", "text": question},
            {"role": "agent", "text": "1"},
            {"role": "customer", "text": "ok"},
        ]
        assert both.suggest(asked, "", 1)[0]["text"] == answer


def test_learning_goes_on_from_the_last_model(folder: Path, tmp_path: Path):
    manifest = train(corpus_of(conversations(80, seed=2)), tmp_path, start=folder)

    assert manifest["is_continued"]
    assert load(tmp_path).suggest(CONTEXT, "", 1)[0]["text"].startswith("I am sorry to hear that")


def test_of_answers_alike_the_one_with_a_time_near_that_asked_for_is_likeliest(tmp_path: Path):
    random_ = random.Random(3)
    names = [
        f"{colour} {kind}" for colour in ["red", "blue", "green", "grey", "white"] for kind in ["bus", "tram", "ferry"]
    ]
    timetable = [
        TrainingConversation(
            f"c-{number}",
            f"cust-{number}",
            (
                Turn("customer", f"What is there after {hour}:50?", None, 100.0 * number),
                Turn(
                    "agent",
                    f"The {random_.choice(names)} goes at {hour + 1}:{random_.randrange(20):02}.",
                    f"a-{number % 3}",
                    100.0 * number + 1,
                ),
            ),
        )
        for number, hour in enumerate(random_.randrange(10, 23) for _ in range(1_000))
    ]
    train(corpus_of(timetable), tmp_path / "model", TrainingSettings(has_word_model=False))
    model = load(tmp_path / "model")

    answers = [f"The {names[hour % 7]} goes at {hour}:{minute}." for hour in range(11, 24) for minute in ("07", "57")]
    scores = model.score([{"role": "customer", "text": "What is there after 17:50?"}], answers)

    assert answers[int(np.argmax(scores))].endswith("at 18:07.")


def test_a_model_of_before_times_of_day_were_looked_at_serves(folder: Path, tmp_path: Path):
    shutil.copytree(folder, tmp_path / "older")
    (tmp_path / "older" / "reply_times.npy").unlink()
    for stage in ("reply_stage", "score_stage"):
        for name in ("mean", "spread", "hidden", "line"):
            array = np.load(tmp_path / "older" / f"{stage}_{name}.npy")
            # The last feature of the replies' stage is that a row is none of them.
            end = len(array) - (stage == "reply_stage")
            kept = np.delete(array, np.s_[end - len(TIME_FEATURES) : end], axis=0)
            np.save(tmp_path / "older" / f"{stage}_{name}.npy", kept)
    manifest = json.loads((tmp_path / "older" / "manifest.json").read_text())
    write_manifest(tmp_path / "older", {name: manifest[name] for name in ("counts", "thresholds", "completion_policy")})

    older = load(tmp_path / "older")

    assert older.suggest(CONTEXT, "", 3)[0]["text"].startswith("I am sorry to hear that")
    assert len(older.score(CONTEXT, ["See you at 17:00.", "Goodbye."])) == 2


def test_a_last_model_that_is_damaged_is_passed_over(folder: Path, tmp_path: Path):
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (broken / "gram_hashes.npy").write_bytes(b"no array")

    manifest = train(corpus_of(conversations()), tmp_path / "new", start=broken)

    assert not manifest["is_continued"]


def test_the_nearest_past_contexts_vote_and_not_whichever_there_are(model: Model):
    answers = dict(TOPICS)
    votes = {
        question: model._ranker.turn(
            [
                {"role": "customer", "text": f"Hi, {question} since day 3"},
                {"role": "agent", "text": "Hello, thank you for your message."},
                {"role": "customer", "text": question},
            ]
        ).votes
        for question in answers
    }

    likeliest = {question: model.replies[int(shares.argmax())].text for question, shares in votes.items()}

    assert likeliest == answers
