"""Limits a minute in Firestore: `accounts/{id}/limits/{name}`, in the registry's database; a read and a write a block.

A document holds what was taken of the last minutes. An instance that is gone costs others what it had taken, until
the minute ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earpiece.adapters.firestore_attempts import changed
from earpiece.adapters.firestore_client import account_collection, within
from earpiece.domain.accounts import Account
from earpiece.ports.minute_limits import Block

if TYPE_CHECKING:
    from google.cloud.firestore import Client

TIMEOUT_S = 1.0  # a call waits for it
NEAR_CAP_SHARE = 4  # at most a quarter of what is left goes to one instance
KEPT_MINUTES = 3


class FirestoreMinuteLimits:
    """The limits of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._limits = account_collection(account, client, "limits")

    def take(self, name: str, minute: str, blocks: Mapping[str, Block]) -> Mapping[str, int]:
        def attempt() -> Mapping[str, int]:
            found, minutes = self._read(name)
            taken = minutes.get(minute, {})
            granted = {what: _granted(block, block.cap - taken.get(what, 0)) for what, block in blocks.items()}
            if any(granted[what] < block.least for what, block in blocks.items()):
                return dict.fromkeys(blocks, 0)
            after = {**taken, **{what: taken.get(what, 0) + count for what, count in granted.items()}}
            self._write(found, {**minutes, minute: after})
            return granted

        return changed("limits", attempt)

    def give_back(self, name: str, minute: str, unused: Mapping[str, int]) -> None:
        def attempt() -> None:
            found, minutes = self._read(name)
            if minute in minutes:
                taken = minutes[minute]
                after = {what: max(count - unused.get(what, 0), 0) for what, count in taken.items()}
                self._write(found, {**minutes, minute: after})

        changed("limits", attempt)

    def _read(self, name: str) -> tuple[Any, dict[str, dict[str, int]]]:
        found = self._limits.document(name).get(**within(TIMEOUT_S))
        return found, (found.to_dict() or {}).get("minutes", {})

    def _write(self, found: Any, minutes: Mapping[str, Mapping[str, int]]) -> None:
        body = {"minutes": {minute: minutes[minute] for minute in sorted(minutes)[-KEPT_MINUTES:]}}
        if found.exists:
            option = self._client.write_option(last_update_time=found.update_time)
            found.reference.update(body, option, timeout=TIMEOUT_S)
        else:
            found.reference.create(body, timeout=TIMEOUT_S)


def _granted(block: Block, left: int) -> int:
    return min(block.wanted, max(block.least, left // NEAR_CAP_SHARE), left)
