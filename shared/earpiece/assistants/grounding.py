"""What an answer may say: only what rests on a message that exists, and no value that nobody said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earpiece.assistants.schema import LITERAL, SOURCES

# A quotation mark that closes after an address is not of the address.
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]“”„‘’‚«»‹›…]+", re.IGNORECASE)
_WORD = re.compile(r"\w+")
REVEALING_WORDS = 9  # so many words of the instructions in a row are no accident


@dataclass(slots=True)
class Grounded:
    """An answer with what had to go. `errors` are what cannot be mended by leaving something out."""

    result: dict[str, Any]
    errors: list[str] = field(default_factory=list)
    dropped_statements: int = 0
    dropped_entities: int = 0


def ground(answer: Mapping[str, Any], schema: Mapping[str, Any], sources: Mapping[str, str]) -> Grounded:
    """The answer without what it has no ground for. `sources` are the texts that may be cited, by their names.

    A statement in a list is dropped when no source of it exists, a value when nobody said it literally; what is
    required in its place cannot be dropped and becomes an error.
    """
    found = Grounded({})
    found.result = _part(dict(answer), schema, "", sources, found)
    return found


def _part(value: Any, schema: Mapping[str, Any], place: str, sources: Mapping[str, str], found: Grounded) -> Any:
    match value:
        case list() if schema["items"]["type"] == "object":
            return _list(value, schema["items"], place, sources, found)
        case dict():
            kept = _statement(value, schema, sources)
            if kept is None:
                found.errors.append(f"{place or '/'} names no message that exists, or a value that nobody said")
                return value
            properties = schema["properties"]
            return {name: _part(one, properties[name], f"{place}/{name}", sources, found) for name, one in kept.items()}
        case _:
            return value


def _list(
    values: list[Any], schema: Mapping[str, Any], place: str, sources: Mapping[str, str], found: Grounded
) -> list[Any]:
    kept = [(value, _statement(value, schema, sources)) for value in values]
    gone = sum(statement is None for _, statement in kept)
    if any(part.get(LITERAL) for part in schema.get("properties", {}).values()):
        found.dropped_entities += gone
    else:
        found.dropped_statements += gone
    properties = schema.get("properties", {})
    return [
        {name: _part(one, properties[name], f"{place}/{name}", sources, found) for name, one in statement.items()}
        for _, statement in kept
        if statement is not None
    ]


def _statement(
    value: Mapping[str, Any], schema: Mapping[str, Any], sources: Mapping[str, str]
) -> dict[str, Any] | None:
    """The statement with the sources it has; None when it has none, or holds a value that is in no source."""
    properties = schema.get("properties", {})
    literal = next((name for name, part in properties.items() if part.get(LITERAL)), None)
    cited = next((name for name, part in properties.items() if part.get(SOURCES)), None)
    if cited is None:
        return dict(value)
    named = list(dict.fromkeys(name for name in value[cited] if name in sources))
    if literal is not None:
        needle = value[literal].strip()
        saying = [name for name, text in sources.items() if needle and needle in text]
        # A right value under a wrong message is cited where it was really said.
        named = [name for name in named if name in saying] or saying
    if not named and not (properties[cited].get("minItems", 1) == 0 and literal is None):
        return None
    return {**value, cited: named}


def forbidden_texts(answer: Any, instructions: str, sources: Mapping[str, str]) -> list[str]:
    """What an answer says that it must not: an address that no source has, or our instructions."""
    said = " ".join(sources.values())
    told = _runs(instructions, REVEALING_WORDS) - _runs(said, REVEALING_WORDS)
    errors = []
    for text in texts_of(answer):
        if any(url.rstrip(".,;:!?").casefold() not in said.casefold() for url in _URL.findall(text)):
            errors.append("an address stands in the answer that is in no source; leave it out")
        if _runs(text, REVEALING_WORDS) & told:
            errors.append("the answer repeats the instructions; say only what the conversation is about")
    return list(dict.fromkeys(errors))


def texts_of(value: Any) -> list[str]:
    """Every text in an answer."""
    match value:
        case str():
            return [value]
        case dict():
            return [text for one in value.values() for text in texts_of(one)]
        case list():
            return [text for one in value for text in texts_of(one)]
        case _:
            return []


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def with_message_ids(result: Any, schema: Mapping[str, Any], message_ids: Mapping[str, str]) -> Any:
    """The result with the platform's own message ids in place of the short names; articles keep theirs."""
    match result:
        case dict():
            properties = schema["properties"]
            return {name: with_message_ids(one, properties[name], message_ids) for name, one in result.items()}
        case list() if schema.get(SOURCES):
            return [message_ids.get(name, name) for name in result]
        case list():
            return [with_message_ids(one, schema["items"], message_ids) for one in result]
        case _:
            return result
