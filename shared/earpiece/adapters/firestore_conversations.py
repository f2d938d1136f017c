"""Conversations in Firestore: `accounts/{id}/conversations/{id}` and its `events/{event_id}`, the only truth.

The conversation document carries what Increment, Minimum, Maximum and ArrayUnion can keep, written in one batch with
the event: no transaction, so a busy conversation does not slow down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_assistants import results_in
from earpiece.adapters.firestore_client import READ_TIMEOUT_S, WRITE_TIMEOUT_S, account_collection, store_errors, within
from earpiece.adapters.fold_cache import FoldCache, KnownEvents
from earpiece.adapters.told_cache import ToldCache
from earpiece.domain.accounts import Account
from earpiece.domain.conversations import Conversation, ToldSoFar, fold
from earpiece.domain.errors import AccountMismatch
from earpiece.domain.events import ConversationEvent, EventKind, Participant, Role, event_from_json, event_to_json
from earpiece.ports.assistants import Results

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot
    from google.cloud.firestore_v1.types import WriteResult

log = structlog.get_logger()

# A server timestamp is taken a little before its write is seen: events this much older may still be new to us.
OVERLAP = timedelta(seconds=10)


class FirestoreConversations:
    """Conversations of one account. Give the same `cache` to all of a process, where it reads them more than once,
    and the same `told` where it appends to them.
    """

    def __init__(
        self, account: Account, client: Client, cache: FoldCache | None = None, told: ToldCache | None = None
    ) -> None:
        self._account = account
        self._client = client
        self._conversations = account_collection(account, client, "conversations")
        self._reopen_within = timedelta(seconds=account.reopen_within_s)
        self._cache = cache or FoldCache(0)
        self._told = told or ToldCache(0)

    def append(self, event: ConversationEvent) -> bool:
        """Cost: two document writes; for a repeat, one read more. Raises AccountMismatch, Unavailable."""
        from google.api_core.exceptions import AlreadyExists
        from google.cloud.firestore import SERVER_TIMESTAMP

        if event.account_id != self._account.account_id:
            raise AccountMismatch
        conversation = self._conversations.document(event.conversation_id)
        document = conversation.collection("events").document(event.event_id)
        batch = self._client.batch()
        batch.create(document, {**event_to_json(event), "stored_at": SERVER_TIMESTAMP})
        batch.set(conversation, _header(event), merge=True)
        key = self._key(event.conversation_id)
        try:
            with store_errors("conversations"):
                _, header = batch.commit(timeout=WRITE_TIMEOUT_S)
        except AlreadyExists:
            self._told.doubt(key)
            self._note_reuse(document, event)
            return False
        self._told.appended(key, _event_count(header), _told_by(event))
        return True

    def told(self, conversation_id: str) -> ToldSoFar:
        """Cost: none while this process alone appends to the conversation, else one document read."""
        key = self._key(conversation_id)
        known = self._told.get(key)
        if known is not None:
            return known
        found = self._read(self._conversations.document(conversation_id))
        if found is None:
            return ToldSoFar()
        told = ToldSoFar(_participants(found.get("participants", ())), found.get("has_ended", False))
        self._told.read(key, found["event_count"], told)
        return told

    def find(self, conversation_id: str) -> Conversation | None:
        """Cost: one document read while nothing is new, and one a new event otherwise."""
        found = self.find_with_results(conversation_id)
        return found[0] if found else None

    def find_with_results(self, conversation_id: str) -> tuple[Conversation, Results] | None:
        """Cost: the same, because results stand in the conversation's own document."""
        document = self._conversations.document(conversation_id)
        header = self._read(document)
        if header is None:
            return None
        key = self._key(conversation_id)
        known = self._cache.get(key)
        if known is None or (len(known.events), known.reopen_within) != (header["event_count"], self._reopen_within):
            known = self._read_events(document, known, header["event_count"])
            self._cache.put(key, known)
        return known.conversation, results_in(header)

    def _key(self, conversation_id: str) -> tuple[str, str, str]:
        return (self._account.database, self._account.account_id, conversation_id)

    def _read_events(self, document: DocumentReference, known: KnownEvents | None, count: int) -> KnownEvents:
        events = document.collection("events")
        if known is not None:
            newer = queries.events_since(events, known.newest_stored_at - OVERLAP)
            merged = self._merge(newer.stream(**within(READ_TIMEOUT_S)), known)
            if len(merged.events) >= count:
                return merged
        return self._merge(queries.all_of(events).stream(**within(READ_TIMEOUT_S)), None)

    def _merge(self, found: Iterable[DocumentSnapshot], known: KnownEvents | None) -> KnownEvents:
        events = dict(known.events) if known else {}
        stored: list[datetime] = [known.newest_stored_at] if known else []
        with store_errors("conversations"):
            for snapshot in found:
                body = snapshot.to_dict()
                stored.append(body.pop("stored_at"))
                events[snapshot.id] = event_from_json(body)
        return KnownEvents(events, max(stored), fold(events.values(), self._reopen_within), self._reopen_within)

    def _read(self, document: DocumentReference) -> dict[str, Any] | None:
        with store_errors("conversations"):
            found: dict[str, Any] | None = document.get(**within(READ_TIMEOUT_S)).to_dict()
            return found

    def _note_reuse(self, document: DocumentReference, event: ConversationEvent) -> None:
        with store_errors("conversations"):
            kept = document.get(["body_hash"], timeout=READ_TIMEOUT_S).to_dict() or {}
        if kept.get("body_hash", "") != event.body_hash:
            log.warning("event_id_reused", event_id=event.event_id)


def _header(event: ConversationEvent) -> dict[str, Any]:
    from google.cloud.firestore import ArrayUnion, Increment, Maximum, Minimum

    told = _told_by(event)
    header: dict[str, Any] = {
        "platform": event.platform,
        "platform_conversation_id": event.platform_conversation_id,
        "event_count": Increment(1),
        "first_at_us": Minimum(_microseconds(event.occurred_at)),
        "last_at_us": Maximum(_microseconds(event.occurred_at)),
    }
    if told.participants:
        header["participants"] = ArrayUnion([_participant_to_json(one) for one in told.participants])
    if told.has_ended:
        header["has_ended"] = True
    return header


def _told_by(event: ConversationEvent) -> ToldSoFar:
    named = (*event.participants, *((event.participant,) if event.participant else ()))
    return ToldSoFar(tuple(dict.fromkeys(named)), event.kind is EventKind.ENDED)


def _event_count(header: WriteResult) -> int:
    """What `_header`'s Increment came to: its transforms are answered in the order of their fields' names."""
    return int(header.transform_results[0].integer_value)


def _microseconds(instant: datetime) -> int:
    # Firestore compares numbers in Minimum and Maximum, not timestamps.
    return int(instant.timestamp() * 1_000_000)


def _participant_to_json(participant: Participant) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(participant).items() if value is not None}


def _participants(told: Iterable[dict[str, str]]) -> tuple[Participant, ...]:
    return tuple(Participant(**{**one, "role": Role(one["role"])}) for one in told)  # type: ignore[arg-type]
