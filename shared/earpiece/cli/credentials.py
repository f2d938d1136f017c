"""What an account's own people are given once: secrets and a key. A local run also keeps them in a file of its own."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECRET_BYTES = 32


def new_webhook_secret() -> str:
    """`whsec_` and base64 of 32 random bytes: Standard Webhooks 1.0, "Signature scheme"."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def new_embed_secret() -> str:
    """The key with which the account signs embed tokens (HS256): 32 random bytes in base64url."""
    return secrets.token_urlsafe(SECRET_BYTES)


def merge_credentials(file: Path, account_id: str, found: Mapping[str, str]) -> None:
    """Keep them in `{"accounts": {id: {name: value}}}`, readable by its owner alone; others in there stay."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:  # two accounts may be created at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = _read(file)
        accounts = kept.setdefault("accounts", {})
        accounts[account_id] = {**accounts.get(account_id, {}), **found}
        _replace(file, json.dumps(kept, indent=1).encode())


def _read(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _replace(file: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with mode 0600
    with os.fdopen(handle, "wb") as written:
        written.write(content)
    Path(name).replace(file)
