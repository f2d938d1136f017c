"""What an account itself says of whole replies: those it wrote, those it approved, those it never wants to see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.engine.canned import CannedReplies, starter_replies
from earpiece.engine.prefixes import fold
from earpiece.ports.conversations import Replies
from suggestion_api.beginnings import Beginnings
from suggestion_api.on_demand import OnDemand
from suggestion_api.reply_set import ReplySet
from suggestion_api.text_keys import TextKeys

DECIDED = (ReplyState.APPROVED, ReplyState.EDITED)


class OwnReplies:
    """The replies of one account, as they were at `until`. What is worked out from them is kept with them."""

    def __init__(self, replies: Sequence[Reply], until: datetime | None = None, keys: TextKeys | None = None) -> None:
        self.by_id = {reply.reply_id: reply for reply in replies}
        self.until = until
        self.blocked = frozenset(reply.reply_id for reply in replies if reply.state is ReplyState.BLOCKED)
        self.blocked_texts = sorted(self.by_id[reply_id].text for reply_id in self.blocked)
        self.decided = frozenset(reply.reply_id for reply in replies if reply.state in DECIDED)
        self.edited = {reply.reply_id: reply.text for reply in replies if reply.state is ReplyState.EDITED}
        self.keys = (keys or TextKeys()).only(reply.text for reply in replies)
        self.searched: OnDemand[ReplySet] = OnDemand()
        self._decided = [reply for reply in replies if reply.state in DECIDED]
        self._new = [reply for reply in replies if reply.state is ReplyState.NEW]
        self._by_language: dict[str, CannedReplies] = {}
        self._beginnings: dict[bool, Beginnings] = {}
        if self.blocked:
            self.beginnings(needs_approval=False)  # the normalising, so that no agent waits for it

    def blocked_after(self, words: Sequence[str]) -> list[str]:
        """The blocked replies that may still come up where these words stand already."""
        begun = fold(" ".join(words))
        return [text for text in self.blocked_texts if fold(" ".join(text.split())).startswith(begun)]

    def canned(self, language: str) -> CannedReplies:
        """Those in this language (two letters), and those of which nobody said which it is."""
        if language not in self._by_language:
            fitting = [one for one in self._decided if one.language.lower()[:2] in ("", language)]
            self._by_language[language] = CannedReplies(fitting)
        return self._by_language[language]

    def by_words(self) -> ReplySet:
        """Those that were decided on, to be searched."""
        return ReplySet.of_replies(self._decided, "canned")

    def beginnings(self, *, needs_approval: bool) -> Beginnings:
        """How blocked replies begin, and how those that may be offered do."""
        if needs_approval not in self._beginnings:
            allowed = self._decided if needs_approval else [*self._decided, *self._new]
            self._beginnings[needs_approval] = Beginnings(
                [self.keys.key(text) for text in self.blocked_texts], [self.keys.key(reply.text) for reply in allowed]
            )
        return self._beginnings[needs_approval]


def in_step(store: Replies, known: OwnReplies | None) -> OwnReplies:
    """The replies as they are now: read whole once, then only what changed. The same object while nothing did."""
    if known is not None and known.until is not None:
        since = store.since(known.until)
        changed = [reply for reply in since.changed if known.by_id.get(reply.reply_id) != reply]
        replies = {**known.by_id, **{reply.reply_id: reply for reply in changed}}
        if len(replies) == since.count:
            return OwnReplies(list(replies.values()), since.until, known.keys) if changed else known
    since = store.since(None)
    return OwnReplies(since.changed, since.until, known.keys if known else None)


@dataclass(frozen=True, slots=True)
class Unwanted(Collection[str]):
    """The normalised texts that must not be offered: blocked, not approved where that is needed, or said already.

    It cannot be listed: without approval, everything that nobody approved is in it.
    """

    replies: OwnReplies
    needs_approval: bool
    already_said: frozenset[str] = field(default_factory=frozenset)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str) or key in self.already_said:
            return True
        if not self.needs_approval and not self.replies.blocked:
            return False
        return self.forbids(reply_id_of(key))

    def forbids(self, reply_id: str) -> bool:
        """Whether the account will not have this reply, whoever said it."""
        return reply_id in self.replies.blocked or (self.needs_approval and reply_id not in self.replies.decided)

    def __iter__(self) -> Iterator[str]:
        return iter(self.already_said)

    def __len__(self) -> int:
        return len(self.already_said)


@lru_cache(maxsize=16)
def starters(language: str) -> CannedReplies:
    """The set that fits any account, for its first minute."""
    return starter_replies(language)


@lru_cache(maxsize=16)
def searched_starters(language: str) -> ReplySet:
    """The same set by its words."""
    return ReplySet.of_replies(starters(language).replies, "starter")


@lru_cache(maxsize=1)
def starter_keys() -> TextKeys:
    """Of the sets of all languages."""
    return TextKeys()
