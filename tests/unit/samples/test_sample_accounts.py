"""The sample accounts: the same for everyone, varied, and with everything that real conversations do to a system."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

import pytest

from earpiece.domain.errors import NotFound
from earpiece.domain.events import EventKind, Role, Visibility
from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.samples import (
    ACCOUNTS,
    REFERENCE,
    SampleConversation,
    canned_replies,
    generate,
    held_out,
    to_canonical,
)
from earpiece_emulators.samples.material import material

_IBAN = re.compile(r"\b(?:GB|NL)\d\d(?: ?[A-Z0-9]{1,4}){3,6}\b")
_CARD = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


@pytest.fixture(scope="module", params=ACCOUNTS)
def account(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def conversations(account: str) -> list[SampleConversation]:
    return list(generate(account))


def texts(conversations: list[SampleConversation], *roles: Role) -> Iterator[str]:
    for conversation in conversations:
        for happening in conversation.happenings:
            if happening.message and happening.actor and (not roles or happening.actor.role in roles):
                yield happening.message.text


def counted(conversations: list[SampleConversation], kind: EventKind) -> int:
    return sum(happening.kind is kind for one in conversations for happening in one.happenings)


def fingerprint(conversations: list[SampleConversation]) -> str:
    bodies = b"\n".join(one.body for conversation in conversations for one in deliveries(conversation))
    return hashlib.sha256(bodies).hexdigest()


def test_the_same_seed_gives_the_same_bytes(account: str, conversations: list[SampleConversation]):
    assert fingerprint(list(generate(account))) == fingerprint(conversations)


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_another_process_gives_the_same_too(account: str, conversations: list[SampleConversation], hash_seed: str):
    told = (
        "import sys; from earpiece_emulators.samples import generate;"
        "from earpiece_emulators.deliveries import deliveries;"
        "sys.stdout.buffer.write(b'\\n'.join(d.body for c in generate(sys.argv[1]) for d in deliveries(c)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}

    bodies = subprocess.check_output([sys.executable, "-c", told, account], env=environment, timeout=60)

    assert hashlib.sha256(bodies).hexdigest() == fingerprint(conversations)


def test_another_seed_gives_other_conversations(account: str, conversations: list[SampleConversation]):
    others = list(generate(account, seed=8))

    assert not {one.conversation_id for one in others} & {one.conversation_id for one in conversations}
    assert {tuple(texts([one])) for one in others}.isdisjoint(tuple(texts([one])) for one in conversations)


def test_an_account_that_is_not_written_is_refused():
    with pytest.raises(NotFound, match="lumen, fietsplein"):
        list(generate("nobody"))


def test_there_are_360_conversations_of_4_to_18_messages_and_no_two_alike(conversations: list[SampleConversation]):
    lengths = [sum(h.kind is EventKind.MESSAGE_ADDED for h in one.happenings) for one in conversations]

    assert len(conversations) == 360
    assert 4 <= min(lengths) < 8
    assert 14 < max(lengths) <= 18
    assert len({tuple(texts([one])) for one in conversations}) == 360


def test_every_topic_and_at_least_22_agents_take_part(account: str, conversations: list[SampleConversation]):
    topics = {one.topic for one in conversations}

    assert topics == {topic.topic_id for topic in material(account).topics}
    assert len(topics) >= 25
    assert len({agent.participant_id for one in conversations for agent in one.agents}) >= 22


def test_house_replies_come_from_several_agents_and_the_rest_varies(conversations: list[SampleConversation]):
    said: Counter[str] = Counter()
    sayers: dict[str, set[str]] = defaultdict(set)
    for one in conversations:
        for turn in one.turns():
            assert turn.actor
            assert turn.message
            if turn.actor.role is Role.AGENT:
                reply = plain(turn.message.text, one)
                said[reply] += 1
                sayers[reply].add(turn.actor.participant_id)

    shared = sum(count for reply, count in said.items() if len(sayers[reply]) >= 2)

    assert 0.4 <= shared / said.total() <= 0.8
    assert len(said) >= 500
    # What mining finds when it asks for three agents, and for five.
    assert sum(len(agents) >= 3 for agents in sayers.values()) >= 100
    assert sum(len(agents) >= 5 for agents in sayers.values()) >= 40


def plain(text: str, conversation: SampleConversation) -> str:
    for person in (conversation.customer, *conversation.agents):
        for word in (person.name or "").split():
            text = re.sub(rf"\b{re.escape(word)}\b", "NAME", text)
    return re.sub(r"\W+", " ", re.sub(r"\d", "0", text.casefold())).strip()


def test_customers_seldom_say_the_same(conversations: list[SampleConversation]):
    said = Counter(text for text in texts(conversations, Role.CUSTOMER) if len(text) > 40)

    assert len(said) / said.total() > 0.5
    assert said.most_common(1)[0][1] <= 8


def test_nothing_of_the_writing_is_left_in_a_text(conversations: list[SampleConversation]):
    for text in texts(conversations):
        assert not re.search(r"[\[\]{}|#]|<\w|  |^\s|\s$", text), text


def test_they_are_oldest_first_within_the_90_days_before_the_reference(conversations: list[SampleConversation]):
    starts = [one.started_at for one in conversations]

    assert starts == sorted(starts)
    assert REFERENCE - timedelta(days=90) <= starts[0] < REFERENCE - timedelta(days=85)
    assert REFERENCE - timedelta(days=7) < starts[-1]
    assert max(one.ended_at for one in conversations) <= REFERENCE


def test_the_held_out_ones_are_40_newer_than_all_others(account: str, conversations: list[SampleConversation]):
    newest = list(held_out(account))

    assert len(newest) == 40
    assert min(one.started_at for one in newest) > max(one.ended_at for one in conversations)
    assert max(one.ended_at for one in newest) <= REFERENCE
    assert not {one.conversation_id for one in newest} & {one.conversation_id for one in conversations}


def test_each_conversation_starts_first_ends_last_and_is_told_in_order(conversations: list[SampleConversation]):
    for one in conversations:
        times = [happening.at for happening in one.happenings]
        numbers = [h.sequence for h in one.happenings if h.kind is EventKind.MESSAGE_ADDED]

        assert one.happenings[0].kind is EventKind.STARTED
        assert one.happenings[-1].kind is EventKind.ENDED
        assert times == sorted(times)
        assert numbers == list(range(1, len(numbers) + 1))


def test_messages_are_edited_and_removed_and_conversations_handed_over_and_reopened(
    conversations: list[SampleConversation],
):
    assert counted(conversations, EventKind.MESSAGE_EDITED) >= 20
    assert counted(conversations, EventKind.MESSAGE_REMOVED) >= 5
    assert counted(conversations, EventKind.REOPENED) >= 5
    transfers = counted(conversations, EventKind.TRANSFERRED)
    assert transfers >= 10
    assert counted(conversations, EventKind.PARTICIPANT_LEFT) == transfers


def test_an_edit_changes_its_message_and_a_removed_one_says_nothing_more(conversations: list[SampleConversation]):
    for one in conversations:
        for later in one.happenings:
            if not later.message or later.kind is EventKind.MESSAGE_ADDED:
                continue
            (first,) = (
                h.message
                for h in one.happenings
                if h.kind is EventKind.MESSAGE_ADDED and h.message and h.message.message_id == later.message.message_id
            )
            assert first.text != later.message.text
            assert (later.message.text == "") == (later.kind is EventKind.MESSAGE_REMOVED)


def test_some_messages_share_their_millisecond(conversations: list[SampleConversation]):
    pairs = 0
    for one in conversations:
        added = Counter(h.at for h in one.happenings if h.kind is EventKind.MESSAGE_ADDED)
        pairs += sum(count > 1 for count in added.values())

    assert pairs >= 10


def test_bots_systems_notes_attachments_emoji_and_other_letters_occur(conversations: list[SampleConversation]):
    messages = [h for one in conversations for h in one.happenings if h.kind is EventKind.MESSAGE_ADDED]
    roles = Counter(h.actor.role for h in messages if h.actor)
    notes = [h for h in messages if h.message and h.message.visibility is Visibility.PRIVATE]
    words = " ".join(texts(conversations))

    assert roles[Role.BOT] >= 100
    assert roles[Role.SYSTEM] >= 50
    assert len(notes) >= 20
    assert all(h.actor and h.actor.role is Role.AGENT for h in notes)
    assert sum(bool(h.message and h.message.attachments) for h in messages) >= 15
    assert re.search("[\U0001f300-\U0001faff]", words)
    assert re.search("[À-ɏ]", words)


def test_links_numbers_and_what_must_be_masked_occur(conversations: list[SampleConversation]):
    words = "\n".join(texts(conversations))
    customers = "\n".join(texts(conversations, Role.CUSTOMER))

    assert len(set(re.findall(r"https://\S+\.example/\S+", words))) >= 15
    assert re.search(r"\b(?:LO|FP)-\d{6,7}\b", customers)
    assert re.search(r"[\w.]+@\w+\.example", customers)
    assert any(one.customer.phone and one.customer.phone in words for one in conversations)
    assert any(one.customer.name and one.customer.name in customers for one in conversations)


def test_ibans_and_card_numbers_have_the_right_check_digits(conversations: list[SampleConversation]):
    words = "\n".join(texts(conversations))
    ibans = {found.replace(" ", "") for found in _IBAN.findall(words)}
    cards = set(_CARD.findall(words))

    assert len(ibans) >= 5
    assert all(mod_97(iban) == 1 for iban in ibans)
    assert cards
    assert all(luhn(card.replace(" ", "")) == 0 for card in cards)


def mod_97(iban: str) -> int:
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97


def luhn(digits: str) -> int:
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10


def test_every_address_is_in_a_domain_that_cannot_exist(conversations: list[SampleConversation]):
    told = json.dumps([one.body.decode() for c in conversations for one in deliveries(c)], ensure_ascii=False)
    hosts = set(re.findall(r"https?://([\w.-]+)", told)) | set(re.findall(r"@([\w-]+(?:\.[\w-]+)+)", told))

    assert {host for host in hosts if not host.rstrip(".").endswith(".example")} <= {"192.168.1.254"}


def test_canned_replies_are_distinct_and_include_some_that_agents_say(account: str):
    replies = canned_replies(account)
    said = set(texts(list(generate(account)), Role.AGENT))

    assert len(replies) >= 25
    assert len({reply["id"] for reply in replies}) == len({reply["text"] for reply in replies}) == len(replies)
    assert sum(reply["text"] in said for reply in replies) >= 10


def test_the_canonical_form_holds_what_was_said_as_it_stands_at_the_end(conversations: list[SampleConversation]):
    for one in conversations:
        record = to_canonical(one)
        said = [turn["text"] for turn in record["turns"]]

        assert set(record) == {"conversation_id", "agent_id", "customer_id", "turns"}
        assert said == [turn.message.text for turn in one.turns() if turn.message]
        assert {turn["role"] for turn in record["turns"]} == {"customer", "agent"}
        assert not any(_CARD.search(text) for text in said)  # removed at once
