"""Which way secrets are sealed: by a key file on this machine, or by Cloud KMS."""

from __future__ import annotations

from earpiece.domain.errors import InvalidInput
from earpiece.ports.secrets import Secrets


def connect_secrets(key_file: str, kms_key: str) -> Secrets:
    """The one of the two that is given; raises InvalidInput unless it is exactly one."""
    if bool(key_file) == bool(kms_key):
        raise InvalidInput("give either SECRETS_KEY_FILE or KMS_KEY")
    if key_file:
        from earpiece.adapters.keyfile_secrets import KeyFileSecrets

        return KeyFileSecrets(key_file)
    from earpiece.adapters.kms_secrets import KmsSecrets

    return KmsSecrets(kms_key)
