"""The material of a sample account, written by hand: TOML files beside this one, read into plain values.

`account.toml` holds the account, its slots, scenes and phrases; `agents.toml` who works there; `topics*.toml` what
customers come for. A step is a list: a kind and its texts (any one is said); or a kind and further steps (`either`
one branch or another, `perhaps` all of them); or `exchange` and, by turns, texts of a customer and of the agent who
answers them (one pair is played); or a kind alone (the name of a scene). `[a|b]` in a text is a choice, `{slot}` a
value of the conversation, and `<photo.jpg>` at its start a file that comes with it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from earpiece.domain.errors import NotFound

_FOLDER = Path(__file__).parent
ACCOUNTS = ("lumen", "fietsplein")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is said (`texts`), a fork (`branches`), or a scene to be played here (neither)."""

    kind: str
    texts: tuple[str, ...] = ()
    branches: tuple[tuple[Step, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """`slots` go before the account's; scenes in `without` would not fit here."""

    topic_id: str
    weight: float
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AgentCard:
    """An agent and their habits (`voices.py` says what each does)."""

    agent_id: str
    name: str
    greeting: str
    closing: str
    habits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Material:
    """Everything written for one account. `facts` are its plain values: locale, channels, bot, bank and so on."""

    account: str
    facts: Mapping[str, Any]
    slots: Mapping[str, Sequence[str]]
    phrases: Mapping[str, Sequence[str]]
    scenes: Mapping[str, tuple[Step, ...]]
    agents: tuple[AgentCard, ...]
    topics: tuple[Topic, ...]


@cache
def material(account: str) -> Material:
    """The material of a sample account; raises NotFound."""
    if account not in ACCOUNTS:
        raise NotFound(f"there is no sample account {account!r}; there are {', '.join(ACCOUNTS)}")
    folder = _FOLDER / account
    about = _read(folder / "account.toml")
    topics = [topic for file in sorted(folder.glob("topics*.toml")) for topic in _read(file)["topic"]]
    return Material(
        account=account,
        facts=about["facts"],
        slots=about["slots"],
        phrases=about["phrases"],
        scenes={name: _steps(steps) for name, steps in about["scenes"].items()},
        agents=tuple(_agent(number, card) for number, card in enumerate(_read(folder / "agents.toml")["agent"], 1)),
        topics=tuple(_topic(topic) for topic in topics),
    )


def canned_replies(account: str) -> tuple[Mapping[str, str], ...]:
    """The account's own replies, each {"id", "text"}; raises NotFound."""
    material(account)
    return tuple(json.loads((_FOLDER / account / "canned.json").read_text(encoding="utf-8")))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _agent(number: int, card: Mapping[str, Any]) -> AgentCard:
    habits = frozenset(card.get("habits", ()))
    return AgentCard(f"agent-{number:02}", card["name"], card["greeting"], card["closing"], habits)


def _topic(body: Mapping[str, Any]) -> Topic:
    steps, notes = _steps(body["steps"]), tuple(body.get("notes", ()))
    without = frozenset(body.get("without", ())) | (frozenset() if body.get("is_choice") else {"changes_mind"})
    return Topic(body["id"], body.get("weight", 1.0), steps, notes, body.get("slots", {}), without)


def _steps(steps: Sequence[Sequence[Any]]) -> tuple[Step, ...]:
    return tuple(_step(step) for step in steps)


def _step(step: Sequence[Any]) -> Step:
    kind, *rest = step
    if kind == "either":
        return Step(kind, branches=tuple(_steps(branch) for branch in rest))
    if kind == "perhaps":
        return Step(kind, branches=(_steps(rest),))
    if kind == "exchange":
        return Step("either", branches=tuple(_pair(*pair) for pair in zip(rest[::2], rest[1::2], strict=True)))
    return Step(kind, texts=tuple(rest))


def _pair(asked: Sequence[str], answered: Sequence[str]) -> tuple[Step, ...]:
    """What a customer says, and the agent's answer; without texts there is none."""
    question, answer = Step("customer", tuple(asked)), Step("agent", tuple(answered))
    return (question, answer) if answered else (question,)
