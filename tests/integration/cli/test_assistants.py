"""`earpiece assistants` and `earpiece articles` on the emulators, with a gateway and the stand-in behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.llm_gateway.place import running
from tests.real_project import an_account_id

from earpiece.assistants.shipped import shipped
from earpiece.cli.create_account import AccountStores, complete
from earpiece.cli.staff import StaffStores
from earpiece.cli.surroundings import Surroundings
from earpiece.domain.accounts import Account
from earpiece_emulators.demo_model import demo_model
from earpiece_emulators.extractive import extract
from earpiece_emulators.model_provider import ModelProvider, running_provider
from earpiece_emulators.pubsub_setup import PubSub

from tests.integration.cli.console import account_of, registry  # isort: skip

GOLDEN = Path(__file__).parents[2] / "samples" / "assistants" / "golden.jsonl"


Wired = tuple[Any, str, ModelProvider, str]


@pytest.fixture
def wired(console: Any, stores: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wired]:
    """A console that knows a gateway, an account, and the stand-in of providers with its address."""
    pubsub = PubSub(stores.need("pubsub")["PUBSUB_EMULATOR_HOST"], console.environment["PROJECT_ID"])
    pubsub.create_topics(["warehouse-assistant-runs", "warehouse-llm-usage"])
    pubsub.close()
    account_id = an_account_id()
    account = registry(console).create(Account(account_id))
    known = StaffStores(Surroundings(console.environment))
    of_account = AccountStores(
        known.accounts(),
        known.api_keys(),
        known.integrations(account),
        known.settings(account),
        known.replies(account),
        known.audit(account),
        lambda: None,
    )
    from datetime import UTC, datetime

    complete(account, [], stores=of_account, actor="test", now=datetime.now(UTC))
    with running_provider(extract) as (providers, url), running(console.environment, tmp_path) as gateway:
        monkeypatch.setenv("LLM_GATEWAY_URL", gateway.url)
        knowing = replace(console, environment={**console.environment, "LLM_GATEWAY_URL": gateway.url})
        yield knowing, account_id, providers, url


@pytest.fixture
def connected(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, str]:
    """The same with the account's assistants connected to the stand-in."""
    console, account_id, _, url = wired
    monkeypatch.setenv("STAND_IN_KEY", "sk-x")
    address = ("--kind", "compatible", "--base-url", f"{url}/x/v1", "--model", "extractive")
    console.data("assistants", "connect", "--account", account_id, "--key-variable", "STAND_IN_KEY", *address)
    return console, account_id


def test_the_golden_conversations_are_evaluated(connected: tuple[Any, str]):
    console, account_id = connected

    report = console.data("assistants", "evaluate", "--account", account_id, "--conversations", str(GOLDEN))

    assert (report["conversations"], report["skipped"], report["failed"]) == (10, 2, 0)
    assert report["schema_validity"] == report["citation_correctness"] == report["entity_precision"] == 1.0
    assert report["decoys_told"] == 0
    assert report["planted_recall"] > 0.8
    assert report["latency_p95_ms"] > 0


OPENAI = {"OPENAI_API_KEY": "sk-of-openai", "OPENAI_BASE_URL": "{url}/real/v1", "OPENAI_MODEL": "gpt-x"}
AZURE = {
    "AZURE_OPENAI_API_KEY": "key-of-azure",
    "AZURE_OPENAI_ENDPOINT": "{url}/real/",
    "AZURE_OPENAI_DEPLOYMENT": "ours",
    "OPENAI_API_VERSION": "2025-01-01-preview",
}


@pytest.mark.parametrize(
    ("named", "path", "header"),
    [
        (OPENAI, "/real/v1/chat/completions", ("Authorization", "Bearer sk-of-openai")),
        (
            {**OPENAI, **AZURE},
            "/real/openai/deployments/ours/chat/completions?api-version=2025-01-01-preview",
            ("api-key", "key-of-azure"),
        ),
    ],
    ids=["openai", "azure"],
)
def test_the_demo_talks_to_the_provider_that_the_environment_names(
    wired: Wired, monkeypatch: pytest.MonkeyPatch, named: dict[str, str], path: str, header: tuple[str, str]
):
    console, account_id, providers, url = wired
    environment = {name: value.format(url=url) for name, value in named.items()}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    chosen = demo_model(environment, "http://127.0.0.1:9")
    console.data("assistants", "connect", "--account", account_id, *chosen.arguments)
    report = console.data("assistants", "evaluate", "--account", account_id, "--conversations", str(GOLDEN))

    assert chosen.is_real
    assert report["failed"] == 0
    received = providers.profile("real").received
    assert {one.path for one in received} == {path}
    assert {one.headers[header[0]] for one in received} == {header[1]}


def test_without_a_provider_the_demo_says_that_a_stand_in_answers():
    chosen = demo_model({"OPENAI_BASE_URL": "https://api.openai.com/v1"}, "http://127.0.0.1:9")

    assert not chosen.is_real
    assert "stand-in" in chosen.name
    assert "http://127.0.0.1:9/stand-in/v1" in chosen.arguments


def test_an_account_writes_an_assistant_of_its_own(console: Any, account: Account, tmp_path: Path):
    own = {**shipped()["summarizer"].to_json(), "instructions": "Say it in five words."}
    (tmp_path / "own.json").write_text(json.dumps(own))
    (tmp_path / "open.json").write_text(json.dumps({**own, "schema": {"type": "object"}}))

    version = console.run("assistants", "put", str(tmp_path / "own.json"), "--account", account.account_id)
    refused = console.run("assistants", "put", str(tmp_path / "open.json"), "--account", account.account_id)

    listed = console.data("assistants", "list", "--account", account.account_id)
    assert {one["code"]: one["is_own"] for one in listed} == {code: code == "summarizer" for code in shipped()}
    assert next(one["version"] for one in listed if one["is_own"]) == version.stdout.strip()
    assert "additionalProperties" in str(refused.exception)


def test_articles_are_imported_in_parts_and_once(console: Any, account: Account, tmp_path: Path):
    (tmp_path / "returns.md").write_text("# Returns\n\n" + "\n\n".join("Send it back. " * 60 for _ in range(6)))
    (tmp_path / "more.jsonl").write_text(
        json.dumps({"title": "Gears", "text": "Oil them.", "url": "https://h.example"})
    )

    for _ in range(2):
        console.run("articles", "import", str(tmp_path), "--account", account.account_id)
    found = console.data("articles", "list", "--account", account.account_id)
    console.run("articles", "import", str(tmp_path / "more.jsonl"), "--account", account.account_id, "--replace")
    left = console.data("articles", "list", "--account", account.account_id)

    assert [one["title"] for one in found].count("Returns") > 1
    assert all(one["characters"] <= 2_600 for one in found)
    assert [one["title"] for one in left] == ["Gears"]
    assert account_of(console, account.account_id) is not None
