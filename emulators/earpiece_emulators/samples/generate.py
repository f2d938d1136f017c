"""Conversations of a sample account: the same arguments give the same conversations, on any machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from earpiece.domain.events import Participant, Role
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.samples.invented import from_pattern
from earpiece_emulators.samples.material import AgentCard, Material, Topic, material
from earpiece_emulators.samples.performance import Performance
from earpiece_emulators.samples.plot import plot
from earpiece_emulators.samples.slots import Slots, email_of
from earpiece_emulators.samples.staging import Stage

REFERENCE = datetime(2026, 11, 20, 20, tzinfo=UTC)
PERIOD = timedelta(days=90)
HELD_OUT = timedelta(days=3)  # the newest of the period: what a model has not seen
_LONGEST = timedelta(hours=3)
_CUSTOMER_COUNT = 260
_CAST = 3
# How busy each hour is, in UTC; nobody works at night.
_BUSY = (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 10, 9, 7, 8, 9, 8, 7, 6, 6, 7, 5, 2, 0, 0)
_WEEKEND = 0.55


def generate(
    account: str, seed: int = 7, count: int = 360, until: datetime = REFERENCE
) -> Iterator[SampleConversation]:
    """Conversations of the 90 days before `until` without the last three, oldest first; raises NotFound.

    Conversations of two seeds have different ids. Another `until` gives the same ids at other times: play it into
    another account.
    """
    return _between(account, seed, count, until - PERIOD, until - HELD_OUT - _LONGEST)


def held_out(
    account: str, seed: int = 1007, count: int = 40, until: datetime = REFERENCE
) -> Iterator[SampleConversation]:
    """Conversations of the last three days before `until`: newer than any of `generate`."""
    return _between(account, seed, count, until - HELD_OUT, until - _LONGEST)


def _between(account: str, seed: int, count: int, earliest: datetime, latest: datetime) -> Iterator[SampleConversation]:
    written = material(account)
    numbers = random.Random(f"{account}-{seed}")  # noqa: S311
    starts = sorted(_start(numbers, earliest, latest) for _ in range(count))
    topics = _topics(written, count, numbers)
    for position, (start, topic) in enumerate(zip(starts, topics, strict=True), 1):
        yield _conversation(written, topic, f"{account}-{seed}-{position:04}", start)


def _conversation(written: Material, topic: Topic, conversation_id: str, start: datetime) -> SampleConversation:
    # Each conversation has numbers of its own: a change in one topic leaves the others as they are.
    numbers = random.Random(conversation_id)  # noqa: S311
    customer = _customer(written, numbers.randrange(_CUSTOMER_COUNT))
    cards = _cast(written, numbers)
    slots = Slots(written, topic.slots, customer, start, seed=f"{conversation_id}-slots")
    lines = Performance(written, slots, cards, numbers).of(plot(written, topic, numbers))
    agents = [Participant(card.agent_id, Role.AGENT, card.name) for card in cards]
    told = Stage(written, conversation_id, customer, agents, numbers).tell(lines, start)
    channel = numbers.choice(written.facts["channels"])
    return SampleConversation(conversation_id, customer, told, channel, written.facts["locale"], topic.topic_id)


def _topics(written: Material, count: int, numbers: random.Random) -> list[Topic]:
    # Each topic comes up at least once before chance decides.
    once = list(written.topics[:count])
    weights = [topic.weight**2 for topic in written.topics]  # most come for the same few reasons
    topics = once + numbers.choices(written.topics, weights, k=count - len(once))
    numbers.shuffle(topics)
    return topics


def _start(numbers: random.Random, earliest: datetime, latest: datetime) -> datetime:
    while True:
        at = earliest + (latest - earliest) * numbers.random()
        share = _BUSY[at.hour] / max(_BUSY) * (_WEEKEND if at.weekday() >= 5 else 1)
        if numbers.random() < share:
            return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _customer(written: Material, number: int) -> Participant:
    numbers = random.Random(f"{written.account}-customer-{number}")  # noqa: S311
    people = written.facts["people"]
    name = f"{numbers.choice(people['first'])} {numbers.choice(people['last'])}"
    email = email_of(name, numbers.choice(people["mail_domains"]))
    phone = from_pattern(numbers.choice(people["phones"]), numbers)
    return Participant(f"cust-{number:04}", Role.CUSTOMER, name, email, phone)


def _cast(written: Material, numbers: random.Random) -> list[AgentCard]:
    # Some work more than others.
    order = sorted(written.agents, key=lambda card: numbers.random() ** (1 + int(card.agent_id[-2:]) % 4 / 2))
    return order[-_CAST:]
