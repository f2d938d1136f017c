"""Whether a text is on the way to a reply that must not be said: a completion may stop anywhere in one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from earpiece.engine.normal import text_key

MOST_STARTS = 4
_SENTENCE = re.compile(r"(?:[.!?…]+|\n)\s*")


class Beginnings:
    """How an account's blocked replies begin, and how those do that may be offered; all of them normalised."""

    def __init__(self, blocked: Iterable[str], allowed: Iterable[str]) -> None:
        self._blocked = sorted(key for key in set(blocked) if key)
        self._blocked_keys = frozenset(self._blocked)
        self._allowed = sorted(set(allowed))

    def lead_to_blocked(self, typed: str, rest: str) -> bool:
        """Whether `rest`, put in behind `typed`, gives a blocked reply, or begins one and none that is allowed.

        A reply may be the whole draft, or begin with any of its last sentences. What the agent typed of it without us
        is the agent's own.
        """
        if not self._blocked:
            return False
        return any(self._is_refused(text_key(start), text_key(start + rest)) for start in _starts(typed))

    def _is_refused(self, typed: str, completed: str) -> bool:
        if not completed or completed in self._blocked_keys:
            return bool(completed)
        leads = _any_begins(self._blocked, completed) or any(
            key in self._blocked_keys for key in _ended_within(typed, completed)
        )
        return leads and not _any_begins(self._allowed, completed)


def _starts(typed: str) -> Iterator[str]:
    """The draft from its beginning, and from the beginning of each of its last sentences."""
    yield typed
    ends = [match.end() for match in _SENTENCE.finditer(typed)]
    for end in ends[-MOST_STARTS:]:
        if typed[end:].strip():
            yield typed[end:]


def _any_begins(ordered: list[str], beginning: str) -> bool:
    at = bisect_left(ordered, beginning)
    return at < len(ordered) and ordered[at].startswith(beginning)


def _ended_within(typed: str, completed: str) -> Iterator[str]:
    """The beginnings of the completed text that end with a word of the completion."""
    at = completed.find(" ", len(typed) + 1)
    while at >= 0:
        yield completed[:at]
        at = completed.find(" ", at + 1)
