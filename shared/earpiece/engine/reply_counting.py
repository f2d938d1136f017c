"""Count what agents said, in two passes over conversations that need not fit into memory.

The first pass takes 52 bytes a message: hashes of the reply, its wording and the people. Then numpy says which replies
enough people used, and the second pass looks up the commonest wording of these alone.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import InvalidInput
from earpiece.engine.conversations import ReplyCount, TrainingConversation
from earpiece.engine.normal import text_key

Hashes = NDArray[np.uint64]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """Replies by number: how often, by and to how many, when last (NaN: unknown), and how often in one wording.

    `wordings` are the sorted hashes of the commonest wordings, several where they are equally common; `of_wording`
    says whose.
    """

    counts: Array
    agents: Array
    customers: Array
    conversations: Array
    last_used_at: Array
    wording_counts: Array
    wordings: Hashes
    of_wording: Array


class SaidReplies:
    """Every message of agents that has words; `conversation` numbers the conversations as they came."""

    def __init__(self) -> None:
        self._hashes = {name: array("Q") for name in ("key", "wording", "agent", "customer", "conversation")}
        self._times = array("d")
        self._owners = array("I")
        self.has_agent_ids = False

    def add(self, conversation: TrainingConversation, number: int) -> None:
        """Raises nothing: what has no words counts for nothing."""
        people = _hash(conversation.customer_id), _hash(conversation.conversation_id)
        for turn in conversation.turns:
            if turn.role == "agent" and (key := text_key(turn.text)):
                told = (_hash(key), _hash(turn.text), _hash(turn.agent_id or ""), *people)
                for column, value in zip(self._hashes.values(), told, strict=True):
                    column.append(value)
                self._times.append(np.nan if turn.ts is None else turn.ts)
                self._owners.append(number)
        self.has_agent_ids = self.has_agent_ids or any(turn.agent_id for turn in conversation.turns)

    def counted(self, is_counted: NDArray[np.bool_], min_agents: int, min_customers: int, most: int | None) -> Counted:
        """The replies of the conversations whose numbers `is_counted` marks, said by and to at least so many people.

        With `most`, the most frequent of them, and those as frequent as the last.
        """
        used = np.flatnonzero(is_counted[np.frombuffer(self._owners, np.uint32)])
        columns = {name: np.frombuffer(column, np.uint64)[used] for name, column in self._hashes.items()}
        _, reply = np.unique(columns["key"], return_inverse=True)
        counts = np.bincount(reply)
        found = {name: _different(reply, columns[name], len(counts)) for name in ("agent", "customer", "conversation")}
        kept = (found["agent"] >= min_agents) & (found["customer"] >= min_customers)
        if most is not None and kept.sum() > most:
            kept &= counts >= np.sort(counts[kept])[-most]
        last = np.full(len(counts), np.nan)
        np.fmax.at(last, reply, np.frombuffer(self._times, np.float64)[used])
        wordings, of_wording, often = _commonest(reply, columns["wording"], kept)
        return Counted(
            counts[kept],
            found["agent"][kept],
            found["customer"][kept],
            found["conversation"][kept],
            last[kept],
            often,
            wordings,
            of_wording,
        )


class Wordings:
    """The commonest wording of each reply: the first by code points of those that are equally common."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._texts: list[str | None] = [None] * len(counted.counts)

    def add(self, conversation: TrainingConversation) -> None:
        """Conversations that were not counted must not come: their wordings may be others."""
        said = [turn.text for turn in conversation.turns if turn.role == "agent"]
        hashes = np.array([_hash(text) for text in said], np.uint64)
        wordings = self._counted.wordings
        if not len(wordings) or not said:
            return
        places = np.minimum(np.searchsorted(wordings, hashes), len(wordings) - 1)
        for number in np.flatnonzero(wordings[places] == hashes).tolist():
            reply = int(self._counted.of_wording[places[number]])
            known = self._texts[reply]
            self._texts[reply] = said[number] if known is None else min(known, said[number])

    def replies(self, most: int | None) -> list[ReplyCount]:
        """Most frequent first; raises InvalidInput where a reply's words have not come again."""
        found = [self._reply(number, text) for number, text in enumerate(self._texts)]
        return sorted(found, key=lambda reply: (-reply.count, reply.text_key))[:most]

    def _reply(self, number: int, text: str | None) -> ReplyCount:
        if text is None:
            raise InvalidInput("the conversations changed while they were being read; read them again")
        counted, last = self._counted, float(self._counted.last_used_at[number])
        return ReplyCount(
            text_key=text_key(text),
            text=text,
            count=int(counted.counts[number]),
            agent_count=int(counted.agents[number]),
            customer_count=int(counted.customers[number]),
            conversation_count=int(counted.conversations[number]),
            wording_count=int(counted.wording_counts[number]),
            last_used_at=None if np.isnan(last) else last,
        )


def count_replies(conversations: Iterable[TrainingConversation]) -> list[ReplyCount]:
    """Every reply of the agents by its key, most frequent first."""
    listed, said = list(conversations), SaidReplies()
    for number, conversation in enumerate(listed):
        said.add(conversation, number)
    wordings = Wordings(said.counted(np.ones(len(listed), np.bool_), 0, 0, None))
    for conversation in listed:
        wordings.add(conversation)
    return wordings.replies(None)


def _different(owners: Array, values: Hashes, count: int) -> Array:
    """How many different values each owner has."""
    _, code = np.unique(values, return_inverse=True)
    pairs = np.unique(owners.astype(np.int64) * (int(code.max(initial=0)) + 1) + code)
    return np.bincount(pairs // (int(code.max(initial=0)) + 1), minlength=count)


def _commonest(reply: Array, wordings: Hashes, kept: NDArray[np.bool_]) -> tuple[Hashes, Array, Array]:
    """Sorted hashes of the commonest wordings of the replies kept, whose they are, and how often each reply has one."""
    listed, first, often = np.unique(wordings, return_index=True, return_counts=True)
    owner = reply[first]
    most = np.zeros(len(kept), np.int64)
    np.maximum.at(most, owner, often)
    chosen = kept[owner] & (often == most[owner])
    number = np.cumsum(kept) - 1
    return listed[chosen], number[owner[chosen]], most[kept]


def _hash(text: str) -> int:
    found = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(found, "little")
