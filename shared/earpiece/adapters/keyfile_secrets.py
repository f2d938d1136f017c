"""Secrets sealed with AES-256-GCM under a key that lies in a file: for one machine."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from earpiece.domain.errors import InvalidInput

NONCE_BYTES = 12


class KeyFileSecrets:
    """The file holds 32 bytes in base64. Sealed: 12 bytes of nonce, then ciphertext and tag; the context is bound."""

    def __init__(self, key_file: str) -> None:
        self._key = base64.b64decode(Path(key_file).read_text())

    def seal(self, plain: bytes, context: str) -> bytes:
        return seal_with(self._key, plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        return open_with(self._key, sealed, context)


def seal_with(key: bytes, plain: bytes, context: str) -> bytes:
    """AES-GCM (NIST SP 800-38D) with a random nonce in front and the context as associated data."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def open_with(key: bytes, sealed: bytes, context: str) -> bytes:
    """What `seal_with` sealed under the same key and context; raises InvalidInput for anything else."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise InvalidInput("this was not sealed with this key for this purpose") from error
