"""The files of the models that a process loads: fetched, opened, and kept only where that costs no memory."""

from __future__ import annotations

import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from earpiece.domain.errors import ModelUnusable
from earpiece.ports.models import ModelFiles

if TYPE_CHECKING:
    from earpiece.engine.model import Model

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opened:
    """A model and what it took: `download_ms` from Cloud Storage, 0 from the local disk; `open_ms` with the hashes."""

    model: Model
    download_ms: int
    open_ms: int
    is_from_disk: bool


@dataclass(frozen=True, slots=True)
class _Version:
    account_id: str
    version: str


class ModelFolders:
    """Folders `<folder>/<account>/<version>`, `folder` being this process's own.

    With `most_disk_bytes` it is on a disk: files stay when their model leaves memory, and those not used for longest
    go first. With 0 it may be memory, as Cloud Run's own file system is: then files go as soon as the model is open,
    and what is mapped of them stays until nobody maps it.
    """

    def __init__(self, folder: Path, load: Callable[[Path], Model], most_disk_bytes: int = 0) -> None:
        self._folder, self._load, self._most_disk_bytes = folder, load, most_disk_bytes
        self._lock = threading.Lock()
        self._sizes: OrderedDict[_Version, int] = OrderedDict()  # least recently opened or left first

    def open(self, account_id: str, version: str, files: ModelFiles) -> Opened:
        """The model of a version, from the disk where its files are whole there; else fetched.

        Raises what `files` and `load` raise; then nothing of the version stays here.
        """
        folder = self._folder / account_id / version
        opened = self._open_kept(folder) or self._fetch(folder, version, files)
        if self._most_disk_bytes:
            self._keep(_Version(account_id, version), folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
        return opened

    def leave(self, account_id: str, version: str) -> None:
        """The model left memory: its files are the newest of those that nobody uses."""
        with self._lock:
            if (one := _Version(account_id, version)) in self._sizes:
                self._sizes.move_to_end(one)

    def remove(self, account_id: str, version: str | None = None) -> None:
        """Forget the files of an account's version, or of all its versions; models that map them go on."""
        with self._lock:
            gone = [one for one in self._sizes if one.account_id == account_id and version in (None, one.version)]
            for one in gone:
                del self._sizes[one]
        shutil.rmtree(self._folder / account_id / (version or ""), ignore_errors=True)

    def trim(self, loaded: Callable[[], set[tuple[str, str]]]) -> None:
        """Bring the disk under its budget; the files of what is loaded, (account, version), stay."""
        in_use = {_Version(*one) for one in loaded()}
        with self._lock:
            idle = [one for one in self._sizes if one not in in_use]
            over = sum(self._sizes.values()) - self._most_disk_bytes
        for one in idle:
            if over <= 0:
                break
            over -= self._sizes.get(one, 0)
            self.remove(one.account_id, one.version)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open_kept(self, folder: Path) -> Opened | None:
        # A download is renamed to its place when it is whole; what happened to it since is for the hashes to say.
        if not folder.is_dir():
            return None
        began_s = time.perf_counter()
        try:
            return Opened(self._load(folder), 0, _ms_since(began_s), is_from_disk=True)
        except ModelUnusable as error:
            log.warning("model_files_refused", model_version=folder.name, reason=error.detail)
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def _fetch(self, folder: Path, version: str, files: ModelFiles) -> Opened:
        began_s = time.perf_counter()
        fetched = files.download(version, folder.parent)
        fetched_s = time.perf_counter()
        try:
            model = self._load(fetched)
        except BaseException:
            shutil.rmtree(fetched, ignore_errors=True)
            raise
        return Opened(model, round((fetched_s - began_s) * 1000), _ms_since(fetched_s), is_from_disk=False)

    def _keep(self, one: _Version, folder: Path) -> None:
        try:
            size_bytes = sum(path.stat().st_size for path in folder.iterdir())
        except FileNotFoundError:
            return  # removed meanwhile: the account has another model by now, or none
        with self._lock:
            self._sizes[one] = size_bytes
            self._sizes.move_to_end(one)


def _ms_since(began_s: float) -> int:
    return round((time.perf_counter() - began_s) * 1000)
