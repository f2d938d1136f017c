"""Which language to answer in, when the account's own replies or the starter set are all there is."""

from __future__ import annotations

from earpiece.domain.conversations import Conversation
from earpiece.engine.features import ContextTurn
from earpiece.engine.language import conversation_language

LAST_TURNS = 20


def choose_language(asked: str | None, conversation: Conversation | None, otherwise: str) -> str:
    """What was asked for, else what the customer writes, else the conversation's locale, else the account's own.

    Two letters each. As in a model, the customer's last message that tells decides: "ok" and "thanks" change nothing.
    """
    return two_letters(asked) or _of(conversation) or two_letters(otherwise)


def _of(conversation: Conversation | None) -> str:
    if conversation is None:
        return ""
    newest = conversation.turns()[-LAST_TURNS:]
    spoken = conversation_language([ContextTurn(role=turn.role.value, text=turn.text) for turn in newest])
    return spoken or two_letters(conversation.locale)


def two_letters(language: str | None) -> str:
    """The language of a tag such as nl-BE; "" for none."""
    return (language or "").lower()[:2]
