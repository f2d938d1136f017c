"""Each unit deploys alone: staged, installed into an empty environment, moved elsewhere, started, and healthy.

Of the job that is: it finds the stores, takes its run, and ends it with the reason and the exit status of its README.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.real_project import an_account_id

from earpiece.adapters.bigquery_client import bigquery_client
from earpiece.adapters.bigquery_views import ensure_raw, ensure_views
from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.cli.stage import stage_unit
from earpiece.domain.accounts import Account
from earpiece.domain.errors import NotFound
from earpiece.domain.models import RunState
from earpiece_emulators.ports import choose

ROOT = Path(__file__).parents[2]
RUN_ID = "20261120T030000Z-0a1b2c3d"
BIN = Path(sys.executable).parent
UNITS = sorted(path.parent.name for kind in ("functions", "run") for path in (ROOT / kind).glob("*/main.py"))
NOT_USED = {
    "webhook_intake": ("numpy", "scipy", "google-cloud-bigquery", "google-cloud-storage"),
    "conversation_writer": ("numpy", "scipy", "google-cloud-bigquery", "google-cloud-storage"),
    "outbox_relay": ("numpy", "google-cloud-bigquery", "google-cloud-storage"),
    "conversation_api": ("numpy", "scipy", "google-cloud-bigquery", "google-cloud-storage", "functions-framework"),
    "suggestion_api": ("scipy", "google-cloud-pubsub", "google-cloud-bigquery", "functions-framework"),
    "training_trigger": ("numpy", "scipy", "google-cloud-bigquery", "google-cloud-storage"),
    "model_release": ("scipy", "google-cloud-bigquery"),
    "assistant_runner": ("numpy", "scipy", "google-cloud-bigquery", "google-cloud-storage", "openai"),
    "llm_gateway": ("numpy", "scipy", "google-cloud-bigquery", "google-cloud-storage", "gunicorn", "openai"),
    "widget": ("numpy", "scipy", "google-cloud-pubsub", "google-cloud-storage", "functions-framework"),
    "trainer": ("functions-framework", "gunicorn"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """Where the run is kept, and the environment of the job that executes it."""

    runs: FirestoreTrainingRuns
    environment: dict[str, str]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("staged")
    _run(str(BIN / "earpiece"), "stage", "--all", "--out", str(folder))
    return folder


def test_every_unit_is_staged_with_its_code_the_wheel_and_its_hash(staged: Path):
    assert sorted(path.name for path in staged.iterdir() if not path.name.startswith(".")) == UNITS
    for unit in UNITS:
        (wheel,) = (staged / unit).glob("earpiece-*.whl")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        assert f"./{wheel.name} --hash=sha256:{digest}" in (staged / unit / "requirements.txt").read_text()
        assert (staged / unit / unit / "__init__.py").is_file()


def test_the_same_code_gives_the_same_wheel(staged: Path, tmp_path: Path):
    _run(str(BIN / "earpiece"), "stage", UNITS[0], "--out", str(tmp_path))

    first, second = (next((folder / UNITS[0]).glob("*.whl")).read_bytes() for folder in (staged, tmp_path))
    assert first == second


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_holds_nothing_that_it_does_not_use(staged: Path, unit: str):
    names = {
        line.split("==")[0] for line in (staged / unit / "requirements.txt").read_text().splitlines() if "==" in line
    }

    assert "pydantic" in names
    assert not names & set(NOT_USED[unit])
    assert not names & {"pytest", "hypothesis", "ruff", "mypy", "click" if unit == "trainer" else "pytest"}


def test_the_widget_is_staged_as_built_without_its_sources(staged: Path):
    names = json.loads((staged / "widget/assets/manifest.json").read_text())

    assert {"element", "frame", "bridge", "loader"} <= names.keys()
    assert all((staged / "widget/assets" / name).is_file() for name in names.values())
    assert not [name for name in ("web", "salesforce", "ringcx") if (staged / "widget" / name).exists()]


def test_a_widget_that_was_not_built_is_not_staged(tmp_path: Path):
    (tmp_path / "run/widget").mkdir(parents=True)
    for name in ("main.py", "pyproject.toml"):
        shutil.copy(ROOT / "run/widget" / name, tmp_path / "run/widget")

    with pytest.raises(NotFound, match="run `make widget`"):
        stage_unit(tmp_path, "widget", tmp_path / "a.whl", tmp_path / "dist")


@pytest.mark.skipif(not shutil.which("gcloud"), reason="gcloud says what it would upload")
def test_gcloud_would_upload_the_unit(staged: Path):
    listed = _run("gcloud", "meta", "list-files-for-upload", str(staged / "webhook_intake")).split()

    assert {"main.py", "requirements.txt", "Procfile"} <= set(listed)
    assert any(name.endswith(".whl") for name in listed)


@pytest.fixture
def run(stores: Any) -> Run:
    """A run of an account that has no conversations yet."""
    variables = stores.need("firestore", "pubsub", "bigquery", "storage")
    account = Account(an_account_id())
    registry = FirestoreClients(stores.cloud.project).registry()
    FirestoreAccountRegistry(registry, lambda: datetime.now(UTC)).create(account)
    warehouse = bigquery_client(stores.cloud.project)
    ensure_raw(warehouse, stores.cloud.region)
    ensure_views(warehouse, account)
    named = {"ACCOUNT_ID": account.account_id, "TRAINING_RUN_ID": RUN_ID, "MODELS_BUCKET": stores.cloud.bucket}
    return Run(FirestoreTrainingRuns(account, registry), {**variables, **named})


@pytest.mark.timeout(900)  # eleven installations
def test_every_unit_answers_from_an_environment_of_its_own(staged: Path, tmp_path: Path, run: Run):
    def answer(unit: str) -> str:
        return _try(staged / unit, tmp_path / unit, run)

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(UNITS, pool.map(answer, UNITS), strict=True))

    expected = dict.fromkeys(UNITS, "200") | {"trainer": "status 0"}
    assert answers == expected
    ended = run.runs.find(RUN_ID)
    assert ended is not None
    assert (ended.state, ended.reason) == (RunState.SKIPPED, "insufficient_data")


def _try(staged: Path, folder: Path, run: Run) -> str:
    """What a unit answers to /healthz; for the job, the exit status of a run."""
    shutil.copytree(staged, folder)
    environment = {**_clean(), "VIRTUAL_ENV": str(folder / ".venv"), "UV_LINK_MODE": "hardlink"}
    _run(str(BIN / "uv"), "venv", "--quiet", "--python", sys.executable, str(folder / ".venv"), env=environment)
    install = ("pip", "install", "--quiet", "--require-hashes", "--requirement", "requirements.txt")
    _run(str(BIN / "uv"), *install, env=environment, cwd=folder)
    start = (folder / "Procfile").read_text().removeprefix("web: ").strip()
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    if "python main.py" in start:
        environment = {**_clean(), **run.environment, "PATH": path}
        done = subprocess.run(
            shlex.split(start), cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return f"status {done.returncode}" if done.returncode == 0 else done.stderr[-500:] + done.stdout[-500:]
    return next(_answers(folder, start, path))


def _answers(folder: Path, start: str, path: str) -> Iterator[str]:
    port = choose(["unit"], {})["unit"]
    process = subprocess.Popen(
        shlex.split(start.replace("$PORT", str(port))),
        cwd=folder,
        env={**_clean(), **_settings(folder), "PATH": path, "PORT": str(port), "HOME": str(folder / "home")},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "errors").open("wb"),
        start_new_session=True,
    )
    try:
        until_s = time.monotonic() + 180
        while time.monotonic() < until_s and process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
                    # A socket under its home would be shared by all that one user starts there.
                    yield str(answer.status) if not list((folder / "home").rglob("*.ctl")) else "opened a socket"
                    return
            except OSError:
                time.sleep(0.1)
        yield (folder / "errors").read_text()[-500:]
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _settings(folder: Path) -> dict[str, str]:
    """What a unit needs in its environment to start; nothing that it would have to reach."""
    import base64

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "signing.pem").write_bytes(pem)
    (folder / "public.json").write_text(json.dumps({"keys": []}))
    (folder / "secrets.key").write_text(base64.b64encode(b"k" * 32).decode())
    return {
        "PROJECT_ID": "earpiece-staged",
        "SECRETS_KEY_FILE": str(folder / "secrets.key"),
        "TOKEN_SIGNING_KEY_FILE": str(folder / "signing.pem"),
        "TOKEN_KEY_ID": "k",
        "TOKEN_PUBLIC_KEYS_FILE": str(folder / "public.json"),
        "MODELS_BUCKET": "models",
        "LLM_GATEWAY_URL": "http://127.0.0.1:9",
        "CONVERSATION_API_URL": "http://127.0.0.1:9",
        "SUGGESTION_API_URL": "http://127.0.0.1:9",
        "TRAINER_JOB": "projects/p/locations/l/jobs/trainer",
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1",
        "PUBSUB_EMULATOR_HOST": "127.0.0.1:1",
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:1",
        "BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:1",
    }


def _clean() -> dict[str, str]:
    ours = ("PYTHONPATH", "PROJECT_ID", "EARPIECE_STATE", "GOOGLE_CLOUD_PROJECT", "XDG_RUNTIME_DIR")
    return {
        name: value for name, value in os.environ.items() if name not in ours and not name.endswith("_EMULATOR_HOST")
    }


def _run(*command: str, env: dict[str, str] | None = None, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
