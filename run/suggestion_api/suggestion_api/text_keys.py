"""Texts of replies, normalised once and not at every request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from earpiece.domain.replies import reply_id_of
from earpiece.engine.normal import text_key


class _Known(NamedTuple):
    key: str
    reply_id: str


class TextKeys:
    """What the replies of one set (an account's, or a model version's) normalise to, filled as they are asked for.

    It grows with the set, not with what agents type. Safe for many threads: two may do the same work twice.
    """

    def __init__(self, normalise: Callable[[str], str] = text_key) -> None:
        self._normalise = normalise
        self._known: dict[str, _Known] = {}

    def key(self, text: str) -> str:
        return self._of(text).key

    def reply_id(self, text: str) -> str:
        """The id of every reply that says this."""
        return self._of(text).reply_id

    def only(self, texts: Iterable[str]) -> TextKeys:
        """What is known of these texts, without the others."""
        kept = TextKeys(self._normalise)
        kept._known = {text: self._known[text] for text in texts if text in self._known}
        return kept

    def _of(self, text: str) -> _Known:
        known = self._known.get(text)
        if known is None:
            key = self._normalise(text)
            known = self._known[text] = _Known(key, reply_id_of(key))
        return known
