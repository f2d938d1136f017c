"""What an account itself says of whole replies: those it wrote, those it approved, those it never wants to see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.engine.canned import CannedReplies, starter_replies

DECIDED = (ReplyState.APPROVED, ReplyState.EDITED)


class OwnReplies:
    """The replies of one account, at one time."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self.blocked = frozenset(reply.reply_id for reply in replies if reply.state is ReplyState.BLOCKED)
        self.decided = frozenset(reply.reply_id for reply in replies if reply.state in DECIDED)
        self.edited = {reply.reply_id: reply.text for reply in replies if reply.state is ReplyState.EDITED}
        self._decided = [reply for reply in replies if reply.state in DECIDED]
        self._by_language: dict[str, CannedReplies] = {}

    def canned(self, language: str) -> CannedReplies:
        """Those in this language (two letters), and those of which nobody said which it is."""
        if language not in self._by_language:
            fitting = [one for one in self._decided if one.language.lower()[:2] in ("", language)]
            self._by_language[language] = CannedReplies(fitting)
        return self._by_language[language]


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
        reply_id = reply_id_of(key)
        return reply_id in self.replies.blocked or (self.needs_approval and reply_id not in self.replies.decided)

    def __iter__(self) -> Iterator[str]:
        return iter(self.already_said)

    def __len__(self) -> int:
        return len(self.already_said)


@lru_cache(maxsize=16)
def starters(language: str) -> CannedReplies:
    """The set that fits any account, for its first minute."""
    return starter_replies(language)
