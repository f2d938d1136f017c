"""What a request needs of the stores, within the time that it has."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from earpiece.domain.accounts import Account
from earpiece.domain.conversations import Conversation
from earpiece.domain.errors import NotFound, Unavailable
from earpiece.domain.ids import digest, is_digest
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import AccountLookup, SettingsVersions
from earpiece.ports.conversations import Conversations, Replies
from suggestion_api.bodies import Late
from suggestion_api.deadline import Deadline
from suggestion_api.last_known import LastKnown
from suggestion_api.own_replies import OwnReplies, in_step

FOREVER = float("inf")
SETTINGS_WAIT_S = 0.1


class AccountLate(Unavailable):
    """The registry does not answer, and this account was never read before. Whoever asked has proved who they are."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known now. `conversation` and `replies` are None when they could not be read in time."""

    conversation: Conversation | None
    replies: OwnReplies | None
    late: tuple[Late, ...]


class PromptAccounts:
    """The registry, for those who cannot wait: an account that was read before is known while the store is away."""

    def __init__(self, registry: AccountLookup, pool: Executor, wait_s: float) -> None:
        self._registry = registry
        self._wait_s = wait_s
        # Together with the registry's own copies, of 10 s, no change takes longer than 25 s to be seen here.
        self._known: LastKnown[str, Account | None] = LastKnown(pool, fresh_s=5, behind_s=10)

    def find(self, account_id: str) -> Account | None:
        """Raises AccountLate."""
        try:
            return self._known.get(account_id, lambda: self._registry.find(account_id), self._wait_s).value
        except Unavailable as error:
            raise AccountLate("accounts: the store does not answer in time") from error


class Reader:
    """Reads of all accounts; a key always holds the account's database and id."""

    def __init__(
        self,
        pool: Executor,
        *,
        conversations: Callable[[Account], Conversations],
        replies: Callable[[Account], Replies],
        versions: Callable[[Account], SettingsVersions],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._conversations_of = conversations
        self._replies_of = replies
        self._versions_of = versions
        self._conversations: LastKnown[tuple[str, str, str], Conversation | None] = LastKnown(pool, most=2_000)
        # What is blocked or removed is gone within 40 s: an older copy waits for the read.
        self._replies: LastKnown[tuple[str, str], OwnReplies] = LastKnown(
            pool, fresh_s=20, behind_s=20, most=500, clock=clock
        )
        self._settings: LastKnown[tuple[str, str], AccountSettings] = LastKnown(pool, fresh_s=FOREVER)

    def settings(self, account: Account, wait_s: float = SETTINGS_WAIT_S) -> tuple[AccountSettings, bool]:
        """The account's settings, and whether they are only the defaults because the store is late."""
        if account.settings_version is None:
            return AccountSettings(), False
        key = (account.account_id, account.settings_version)
        try:
            return self._settings.get(key, self._versions_of(account).current, wait_s).value, False
        except Unavailable:
            return AccountSettings(), True

    def read(self, account: Account, conversation_id: str, deadline: Deadline) -> Reading:
        """What can be known until the deadline. Raises NotFound for a conversation that surely is not there."""
        if not is_digest(conversation_id):
            raise NotFound("there is no such conversation")
        self._replies.prepare(*self._to_read_replies(account))  # the two reads go on side by side
        conversation, late = self._conversation(account, conversation_id, deadline)
        replies, replies_late = self.replies(account, deadline)
        return Reading(conversation, replies, (*late, *replies_late))

    def replies(self, account: Account, deadline: Deadline) -> tuple[OwnReplies | None, tuple[Late, ...]]:
        """What the account itself says of replies; None when that cannot be read in time."""
        try:
            known = self._replies.get(*self._to_read_replies(account), deadline.left_to_read_s)
        except Unavailable:
            return None, (Late.REPLIES,)
        return known.value, (Late.REPLIES,) if known.is_late else ()

    def warm(self, account: Account) -> None:
        """One read, so that no agent waits for the connection. Raises Unavailable."""
        self._conversations_of(account).find(digest("readiness"))

    def _conversation(
        self, account: Account, conversation_id: str, deadline: Deadline
    ) -> tuple[Conversation | None, tuple[Late, ...]]:
        key = (account.database, account.account_id, conversation_id)
        store = self._conversations_of(account)
        try:
            known = self._conversations.get(key, lambda: store.find(conversation_id), deadline.left_to_read_s)
        except Unavailable:
            return None, (Late.CONVERSATION,)
        if known.value is None and not known.is_late:
            raise NotFound("there is no such conversation")
        return known.value, (Late.CONVERSATION,) if known.is_late else ()

    def _to_read_replies(self, account: Account) -> tuple[tuple[str, str], Callable[[], OwnReplies]]:
        key, store = (account.database, account.account_id), self._replies_of(account)
        return key, lambda: in_step(store, self._replies.peek(key))
