"""Assistants, their runs and an account's articles in Firestore.

`accounts/{id}/assistants/{code}` and its `versions/{version}`; `…/conversations/{id}/assistant_runs/{run_id}`, and in
the conversation's own document what stands with it; `…/articles/{id}`. Bodies are JSON texts: a map that is merged
into another would keep what an earlier result had, and Firestore holds no list in a list.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import READ_TIMEOUT_S, WRITE_TIMEOUT_S, account_collection, store_errors, within
from earpiece.assistants.shipped import checked, shipped
from earpiece.domain.accounts import Account
from earpiece.domain.articles import Article
from earpiece.domain.assistant_runs import (
    FinalText,
    Run,
    RunState,
    final_from_json,
    final_to_json,
    run_from_json,
    run_to_json,
)
from earpiece.domain.assistants import Assistant
from earpiece.ports.assistants import Results

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot

BATCH_SIZE = 400
FIELD = "assistants"  # of a conversation's document


class FirestoreAssistants:
    """Assistants of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._assistants = account_collection(account, client, "assistants")

    def all(self) -> Sequence[Assistant]:
        with store_errors("assistants"):
            found = list(queries.all_of(self._assistants).stream(**within(READ_TIMEOUT_S)))
        own = {one.id: _assistant(one) for one in found}
        return [own.get(code, given) for code, given in shipped().items()] + [
            one for code, one in own.items() if code not in shipped()
        ]

    def find(self, code: str) -> Assistant | None:
        if not code or "/" in code:
            return None
        with store_errors("assistants"):
            found = self._assistants.document(code).get(**within(READ_TIMEOUT_S))
        return _assistant(found) if found.exists else shipped().get(code)

    def put(self, assistant: Assistant, at: datetime) -> None:
        body = {"body": _text(checked(assistant).to_json()), "version": assistant.version, "created_at": at}
        current = self._assistants.document(assistant.code)
        batch = self._client.batch()
        batch.set(current, body)
        batch.set(current.collection("versions").document(assistant.version), body)
        with store_errors("assistants"):
            batch.commit(timeout=WRITE_TIMEOUT_S)

    def versions(self, code: str) -> Sequence[str]:
        written = self._assistants.document(code).collection("versions")
        with store_errors("assistants"):
            return [one.id for one in queries.newest_first(written, "created_at").stream(**within(READ_TIMEOUT_S))]


class FirestoreAssistantRuns:
    """Runs of one account's assistants. No transaction: creating a document, or changing one that nobody changed since
    it was read, is enough to be the only one.
    """

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._conversations = account_collection(account, client, "conversations")

    def start(self, run: Run, now: datetime, *, lease_s: int) -> Run:
        from google.api_core.exceptions import AlreadyExists, FailedPrecondition

        document = self._document(run)
        owner = secrets.token_hex(8)
        body = _run_body(run, now + timedelta(seconds=lease_s)) | {"owner": owner}
        try:
            with store_errors("assistant_runs"):
                document.create(body, timeout=WRITE_TIMEOUT_S)
            return run
        except AlreadyExists:
            there = self._read(document)
        told = there.to_dict() or {}
        if told.get("owner") == owner:  # the client tried twice, and the first time was heard
            return run
        if not _may_be_taken(told, now):
            return _run(told["body"])
        try:
            with store_errors("assistant_runs"):
                unchanged = self._client.write_option(last_update_time=there.update_time)
                document.update(body, option=unchanged, timeout=WRITE_TIMEOUT_S)
            return run
        except FailedPrecondition:
            return _run(self._read(document).get("body"))

    def finish(self, run: Run) -> None:
        shown = {FIELD: {run.code: {"run": _text(run_to_json(run))}}}
        batch = self._client.batch()
        batch.set(self._document(run), _run_body(run, run.finished_at or run.started_at))
        if run.outcome.state is RunState.DONE or not self._has_text(run.conversation_id, run.code):
            batch.set(self._conversations.document(run.conversation_id), shown, merge=True)
        with store_errors("assistant_runs"):
            batch.commit(timeout=WRITE_TIMEOUT_S)

    def results(self, conversation_id: str) -> Results:
        with store_errors("assistant_runs"):
            found = self._conversations.document(conversation_id).get([FIELD], **within(READ_TIMEOUT_S))
        return results_in(found.to_dict() or {})

    def keep_final(self, conversation_id: str, code: str, final: FinalText) -> None:
        shown = {FIELD: {code: {"final": _text(final_to_json(final))}}}
        with store_errors("assistant_runs"):
            self._conversations.document(conversation_id).set(shown, merge=True, timeout=WRITE_TIMEOUT_S)

    def _has_text(self, conversation_id: str, code: str) -> bool:
        earlier = self.results(conversation_id).runs.get(code)
        return bool(earlier and earlier.outcome.text)

    def _document(self, run: Run) -> DocumentReference:
        return self._conversations.document(run.conversation_id).collection("assistant_runs").document(run.run_id)

    def _read(self, document: DocumentReference) -> DocumentSnapshot:
        with store_errors("assistant_runs"):
            return document.get(**within(READ_TIMEOUT_S))


class FirestoreArticles:
    """Articles of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._articles = account_collection(account, client, "articles")

    def all(self) -> Sequence[Article]:
        """Cost: one document read an article."""
        with store_errors("articles"):
            found = queries.all_of(self._articles).stream(timeout=60)
            return [Article(article_id=one.id, **(one.to_dict() or {})) for one in found]

    def put(self, articles: Sequence[Article]) -> None:
        for start in range(0, len(articles), BATCH_SIZE):
            batch = self._client.batch()
            for one in articles[start : start + BATCH_SIZE]:
                body = {name: value for name, value in asdict(one).items() if name != "article_id"}
                batch.set(self._articles.document(one.article_id), body)
            with store_errors("articles"):
                batch.commit(timeout=WRITE_TIMEOUT_S)

    def remove(self, article_ids: Sequence[str]) -> None:
        for start in range(0, len(article_ids), BATCH_SIZE):
            batch = self._client.batch()
            for one in article_ids[start : start + BATCH_SIZE]:
                batch.delete(self._articles.document(one))
            with store_errors("articles"):
                batch.commit(timeout=WRITE_TIMEOUT_S)


def results_in(conversation: Mapping[str, Any]) -> Results:
    """What stands with a conversation, from its document."""
    kept: Mapping[str, Mapping[str, str]] = conversation.get(FIELD, {})
    return Results(
        {code: _run(one["run"]) for code, one in kept.items() if "run" in one},
        {code: final_from_json(json.loads(one["final"])) for code, one in kept.items() if "final" in one},
    )


def _may_be_taken(there: Mapping[str, Any], now: datetime) -> bool:
    return not there["is_final"] and (there["state"] != RunState.RUNNING or there["lease_until"] <= now)


def _run_body(run: Run, lease_until: datetime) -> dict[str, Any]:
    state, is_final = run.outcome.state.value, run.outcome.is_final
    return {"state": state, "is_final": is_final, "lease_until": lease_until, "body": _text(run_to_json(run))}


def _run(text: str) -> Run:
    return run_from_json(json.loads(text))


def _assistant(found: DocumentSnapshot) -> Assistant:
    return replace(Assistant.from_json(json.loads(found.get("body"))), code=found.id)


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)
