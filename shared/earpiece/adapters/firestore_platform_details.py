"""What an account's platforms are, without their secrets: for a unit that has no key to open any."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from earpiece.adapters.firestore_client import account_collection, at_the_door, store_errors
from earpiece.adapters.firestore_integrations import COPY_LIFE, STALE_LIFE
from earpiece.domain.accounts import Account
from earpiece.domain.errors import Unavailable

if TYPE_CHECKING:
    from google.cloud.firestore import Client

MOST_COPIES = 10_000
_Key = tuple[str, str]  # account, platform
_Details = Mapping[str, str]


class FirestorePlatformDetails:
    """`details(account, platform)`: as `Integrations.details`, up to 60 s old; empty when it is not set up."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._lock = threading.Lock()
        self._copies: OrderedDict[_Key, tuple[datetime, _Details]] = OrderedDict()

    def __call__(self, account: Account, platform: str) -> _Details:
        """Raises Unavailable when the store is away and there is no copy."""
        key, now = (account.account_id, platform), self._now()
        with self._lock:
            fresh_until, copy = self._copies.get(key, (now, None))
        if copy is not None and fresh_until > now:
            return copy
        try:
            return self._keep(key, self._read(account, platform, has_copy=copy is not None), now + COPY_LIFE)
        except Unavailable:
            if copy is None:
                raise
            return self._keep(key, copy, now + STALE_LIFE)

    def _read(self, account: Account, platform: str, *, has_copy: bool) -> _Details:
        document = account_collection(account, self._client, "integrations").document(platform)
        with store_errors("integrations"):
            body: dict[str, Any] = document.get(["details"], **at_the_door(has_copy=has_copy)).to_dict() or {}
        details: _Details = body.get("details", {})
        return details

    def _keep(self, key: _Key, details: _Details, fresh_until: datetime) -> _Details:
        with self._lock:
            self._copies[key] = (fresh_until, details)
            self._copies.move_to_end(key)
            while len(self._copies) > MOST_COPIES:
                self._copies.popitem(last=False)
        return details
