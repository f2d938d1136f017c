"""What the account wrote that an assistant may quote: its articles, and its replies."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earpiece.assistants.answering import Source
from earpiece.assistants.retrieval import Index
from earpiece.assistants.transcript import Turn
from earpiece.domain.accounts import Account
from earpiece.domain.articles import Article
from earpiece.domain.assistants import Asked, Assistant
from earpiece.domain.events import Role
from earpiece.domain.replies import Reply, ReplyState
from earpiece.domain.settings import AccountSettings
from earpiece.ports.assistants import Articles, SuggestedReply
from earpiece.ports.conversations import Replies

COPY_LIFE_S = 60.0
MOST_ACCOUNTS = 50
LAST_TURNS = 3


@dataclass(frozen=True, slots=True)
class _Shelf:
    """An account's writings with their indexes, as they were read at `at_s`."""

    at_s: float
    articles: tuple[Article, ...]
    replies: tuple[Reply, ...]
    article_index: Index
    reply_index: Index


class Library:
    """All accounts' writings that a process lately needed; a copy is up to a minute old."""

    def __init__(
        self,
        articles_of: Callable[[Account], Articles],
        replies_of: Callable[[Account], Replies],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._articles_of, self._replies_of, self._clock = articles_of, replies_of, clock
        self._lock = threading.Lock()
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()

    def sources(
        self,
        account: Account,
        settings: AccountSettings,
        assistant: Assistant,
        asked: Asked,
        turns: tuple[Turn, ...],
        suggested: Sequence[SuggestedReply] = (),
    ) -> tuple[Source, ...]:
        """Those that fit what was asked, or what the customer said last; none for an assistant that reads none.

        The replies that the engine suggests come before those found by their words.
        """
        reads = assistant.reads
        if not reads.articles and not reads.replies:
            return ()
        shelf = self._shelf(account, settings)
        query = asked.text or " ".join(turn.text for turn in turns if turn.role is Role.CUSTOMER)[-2000:]
        if not asked.text:
            query = " ".join(turn.text for turn in turns[-LAST_TURNS:] if turn.role is Role.CUSTOMER) or query
        articles = [shelf.articles[place] for place in shelf.article_index.best(query, reads.articles)]
        replies = [shelf.replies[place] for place in shelf.reply_index.best(query, reads.replies)]
        return (
            *(
                Source(f"a{number}", one.title, one.text, one.url, one.article_id)
                for number, one in enumerate(articles, 1)
            ),
            *_replies(suggested, replies, reads.replies),
        )

    def _shelf(self, account: Account, settings: AccountSettings) -> _Shelf:
        now_s = self._clock()
        with self._lock:
            copy = self._shelves.get(account.account_id)
        if copy and now_s - copy.at_s < COPY_LIFE_S:
            return copy
        articles = tuple(self._articles_of(account).all())
        states = {ReplyState.APPROVED, ReplyState.EDITED} | (
            {ReplyState.NEW} if settings.auto_approve_replies else set()
        )
        replies = tuple(reply for reply in self._replies_of(account).all() if reply.state in states)
        shelf = _Shelf(
            now_s,
            articles,
            replies,
            Index([f"{one.title} {one.text}" for one in articles]),
            Index([one.text for one in replies]),
        )
        with self._lock:
            self._shelves[account.account_id] = shelf
            while len(self._shelves) > MOST_ACCOUNTS:
                self._shelves.popitem(last=False)
        return shelf


def _replies(suggested: Sequence[SuggestedReply], found: Sequence[Reply], most: int) -> list[Source]:
    told = {one.text: one.id for one in suggested}
    told |= {one.text: one.reply_id for one in found if one.text not in told}
    chosen = list(told.items())[:most]
    return [Source(f"r{number}", "a reply", text, id=id_) for number, (text, id_) in enumerate(chosen, 1)]
