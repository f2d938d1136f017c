"""Model files in Cloud Storage: `models/{account_id}/{version}/…`, written once, the manifest last.

The emulator is found by Google's own variable, STORAGE_EMULATOR_HOST.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earpiece.domain.accounts import Account
from earpiece.domain.errors import Conflict, ModelUnusable, NotFound, Unavailable

if TYPE_CHECKING:
    from google.cloud.storage import Blob, Bucket

MANIFEST = "manifest.json"
TIMEOUT_S = 60.0
PARALLEL = 4


class StorageModelFiles:
    """The models of one account. A version exists once its manifest does.

    `before_manifest` is called within an upload, when all files but the manifest are there.
    """

    def __init__(
        self,
        account: Account,
        bucket: str,
        project_id: str | None = None,
        before_manifest: Callable[[], None] = lambda: None,
    ) -> None:
        from google.cloud.storage import Client

        self._bucket: Bucket = Client(project=project_id).bucket(bucket)
        self._before_manifest = before_manifest
        self._prefix = f"models/{account.account_id}"

    def upload(self, version: str, folder: Path) -> None:
        from google.api_core.exceptions import PreconditionFailed

        manifest = (folder / MANIFEST).read_bytes()
        # Asked before anything is written, too: the files of a version that is there must stay as they are.
        if self._is_there(version, manifest):
            return
        names = sorted(json.loads(manifest)["files"])
        with _storage_errors(), ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda name: self._put(version, folder, name), names))
            self._before_manifest()
            try:
                blob = self._blob(version, MANIFEST)
                blob.upload_from_string(manifest, "application/json", if_generation_match=0, timeout=TIMEOUT_S)
            except PreconditionFailed:
                self._is_there(version, manifest)

    def download(self, version: str, into: Path) -> Path:
        raw = self._manifest(version)
        manifest = json.loads(raw)
        into.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=into))
        try:
            with _storage_errors(), ThreadPoolExecutor(PARALLEL) as pool:
                list(pool.map(lambda item: self._get(version, part, *item), manifest["files"].items()))
            (part / MANIFEST).write_bytes(raw)
            target = into / version
            shutil.rmtree(target, ignore_errors=True)
            return part.rename(target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise

    def verify(self, version: str) -> None:
        manifest = self.manifest(version)
        with _storage_errors():
            found = self._bucket.client.list_blobs(self._bucket, prefix=f"{self._prefix}/{version}/", timeout=TIMEOUT_S)
            sizes = {blob.name.rpartition("/")[2]: blob.size for blob in found}
        for name, promised in manifest["files"].items():
            if sizes.get(name) != promised["size_bytes"]:
                raise ModelUnusable(f"model version {version}: {name} is not as its manifest says")

    def manifest(self, version: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._manifest(version))
        return found

    def _is_there(self, version: str, manifest: bytes) -> bool:
        try:
            with _storage_errors():
                found = self._blob(version, MANIFEST).download_as_bytes(timeout=TIMEOUT_S)
        except NotFound:
            return False
        if found != manifest:
            raise Conflict(f"model version {version} is there with another manifest")
        return True

    def _manifest(self, version: str) -> bytes:
        try:
            with _storage_errors():
                raw: bytes = self._blob(version, MANIFEST).download_as_bytes(timeout=TIMEOUT_S)
            json.loads(raw)["files"]
        except NotFound as error:
            raise NotFound(f"there is no model version {version}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ModelUnusable(f"model version {version}: its manifest cannot be read") from error
        return raw

    def _put(self, version: str, folder: Path, name: str) -> None:
        # A run that was cut off may have left a file: without a manifest it belongs to nothing, and is written over.
        self._blob(version, name).upload_from_filename(str(folder / name), timeout=TIMEOUT_S)

    def _get(self, version: str, folder: Path, name: str, promised: dict[str, Any]) -> None:
        data = self._blob(version, name).download_as_bytes(timeout=TIMEOUT_S)
        if hashlib.sha256(data).hexdigest() != promised["sha256"]:
            raise ModelUnusable(f"model version {version}: {name} is not as its manifest says")
        (folder / name).write_bytes(data)

    def _blob(self, version: str, name: str) -> Blob:
        return self._bucket.blob(f"{self._prefix}/{version}/{name}")


@contextmanager
def _storage_errors() -> Iterator[None]:
    import requests
    from google.api_core import exceptions

    try:
        yield
    except exceptions.NotFound as error:
        raise NotFound("there is no such model file") from error
    except (exceptions.ServerError, exceptions.TooManyRequests, exceptions.RetryError) as error:
        raise Unavailable("models: the store does not answer") from error
    except requests.RequestException as error:
        raise Unavailable("models: the store does not answer") from error
