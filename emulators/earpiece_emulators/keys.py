"""The keys of a local run, made at the first start and kept in the state folder, readable by its owner alone."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from earpiece_emulators.record import write_atomically


@dataclass(frozen=True, slots=True)
class Keys:
    folder: Path

    @property
    def secrets(self) -> Path:
        """32 random bytes in base64: stands for the key in KMS that envelopes the integrations' secrets."""
        return self.folder / "secrets.key"

    @property
    def signing(self) -> Path:
        """The EC P-256 private key (PEM, PKCS 8) that signs widget tokens (ES256)."""
        return self.folder / "token-signing.pem"

    @property
    def public(self) -> Path:
        """The JWKS (RFC 7517) that verifies them; each `kid` is the key's thumbprint (RFC 7638)."""
        return self.folder / "token-public.json"

    def signing_id(self) -> str:
        return str(json.loads(self.public.read_bytes())["keys"][0]["kid"])


def ensure_keys(folder: Path) -> Keys:
    """The keys of this folder, made if they are not there."""
    keys = Keys(folder)
    if not keys.secrets.exists():
        write_atomically(keys.secrets, base64.b64encode(secrets.token_bytes(32)), mode=0o600)
    if not keys.public.exists():
        _make_token_keys(keys)
    return keys


def _make_token_keys(keys: Keys) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    point = private.public_key().public_numbers()
    write_atomically(keys.signing, pem, mode=0o600)
    write_atomically(keys.public, json.dumps({"keys": [_jwk(point.x, point.y)]}).encode(), mode=0o600)


def _jwk(x: int, y: int) -> dict[str, str]:
    # The members of a thumbprint, in lexical order: RFC 7638, section 3.2.
    needed = {"crv": "P-256", "kty": "EC", "x": _base64url(x.to_bytes(32)), "y": _base64url(y.to_bytes(32))}
    thumbprint = hashlib.sha256(json.dumps(needed, separators=(",", ":")).encode()).digest()
    return needed | {"kid": _base64url(thumbprint), "use": "sig", "alg": "ES256"}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
