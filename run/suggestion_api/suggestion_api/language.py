"""Which language to answer in, when the account's own replies or the starter set are all there is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from earpiece.domain.conversations import Conversation
from earpiece.domain.events import Role

# Words that are common in one of these languages and rare in the others.
_WORDS = {
    "en": "the and you is my i have what how please hello thanks with for not can it this of to",
    "nl": "de het een en ik je mijn niet wat hoe met voor kan van dat heb hallo bedankt graag op",
    "de": "der die das und ich sie mein nicht was wie mit für kann ist habe hallo danke bitte ein zu",
}
_TELLING = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
LAST_TURNS = 4


def choose_language(asked: str | None, conversation: Conversation | None, otherwise: str) -> str:
    """What was asked for, else what the conversation is in, else its locale, else the account's own: two letters."""
    return _code(asked) or _of(conversation) or _code(otherwise)


def _of(conversation: Conversation | None) -> str:
    if conversation is None:
        return ""
    turns = conversation.turns()
    newest = [turn.text for turn in turns if turn.role is Role.CUSTOMER][-LAST_TURNS:]
    return _spoken(newest) or _code(conversation.locale)


def _code(language: str | None) -> str:
    return (language or "").lower()[:2]


def _spoken(texts: Sequence[str]) -> str:
    """The newest text that tells decides: a language may change within a conversation, and "ok" changes nothing."""
    for text in reversed(texts):
        words = {word.lower() for word in _WORD.findall(text[:2000])}
        counts = sorted(((len(words & telling), code) for code, telling in _TELLING.items()), reverse=True)
        if counts[0][0] > counts[1][0]:
            return counts[0][1]
    return ""
