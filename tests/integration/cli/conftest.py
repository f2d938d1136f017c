"""A console, and an account that it can speak of."""

from __future__ import annotations

import base64
import json
import secrets

import pytest
from tests.integration.cli.console import Console, registry
from tests.real_project import an_account_id

from earpiece.domain.accounts import Account


@pytest.fixture
def console(stores, tmp_path) -> Console:
    key_file = tmp_path / "secrets.key"
    key_file.write_bytes(base64.b64encode(secrets.token_bytes(32)))
    variables = stores.need("firestore", "pubsub")
    (tmp_path / "runtime.json").write_text(json.dumps({"environment": variables}))
    environment = {**variables, "SECRETS_KEY_FILE": str(key_file), "EARPIECE_STATE": str(tmp_path)}
    return Console(environment, tmp_path)


@pytest.fixture
def account(console) -> Account:
    return registry(console).create(Account(an_account_id()))


@pytest.fixture
def warehouse(console, stores) -> Console:
    """The console, with BigQuery and Cloud Storage beside it."""
    console.environment.update(stores.need("firestore", "pubsub", "bigquery", "storage"))
    (console.state / "runtime.json").write_text(json.dumps({"environment": console.environment}))
    return console
