"""Secrets in envelopes: each sealed under a data key of its own, and that one wrapped by Cloud KMS.

REST: cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/encrypt and /decrypt.
"""

from __future__ import annotations

import base64
import os
from typing import Any

from earpiece.adapters.google_rest import authorized_session, post_json
from earpiece.adapters.keyfile_secrets import open_with, seal_with
from earpiece.domain.errors import InvalidInput

ENDPOINT = "https://cloudkms.googleapis.com"


class KmsSecrets:
    """`key` is projects/…/cryptoKeys/…. Sealed: two bytes of length, the wrapped data key, then AES-GCM's output."""

    def __init__(self, key: str, endpoint: str = ENDPOINT) -> None:
        self._url = f"{endpoint}/v1/{key}"
        self._session = authorized_session(is_google=endpoint == ENDPOINT)

    def seal(self, plain: bytes, context: str) -> bytes:
        data_key = os.urandom(32)
        wrapped = self._call("encrypt", context, plaintext=data_key)["ciphertext"]
        key_bytes = base64.b64decode(wrapped)
        return len(key_bytes).to_bytes(2, "big") + key_bytes + seal_with(data_key, plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        size = int.from_bytes(sealed[:2], "big")
        if len(sealed) < 2 + size:
            raise InvalidInput("this was not sealed by Cloud KMS")
        data_key = self._call("decrypt", context, ciphertext=sealed[2 : 2 + size])["plaintext"]
        return open_with(base64.b64decode(data_key), sealed[2 + size :], context)

    def _call(self, verb: str, context: str, **binary: bytes) -> dict[str, Any]:
        body = {name: base64.b64encode(value).decode() for name, value in binary.items()}
        body["additionalAuthenticatedData"] = base64.b64encode(context.encode()).decode()
        return post_json(self._session, f"{self._url}:{verb}", body)
