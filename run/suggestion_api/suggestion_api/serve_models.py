"""The models in memory: loaded beside the requests, swapped whole, and kept when their successor cannot be used."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from earpiece.domain.accounts import Account
from earpiece.domain.errors import EarpieceError
from earpiece.ports.models import ModelFiles
from suggestion_api.freed_memory import give_back_memory, spare_what_stays
from suggestion_api.model_folders import ModelFolders
from suggestion_api.on_demand import OnDemand
from suggestion_api.reply_set import ReplySet
from suggestion_api.text_keys import TextKeys

if TYPE_CHECKING:
    from earpiece.engine.model import Model

log = structlog.get_logger()

LONGEST_RETRY_S = 300.0
TRIM_EVERY_S = 1.0  # what a model remembers of conversations grows with every request
UNUSED_S = 20.0  # after that a conversation may be forgotten, before any account's model lets go of more
SOONER = 0.8  # while that does not suffice, those are forgotten that were left that much later


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A request takes one of these at its start and asks no other until its end."""

    version: str
    model: Model
    keys: TextKeys = field(default_factory=TextKeys, compare=False)
    """Of the model's replies."""
    searched: OnDemand[ReplySet] = field(default_factory=OnDemand, compare=False)
    """The same replies by their words, once somebody searched."""

    @property
    def resident_bytes(self) -> int:
        """What it holds in memory now."""
        searched = self.searched.made
        return self.model.resident_bytes + (searched.held_bytes if searched else 0)

    def rest(self) -> None:
        """Let go of what can be made again."""
        self.model.rest()
        self.searched.forget()


@dataclass(frozen=True, slots=True)
class _Failure:
    version: str
    count: int
    retry_at_s: float


class ModelShelf:
    """The model that each account's pointer names, or the one before it while that is not here yet.

    Together they hold about `most_bytes` of memory at most: all let go of the conversations in which nobody typed for
    longest; the accounts that were not asked for longest let go of all that can be made again, and leave when that is
    not enough. The one asked for last always stays.
    """

    def __init__(
        self,
        *,
        files_of: Callable[[Account], ModelFiles],
        folders: ModelFolders,
        most_bytes: int,
        retry_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files_of = files_of
        self._folders = folders
        self._most_bytes = most_bytes
        self._retry_s = retry_s
        self._clock = clock
        self._lock = threading.Lock()
        self._served: OrderedDict[str, ServedModel] = OrderedDict()
        self._loading: dict[str, str] = {}
        self._failures: dict[str, _Failure] = {}
        self._trimming = threading.Lock()
        self._trim_at_s = 0.0
        # One at a time: a load is the one thing here that is heavy, and typing goes on beside it.
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="model-loader")
        self._trimmer = ThreadPoolExecutor(1, thread_name_prefix="model-trimmer")

    def model_of(self, account: Account) -> ServedModel | None:
        """What serves the account now; starts to load what its pointer names when that is something else."""
        with self._lock:
            if account.account_id in self._served:
                self._served.move_to_end(account.account_id)
            if self._trim_at_s <= self._clock():
                self._trim_at_s = self._clock() + TRIM_EVERY_S
                self._trimmer.submit(self.trim)
        return self.follow(account)

    def follow(self, account: Account) -> ServedModel | None:
        """The same, without counting as a use."""
        account_id, wanted = account.account_id, account.model_version
        with self._lock:
            served = self._served.get(account_id)
            if wanted is None:
                self._served.pop(account_id, None)
            elif (served is None or served.version != wanted) and self._may_load(account_id, wanted):
                self._loading[account_id] = wanted
                self._loader.submit(self._bring, account, wanted)
        if wanted is None and served:
            self._folders.remove(account_id)
        return served if wanted else None

    def is_loading(self, account: Account) -> bool:
        """Whether a model of the account is on its way."""
        with self._lock:
            return account.account_id in self._loading

    def loaded_accounts(self) -> list[str]:
        """The least recently used first."""
        with self._lock:
            return list(self._served)

    @property
    def resident_bytes(self) -> int:
        """What the loaded models hold now."""
        with self._lock:
            served = list(self._served.values())
        return sum(one.resident_bytes for one in served)

    def trim(self) -> None:
        """Bring the models under their budget: they forget, the least recently used rest, and the last means: leave."""
        with self._trimming:
            over = self.resident_bytes - self._most_bytes
            if over > 0:
                self._leave(self._rest(self._forget(over)))
                give_back_memory()
            self._folders.trim(self._versions)

    def close(self) -> None:
        for worker in (self._loader, self._trimmer):
            worker.shutdown(wait=False, cancel_futures=True)
        self._folders.close()

    def _forget(self, over: int) -> int:
        """What is still over the budget."""
        with self._lock:
            models = [one.model for one in self._served.values()]
        unused_s = max((model.longest_unused_s for model in models), default=0.0)
        while over > 0 and unused_s > UNUSED_S:
            unused_s = max(unused_s * SOONER, UNUSED_S)
            for model in models:
                model.forget_unused(unused_s)
            over = self.resident_bytes - self._most_bytes
        return over

    def _rest(self, over: int) -> int:
        """The same."""
        with self._lock:
            idle = list(self._served.values())[:-1]
        for one in idle:
            if over <= 0:
                break
            held_bytes = one.resident_bytes
            one.rest()
            over -= held_bytes - one.resident_bytes
        return over

    def _leave(self, over: int) -> int:
        gone: list[str] = []
        while over > 0:
            with self._lock:
                if len(self._served) < 2:
                    break
                account_id, left = self._served.popitem(last=False)
            over -= left.resident_bytes
            gone.append(account_id)
            self._folders.leave(account_id, left.version)
        if gone:
            log.info("models_unloaded", account_ids=gone)
        return over

    def _versions(self) -> set[tuple[str, str]]:
        """What is loaded, or about to be."""
        with self._lock:
            return {(account_id, one.version) for account_id, one in self._served.items()} | set(self._loading.items())

    def _may_load(self, account_id: str, wanted: str) -> bool:
        if account_id in self._loading:
            return False
        failure = self._failures.get(account_id)
        return failure is None or failure.version != wanted or failure.retry_at_s <= self._clock()

    def _bring(self, account: Account, version: str) -> None:
        began_s = time.perf_counter()
        try:
            opened = self._folders.open(account.account_id, version, self._files_of(account))
            self._swap(account.account_id, ServedModel(version, opened.model))
        except Exception as error:  # whatever it is, the model before it goes on serving
            self._fail(account.account_id, version, error)
            return
        log.info(
            "model_loaded",
            account_id=account.account_id,
            model_version=version,
            load_ms=round((time.perf_counter() - began_s) * 1000),
            download_ms=opened.download_ms,
            open_ms=opened.open_ms,
            is_from_disk=opened.is_from_disk,
            resident_bytes=opened.model.resident_bytes,
        )

    def _swap(self, account_id: str, new: ServedModel) -> None:
        with self._lock:
            old = self._served.get(account_id)
            self._served[account_id] = new
            self._served.move_to_end(account_id)
        if old and old.version != new.version:
            self._folders.remove(account_id, old.version)
        del old  # no ring holds it: it goes with the last request that reads from it
        self.trim()
        spare_what_stays()
        with self._lock:  # last, so that whoever waits for the load finds the budget kept
            self._loading.pop(account_id, None)
            self._failures.pop(account_id, None)

    def _fail(self, account_id: str, version: str, error: Exception) -> None:
        with self._lock:
            self._loading.pop(account_id, None)
            before = self._failures.get(account_id)
            count = before.count + 1 if before and before.version == version else 1
            wait_s = min(LONGEST_RETRY_S, self._retry_s * 2 ** (count - 1))
            self._failures[account_id] = _Failure(version, count, self._clock() + wait_s)
        reason = error.detail if isinstance(error, EarpieceError) else type(error).__name__
        log.error("model_load_failed", account_id=account_id, model_version=version, reason=reason, retry_s=wait_s)
