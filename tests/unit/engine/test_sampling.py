"""What is learned from where there is more than the bounds allow, and what is counted all the same."""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import InvalidInput
from earpiece.engine.conversation_files import FiledConversations, read_files
from earpiece.engine.corpus import CountBounds, ReplyCount, TrainingConversation, Turn, corpus_of, count_replies
from earpiece.engine.normal import text_key
from earpiece.engine.sampling import Heading, SampleBounds, split

TEXTS = ["Hello!", "hello", "Hello", "It is 5 euros.", "It is 7 euros.", "Bye", "...", ""]


@st.composite
def headings(draw: st.DrawFn) -> list[Heading]:
    times = draw(st.lists(st.integers(0, 5), max_size=40))
    counts = draw(st.lists(st.integers(0, 9), min_size=len(times), max_size=len(times)))
    return [
        Heading(float(time), sha256(str(number).encode()).digest(), count)
        for number, (time, count) in enumerate(zip(times, counts, strict=True))
    ]


def a_conversation(number: int, said: list[str], agent: str | None = "a", customer: str = "") -> TrainingConversation:
    turns = (Turn("customer", "Hi"), *(Turn("agent", text, agent, float(number)) for text in said))
    return TrainingConversation(f"c-{number}", customer or f"u-{number}", turns)


@given(headings())
def test_where_all_fits_all_is_kept_that_an_agent_spoke_in(told: list[Heading]):
    spoken = [one for one in told if one.message_count]
    bounds = SampleBounds(len(spoken), sum(one.message_count for one in spoken))

    found = split(told, bounds, 0.2)

    assert sorted([*found.train, *found.test]) == [place for place, one in enumerate(told) if one.message_count]
    assert len(found.test) == int(len(spoken) * 0.2)


@given(headings(), st.integers(1, 30), st.integers(1, 60))
def test_no_more_is_kept_than_the_bounds_say_but_for_one_conversation(told: list[Heading], most: int, messages: int):
    found = split(told, SampleBounds(most, messages), 0.1)

    kept = [told[place].message_count for place in (*found.train, *found.test)]
    assert len(kept) <= most
    assert sum(kept) < messages + max(kept, default=1)


@given(headings(), st.integers(2, 30), st.integers(2, 60), st.randoms(use_true_random=False))
def test_the_sample_is_the_same_in_whatever_order_conversations_come(
    told: list[Heading], most: int, messages: int, chance: random.Random
):
    shuffled = chance.sample(told, len(told))
    one, other = (split(listed, SampleBounds(most, messages), 0.3) for listed in (told, shuffled))

    assert [told[place] for place in one.train] == [shuffled[place] for place in other.train]
    assert [told[place] for place in one.test] == [shuffled[place] for place in other.test]


def test_half_are_the_newest_and_the_others_are_drawn_from_all_that_are_older():
    told = [Heading(float(number), sha256(str(number).encode()).digest(), 2) for number in range(1000)]

    for bounds in (SampleBounds(100, 10_000), SampleBounds(10_000, 200)):
        found = split(told, bounds, 0.1)

        kept = [*found.train, *found.test]
        assert (kept == sorted(kept), len(kept)) == (True, 100)
        assert kept[50:] == list(range(950, 1000))
        assert found.test == list(range(990, 1000))
        assert (
            sorted(kept[:50], key=lambda place: told[place].fingerprint)
            == sorted(range(950), key=lambda place: told[place].fingerprint)[:50]
        )


def test_replies_are_counted_also_where_conversations_are_not_in_the_sample():
    said = [a_conversation(number, ["Good day", "Good bye"]) for number in range(100)]

    corpus = corpus_of(iter(said), bounds=SampleBounds(20, 1000))

    assert (len(corpus.train), len(corpus.test)) == (18, 2)
    assert [(one.text, one.count, one.customer_count) for one in corpus.replies] == [
        ("Good bye", 98, 98),
        ("Good day", 98, 98),
    ]


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(TEXTS), max_size=4), st.sampled_from(["a", "b", None])), max_size=12)
)
def test_replies_are_counted_as_one_would_by_hand(told: list[tuple[list[str], str | None]]):
    said = [a_conversation(number, texts, agent, f"u-{number % 3}") for number, (texts, agent) in enumerate(told)]

    assert {one.text_key: one for one in count_replies(said)} == by_hand(said)


def by_hand(said: list[TrainingConversation]) -> dict[str, ReplyCount]:
    uses = defaultdict(list)
    for one in said:
        for turn in one.turns:
            if turn.role == "agent" and text_key(turn.text):
                uses[text_key(turn.text)].append((turn, one))
    found = {}
    for key, told in uses.items():
        wordings = [turn.text for turn, _ in told]
        text = min(wordings, key=lambda wording: (-wordings.count(wording), wording))
        people = (
            {turn.agent_id for turn, _ in told},
            {one.customer_id for _, one in told},
            {id(one) for _, one in told},
        )
        last = max(turn.ts for turn, _ in told)
        found[key] = ReplyCount(key, text, len(told), *map(len, people), wordings.count(text), last)
    return found


def test_only_replies_of_enough_people_are_kept_and_the_most_frequent_of_them():
    said = [a_conversation(number, ["Once more"] * 3 + ["Often"], f"a-{number % 2}") for number in range(4)]
    said += [a_conversation(number, ["Rare", "Two by two"], f"a-{number}") for number in range(4, 6)]
    said += [a_conversation(6, ["Two by two"] * 9, "a-4", "u-4")]

    def kept(*bounds: int | None) -> list[str]:
        return [one.text for one in corpus_of(said, test_share=0, counting=CountBounds(*bounds)).replies]

    assert kept(2, 2) == ["Once more", "Two by two", "Often", "Rare"]
    assert kept(2, 3) == ["Once more", "Often"]
    assert kept(2, 2, 1) == ["Once more"]
    assert kept(3, 1) == []


def test_where_nobody_knows_the_agents_their_number_does_not_count():
    said = [a_conversation(number, ["Hello"], None) for number in range(3)]

    assert [one.text for one in corpus_of(said, counting=CountBounds(2, 2)).replies] == ["Hello"]


def test_files_that_are_read_twice_make_the_same_corpus(tmp_path: Path):
    path = tmp_path / "said.jsonl.gz"
    with gzip.open(path, "wt") as file:
        for number in range(50):
            turns = [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": f"Hello {number % 4}"}]
            file.write(json.dumps({"conversation_id": f"c-{number}", "turns": turns}) + "\n{\n")
    filed = FiledConversations([path])

    corpus = corpus_of(filed, bounds=SampleBounds(20, 100))

    assert corpus.data_hash == corpus_of(read_files([path]).conversations, bounds=SampleBounds(20, 100)).data_hash
    assert (filed.broken_count, len(filed.broken)) == (50, 10)


@pytest.mark.parametrize("later", [[], [a_conversation(1, ["Other"]), a_conversation(2, ["Words"])]])
def test_conversations_that_change_while_they_are_read_are_refused(later: list[TrainingConversation]):
    class Changing:
        def __init__(self) -> None:
            self.times = 0

        def __iter__(self):
            self.times += 1
            # The first time is to see that one may go through it again.
            return iter([a_conversation(1, ["Hello"]), a_conversation(2, ["Hello"])] if self.times < 3 else later)

    with pytest.raises(InvalidInput, match="while they were being read"):
        corpus_of(Changing())
