"""JSON Schema as far as assistants use it: enough to say exactly what an answer may hold, and to check it.

`type`, `properties`, `required`, `additionalProperties: false`, `items`, `enum`, and the limits of length. Of our own:
`x-literal` marks a text that must have been said, and `x-sources` the list of what a statement rests on.
json-schema.org/draft/2020-12; platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from earpiece.domain.errors import InvalidInput, MalformedBody
from earpiece.domain.json_body import read_object

LITERAL, SOURCES = "x-literal", "x-sources"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
_KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum", "description"}
_LIMITS = {"minItems", "maxItems", "minLength", "maxLength"}
MOST_ERRORS = 12


def check_schema(schema: Mapping[str, Any], place: str = "") -> None:
    """Raises InvalidInput for a schema that says more than is checked here, or leaves an object open."""
    unknown = schema.keys() - _KNOWN - _LIMITS - {LITERAL, SOURCES}
    if unknown or schema.get("type") not in _TYPES:
        raise InvalidInput(f"the schema at {place or '/'} is not of the subset that is checked: {sorted(unknown)}")
    properties = schema.get("properties", {})
    if schema["type"] == "object" and schema.get("additionalProperties") is not False:
        raise InvalidInput(f"the object at {place or '/'} must have additionalProperties: false")
    if schema["type"] == "object" and set(schema.get("required", ())) != set(properties):
        raise InvalidInput(f"the object at {place or '/'} must require all its properties")
    if schema["type"] == "array" and "items" not in schema:
        raise InvalidInput(f"the array at {place or '/'} must say what its items are")
    for name, part in properties.items():
        check_schema(part, f"{place}/{name}")
    if "items" in schema:
        check_schema(schema["items"], f"{place}/*")


def sent_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as providers take it: without our own words, and without limits that some of them refuse."""
    kept = {name: value for name, value in schema.items() if name not in _LIMITS | {LITERAL, SOURCES}}
    if "properties" in kept:
        kept["properties"] = {name: sent_schema(part) for name, part in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = sent_schema(kept["items"])
    return kept


def read_answer(text: str, schema: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    """The object that a model wrote, and what is wrong with it; None when it is no JSON object at all."""
    try:
        found = read_object(_unfenced(text).encode("utf-8", "replace"))
    except MalformedBody as error:
        return None, [error.detail]
    errors: list[str] = []
    _check(found, schema, "", errors)
    return found, errors[:MOST_ERRORS]


def _unfenced(text: str) -> str:
    # Some models put a fence of Markdown around the object, whatever they are told.
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped.split("\n", 1)[1].rsplit("```", 1)[0]
    return stripped


def _check(value: Any, schema: Mapping[str, Any], place: str, errors: list[str]) -> None:
    here = place or "/"
    wanted = schema["type"]
    if not isinstance(value, _TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
        errors.append(f"{here} must be of type {wanted}")
        return
    if "enum" in schema and value not in schema["enum"]:
        errors.append(f"{here} must be one of {json.dumps(schema['enum'])}")
    match value:
        case dict():
            _check_object(value, schema, place, errors)
        case list():
            _check_length(len(value), schema, "minItems", "maxItems", here, errors)
            for number, item in enumerate(value):
                _check(item, schema["items"], f"{place}/{number}", errors)
        case str():
            _check_length(len(value), schema, "minLength", "maxLength", here, errors)
        case _:
            pass


def _check_object(value: Mapping[str, Any], schema: Mapping[str, Any], place: str, errors: list[str]) -> None:
    properties = schema.get("properties", {})
    errors += [f"{place}/{name} is missing" for name in schema.get("required", ()) if name not in value]
    errors += [f"{place or '/'} has a property that is not in the schema" for name in value if name not in properties]
    for name, part in properties.items():
        if name in value:
            _check(value[name], part, f"{place}/{name}", errors)


def _check_length(length: int, schema: Mapping[str, Any], least: str, most: str, here: str, errors: list[str]) -> None:
    if length < schema.get(least, 0) or length > schema.get(most, length):
        errors.append(f"{here} has a length of {length}; {schema.get(least, 0)} to {schema.get(most, 'any')} is right")
