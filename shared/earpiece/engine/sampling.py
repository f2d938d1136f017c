"""Which conversations are learned from where there are more than the bounds allow: the newest, and some of the older.

One definition, here for files and in `adapters/sql/training_conversations.sql` for BigQuery, in the same words:

1. Conversations in which no agent spoke are left out.
2. Newest first, by the time of the first message and then by the SHA-256 of the id, conversations are kept until half
   of `most_conversations` or half of `most_messages` (of agents) is reached.
3. Then, of those older, in the order of the SHA-256 of the id, until the whole of either is reached.
4. Of those kept, the newest `test_share`, rounded down, are for testing.

So where all fits all is kept, the same data gives the same sample in whatever order it comes, and one conversation
more is over the bound by less than its own messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_CONVERSATIONS = 50_000
MOST_MESSAGES = 150_000
NEWEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class SampleBounds:
    """What may be learned from, at most: conversations, and messages of agents. They bound a training's memory."""

    most_conversations: int = MOST_CONVERSATIONS
    most_messages: int = MOST_MESSAGES

    @property
    def newest_conversations(self) -> int:
        return int(self.most_conversations * NEWEST_SHARE)

    @property
    def newest_messages(self) -> int:
        return int(self.most_messages * NEWEST_SHARE)


@dataclass(frozen=True, slots=True)
class Heading:
    """What of a conversation decides whether it is kept: its first time, its id's SHA-256, its agents' messages."""

    began_at: float
    fingerprint: bytes
    message_count: int


@dataclass(frozen=True, slots=True)
class Split:
    """Places of the conversations to train and to test on, oldest first."""

    train: list[int]
    test: list[int]


def split(headings: Sequence[Heading], bounds: SampleBounds, test_share: float) -> Split:
    """Which of these are kept, and for what."""
    spoken = [place for place, one in enumerate(headings) if one.message_count]
    spoken.sort(key=lambda place: (headings[place].began_at, headings[place].fingerprint))
    newest = list(_until(headings, reversed(spoken), bounds.newest_conversations, bounds.newest_messages))
    older = sorted(spoken[: len(spoken) - len(newest)], key=lambda place: headings[place].fingerprint)
    kept = set(_until(headings, iter([*newest, *older]), bounds.most_conversations, bounds.most_messages))
    chosen = [place for place in spoken if place in kept]
    first_test = len(chosen) - int(len(chosen) * test_share)
    return Split(chosen[:first_test], chosen[first_test:])


def _until(headings: Sequence[Heading], places: Iterator[int], conversations: int, messages: int) -> Iterator[int]:
    said = 0
    for count, place in enumerate(places):
        if count >= conversations or said >= messages:
            return
        yield place
        said += headings[place].message_count
