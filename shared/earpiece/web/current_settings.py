"""The settings that an account has now. A version is written once, so a copy of one never grows old."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from earpiece.domain.accounts import Account
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import SettingsVersions

MOST_COPIES = 10_000


class CurrentSettings:
    """`current(account)`: the version that the account's pointer names, read once per process."""

    def __init__(self, versions_of: Callable[[Account], SettingsVersions]) -> None:
        self._versions_of = versions_of
        self._lock = threading.Lock()
        self._copies: OrderedDict[tuple[str, str], AccountSettings] = OrderedDict()

    def __call__(self, account: Account) -> AccountSettings:
        if account.settings_version is None:
            return AccountSettings()
        key = (account.account_id, account.settings_version)
        with self._lock:
            copy = self._copies.get(key)
        return copy or self._read(account, key)

    def _read(self, account: Account, key: tuple[str, str]) -> AccountSettings:
        settings = self._versions_of(account).current()
        with self._lock:
            self._copies[key] = settings
            while len(self._copies) > MOST_COPIES:
                self._copies.popitem(last=False)
        return settings
