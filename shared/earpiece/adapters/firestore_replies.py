"""Whole replies in Firestore: `accounts/{id}/replies/{reply_id}`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import READ_TIMEOUT_S, WRITE_TIMEOUT_S, account_collection, store_errors, within
from earpiece.domain.accounts import Account
from earpiece.domain.replies import Reply, ReplyState
from earpiece.ports.conversations import RepliesSince

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentSnapshot, WriteBatch

BATCH_SIZE = 400
ALL_TIMEOUT_S = 60.0
# A server timestamp is taken a little before its write is seen: what is this much older may still be new.
OVERLAP = timedelta(seconds=10)


class FirestoreReplies:
    """Replies of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._replies = account_collection(account, client, "replies")

    def all(self) -> Sequence[Reply]:
        """Cost: one document read a reply."""
        with store_errors("replies"):
            return [_reply(found) for found in queries.all_of(self._replies).stream(timeout=ALL_TIMEOUT_S)]

    def since(self, moment: datetime | None) -> RepliesSince:
        """Cost: one document read a thousand replies, and one a reply that changed."""
        # Counted first: what is removed before is then missing in the number, whatever is added meanwhile.
        with store_errors("replies"):
            ((counted,),) = queries.count_of(self._replies).get(**within(READ_TIMEOUT_S))
        if moment is None:
            return RepliesSince(self.all(), counted.value, counted.read_time)
        with store_errors("replies"):
            newer = queries.replies_since(self._replies, moment - OVERLAP).stream(**within(READ_TIMEOUT_S))
            return RepliesSince([_reply(found) for found in newer], counted.value, counted.read_time)

    def put(self, replies: Sequence[Reply]) -> None:
        self._in_batches(replies, lambda batch, one: batch.set(self._replies.document(one.reply_id), _body(one)))

    def add(self, replies: Sequence[Reply]) -> int:
        from google.api_core.exceptions import AlreadyExists

        known = {reply.reply_id for reply in self.all()}
        new = [reply for reply in {reply.reply_id: reply for reply in replies}.values() if reply.reply_id not in known]
        for start in range(0, len(new), BATCH_SIZE):
            batch = self._client.batch()
            for reply in new[start : start + BATCH_SIZE]:
                batch.create(self._replies.document(reply.reply_id), _body(reply))
            try:
                with store_errors("replies"):
                    batch.commit(timeout=WRITE_TIMEOUT_S)
            except AlreadyExists:  # somebody else wrote one just now: see which, and add the others
                return start + self.add(new[start:])
        return len(new)

    def remove(self, reply_ids: Collection[str]) -> None:
        self._in_batches(reply_ids, lambda batch, one: batch.delete(self._replies.document(one)))

    def _in_batches(self, items: Iterable[Any], write: Callable[[WriteBatch, Any], None]) -> None:
        left = iter(items)
        while some := list(islice(left, BATCH_SIZE)):
            batch = self._client.batch()
            for item in some:
                write(batch, item)
            with store_errors("replies"):
                batch.commit(timeout=WRITE_TIMEOUT_S)


def _reply(found: DocumentSnapshot) -> Reply:
    return Reply(found.id, found.get("text"), ReplyState(found.get("state")), found.get("language"))


def _body(reply: Reply) -> dict[str, Any]:
    from google.cloud.firestore import SERVER_TIMESTAMP

    told = {"text": reply.text, "state": reply.state.value, "language": reply.language}
    return {**told, "changed_at": SERVER_TIMESTAMP}
