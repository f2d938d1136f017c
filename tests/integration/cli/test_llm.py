"""`earpiece llm` on the emulators: what it puts in force is what a gateway reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.integration.cli.console import Console, account_of

from earpiece.cli.llm import commands
from earpiece.cli.staff import StaffStores
from earpiece.cli.surroundings import Surroundings
from earpiece.domain.settings import AccountSettings

README = Path(__file__).parents[3] / "run/llm_gateway/README.md"
UPSTREAM = {"name": "openai", "kind": "openai", "base_url": "https://api.openai.com/v1"}
SETTINGS = {"upstreams": [UPSTREAM], "models": [{"name": "chat", "routes": [{"upstream": "openai", "model": "gpt-5"}]}]}


@pytest.fixture
def staff(console) -> StaffStores:
    return StaffStores(Surroundings(console.environment))


def put(console: Console, account, settings: object):
    file = console.state / "llm.json"
    file.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    return console.run("llm", "set", str(file), "--account", account.account_id, "--format", "json")


def give_secret(console: Console, account, text: str, name: str = "openai"):
    arguments = ["secret", name, "--account", account.account_id]
    return CliRunner().invoke(commands["llm"], arguments, env=console.environment, input=text)


def test_settings_are_put_in_force_and_others_of_the_account_stay(console, account, staff):
    before = AccountSettings(suggestion_count=2)
    staff.accounts().activate_settings(account, staff.settings(account).add(before, datetime.now(UTC)))

    told = json.loads(put(console, account, SETTINGS).stdout)

    now_in_force = account_of(console, account.account_id)
    assert told["settings_version"] == now_in_force.settings_version
    assert told["without_secret"] == ["openai"]
    current = staff.settings(now_in_force).current()
    assert (current.suggestion_count, current.llm.models[0].name) == (2, "chat")
    shown = console.data("llm", "show", "--account", account.account_id)
    assert shown["llm"]["upstreams"][0]["base_url"] == UPSTREAM["base_url"]
    assert [entry.action for entry in staff.audit(account).all()] == ["llm_settings_changed"]


def test_a_secret_comes_from_standard_input_and_is_never_shown(console, account, staff):
    put(console, account, SETTINGS)

    result = give_secret(console, account, "sk-very-secret\n")

    assert result.exit_code == 0
    assert staff.integrations(account).secrets("llm-openai") == ("sk-very-secret",)
    shown = console.run("llm", "show", "--account", account.account_id, "--format", "json").stdout
    assert json.loads(shown)["has_secret"] == {"openai": True}
    said = result.output + shown + repr(staff.audit(account).all())
    assert "sk-very-secret" not in said


@pytest.mark.parametrize("text", ["", "  \n", "two keys", "k" * 9_000])
def test_what_is_no_key_is_not_kept(console, account, staff, text):
    put(console, account, SETTINGS)

    assert give_secret(console, account, text).exit_code != 0
    assert staff.integrations(account).secrets("llm-openai") == ()


def test_a_secret_for_an_upstream_that_is_not_there_names_those_that_are(console, account):
    put(console, account, SETTINGS)

    assert "it has openai" in str(give_secret(console, account, "sk", name="azure").exception)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("{", "is not JSON"),
        ([], "must hold a JSON object"),
        ({**SETTINGS, "daily_budget": 5}, "daily_budget"),
        ({**SETTINGS, "upstreams": [{**UPSTREAM, "apikey": "sk-1"}]}, "apikey"),
        ({**SETTINGS, "upstreams": [{**UPSTREAM, "base_url": "http://api.openai.com/v1"}]}, "https"),
        ({**SETTINGS, "upstreams": []}, "names the upstream openai, which is not there"),
        ({**SETTINGS, "models": [{"name": "chat", "routes": []}]}, "has no route"),
        (
            {**SETTINGS, "models": [{**SETTINGS["models"][0], "region": "eu"}]},
            "pinned to eu",
        ),
        ({**SETTINGS, "daily_budget_usd": -1}, "negative"),
        (
            {
                **SETTINGS,
                "prices": [
                    {"model": "gpt-5", "since": "2026-01-01", "input_usd": 1, "output_usd": 2},
                    {"model": "gpt-5", "since": "2026-06-01", "input_usd": 1, "output_usd": 2},
                ],
            },
            "two prices of gpt-5 hold on 2026-06-01",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_and_change_nothing(console, account, settings, says):
    result = put(console, account, settings)

    assert result.exit_code != 0
    assert says in str(result.exception)
    assert account_of(console, account.account_id).settings_version is None


def test_the_example_of_the_readme_can_be_put_in_force(console, account):
    example = README.read_text().split("```json")[1].split("```")[0]

    result = put(console, account, example)

    assert result.exit_code == 0, result.exception
    assert set(json.loads(result.stdout)["without_secret"]) == {"openai", "azure-eu", "azure-entra"}
