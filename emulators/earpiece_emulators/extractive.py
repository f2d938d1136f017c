"""What the stand-in of a model provider answers to assistants: lines that were said, picked by plain rules.

It is no language model and says so. What it picks is quoted, cited and put in the schema that was asked for, so that
everything around a model is exercised: schema, citations, checks, cost, storage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STAND_IN = "[stand-in, no language model]"
_LONGEST_QUOTE = 220
_VALUES = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+\w")),
    ("date", re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")),
    ("amount", re.compile(r"(?:€|\$|£)\s?\d+(?:[.,]\d+)*")),
    ("order", re.compile(r"\b[A-Z]{1,4}-?\d{3,}(?:-\d+)*\b")),
    ("time", re.compile(r"\b\d{1,2}:\d{2}\b")),
    ("reference", re.compile(r"\b\d{5,}\b")),
)
_PROMISE = re.compile(r"\b(?:will|'ll|shall|going to|zal|ga ik|zullen|werde|wird)\b", re.IGNORECASE)
_THANKS = re.compile(r"\b(?:thank|thanks|great|perfect|bedankt|dank|danke|super)\b", re.IGNORECASE)
_ANGER = re.compile(
    r"\b(?:angry|terrible|ridiculous|unacceptable|complaint|worst|boos|schandalig|klacht|wütend|frech)\b", re.IGNORECASE
)
_LABELS = {
    "delivery": "deliver|parcel|arrive|bezorg|pakket|liefer",
    "return": "return|refund|retour|terug|rückgabe",
    "payment": "pay|invoice|bill|charge|betal|factuur|rechnung",
    "order": "order|bestel|bestell",
    "technical": "error|broken|internet|work|router|storing|kapot|fehler",
    "account": "password|log in|account|wachtwoord|passwort",
    "cancellation": "cancel|opzeg|kündig",
    "appointment": "appointment|afspraak|termin",
    "complaint": "complain|klacht|beschwer",
}


@dataclass(slots=True)
class Shown:
    """What the request shows between its marks."""

    turns: list[dict[str, str]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    writings: list[dict[str, str]] = field(default_factory=list)
    draft: str = ""
    language: str = "en"

    def said_by(self, role: str) -> list[dict[str, str]]:
        return [turn for turn in self.turns if turn["by"] == role]


def extract(body: Mapping[str, Any]) -> str:
    """The answer to a chat completion: an object of the schema that it asks for, or a sentence on who it is."""
    wanted = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    if not wanted:
        return f"{STAND_IN} This machine has no provider of language models."
    shown = _read(body.get("messages") or ())
    if shown.notes:
        return json.dumps(_merged(shown.notes), ensure_ascii=False)
    return json.dumps(
        {name: _filled(name, part, shown) for name, part in wanted["properties"].items()}, ensure_ascii=False
    )


def _read(messages: Sequence[Mapping[str, Any]]) -> Shown:
    shown = Shown()
    system = next((str(one["content"]) for one in messages if one.get("role") == "system"), "")
    if told := re.search(r"Write in the language ([A-Za-z-]{2,12})", system):
        shown.language = told[1]
    material = next((str(one["content"]) for one in messages if one.get("role") == "user"), "")
    for line in material.splitlines():
        if not line.startswith("{"):
            continue
        found = json.loads(line)
        if "by" in found:
            shown.turns.append(found)
        elif found.get("id") == "draft":
            shown.draft = found["text"]
        elif "id" in found and "text" in found:
            shown.writings.append(found)
        else:
            shown.notes.append(found)
    return shown


def _filled(name: str, schema: Mapping[str, Any], shown: Shown) -> Any:
    if name in _RULES:
        return _RULES[name](shown)
    match schema["type"]:
        case "object":
            return {key: _filled(key, part, shown) for key, part in schema["properties"].items()}
        case "array":
            return []
        case "string":
            return schema["enum"][-1] if "enum" in schema else _quote(shown.turns[-1:])
        case "boolean":
            return False
        case _:
            return 0


def _statement(turns: Sequence[Mapping[str, str]], how: str = "{}") -> dict[str, Any]:
    return {"text": how.format(_quote(turns)), "sources": [turn["id"] for turn in turns[:1]]}


def _quote(turns: Sequence[Mapping[str, str]]) -> str:
    text = " ".join(turns[0]["text"].split()) if turns else ""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


def _situation(shown: Shown) -> dict[str, Any]:
    first = shown.said_by("customer")[:1] or shown.turns[:1]
    return _statement(first, f"{STAND_IN} The customer wrote: “{{}}”")


def _actions(shown: Shown) -> list[dict[str, Any]]:
    longest = sorted(shown.said_by("agent"), key=lambda turn: -len(turn["text"]))[:3]
    return [_statement([turn], "The agent wrote: “{}”") for turn in shown.turns if turn in longest]


def _resolution(shown: Shown) -> dict[str, Any]:
    last = (shown.said_by("customer") or shown.turns)[-1:]
    is_thanked = bool(last and _THANKS.search(last[0]["text"]))
    return {"status": "yes" if is_thanked else "n/a", **_statement(last, "Last of the customer: “{}”")}


def _sentiment(shown: Shown) -> dict[str, Any]:
    last = (shown.said_by("customer") or shown.turns)[-1:]
    is_angry = bool(last and _ANGER.search(last[0]["text"]))
    return {"value": "negative" if is_angry else "not_negative", "sources": [turn["id"] for turn in last]}


def _promises(shown: Shown) -> list[dict[str, Any]]:
    promised = [turn for turn in shown.said_by("agent") if _PROMISE.search(turn["text"])]
    return [_statement([turn], "“{}”") for turn in promised[-3:]]


def _follow_ups(shown: Shown) -> list[dict[str, Any]]:
    return [{**promise, "owner": "agent"} for promise in _promises(shown)]


def _open_points(shown: Shown) -> list[dict[str, Any]]:
    asked = [turn for turn in shown.said_by("customer") if "?" in turn["text"]]
    return [_statement([turn], "“{}”") for turn in asked[-2:]]


def _entities(shown: Shown) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for turn in shown.turns:
        taken: list[tuple[int, int]] = []
        for kind, pattern in _VALUES:
            for match in pattern.finditer(turn["text"]):
                if any(match.start() < end and start < match.end() for start, end in taken):
                    continue
                taken.append(match.span())
                found.setdefault(match[0], {"kind": kind, "value": match[0], "sources": [turn["id"]]})
    return list(found.values())[:12]


def _answer(shown: Shown) -> dict[str, Any]:
    best = shown.writings[:1]
    return _statement(best, f"{STAND_IN} {{}}") if best else {"text": "", "sources": []}


def _reply(shown: Shown) -> str:
    return _quote(shown.writings[-1:]) or f"{STAND_IN} Thank you for your message."


def _sources(shown: Shown) -> list[str]:
    best = shown.writings[-1:] or shown.said_by("customer")[-1:] or shown.turns[-1:]
    return [one["id"] for one in best]


def _label(shown: Shown) -> str:
    said = " ".join(turn["text"] for turn in shown.said_by("customer")).casefold()
    counts = {label: len(re.findall(words, said)) for label, words in _LABELS.items()}
    best = max(counts, key=lambda label: counts[label])
    return best if counts[best] else "other"


_RULES: dict[str, Callable[[Shown], Any]] = {
    "situation": _situation,
    "actions": _actions,
    "resolution": _resolution,
    "sentiment": _sentiment,
    "follow_ups": _follow_ups,
    "promised": _promises,
    "open_points": _open_points,
    "entities": _entities,
    "known": _entities,
    "language": lambda shown: shown.language,
    "found": lambda shown: bool(shown.writings),
    "answer": _answer,
    "rewritten": lambda shown: " ".join(shown.draft.split()) or STAND_IN,
    "reply": _reply,
    "sources": _sources,
    "label": _label,
}


def _merged(notes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The notes of all segments: lists one after the other, the first situation, and else what the last one says."""
    merged = dict(notes[-1])
    for name, value in notes[0].items():
        if isinstance(value, list):
            merged[name] = [item for note in notes for item in note.get(name, ())][:8]
    if "situation" in notes[0]:
        merged["situation"] = notes[0]["situation"]
    return merged
