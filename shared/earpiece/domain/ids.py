"""Ids: a platform's are hashed, so that what a stranger chooses never becomes a path of ours."""

from __future__ import annotations

import hashlib
import re

from earpiece.domain.errors import InvalidId

MAX_PLATFORM_ID_BYTES = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DIGEST = re.compile(r"[0-9a-f]{32}")


def platform_id(value: object) -> str:
    """The platform's id as text; raises InvalidId unless it is 1 byte to 1 KB of UTF-8 without control characters."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or _CONTROL.search(value):
        raise InvalidId
    if len(value.encode()) > MAX_PLATFORM_ID_BYTES:
        raise InvalidId
    return value


def digest(*parts: str) -> str:
    """32 hex digits of SHA-256 over the parts, each preceded by its length, so that no two lists collide by joining."""
    framed = b"".join(b"%d:%b," % (len(part), part) for part in (text.encode() for text in parts))
    return hashlib.sha256(framed).hexdigest()[:32]


def conversation_id(account_id: str, platform: str, platform_conversation_id: str) -> str:
    """Our id of a platform's conversation; the same from every door."""
    return digest("conversation", account_id, platform, platform_id(platform_conversation_id))


def is_digest(text: str) -> bool:
    """Whether this could be an id of ours: only then is it worth looking up."""
    return bool(_DIGEST.fullmatch(text))
