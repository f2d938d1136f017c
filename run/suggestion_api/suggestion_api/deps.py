"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import atexit
import json
import resource
import tempfile
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountLookup, SettingsVersions
from earpiece.ports.conversations import Conversations, Replies
from earpiece.web.authentication import Authentication, Limits
from earpiece.web.tokens import TokenVerifier
from suggestion_api.freed_memory import spare_what_stays
from suggestion_api.model_folders import ModelFolders
from suggestion_api.read_in_time import PromptAccounts, Reader
from suggestion_api.serve_models import ModelShelf
from suggestion_api.settings import Settings
from suggestion_api.watch_pointers import watch_pointers


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountLookup
    reader: Reader
    models: ModelShelf
    authentication: Authentication
    limits: Limits
    arranger: Executor
    """Arranges replies by their words, beside the requests that search."""


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.adapters.firestore_replies import FirestoreReplies
    from earpiece.adapters.fold_cache import FoldCache
    from earpiece.adapters.storage_models import StorageModelFiles
    from earpiece.engine import load

    def now() -> datetime:
        return datetime.now(UTC)

    _allow_open_files()
    clients = FirestoreClients(settings.project_id)
    pool = ThreadPoolExecutor(settings.read_threads, thread_name_prefix="read")
    registry = FirestoreAccountRegistry(clients.registry(), now, timedelta(seconds=settings.account_fresh_s))
    accounts = PromptAccounts(registry, pool, settings.account_wait_s)
    folds = FoldCache()

    def conversations(account: Account) -> Conversations:
        return FirestoreConversations(account, clients.of(account), folds)

    def replies(account: Account) -> Replies:
        return FirestoreReplies(account, clients.of(account))

    def versions(account: Account) -> SettingsVersions:
        return FirestoreSettings(account, clients.of(account))

    models = ModelShelf(
        files_of=lambda account: StorageModelFiles(account, settings.models_bucket),
        folders=ModelFolders(_own_folder(settings.models_folder), load, settings.most_disk_bytes),
        most_bytes=settings.most_model_bytes,
        retry_s=settings.model_retry_s,
    )
    atexit.register(models.close)
    watch_pointers(models, accounts, settings.model_check_s)
    deps = Deps(
        accounts=accounts,
        reader=Reader(pool, conversations=conversations, replies=replies, versions=versions),
        models=models,
        authentication=Authentication(
            accounts=accounts,
            api_keys=FirestoreApiKeys(clients.registry()),
            verifier=TokenVerifier.from_jwks(json.loads(Path(settings.token_public_keys_file).read_bytes())),
            now=now,
        ),
        limits=Limits(),
        arranger=ThreadPoolExecutor(1, thread_name_prefix="arranger"),
    )
    spare_what_stays()
    return deps


def _allow_open_files() -> None:
    """As many as the machine lets us: each of a model's large files is mapped, and a mapping holds one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _own_folder(folder: str) -> Path:
    """A folder of this process's own, so that two of them never remove each other's models."""
    parent = Path(folder or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="earpiece-models-", dir=parent))
