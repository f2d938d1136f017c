"""While an account is small the engine is no worse than the account's own replies by search and by what was typed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from earpiece.domain.replies import Reply
from earpiece.engine import load
from earpiece.engine.answering import Answering
from earpiece.engine.canned import CannedReplies
from earpiece.engine.conversation_files import read_files
from earpiece.engine.corpus import TrainingConversation, corpus_of
from earpiece.engine.evaluation import evaluate, measured
from earpiece.engine.suggestions import Offer, beside
from earpiece.engine.training import InsufficientData, TrainingSettings, train
from earpiece_emulators.samples import SampleConversation, canned_replies, generate, held_out, to_canonical

QUICK = TrainingSettings(has_word_model=False)


class Asked:
    """A system that is only asked for suggestions and completions."""

    def __init__(self, system: Any) -> None:
        self.suggest, self.complete = system.suggest, system.complete


def own_replies(account: str) -> CannedReplies:
    return CannedReplies(Reply(one["id"], one["text"]) for one in canned_replies(account))


def read(file: Path, samples: Iterable[SampleConversation]) -> tuple[TrainingConversation, ...]:
    file.write_text("\n".join(json.dumps(to_canonical(one)) for one in samples))
    return read_files([file]).conversations


def figures(system: Any, new: tuple[TrainingConversation, ...]) -> dict[str, float]:
    done = evaluate(Asked(system), new, limit=100, typing_limit=25)
    return {name: value or 0.0 for name, value in measured(done, done.everything).items()}


def test_with_100_conversations_a_model_is_better_than_the_own_replies_alone(tmp_path: Path):
    new = read(tmp_path / "new.jsonl", held_out("fietsplein", count=25))
    own = own_replies("fietsplein")
    train(corpus_of(read(tmp_path / "said.jsonl", generate("fietsplein", count=100))), tmp_path / "model", QUICK)

    alone, both = figures(own, new), figures(Answering(load(tmp_path / "model"), own), new)

    assert both["recall_at_3"] > alone["recall_at_3"] + 0.1
    assert both["recall_at_3_typed"] >= alone["recall_at_3_typed"]
    assert both["saved_keystrokes"] > alone["saved_keystrokes"] + 0.1
    assert both["false_offers"] < alone["false_offers"]
    assert both["false_offers"] <= 0.25


@pytest.mark.parametrize("count", [0, 10])
def test_with_hardly_a_conversation_there_is_no_model_and_the_own_replies_serve(count: int, tmp_path: Path):
    said = read(tmp_path / "said.jsonl", generate("lumen", count=count)) if count else ()

    with pytest.raises(InsufficientData):
        train(corpus_of(said), tmp_path / "model", QUICK)

    own = own_replies("lumen")
    assert own.suggest([], "Thank you for", 3)[0]["text"] == "Thank you for waiting."
    assert own.complete([], "thank you for w") == "aiting."


def offer(text: str, source: str = "model") -> Offer:
    return Offer(text=text, score=0.5, reply_id=text, source=source)


def texts(offers: Iterable[Offer]) -> list[str]:
    return [one["text"] for one in offers]


def test_unasked_the_models_offers_come_first():
    of_model, own = [offer(text) for text in ("One thing.", "Another one.")], [offer("Quite different.", "canned")]

    assert texts(beside(of_model, own, "", 3)) == ["One thing.", "Another one.", "Quite different."]
    assert texts(beside(of_model, own, "", 2)) == ["One thing.", "Another one."]


def test_a_place_is_kept_for_the_own_reply_that_begins_as_typed():
    of_model = [offer(f"Thank you, {name}.") for name in ("that was fast", "see you in a week", "good choice")]

    assert texts(beside(of_model, [offer("Thank you for calling!", "canned")], "thank", 3)) == [
        "Thank you, that was fast.",
        "Thank you, see you in a week.",
        "Thank you for calling!",
    ]
    assert texts(beside(of_model, [offer("Tank you.", "canned")], "thank", 3)) == texts(of_model)
    assert texts(beside(of_model, [offer("thank you, that was FAST", "canned")], "thank", 3)) == texts(of_model)
    assert texts(beside(of_model, [offer("Thank you for calling!", "canned")], "thank", 1)) == texts(of_model)[:1]


def test_own_replies_are_found_by_beginning_then_by_one_slip_then_by_search():
    own = own_replies("lumen")

    def found(typed: str) -> list[str]:
        return texts(own.suggest([], typed, 3))

    assert found("Could you tell me wh")[0].startswith("Could you tell me which lights")
    assert found("Cuold you tell me wh")[0].startswith("Could you tell me which lights")
    assert any("which lights" in text for text in found("router lights"))
    assert found("router zebra") == []
    assert found("could you router") == [], "a sentence is no search"
