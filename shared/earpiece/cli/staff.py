"""What the staff commands reach, connected when it is first asked for."""

from __future__ import annotations

import functools
import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from earpiece.cli.surroundings import Surroundings, find_surroundings
from earpiece.domain.accounts import Account, AccountStatus, valid_account_id
from earpiece.domain.errors import AccountDeleted, NotFound
from earpiece.ports.accounts import AccountRegistry, ApiKeys, Integrations, SettingsVersions
from earpiece.ports.assistants import Articles, Assistants
from earpiece.ports.audit import Audit
from earpiece.ports.conversations import Conversations, Replies
from earpiece.ports.events import DeadLetters, Publisher
from earpiece.ports.models import ModelFiles, ModelRecords, TrainingRuns

if TYPE_CHECKING:
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.assistants.running import Place


class StaffStores:
    """Google's clients in these surroundings. A command pays only for the libraries of what it asks for."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.project_id = surroundings.need("PROJECT_ID")

    def account(self, account_id: str) -> Account:
        """The account, unless it is unknown (NotFound) or deleted (AccountDeleted)."""
        account = self.accounts().find(valid_account_id(account_id))
        if account is None:
            raise NotFound(f"there is no account {account_id}")
        if account.status is AccountStatus.DELETED:
            raise AccountDeleted(f"{account_id} is deleted")
        return account

    @functools.cached_property
    def _clients(self) -> FirestoreClients:
        from earpiece.adapters.firestore_client import FirestoreClients

        return FirestoreClients(self.project_id)

    def accounts(self) -> AccountRegistry:
        from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry

        return FirestoreAccountRegistry(self._clients.registry(), _now)

    def api_keys(self) -> ApiKeys:
        from earpiece.adapters.firestore_accounts import FirestoreApiKeys

        return FirestoreApiKeys(self._clients.registry())

    def integrations(self, account: Account) -> Integrations:
        from earpiece.adapters.firestore_integrations import FirestoreIntegrations
        from earpiece.adapters.sealing import connect_secrets

        known = self.surroundings
        secrets = connect_secrets(known.get("SECRETS_KEY_FILE"), known.get("KMS_KEY"))
        return FirestoreIntegrations(account, self._clients.registry(), secrets, _now)

    def settings(self, account: Account) -> SettingsVersions:
        from earpiece.adapters.firestore_accounts import FirestoreSettings

        return FirestoreSettings(account, self._clients.of(account))

    def replies(self, account: Account) -> Replies:
        from earpiece.adapters.firestore_replies import FirestoreReplies

        return FirestoreReplies(account, self._clients.of(account))

    def assistants(self, account: Account) -> Assistants:
        from earpiece.adapters.firestore_assistants import FirestoreAssistants

        return FirestoreAssistants(account, self._clients.of(account))

    def articles(self, account: Account) -> Articles:
        from earpiece.adapters.firestore_assistants import FirestoreArticles

        return FirestoreArticles(account, self._clients.of(account))

    def conversations(self, account: Account) -> Conversations:
        from earpiece.adapters.firestore_conversations import FirestoreConversations

        return FirestoreConversations(account, self._clients.of(account))

    def place(self, account: Account) -> Place:
        """With what the account's assistants run here: llm_gateway is that of the environment, else the local one."""
        from earpiece.adapters.assistant_places import GatewayAddress, assistant_places

        known = self.surroundings
        gateway = GatewayAddress(known.units.get("llm_gateway") or known.need("LLM_GATEWAY_URL"))
        topic = known.get("ASSISTANT_RUNS_TOPIC", "warehouse-assistant-runs")
        made = assistant_places(self._clients, self.integrations, self.publisher(), gateway, topic=topic, now=_now)
        return made(account)

    def audit(self, account: Account) -> Audit:
        from earpiece.adapters.firestore_audit import FirestoreAudit

        return FirestoreAudit(account, self._clients.registry())

    def dead_letters(self, account: Account | None) -> DeadLetters:
        """Those of the account; for None, of messages that name no account of ours."""
        from earpiece.adapters.firestore_dead_letters import dead_letters_of

        return dead_letters_of(self._clients)(account)

    def model_records(self, account: Account) -> ModelRecords:
        from earpiece.adapters.firestore_models import FirestoreModelRecords

        return FirestoreModelRecords(account, self._clients.of(account))

    def training_runs(self, account: Account) -> TrainingRuns:
        from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns

        return FirestoreTrainingRuns(account, self._clients.of(account))

    def model_files(self, account: Account) -> ModelFiles:
        from earpiece.adapters.storage_models import StorageModelFiles

        return StorageModelFiles(account, self.surroundings.need("MODELS_BUCKET"), self.project_id)

    def prepare_warehouse(self, account: Account) -> None:
        """The raw tables of the account's region, and its own views, where they are missing."""
        from earpiece.adapters.bigquery_client import bigquery_client
        from earpiece.adapters.bigquery_views import ensure_raw, ensure_views

        client = bigquery_client(self.project_id)
        ensure_raw(client, account.region)
        ensure_views(client, account)

    def publisher(self) -> Publisher:
        from earpiece.adapters.pubsub_publisher import PubsubPublisher

        return PubsubPublisher(self.project_id)


def staff_stores() -> StaffStores:
    """Those of the environment, else of the local run; raises Unavailable without either."""
    return StaffStores(find_surroundings(os.environ, Path.cwd()).enter())


def actor() -> str:
    """Who is at the keyboard, for the audit."""
    return f"cli:{getpass.getuser()}"


def _now() -> datetime:
    return datetime.now(UTC)
