"""A model that rests holds little, and answers as one that never did."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from tests.unit.engine.test_engine import CONTEXT, conversations

from earpiece.engine import load
from earpiece.engine.corpus import corpus_of
from earpiece.engine.model import Model
from earpiece.engine.training import train

DRAFTS = ("", "I", "I am", "I am sorry to", "Please use", "pleaes use")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    train(corpus_of(conversations()), out)
    return out


@pytest.fixture
def model(folder: Path) -> Model:
    return load(folder)


def answers(model: Model) -> list[object]:
    typed = [(model.suggest(CONTEXT, draft, 3), model.completion(CONTEXT, draft)) for draft in DRAFTS]
    return [typed, model.urls(CONTEXT, 3), model.score(CONTEXT, ["I am sorry", "Hello"]), model.pack(CONTEXT)]


def test_after_a_rest_the_answers_are_the_same(model: Model):
    before = answers(model)

    model.rest()

    assert answers(model) == before


def test_a_rest_gives_back_what_conversations_cost_and_the_arrays_in_32_bits(model: Model):
    model.rest()
    rested_bytes = model.resident_bytes

    answers(model)
    awake_bytes = model.resident_bytes
    model.rest()

    assert awake_bytes > 1.3 * rested_bytes
    assert model.resident_bytes == rested_bytes


def test_conversations_in_which_nobody_types_can_be_forgotten_by_themselves(model: Model):
    before = answers(model)
    awake_bytes = model.resident_bytes

    model.forget_unused(3600)
    still_bytes = model.resident_bytes
    model.forget_unused(0)

    assert still_bytes == awake_bytes > model.resident_bytes
    assert answers(model) == before
    assert model.resident_bytes == awake_bytes


def test_a_rest_breaks_no_request(model: Model):
    expected, wrong = answers(model), []

    def ask() -> None:
        for _ in range(5):
            try:
                found = answers(model)
            except Exception as error:
                found = [error]
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        model.rest()
    for thread in threads:
        thread.join()

    assert not wrong


def test_an_open_model_needs_its_files_no_more(folder: Path, tmp_path: Path):
    copied = Path(shutil.copytree(folder, tmp_path / "model"))
    model = load(copied)
    before = answers(model)

    shutil.rmtree(copied)
    model.rest()

    assert answers(model) == before
