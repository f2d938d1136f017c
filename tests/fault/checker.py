"""Compares what was acknowledged with what the stores hold. It reads them with Google's clients and imports no product.

Every message of a fault run carries its own place in its text: `<account>|<conversation>|<message>`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from google.cloud import bigquery, firestore

Fact = tuple[str, str, str]  # account, the platform's conversation id, its message id or the event's kind
Stored = Mapping[str, list[dict[str, object]]]  # account → what its store holds


@dataclass(slots=True)
class Findings:
    """What is wrong; nothing is when every list is empty."""

    lost: list[Fact] = field(default_factory=list)
    doubled_in_firestore: list[Fact] = field(default_factory=list)
    lost_in_bigquery: list[str] = field(default_factory=list)
    doubled_in_bigquery: list[str] = field(default_factory=list)
    misordered: list[tuple[str, str]] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in self.__slots__}

    @property
    def is_clean(self) -> bool:
        return not any(self.counts().values())


def check(
    acknowledged: Iterable[Fact], events: Stored, rows: Stored, shown: Callable[[str, str], list[str]]
) -> Findings:
    """`shown` gives the texts of a conversation in the order in which the API shows them."""
    expected = set(acknowledged)
    texts = {fact: "|".join(fact) for fact in expected if _is_message(fact)}
    kept = Counter(_fact(account, event) for account, stored in events.items() for event in stored)
    in_rows = Counter(str(row["text"]) for stored in rows.values() for row in stored)
    return Findings(
        lost=sorted(expected - kept.keys()),
        doubled_in_firestore=sorted(fact for fact, count in kept.items() if count > 1),
        lost_in_bigquery=sorted(set(texts.values()) - in_rows.keys()),
        doubled_in_bigquery=sorted(text for text, count in in_rows.items() if count > 1),
        misordered=[place for place, told in _told_order(texts).items() if shown(*place) != told],
        foreign=sorted(_foreign(events, rows)),
    )


def firestore_events(client: firestore.Client) -> Stored:
    """Every event document, by the account in its path."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for document in client.collection_group("events").stream():
        found[document.reference.path.split("/")[1]].append(document.to_dict())
    return found


def bigquery_rows(client: bigquery.Client, accounts: Iterable[str]) -> Stored:
    """What each account's view of current messages shows."""
    query = "SELECT text FROM `{}.account_{}.messages_current`"
    return {
        account: [
            dict(row) for row in client.query(query.format(client.project, account)).result(timeout=60, retry=None)
        ]
        for account in accounts
    }


def _fact(account: str, event: Mapping[str, object]) -> Fact:
    message = event.get("message")
    part = message["message_id"] if isinstance(message, Mapping) else event["kind"]
    return (account, str(event["platform_conversation_id"]), str(part))


def _is_message(fact: Fact) -> bool:
    return fact[2].startswith("m-")


def _told_order(texts: Mapping[Fact, str]) -> dict[tuple[str, str], list[str]]:
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (account, conversation, _), text in sorted(texts.items()):
        told[account, conversation].append(text)
    return told


def _foreign(events: Stored, rows: Stored) -> set[str]:
    written = {
        f"{account}/{event['event_id']}"
        for account, stored in events.items()
        for event in stored
        if event["account_id"] != account or not _belongs(account, event.get("message"))
    }
    return written | {
        str(row["text"])
        for account, stored in rows.items()
        for row in stored
        if not str(row["text"]).startswith(f"{account}|")
    }


def _belongs(account: str, message: object) -> bool:
    return not isinstance(message, Mapping) or str(message["text"]).startswith(f"{account}|")
