"""What a process remembers of whom a conversation named is never older than its own last event."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earpiece.adapters.named_cache import NamedCache
from earpiece.domain.events import Participant, Role

KEY = ("(default)", "acme", "c")


def person(number: int) -> Participant:
    return Participant(f"p-{number}", Role.CUSTOMER)


# What happens next: this process or another keeps an event, an answer reaches the cache, a header is read.
HAPPENINGS = st.lists(st.tuples(st.sampled_from(["own", "other", "answered", "read", "repeated"]), st.integers(0, 5)))


@given(HAPPENINGS)
def test_what_is_remembered_is_never_older_than_the_own_events_that_were_answered(happenings):
    cache = NamedCache()
    kept: list[Participant] = []  # Firestore's order
    answers: list[int] = []  # counts on their way back to this process
    newest = 0

    for what, number in happenings:
        if what in ("own", "other"):
            kept.append(person(number))
            answers += [len(kept)] if what == "own" else []
        elif what == "answered" and answers:
            count = answers.pop(number % len(answers))
            cache.appended(KEY, count, [kept[count - 1]])
            newest = max(newest, count)
        elif what == "read" and kept:
            cache.read(KEY, len(kept), tuple(dict.fromkeys(kept)))
        elif what == "repeated":
            cache.doubt(KEY)
        remembered = cache.get(KEY)
        assert remembered is None or set(remembered) in [set(kept[:n]) for n in range(newest, len(kept) + 1)]


def test_the_first_event_s_answer_may_come_after_the_second_s():
    cache = NamedCache()

    cache.appended(KEY, 2, [person(2)])
    cache.appended(KEY, 1, [person(1)])

    assert cache.get(KEY) is None


def test_a_process_that_alone_appends_never_has_to_read():
    cache = NamedCache()

    for count in range(1, 6):
        cache.appended(KEY, count, [person(count % 3)])
        assert set(cache.get(KEY) or ()) == {person(n % 3) for n in range(1, count + 1)}


def test_a_deleted_conversation_that_another_process_began_again_is_read():
    cache = NamedCache()
    for count in range(1, 6):
        cache.appended(KEY, count, [person(1)])

    cache.appended(KEY, 2, [person(2)])

    assert cache.get(KEY) is None
    cache.read(KEY, 2, (person(2), person(3)))
    assert cache.get(KEY) is None  # read again, until the count has passed the old one


def test_it_holds_only_so_many_conversations():
    cache = NamedCache(1)
    cache.appended(KEY, 1, [person(1)])
    cache.appended((*KEY[:2], "d"), 1, [person(2)])

    assert cache.get(KEY) is None
    assert cache.get((*KEY[:2], "d")) == (person(2),)
