"""API keys: `ep_live_<key id>_<secret><checksum>`. Only a hash of the secret is stored; the key is shown once.

The secret has 256 random bits, so a plain SHA-256 cannot be searched and no slow hash is needed. The checksum lets
a mistyped or invented key be refused without asking the store.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from earpiece.domain.errors import InsufficientScope, InvalidCredentials

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KEY = re.compile(r"ep_live_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})([0-9a-f]{8})")


class Scope(StrEnum):
    TOKENS_CREATE = "tokens:create"
    CONVERSATIONS_READ = "conversations:read"
    SUGGESTIONS_READ = "suggestions:read"
    FEEDBACK_WRITE = "feedback:write"
    LLM_CALL = "llm:call"
    ASSISTANTS_RUN = "assistants:run"


GATEWAY = "gateway"  # under which an account's integrations keep the key with which our own units call the gateway


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored, in `api_keys/{key_id}`."""

    key_id: str
    account_id: str
    secret_hash: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    holder: str = ""  # empty: somebody of the account


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A well-formed key that somebody shows; nothing is known of it yet but its id."""

    key_id: str
    secret_hash: str


def generate_key(account_id: str, scopes: frozenset[Scope], now: datetime, holder: str = "") -> tuple[str, ApiKey]:
    """A new key: the text to hand out once, and what to store."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(43))
    text = f"ep_live_{key_id}_{secret}"
    return f"{text}{_checksum(text)}", ApiKey(key_id, account_id, _hash(secret), scopes, now, holder=holder)


def parse_key(text: str) -> PresentedKey:
    """What a shown key says of itself; raises InvalidCredentials for anything that we never handed out."""
    match = _KEY.fullmatch(text)
    if not match or _checksum(text[:-8]) != match[3]:
        raise InvalidCredentials
    return PresentedKey(match[1], _hash(match[2]))


def check_key(presented: PresentedKey, stored: ApiKey | None, now: datetime) -> ApiKey:
    """The stored key, if the shown one is it and is in force; raises InvalidCredentials, always alike."""
    expected = stored.secret_hash if stored else "0" * 64
    if not hmac.compare_digest(presented.secret_hash, expected) or stored is None:
        raise InvalidCredentials
    if stored.revoked_at or (stored.expires_at and stored.expires_at <= now):
        raise InvalidCredentials
    return stored


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Raises InsufficientScope."""
    if scope not in key.scopes:
        raise InsufficientScope(f"this needs the scope {scope}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
