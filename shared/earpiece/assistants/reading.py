"""A result as a text that an agent reads and edits; and how far they edited it."""

from __future__ import annotations

from collections.abc import Mapping
from re import fullmatch
from typing import Any

MOST_WORDS = 2_000


def text_of(result: Mapping[str, Any]) -> str:
    """The result's texts, a line for each statement; a result with a single text is that text."""
    if set(result) & {"reply", "rewritten"}:
        return str(result.get("reply") or result.get("rewritten") or "")
    lines = [line for name, value in result.items() for line in _lines(name, value)]
    return "\n".join(lines)


def _lines(name: str, value: Any) -> list[str]:
    label = name.replace("_", " ").capitalize()
    match value:
        case {"text": str(text), "status": str(status)}:
            return [f"{label}: {_words(status)}. {text}".rstrip()]
        case {"text": str(text)}:
            return [f"{label}: {text}"] if text else []
        case dict():
            said = ", ".join(_words(one) for key, one in value.items() if key != "sources" and isinstance(one, str))
            return [f"{label}: {said}"] if said else []
        case list():
            items = [_item(one) for one in value]
            return [f"{label}:", *(f"- {one}" for one in items if one)] if any(items) else []
        case str() if value and name != "language":
            return [f"{label}: {_words(value)}"]
        case _:
            return []


def _item(value: Any) -> str:
    match value:
        case {"kind": str(kind), "value": str(said)}:
            return f"{_words(kind)}: {said}"
        case {"text": str(text), "owner": str(owner)}:
            return f"{text} ({owner})"
        case {"text": str(text)}:
            return text
        case str():
            return value
        case _:
            return ""


def _words(value: str) -> str:
    """One of a schema's values, as people write it: `not_negative`."""
    return value.replace("_", " ") if fullmatch("[a-z]+(_[a-z]+)+", value) else value


def edited_words(before: str, after: str) -> int:
    """How many words were added, removed or replaced (Levenshtein over words, the first 2,000 of each text)."""
    old, new = before.split()[:MOST_WORDS], after.split()[:MOST_WORDS]
    row = list(range(len(new) + 1))
    for number, word in enumerate(old, 1):
        above, row[0] = row[0], number
        for place, other in enumerate(new, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (word != other))
    return row[-1]
