"""No store of one account ever shows or changes anything of another, whatever ids the two have in common."""

from __future__ import annotations

import builtins
import importlib
import inspect
import pkgutil
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.real_project import OWN_DATABASE, an_account_id

import earpiece.adapters
from earpiece.adapters.firestore_accounts import FirestoreSettings
from earpiece.adapters.firestore_assistants import FirestoreArticles, FirestoreAssistantRuns, FirestoreAssistants
from earpiece.adapters.firestore_audit import FirestoreAudit
from earpiece.adapters.firestore_budgets import FirestoreBudgets
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_conversations import FirestoreConversations
from earpiece.adapters.firestore_dead_letters import FirestoreDeadLetters
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.adapters.firestore_minute_limits import FirestoreMinuteLimits
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_outbox import FirestoreOutbox
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.adapters.firestore_used_tokens import FirestoreUsedTokens
from earpiece.adapters.fold_cache import FoldCache
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.assistants.shipped import shipped
from earpiece.domain.accounts import Account
from earpiece.domain.articles import Article
from earpiece.domain.assistant_runs import FinalText, Outcome, Run
from earpiece.domain.assistant_runs import RunState as RunDone
from earpiece.domain.assistants import Assistant, Trigger
from earpiece.domain.audit import AuditEntry
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.errors import AccountMismatch, EarpieceError, NotFound
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role
from earpiece.domain.models import ModelRecord, ModelState, RunState
from earpiece.domain.replies import Reply
from earpiece.domain.settings import AccountSettings
from earpiece.ports.budgets import Returned
from earpiece.ports.events import OutgoingMessage, Waiting
from earpiece.ports.minute_limits import Block

NOW = datetime(2026, 11, 20, tzinfo=UTC)
# Read by SQL over an account's own views; tests/contract/test_warehouse.py shows that they hold its rows only.
BY_VIEWS = {"BigQueryWarehouse"}


class Plainly:
    """Sealing that shows what was sealed for whom, so that a mix-up is seen."""

    def seal(self, plain: bytes, context: str) -> bytes:
        return context.encode() + b"|" + plain

    def open(self, sealed: bytes, context: str) -> bytes:
        owner, _, plain = sealed.partition(b"|")
        assert owner == context.encode()
        return plain


class Watched:
    """A store, and which of its operations these tests have used."""

    used: ClassVar[dict[str, set[str]]] = {}

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, operation: str) -> Any:
        self.used.setdefault(type(self._store).__name__, set()).add(operation)
        return getattr(self._store, operation)


Stores = dict[str, Any]


@pytest.fixture(scope="session")
def clients(stores: Any) -> FirestoreClients:
    stores.need("firestore", "storage")
    return FirestoreClients(stores.cloud.project)


@pytest.fixture(scope="session")
def bucket(stores: Any) -> str:
    return str(stores.need("storage")["MODELS_BUCKET"])


@pytest.fixture(scope="session")
def stores_of(stores: Any, clients: FirestoreClients, bucket: str) -> Callable[[Account], Stores]:
    cache = FoldCache()  # one for both, as a process has

    def make(account: Account) -> Stores:
        client = clients.of(account)
        made: list[Any] = [
            FirestoreSettings(account, client),
            FirestoreConversations(account, client, cache),
            FirestoreReplies(account, client),
            FirestoreDeadLetters(account, client),
            FirestoreOutbox(account, client),
            FirestoreIntegrations(account, clients.registry(), Plainly(), lambda: NOW),
            FirestoreModelRecords(account, client),
            FirestoreTrainingRuns(account, client),
            FirestoreAudit(account, clients.registry()),
            FirestoreBudgets(account, clients.registry(), lambda: NOW),
            FirestoreMinuteLimits(account, clients.registry()),
            FirestoreUsedTokens(account, clients.registry()),
            FirestoreAssistants(account, client),
            FirestoreAssistantRuns(account, client),
            FirestoreArticles(account, client),
            StorageModelFiles(account, bucket, stores.cloud.project),
        ]
        return {type(store).__name__: Watched(store) for store in made}

    return make


def an_account(database: str = "(default)") -> Account:
    return Account(an_account_id(), database=database)


def an_event(account: Account, conversation_id: str, event_id: str, text: str) -> ConversationEvent:
    return ConversationEvent(
        event_id=event_id,
        account_id=account.account_id,
        platform="custom",
        conversation_id=conversation_id,
        platform_conversation_id="c",
        kind=EventKind.MESSAGE_ADDED,
        occurred_at=NOW,
        received_at=NOW,
        participant=Participant("p", Role.CUSTOMER, name=text),
        message=MessageContent("m", text),
    )


def write_everything(account: Account, stores: Stores, shared: str, secret: str, folder: Path) -> None:
    """Use every operation that writes, with ids that the other account uses too."""
    stores["FirestoreSettings"].add(AccountSettings(), NOW)
    stores["FirestoreConversations"].append(an_event(account, shared, shared, secret))
    stores["FirestoreReplies"].put([Reply(shared, secret)])
    stores["FirestoreReplies"].add([Reply(shared + "2", secret), Reply(shared + "3", secret)])
    stores["FirestoreReplies"].remove([shared + "3"])
    letter = DeadLetter(shared, Origin.EVENT, secret, secret.encode(), {}, NOW, NOW)
    stores["FirestoreDeadLetters"].record(letter)
    stores["FirestoreDeadLetters"].mark_replayed(shared, NOW)
    stores["FirestoreDeadLetters"].record(letter)
    waiting = Waiting(shared, "topic", (OutgoingMessage(secret.encode()),), NOW)
    stores["FirestoreOutbox"].keep(waiting, timeout_s=5)
    stores["FirestoreIntegrations"].rotate("custom", secret, keep_old_until=NOW)
    stores["FirestoreIntegrations"].masking_key()
    stores["FirestoreIntegrations"].describe("custom", {"secret": secret})
    stores["FirestoreModelRecords"].put(ModelRecord(shared, ModelState.CANDIDATE, NOW, reason=secret))
    runs = stores["FirestoreTrainingRuns"]
    runs.start(shared, NOW, lease_s=60)
    runs.heartbeat(shared, NOW, lease_s=60)
    runs.finish(shared, RunState.FAILED, NOW, reason=secret)
    stores["FirestoreAudit"].append(AuditEntry("did", secret, NOW))
    assert stores["FirestoreBudgets"].lease(shared, 9, 9, {"2026-11": 9}).granted == 9  # also where the other took all
    stores["FirestoreBudgets"].settle(Returned(shared, {"2026-11": 3}))
    block = {"requests": Block(wanted=9, least=9, cap=9)}
    assert stores["FirestoreMinuteLimits"].take(shared, "12:00", block) == {"requests": 9}  # though the other took all
    stores["FirestoreMinuteLimits"].give_back(shared, "12:00", {"requests": 3})
    assert stores["FirestoreUsedTokens"].use(shared, useless_at=NOW)  # also where the other used it
    stores["StorageModelFiles"].upload(shared, folder)
    stores["FirestoreAssistants"].put(an_assistant(secret), NOW)
    run = a_run(shared, secret)
    assert stores["FirestoreAssistantRuns"].start(run, NOW, lease_s=60) is run  # also where the other has its lease
    stores["FirestoreAssistantRuns"].finish(run)
    stores["FirestoreAssistantRuns"].keep_final(shared, "summarizer", FinalText(secret, "a", NOW))
    stores["FirestoreArticles"].put([Article(shared, secret, secret), Article(shared + "2", secret, secret)])
    stores["FirestoreArticles"].remove([shared + "2"])


def an_assistant(secret: str) -> Assistant:
    return replace(shipped()["summarizer"], instructions=secret)


def a_run(conversation_id: str, secret: str) -> Run:
    done = Outcome(RunDone.DONE, text=secret)
    return Run("r" * 32, conversation_id, "summarizer", "v", "m", Trigger.ASKED, "s", 1, "", NOW, NOW, done)


def read_everything(stores: Stores, shared: str, into: Path) -> dict[str, Any]:
    """What every operation that reads shows, by its name."""
    files = stores["StorageModelFiles"]
    return {
        "settings": stores["FirestoreSettings"].current(),
        "conversation": stores["FirestoreConversations"].find(shared),
        "told so far": stores["FirestoreConversations"].told(shared),
        "replies": stores["FirestoreReplies"].all(),
        "changed replies": (changed := stores["FirestoreReplies"].since(None)).changed,
        "reply count": changed.count,
        "dead letter": stores["FirestoreDeadLetters"].find(shared),
        "dead letters": stores["FirestoreDeadLetters"].all(include_replayed=True),
        "secrets": stores["FirestoreIntegrations"].secrets("custom"),
        "details": stores["FirestoreIntegrations"].details("custom"),
        "model": stores["FirestoreModelRecords"].find(shared),
        "models": stores["FirestoreModelRecords"].all(),
        "run": stores["FirestoreTrainingRuns"].find(shared),
        "runs": stores["FirestoreTrainingRuns"].all(),
        "audit": stores["FirestoreAudit"].all(),
        "assistants": [stores["FirestoreAssistants"].all(), stores["FirestoreAssistants"].find("summarizer")],
        "versions": stores["FirestoreAssistants"].versions("summarizer"),
        "results": stores["FirestoreAssistantRuns"].results(shared),
        "conversation and results": stores["FirestoreConversations"].find_with_results(shared),
        "articles": stores["FirestoreArticles"].all(),
        "manifest": _or_none(lambda: files.manifest(shared)),
        "files": _or_none(lambda: sorted(path.read_bytes() for path in files.download(shared, into).iterdir())),
        "whole": _or_none(lambda: files.verify(shared)),
    }


def _or_none(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except NotFound:
        return None


def a_model(folder: Path, secret: str) -> Path:
    from earpiece.engine.files import write_json, write_manifest

    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder, "replies", [secret])
    write_manifest(folder, {"secret": secret})
    return folder


@given(shared=st.from_regex(r"[a-z0-9][a-z0-9-]{3,20}", fullmatch=True), databases=st.sampled_from(["same", "apart"]))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_one_account_writes_the_other_neither_sees_nor_loses(
    shared: str, databases: str, stores_of: Callable[[Account], Stores], tmp_path: Path
):
    folder = tmp_path / secrets.token_hex(4)
    mine, theirs = an_account(), an_account(OWN_DATABASE if databases == "apart" else "(default)")
    empty = read_everything(stores_of(theirs), shared, folder / "none")

    write_everything(mine, stores_of(mine), shared, "mine", a_model(folder / "mine", "mine"))
    before = read_everything(stores_of(mine), shared, folder / "before")
    assert read_everything(stores_of(theirs), shared, folder / "still-none") == empty
    assert "mine" not in repr(empty)

    write_everything(theirs, stores_of(theirs), shared, "theirs", a_model(folder / "theirs", "theirs"))
    assert read_everything(stores_of(mine), shared, folder / "after") == before
    shown = repr(read_everything(stores_of(theirs), shared, folder / "theirs-read"))
    assert "theirs" in shown
    assert "mine" not in shown
    assert (
        stores_of(mine)["FirestoreIntegrations"].masking_key()
        != stores_of(theirs)["FirestoreIntegrations"].masking_key()
    )


def test_an_event_of_another_account_is_refused_by_the_store(stores_of: Callable[[Account], Stores]):
    mine, theirs = an_account(), an_account()

    with pytest.raises(AccountMismatch):
        stores_of(mine)["FirestoreConversations"].append(an_event(theirs, "c" * 32, "e" * 32, "x"))


def test_one_account_s_training_does_not_hold_up_another_s(stores_of: Callable[[Account], Stores]):
    mine, theirs = (stores_of(an_account())["FirestoreTrainingRuns"] for _ in range(2))

    assert mine.start("run", NOW, lease_s=60).run_id == theirs.start("run", NOW, lease_s=60).run_id
    with pytest.raises(EarpieceError):
        mine.start("another", NOW + timedelta(seconds=1), lease_s=60)


def test_conversations_of_a_database_of_their_own_are_in_no_other(
    clients: FirestoreClients, stores_of: Callable[[Account], Stores]
):
    apart = an_account(OWN_DATABASE)
    stores_of(apart)["FirestoreConversations"].append(an_event(apart, "c" * 32, "e" * 32, "x"))

    path = f"accounts/{apart.account_id}/conversations/{'c' * 32}"
    assert clients.database(OWN_DATABASE).document(path).get().exists
    assert not clients.registry().document(path).get().exists
    elsewhere = replace(apart, database="(default)")
    assert stores_of(elsewhere)["FirestoreConversations"].find("c" * 32) is None


def test_every_store_is_made_for_one_account_and_asks_for_no_other():
    found = _account_bound_stores()

    assert len(found) > 10
    for name, store in found.items():
        for method, function in _operations(store).items():
            assert "account" not in " ".join(inspect.signature(function).parameters), f"{name}.{method}"
            assert Account not in get_type_hints(function, _names_of(store)).values(), f"{name}.{method}"


def test_every_operation_of_every_store_is_tried_across_accounts(
    stores_of: Callable[[Account], Stores], tmp_path: Path
):
    Watched.used.clear()
    account = an_account()
    stores = stores_of(account)
    write_everything(account, stores, "c" * 32, "x", a_model(tmp_path / "model", "x"))
    read_everything(stores, "c" * 32, tmp_path / "read")

    operations = {name: set(_operations(store)) for name, store in _account_bound_stores().items()}
    assert {name: found for name, found in operations.items() if name not in BY_VIEWS} == Watched.used


def test_this_check_finds_whoever_is_made_for_an_account_whatever_the_parameter_is_called():
    class Hidden:
        def __init__(self, of: Account) -> None:
            """Made for one."""

    assert _is_made_for_an_account(Hidden)
    assert not _is_made_for_an_account(FoldCache)


def _account_bound_stores() -> dict[str, type]:
    modules = [
        importlib.import_module(f"earpiece.adapters.{module.name}")
        for module in pkgutil.iter_modules(earpiece.adapters.__path__)
    ]
    return {
        name: kind
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and _is_made_for_an_account(kind)
    }


def _is_made_for_an_account(kind: type) -> bool:
    parameters = inspect.signature(kind).parameters.values()
    return any(one.name == "account" or one.annotation in (Account, "Account") for one in parameters)


def _operations(store: type) -> dict[str, Any]:
    return {
        name: function for name, function in inspect.getmembers(store, inspect.isfunction) if not name.startswith("_")
    }


def _names_of(store: type) -> dict[str, Any]:
    """The names that its annotations use, those for type checkers only as well: they are nobody's account."""

    class Names(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            return getattr(builtins, name, object)

    return Names(vars(importlib.import_module(store.__module__)))
