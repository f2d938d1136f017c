"""What a process remembers of what a conversation told is never older than its own last event."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from earpiece.adapters.told_cache import ToldCache
from earpiece.domain.conversations import ToldSoFar
from earpiece.domain.events import Participant, Role

KEY = ("(default)", "acme", "c")


def told(*numbers: int) -> ToldSoFar:
    """Events that name these people; number 5 ended the conversation."""
    return ToldSoFar(tuple(Participant(f"p-{number}", Role.CUSTOMER) for number in numbers), 5 in numbers)


def all_of(events: list[ToldSoFar]) -> ToldSoFar:
    return reduce(ToldSoFar.and_then, events, ToldSoFar())


# What happens next: this process or another keeps an event, an answer reaches the cache, a header is read.
HAPPENINGS = st.lists(st.tuples(st.sampled_from(["own", "other", "answered", "read", "repeated"]), st.integers(0, 5)))


@given(HAPPENINGS)
def test_what_is_remembered_is_never_older_than_the_own_events_that_were_answered(happenings):
    cache = ToldCache()
    kept: list[ToldSoFar] = []  # Firestore's order
    answers: list[int] = []  # counts on their way back to this process
    newest = 0

    for what, number in happenings:
        if what in ("own", "other"):
            kept.append(told(number))
            answers += [len(kept)] if what == "own" else []
        elif what == "answered" and answers:
            count = answers.pop(number % len(answers))
            cache.appended(KEY, count, kept[count - 1])
            newest = max(newest, count)
        elif what == "read" and kept:
            cache.read(KEY, len(kept), all_of(kept))
        elif what == "repeated":
            cache.doubt(KEY)
        remembered = cache.get(KEY)
        assert remembered is None or remembered in [all_of(kept[:n]) for n in range(newest, len(kept) + 1)]


def test_the_first_event_s_answer_may_come_after_the_second_s():
    cache = ToldCache()

    cache.appended(KEY, 2, told(2))
    cache.appended(KEY, 1, told(1))

    assert cache.get(KEY) is None


def test_a_process_that_alone_appends_never_has_to_read():
    cache = ToldCache()

    for count in range(1, 6):
        cache.appended(KEY, count, told(count % 3))
        assert cache.get(KEY) == all_of([told(n % 3) for n in range(1, count + 1)])


def test_a_deleted_conversation_that_another_process_began_again_is_read():
    cache = ToldCache()
    for count in range(1, 6):
        cache.appended(KEY, count, told(1))

    cache.appended(KEY, 2, told(2))

    assert cache.get(KEY) is None
    cache.read(KEY, 2, told(2, 3))
    assert cache.get(KEY) is None  # read again, until the count has passed the old one


def test_it_holds_only_so_many_conversations():
    cache = ToldCache(1)
    cache.appended(KEY, 1, told(1))
    cache.appended((*KEY[:2], "d"), 1, told(2))

    assert cache.get(KEY) is None
    assert cache.get((*KEY[:2], "d")) == told(2)
