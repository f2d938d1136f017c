"""`earpiece.engine` itself: conversations in, a model's folder out, and the model of a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from earpiece.domain.errors import InvalidInput, ModelUnusable
from earpiece.engine import load, train

QUESTIONS = {"my parcel is late": "I will look where your parcel is.", "i lost my key": "Please ask at the desk."}


def conversations(count: int = 40) -> list[dict[str, Any]]:
    return [
        {
            "conversation_id": f"c-{number}",
            "agent_id": f"agent-{number % 3}",
            "turns": [{"role": "customer", "text": question}, {"role": "agent", "text": answer}],
        }
        for number, (question, answer) in enumerate(list(QUESTIONS.items()) * (count // 2))
    ]


def test_what_was_learned_is_suggested(tmp_path: Path):
    manifest = train(conversations(), tmp_path / "model")
    model = load(model=tmp_path / "model")

    assert manifest["counts"]["train_conversations"] == 40
    for question, answer in QUESTIONS.items():
        assert model.suggest([{"role": "customer", "text": question}], "", 3)[0]["text"] == answer


def test_learning_goes_on_from_an_earlier_model(tmp_path: Path):
    train(conversations(), tmp_path / "first")

    assert train(conversations(60), str(tmp_path / "next"), start=str(tmp_path / "first"))["is_continued"]


@pytest.mark.parametrize(
    "broken", [{}, {"conversation_id": "c", "turns": [{"role": "boss", "text": ""}]}, {"turns": []}, "text", None]
)
def test_what_is_no_conversation_is_told_by_its_number_and_leaves_nothing_behind(tmp_path: Path, broken: Any):
    with pytest.raises(InvalidInput, match="conversation 41: not a conversation"):
        train([*conversations(), broken], tmp_path / "model")

    assert list(tmp_path.iterdir()) == []


def test_a_model_is_written_once(tmp_path: Path):
    train(conversations(), tmp_path / "model")

    with pytest.raises(InvalidInput, match="exists"):
        train(conversations(), tmp_path / "model")


def test_a_start_that_is_no_model_is_refused(tmp_path: Path):
    with pytest.raises(ModelUnusable):
        train(conversations(), tmp_path / "model", start=tmp_path)


def test_the_door_alone_loads_no_numpy():
    told = subprocess.run(
        [sys.executable, "-c", "import sys, earpiece.engine; print('numpy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "False"
