"""The assistants that every account has until it writes its own of the same code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from earpiece.assistants.schema import check_schema
from earpiece.domain.assistants import Assistant


@cache
def shipped() -> Mapping[str, Assistant]:
    """By code."""
    folder = files("earpiece.assistants").joinpath("shipped")
    found = [
        Assistant.from_json(json.loads(one.read_bytes())) for one in folder.iterdir() if one.name.endswith(".json")
    ]
    return {assistant.code: checked(assistant) for assistant in sorted(found, key=lambda one: one.code)}


def checked(assistant: Assistant) -> Assistant:
    """The same assistant; raises InvalidInput when its schema is none that answers can be checked against."""
    check_schema(assistant.schema)
    return assistant
