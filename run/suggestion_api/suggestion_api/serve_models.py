"""The models in memory: loaded beside the requests, swapped whole, and kept when their successor cannot be used."""

from __future__ import annotations

import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import EarpieceError
from earpiece.ports.accounts import AccountLookup
from earpiece.ports.models import ModelFiles
from suggestion_api.text_keys import TextKeys

if TYPE_CHECKING:
    from earpiece.engine.model import Model

log = structlog.get_logger()

LONGEST_RETRY_S = 300.0


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A request takes one of these at its start and asks no other until its end."""

    version: str
    model: Model
    keys: TextKeys = field(default_factory=TextKeys, compare=False)
    """Of the model's replies."""


@dataclass(frozen=True, slots=True)
class _Failure:
    version: str
    count: int
    retry_at_s: float


class ModelShelf:
    """The model that each account's pointer names, or the one before it while that is not here yet.

    At most `most` accounts; the one that was not asked for longest goes first. `folder` is this process's own.
    """

    def __init__(
        self,
        *,
        files_of: Callable[[Account], ModelFiles],
        load: Callable[[Path], Model],
        folder: Path,
        most: int,
        retry_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files_of = files_of
        self._load = load
        self._folder = folder
        self._most = most
        self._retry_s = retry_s
        self._clock = clock
        self._lock = threading.Lock()
        self._served: OrderedDict[str, ServedModel] = OrderedDict()
        self._loading: dict[str, str] = {}
        self._failures: dict[str, _Failure] = {}
        # One at a time: a load is the one thing here that is heavy, and typing goes on beside it.
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="model-loader")

    def model_of(self, account: Account) -> ServedModel | None:
        """What serves the account now; starts to load what its pointer names when that is something else."""
        account_id, wanted = account.account_id, account.model_version
        with self._lock:
            served = self._served.get(account_id)
            if wanted is None:
                self._drop(account_id)
                return None
            if served:
                self._served.move_to_end(account_id)
            if (served is None or served.version != wanted) and self._may_load(account_id, wanted):
                self._loading[account_id] = wanted
                self._loader.submit(self._bring, account, wanted)
            return served

    def is_loading(self, account: Account) -> bool:
        """Whether a model of the account is on its way."""
        with self._lock:
            return account.account_id in self._loading

    def loaded_accounts(self) -> list[str]:
        with self._lock:
            return list(self._served)

    def close(self) -> None:
        self._loader.shutdown(wait=False, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _may_load(self, account_id: str, wanted: str) -> bool:
        if account_id in self._loading:
            return False
        failure = self._failures.get(account_id)
        return failure is None or failure.version != wanted or failure.retry_at_s <= self._clock()

    def _bring(self, account: Account, version: str) -> None:
        began_s = time.perf_counter()
        try:
            folder = self._files_of(account).download(version, self._folder / account.account_id)
            model = self._load(folder)
        except Exception as error:  # whatever it is, the model before it goes on serving
            self._fail(account.account_id, version, error)
            return
        self._swap(account.account_id, ServedModel(version, model))
        seconds = time.perf_counter() - began_s
        log.info("model_loaded", account_id=account.account_id, model_version=version, load_ms=round(seconds * 1000))

    def _swap(self, account_id: str, new: ServedModel) -> None:
        with self._lock:
            old = self._served.get(account_id)
            self._served[account_id] = new
            self._served.move_to_end(account_id)
            self._loading.pop(account_id, None)
            self._failures.pop(account_id, None)
            surplus = [self._served.popitem(last=False)[0] for _ in range(len(self._served) - self._most)]
        if old and old.version != new.version:
            self._remove(account_id, old.version)
        for gone in surplus:
            self._remove(gone)

    def _fail(self, account_id: str, version: str, error: Exception) -> None:
        with self._lock:
            self._loading.pop(account_id, None)
            before = self._failures.get(account_id)
            count = before.count + 1 if before and before.version == version else 1
            wait_s = min(LONGEST_RETRY_S, self._retry_s * 2 ** (count - 1))
            self._failures[account_id] = _Failure(version, count, self._clock() + wait_s)
        reason = error.detail if isinstance(error, EarpieceError) else type(error).__name__
        log.error("model_load_failed", account_id=account_id, model_version=version, reason=reason, retry_s=wait_s)

    def _drop(self, account_id: str) -> None:
        if self._served.pop(account_id, None):
            self._remove(account_id)

    def _remove(self, account_id: str, version: str = "") -> None:
        # Requests that still hold the model go on reading: a mapped file stays until nobody maps it.
        shutil.rmtree(self._folder / account_id / version, ignore_errors=True)


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
        shelf.model_of(account)
