"""The built files. Their names carry a hash of their content, so that those of earlier builds may lie beside them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earpiece.domain.errors import NotFound, Unavailable

_NAME = re.compile(r"[a-z][a-z_]{0,40}-[A-Za-z0-9_-]{8}\.js")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # the smaller first; the build made both


@dataclass(frozen=True, slots=True)
class Asset:
    """`encoding` is None for the file as it is."""

    content: bytes
    encoding: str | None


@dataclass(frozen=True, slots=True)
class Assets:
    """`names`: the file of each entry of the newest build. `platforms`: which sources each host needs."""

    folder: Path
    names: dict[str, str]
    platforms: dict[str, Any]

    @classmethod
    def of(cls, folder: Path) -> Assets:
        """What lies in this folder; raises Unavailable when nothing was built."""
        try:
            names = json.loads((folder / "manifest.json").read_bytes())
            platforms = json.loads((folder / "platforms.json").read_bytes())
        except FileNotFoundError as error:
            raise Unavailable(f"{folder} has no built widget: run `make widget`") from error
        return cls(folder, names, platforms)

    def read(self, name: str, accepted: frozenset[str]) -> Asset:
        """A file of this or an earlier build, in the smallest form that is accepted; raises NotFound."""
        if not _NAME.fullmatch(name):
            raise NotFound
        for encoding, suffix in _ENCODINGS:
            if encoding in accepted and (content := _content(self.folder / f"{name}{suffix}")) is not None:
                return Asset(content, encoding)
        content = _content(self.folder / name)
        if content is None:
            raise NotFound
        return Asset(content, None)

    def text(self, entry: str) -> str:
        return (self.folder / self.names[entry]).read_text()


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
