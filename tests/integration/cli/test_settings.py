"""`earpiece settings` and `earpiece integrations` on the emulators: what they put in force is what units read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from tests.integration.cli.console import Console, account_of

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_platform_details import FirestorePlatformDetails
from earpiece.cli.integrations import commands
from earpiece.cli.staff import StaffStores
from earpiece.cli.surroundings import Surroundings
from earpiece.domain.errors import InvalidInput
from earpiece.domain.settings import Feature

ORGANISATION = "5c0d3b1e-6f2a-4c57-9b1e-1f2d3c4b5a69"


@pytest.fixture
def staff(console) -> StaffStores:
    return StaffStores(Surroundings(console.environment))


def put(console: Console, account, *changes: str):
    return console.run("settings", "set", *changes, "--account", account.account_id, "--format", "json")


def current(console: Console, staff: StaffStores, account):
    return staff.settings(account_of(console, account.account_id)).current()


def test_what_is_set_is_in_force_beside_what_was_and_in_the_audit(console, account, staff):
    assert put(console, account, "suggestion_count=5", "default_language=nl").exit_code == 0
    changes = (
        "frame_ancestors=https://apps.mypurecloud.de, https://*.lightning.force.com",
        "widget_features=suggestions,search",
        "auto_approve_replies=no",
        "suggestion_threshold=0.25",
    )

    result = put(console, account, *changes)

    assert result.exit_code == 0, result.output
    found = current(console, staff, account)
    assert found.frame_ancestors == ("https://apps.mypurecloud.de", "https://*.lightning.force.com")
    assert found.widget_features == (Feature.SUGGESTIONS, Feature.SEARCH)
    assert (found.auto_approve_replies, found.suggestion_threshold) == (False, 0.25)
    assert (found.suggestion_count, found.default_language) == (5, "nl")
    shown = console.data("settings", "show", "--account", account.account_id)
    assert shown["settings_version"] == account_of(console, account.account_id).settings_version
    assert shown["widget_features"] == ["suggestions", "search"]
    assert "llm" not in shown
    entries = sorted(staff.audit(account).all(), key=lambda entry: entry.at)
    assert [entry.action for entry in entries] == ["settings_changed"] * 2
    assert entries[1].facts["before"] == entries[0].facts["after"]
    assert "frame_ancestors" in entries[1].facts["changed"]


def test_a_list_is_emptied_by_setting_it_to_nothing(console, account, staff):
    put(console, account, "allowed_origins=https://desk.example")

    assert put(console, account, "allowed_origins=").exit_code == 0
    assert current(console, staff, account).allowed_origins == ()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("frame_ancestors=https://a.example/path", "frame_ancestors"),
        ("frame_ancestors=https://a.example; script-src *", "frame_ancestors"),
        ("allowed_origins=*", "allowed_origins"),
        ("suggestion_count=many", "suggestion_count"),
        ("suggestion_count=-1", "suggestion_count"),
        ("suggestion_threshold=2", "suggestion_threshold"),
        ("suggestion_threshold=nan", "suggestion_threshold"),
        ("auto_approve_replies=perhaps", "auto_approve_replies"),
        ("widget_features=telepathy", "widget_features"),
        ("default_language=English", "default_language"),
        ("no_such_setting=1", "no_such_setting"),
        ("suggestion_count", "NAME=VALUE"),
        ("llm={}", "earpiece llm set"),
    ],
)
def test_what_cannot_be_meant_changes_nothing_and_is_named(console, account, staff, change, named):
    result = put(console, account, "suggestion_count=7", change)

    assert result.exit_code != 0
    assert named in str(result.exception)
    assert account_of(console, account.account_id).settings_version is None
    assert staff.audit(account).all() == []


def integrate(console: Console, account, *arguments: str, secret: str = ""):
    wanted = [*arguments, "--account", account.account_id]
    return CliRunner().invoke(commands["integrations"], wanted, env=console.environment, input=secret)


def test_an_organisation_of_genesys_is_kept_for_its_agents(console, account, staff):
    result = integrate(console, account, "genesys", "--region", "mypurecloud.de", "--organization-id", ORGANISATION)

    assert result.exit_code == 0, repr(result.exception)
    kept = {"region": "mypurecloud.de", "organization_id": ORGANISATION}
    assert staff.integrations(account).details("genesys") == kept
    assert console.data("integrations", "show", "--account", account.account_id)["genesys"] == kept
    assert [entry.action for entry in staff.audit(account).all()] == ["integration_changed"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("genesys", "--region", "evil.example", "--organization-id", ORGANISATION),
        ("genesys", "--region", "mypurecloud.de", "--organization-id", "acme"),
        ("salesforce", "--organization-id", "acme"),
        ("salesforce", "--organization-id", "00DHs0000000001EAA", "--my-domain", "evil.example"),
    ],
)
def test_what_is_no_organisation_is_not_kept(console, account, staff, arguments):
    assert integrate(console, account, *arguments).exit_code != 0
    assert staff.integrations(account).details(arguments[0]) == {}


def test_the_secret_of_a_canvas_app_comes_from_standard_input_and_is_never_shown(console, account, staff):
    wanted = ("salesforce", "--organization-id", "00DHs0000000001EAA", "--my-domain", "acme.my.salesforce.com")
    first = integrate(console, account, *wanted, secret="very-secret\n")
    again = integrate(console, account, *wanted)  # the secret stays

    assert first.exit_code == again.exit_code == 0
    assert staff.integrations(account).secrets("salesforce-canvas") == ("very-secret",)
    shown = console.run("integrations", "show", "--account", account.account_id).output
    assert "very-secret" not in first.output + again.output + shown + repr(staff.audit(account).all())
    assert integrate(console, account, *wanted, secret="two secrets").exit_code != 0


def test_what_the_widgets_frame_needs_to_sign_agents_in_is_what_its_unit_reads(console, account):
    named = ("--account", account.account_id)
    client = ("--region", "mypurecloud.de", "--organization-id", ORGANISATION, "--client-id", ORGANISATION)
    assert console.run("integrations", "genesys", *client, *named).exit_code == 0
    told = console.run("integrations", "page", "--url", "https://sso.acme.example/earpiece?app=1", *named)
    assert told.exit_code == 0

    registry = FirestoreClients(console.environment["PROJECT_ID"]).registry()
    details = FirestorePlatformDetails(registry, lambda: datetime.now(UTC))

    assert details(account, "genesys")["client_id"] == ORGANISATION
    assert details(account, "embed") == {"sign_in_url": "https://sso.acme.example/earpiece?app=1"}
    assert details(account, "salesforce") == {}


@pytest.mark.parametrize("url", ["http://sso.acme.example", "javascript:alert(1)", "https://a.example/</script>", "x"])
def test_a_page_to_sign_in_that_is_no_https_address_is_refused(console, account, url):
    told = console.run("integrations", "page", "--url", url, "--account", account.account_id)

    assert isinstance(told.exception, InvalidInput)
