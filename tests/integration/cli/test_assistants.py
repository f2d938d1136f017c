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
from earpiece_emulators.extractive import extract
from earpiece_emulators.model_provider import running_provider
from earpiece_emulators.pubsub_setup import PubSub

from tests.integration.cli.console import account_of, registry  # isort: skip

GOLDEN = Path(__file__).parents[2] / "samples" / "assistants" / "golden.jsonl"


@pytest.fixture
def connected(console: Any, stores: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """A console that knows a gateway, and an account whose assistants are connected to the stand-in."""
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
    with running_provider(extract) as (_, url), running(console.environment, tmp_path) as gateway:
        monkeypatch.setenv("STAND_IN_KEY", "sk-x")
        monkeypatch.setenv("LLM_GATEWAY_URL", gateway.url)
        wired = replace(console, environment={**console.environment, "LLM_GATEWAY_URL": gateway.url})
        address = ("--kind", "compatible", "--base-url", f"{url}/x/v1", "--model", "extractive")
        wired.data("assistants", "connect", "--account", account_id, "--key-variable", "STAND_IN_KEY", *address)
        yield wired, account_id


def test_the_golden_conversations_are_evaluated(connected: tuple[Any, str]):
    console, account_id = connected

    report = console.data("assistants", "evaluate", "--account", account_id, "--conversations", str(GOLDEN))

    assert (report["conversations"], report["skipped"], report["failed"]) == (10, 2, 0)
    assert report["schema_validity"] == report["citation_correctness"] == report["entity_precision"] == 1.0
    assert report["decoys_told"] == 0
    assert report["planted_recall"] > 0.8
    assert report["latency_p95_ms"] > 0


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
