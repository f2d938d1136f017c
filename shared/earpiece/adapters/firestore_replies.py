"""Whole replies in Firestore: `accounts/{id}/replies/{reply_id}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import WRITE_TIMEOUT_S, account_collection, store_errors
from earpiece.domain.accounts import Account
from earpiece.domain.replies import Reply, ReplyState

if TYPE_CHECKING:
    from google.cloud.firestore import Client

BATCH_SIZE = 400


class FirestoreReplies:
    """Replies of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._replies = account_collection(account, client, "replies")

    def all(self) -> Sequence[Reply]:
        with store_errors("replies"):
            return [
                Reply(found.id, found.get("text"), ReplyState(found.get("state")), found.get("language"))
                for found in queries.all_of(self._replies).stream(timeout=60)
            ]

    def put(self, replies: Sequence[Reply]) -> None:
        for start in range(0, len(replies), BATCH_SIZE):
            batch = self._client.batch()
            for reply in replies[start : start + BATCH_SIZE]:
                batch.set(self._replies.document(reply.reply_id), _body(reply))
            with store_errors("replies"):
                batch.commit(timeout=WRITE_TIMEOUT_S)

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


def _body(reply: Reply) -> dict[str, str]:
    return {"text": reply.text, "state": reply.state.value, "language": reply.language}
