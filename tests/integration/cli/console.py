"""`earpiece …` as a person types it."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.domain.accounts import Account


@dataclass(frozen=True, slots=True)
class Console:
    """`earpiece …` in one surroundings."""

    environment: dict[str, str]
    state: Path

    def run(self, group: str, *arguments: str) -> Result:
        module = importlib.import_module(f"earpiece.cli.{group}")
        return CliRunner().invoke(module.commands[group], arguments, env=self.environment)

    def data(self, group: str, *arguments: str):
        result = self.run(group, *arguments, "--format", "json")
        assert result.exit_code == 0, result.output + repr(result.exception)
        return json.loads(result.stdout)


def registry(console: Console) -> FirestoreAccountRegistry:
    clients = FirestoreClients(console.environment["PROJECT_ID"])
    return FirestoreAccountRegistry(clients.registry(), lambda: datetime.now(UTC))


def account_of(console: Console, account_id: str) -> Account:
    found = registry(console).find(account_id)
    assert found is not None
    return found
