"""`earpiece train` and `earpiece evaluate`: files in, a model and its measures out."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from earpiece.cli.engine import evaluate, train
from earpiece.domain.errors import InvalidInput, ModelUnusable

SAID = [
    ("my parcel is late, where is it", "I am sorry to hear that, I will look where your parcel is."),
    ("ik wil mijn fiets terugbrengen", "U kunt hem binnen 30 dagen terugbrengen, zie https://help.example/terug."),
    ("the invoice is wrong", "I will ask our finance colleagues to correct the invoice."),
    ("hoe stel ik mijn wachtwoord opnieuw in", "Gebruik de knop Wachtwoord vergeten op de eerste pagina."),
]


def write(path: Path, count: int, seed: int) -> Path:
    chance = random.Random(seed)
    with path.open("w") as file:
        for number in range(count):
            turns = []
            for question, answer in chance.sample(SAID, 2):
                turns += [{"role": "customer", "text": question}, {"role": "agent", "text": answer}]
            line = {"conversation_id": f"{seed}-{number}", "agent_id": f"a-{number % 4}", "turns": turns}
            file.write(json.dumps(line) + "\n")
    return path


def run(command, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `said.jsonl`, of which two lines are broken, `new.jsonl`, and two models of different worth."""
    folder = tmp_path_factory.mktemp("engine")
    write(folder / "said.jsonl", 60, seed=1)
    with (folder / "said.jsonl").open("a") as file:
        file.write('{"conversation_id": "x"\n\n{"conversation_id": "y", "turns": 5}\n')
    write(folder / "few.jsonl", 22, seed=3)
    write(folder / "new.jsonl", 60, seed=2)
    done = run(train, "--conversations", folder / "said.jsonl", "--out", folder / "model")
    (folder / "out.json").write_text(done.stdout)
    (folder / "err.txt").write_text(done.stderr)
    run(train, "--conversations", folder / "few.jsonl", "--out", folder / "poor")
    return folder


def measured(place: Path, *arguments: object) -> dict:
    asked = ("--conversations", place / "new.jsonl", "--typing-limit", 20, "--json", *arguments)
    return json.loads(run(evaluate, "--model", place / "model", *asked).stdout)


def test_training_says_what_it_made_and_what_it_skipped(place: Path):
    made = json.loads((place / "out.json").read_text())
    told = (place / "err.txt").read_text()

    assert made["skipped_lines"] == 2
    assert made["counts"]["train_conversations"] == 60
    assert f"skipped {place / 'said.jsonl'}, line 61: not a conversation" in told
    assert "said.jsonl, line 63: not a conversation" in told
    assert "skipped 2 lines in all" in told


def test_another_process_makes_the_same_model_of_the_same_files(place: Path):
    # Sets of texts have another order in each process; the order of nothing that is learned may rest on one.
    environment = os.environ | {"PYTHONHASHSEED": "11"}
    command = [Path(sys.executable).with_name("earpiece"), "train", "--conversations", place / "few.jsonl"]

    subprocess.run([*command, "--out", place / "again"], env=environment, capture_output=True, check=True)

    again, poor = ({path.name: path.read_bytes() for path in (place / name).iterdir()} for name in ("again", "poor"))
    assert again == poor


def test_training_says_how_far_it_is(place: Path):
    told = [line for line in (place / "err.txt").read_text().splitlines() if not line.startswith("skipped")]

    steps = list(dict.fromkeys(line.split(":")[0].removesuffix(" …") for line in told))
    assert steps[0] == "reading"
    assert steps[-1] == "written"
    assert {"replies", "features", "encoder", "second stage"} < set(steps)


def test_training_says_what_it_cost_and_the_model_does_not(place: Path):
    cost = json.loads((place / "out.json").read_text())["cost"]

    assert set(cost["step_cpu_s"]) >= {"reading", "features", "encoder", "written"}
    assert sum(cost["step_cpu_s"].values()) == pytest.approx(cost["cpu_s"], abs=1)
    assert 50 < cost["peak_mb"] < 2_000
    assert "cpu_s" not in (place / "model" / "manifest.json").read_text()


def test_training_learns_from_no_more_messages_than_it_is_told(place: Path, tmp_path: Path):
    said = ("--conversations", place / "said.jsonl", "--out", tmp_path / "model")

    done = run(train, *said, "--most-messages", 60)

    counts = json.loads(done.stdout)["counts"]
    assert (counts["train_conversations"], counts["test_conversations"], counts["contexts"]) == (30, 0, 60)


def test_training_leaves_nothing_behind_where_there_is_too_little(place: Path, tmp_path: Path):
    from earpiece.engine.training import InsufficientData

    with pytest.raises(InsufficientData):
        run(train, "--conversations", write(tmp_path / "one.jsonl", 1, seed=4), "--out", tmp_path / "model")

    assert [path.name for path in tmp_path.iterdir()] == ["one.jsonl"]


def test_a_model_is_written_once(place: Path):
    done = run(train, "--conversations", place / "said.jsonl", "--out", place / "model")

    assert done.exit_code == 2
    assert "exists; a model is written once" in done.stderr


def test_training_goes_on_from_the_last_model_and_from_nothing_else(place: Path, tmp_path: Path):
    files = ("--conversations", place / "few.jsonl")

    done = run(train, *files, "--out", tmp_path / "next", "--start", place / "model")

    assert json.loads(done.stdout)["is_continued"]
    with pytest.raises(ModelUnusable, match=r"manifest\.json cannot be read"):
        run(train, *files, "--out", tmp_path / "other", "--start", place)


def test_a_file_in_which_nothing_can_be_read_is_named(place: Path, tmp_path: Path):
    (tmp_path / "bad.jsonl").write_text("{\n")

    for command in (
        (train, "--out", tmp_path / "model", "--conversations", tmp_path / "bad.jsonl"),
        (evaluate, "--model", place / "model", "--conversations", tmp_path / "bad.jsonl"),
    ):
        with pytest.raises(InvalidInput, match=r"bad\.jsonl: no line is a conversation"):
            run(*command)


def test_an_evaluation_is_one_json_object_with_intervals_of_each_language(place: Path):
    told = measured(place)

    assert told["counts"]["conversations"] == 60
    assert (told["counts"]["retrieved"], told["counts"]["typed"], told["skipped_lines"]) == (120, 20, 0)
    recall = told["parts"]["overall"]["measures"]["recall_at_3"]
    assert recall["low"] <= recall["value"] <= recall["high"]
    languages = [name for name in told["parts"] if name != "overall"]
    assert set(languages) == {"en", "nl"}
    assert sum(told["parts"][name]["conversation_count"] for name in languages) == 60
    assert set(told["parts"]["overall"]["times_ms"]) == {"score_100", "suggest", "suggest_typed", "complete", "urls"}
    assert told["parts"]["overall"]["measures"]["links_at_1_seen"]["value"] is None


def test_links_of_the_training_files_are_told_apart(place: Path):
    told = measured(place, "--train", place / "said.jsonl")

    assert told["parts"]["overall"]["measures"]["links_at_5_seen"]["value"] is not None


def test_the_limits_bound_what_is_asked(place: Path):
    told = measured(place, "--limit", 7)

    assert (told["counts"]["retrieved"], told["counts"]["rank"], told["counts"]["examples"]) == (7, 0, 120)


def test_beside_another_model_each_measure_has_a_verdict(place: Path):
    told = measured(place, "--against", place / "poor")

    verdicts = {
        name: figure["difference"]["verdict"]
        for name, figure in told["parts"]["overall"]["measures"].items()
        if figure["difference"]
    }
    assert {"recall_at_3", "saved_keystrokes", "rank_at_1"} <= set(verdicts)
    assert set(verdicts.values()) <= {"better", "worse", "no difference"}


def test_beside_itself_a_model_makes_no_difference(place: Path):
    told = measured(place, "--against", place / "model")

    figures = told["parts"]["overall"]["measures"].values()
    assert {one["difference"]["verdict"] for one in figures if one["difference"]} == {"no difference"}


def test_a_person_reads_a_table(place: Path):
    asked = ("--conversations", place / "new.jsonl", "--typing-limit", 20, "--against", place / "poor")

    told = run(evaluate, "--model", place / "model", *asked).stdout

    lines = told.splitlines()
    assert lines[0].startswith("120 messages of agents in 60 conversations")
    assert next(line for line in lines[1:] if line.endswith("conversations")) == "overall, 60 conversations"
    (saved,) = [line for line in told.split("overall")[1].split("\n\n")[0].splitlines() if line.startswith("saved")]
    assert saved.count("%") == 2
    assert saved.endswith(("better", "worse", "no difference"))
    assert "complete, each key, p99 processor" in told
    assert max(map(len, lines)) < 150


def test_the_accounts_own_replies_are_measured_alone_and_beside_a_model(place: Path):
    own = place / "own.json"
    own.write_text(json.dumps(["I will ask our finance colleagues to look at it.", {"text": "Zebra crossing."}]))
    asked = ("--canned", own, "--conversations", place / "new.jsonl", "--typing-limit", 20, "--json")

    alone = json.loads(run(evaluate, *asked).stdout)
    beside, without = measured(place, "--canned", own), measured(place)

    assert (alone["model"], alone["canned"]) == (None, str(own))
    assert alone["parts"]["overall"]["measures"]["distinct_at_1"]["value"] is None
    typed = [told["parts"]["overall"]["measures"]["recall_at_3_typed"]["value"] for told in (alone, beside, without)]
    assert typed[1] >= typed[2] > typed[0]


def test_without_a_model_and_without_replies_there_is_nothing_to_measure(place: Path):
    done = run(evaluate, "--conversations", place / "new.jsonl")

    assert done.exit_code == 2
    assert "--model" in done.output
