"""Word lists that are kept as files beside the code."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a file of this package, between spaces."""
    return frozenset(files("earpiece.privacy").joinpath(name).read_text(encoding="utf-8").split())
