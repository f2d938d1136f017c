"""Mask a message before it is stored where it will be read by more than its own conversation."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence

from earpiece.domain.errors import InvalidInput
from earpiece.privacy.finding import find
from earpiece.privacy.placeholders import MASKED, placeholder
from earpiece.privacy.spans import Known, Span

_MOST_ROUNDS = 6


def conversation_key(account_key: bytes, conversation_id: str) -> bytes:
    """32 bytes for one conversation: its placeholders match each other and nobody else's.

    Raises InvalidInput for an empty account key.
    """
    if not account_key:
        raise InvalidInput("the account's masking key is empty; give at least one byte, better 32")
    told = b"earpiece.privacy.conversation\0" + conversation_id.encode("utf-8", "surrogatepass")
    return hmac.new(account_key, told, hashlib.sha256).digest()


def mask(text: str, *, key: bytes, known: Sequence[Known] = ()) -> str:
    """The text with each finding replaced by its placeholder; masking the result again changes nothing.

    `key` comes from `conversation_key`. Fails closed: a text that cannot be judged becomes MASKED, whole. Raises
    InvalidInput for an empty key, and nothing else.
    """
    if not key:
        raise InvalidInput("the masking key is empty; give the conversation's key")
    try:
        return _settled(text, key, known)
    except Exception:  # the raw text must not come out, whatever failed
        return MASKED


def _settled(text: str, key: bytes, known: Sequence[Known]) -> str:
    # A placeholder changes what its neighbours look like, so what is left is read again until nothing is found in it.
    for _ in range(_MOST_ROUNDS):
        spans = find(text, known)
        if not spans:
            return text
        text = "".join(_pieces(text, spans, key))
    return MASKED


def _pieces(text: str, spans: Sequence[Span], key: bytes) -> Iterator[str]:
    place = 0
    for span in spans:
        yield text[place : span.start]
        yield placeholder(span.label, text[span.start : span.end], key)
        place = span.end
    yield text[place:]
