"""Values for the slots of a reply, out of the conversation: what is not there stays marked, for the agent to fill."""

from __future__ import annotations

import re
from datetime import date

from earpiece.engine.features import MOST_CHARACTERS, MOST_TURNS, Context
from earpiece.engine.normal import SLOT, values

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_NAME = re.compile(
    r"\b(?i:my name is|name's|this is|i am called|mijn naam is|ik heet|mein name ist|ich heiße|ich heisse)\s{1,4}"
    r"([A-ZÀ-Þ][\w'-]{1,30}(?: [A-ZÀ-Þ][\w'-]{1,30})?)"
)


def filled(text: str, context: Context) -> str:
    """The text with each slot filled for which this conversation has exactly one value; the others stay."""
    if "{" not in text:
        return text
    known: dict[str, str | None] = {}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in known:
            known[name] = _only_value(name, context)
        return known[name] or match[0]

    return SLOT.sub(value, text)


def _only_value(name: str, context: Context) -> str | None:
    found: set[str] = set()
    for turn in context[-MOST_TURNS:]:
        text = turn["text"][:MOST_CHARACTERS]
        if name == "PERSON":
            found.update(match[1] for match in _NAME.finditer(text) if turn["role"] == "customer")
        else:
            found.update(value for value in values(name, text) if name != "DATE" or not _is_of_old(value))
        if len(found) > 1:
            return None
    return found.pop() if found else None


def _is_of_old(value: str) -> bool:
    """Whether a date names a year before the last: a birthday, and never what a reply is about."""
    years = [int(year) for year in _YEAR.findall(value)]
    return any(year < date.today().year - 1 for year in years)  # noqa: DTZ011 (a year, anywhere on earth)
