"""A model's folder: arrays that load by memory map, small JSON, and a manifest that vouches for every byte."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable

FORMAT = 2
MANIFEST = "manifest.json"
MAPPED_FROM_BYTES = 128 * 1024  # a mapping holds a file descriptor: smaller files are read


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def read_array(folder: Path, name: str) -> Any:
    path = folder / f"{name}.npy"
    is_mapped = path.stat().st_size >= MAPPED_FROM_BYTES
    return np.load(path, mmap_mode="r" if is_mapped else None, allow_pickle=False)


def write_json(folder: Path, name: str, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / f"{name}.json").write_text(text, encoding="utf-8", errors="surrogatepass")


def read_json(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def write_manifest(folder: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Vouch for every file of the folder; the manifest appears last and whole. `model_hash` is of the files alone."""
    names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST and path.is_file())
    listed = {name: _vouch(folder / name) for name in names}
    manifest = {**about, "format": FORMAT, "files": listed, "model_hash": _hash_of(listed)}
    part = folder / f".{MANIFEST}"
    part.write_text(json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1))
    os.replace(part, folder / MANIFEST)
    return manifest


def add_to_manifest(folder: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with more said in it, for example the measures of an evaluation."""
    kept = {name: value for name, value in read_manifest(folder).items() if name not in ("files", "format")}
    return write_manifest(folder, {**kept, **about})


def read_manifest(folder: Path) -> dict[str, Any]:
    """Raises ModelUnusable when it is missing, cannot be read, of another format, or lists other files than it did."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] != FORMAT:
            raise ModelUnusable(f"the model has format {manifest['format']}; this code reads {FORMAT}")
        if manifest["model_hash"] != _hash_of(manifest["files"]):
            raise ModelUnusable(f"{folder}: {MANIFEST} is not as it was written")
        return manifest
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnusable(f"{folder}: {MANIFEST} cannot be read") from error


def verified(folder: Path) -> dict[str, Any]:
    """The manifest, once every file is as it says; raises ModelUnusable."""
    manifest = read_manifest(folder)
    for name, promised in manifest["files"].items():
        if not (folder / name).is_file() or _vouch(folder / name) != promised:
            raise ModelUnusable(f"{folder}: {name} is missing or not as the manifest says")
    return manifest


def code_version() -> str:
    """SHA-256 over the engine's own source: another code may make another model of the same data."""
    sources = sorted((path.name, path) for path in files("earpiece.engine").iterdir() if path.name.endswith(".py"))
    digest = hashlib.sha256()
    for name, path in sources:
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _vouch(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return {"sha256": digest.hexdigest(), "size_bytes": file.tell()}


def _hash_of(listed: Mapping[str, Mapping[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
