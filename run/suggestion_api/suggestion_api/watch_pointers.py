"""New models come before they are asked for."""

from __future__ import annotations

import threading
from dataclasses import replace

from earpiece.domain.accounts import AccountStatus
from earpiece.domain.errors import EarpieceError
from earpiece.ports.accounts import AccountLookup
from suggestion_api.serve_models import ModelShelf


def watch_pointers(shelf: ModelShelf, accounts: AccountLookup, every_s: float) -> threading.Event:
    """Look at the loaded accounts' pointers now and then, so that a new version is here before it is asked for.

    Set the event that is returned to stop.
    """
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(every_s):
            for account_id in shelf.loaded_accounts():
                _look_at(account_id, shelf, accounts)

    threading.Thread(target=look, name="pointer-watch", daemon=True).start()
    return stop


def _look_at(account_id: str, shelf: ModelShelf, accounts: AccountLookup) -> None:
    try:
        account = accounts.find(account_id)
    except EarpieceError:
        return  # the store is away: what is loaded serves, and the next round asks again
    if account and account.status is AccountStatus.ACTIVE:
        shelf.follow(account)
    elif account and account.status is AccountStatus.DELETED:
        shelf.follow(replace(account, model_version=None))
