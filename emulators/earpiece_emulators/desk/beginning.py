"""What a visitor may type so that grey text comes up: found in the pack that the widget completes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earpiece.engine.pack_completing import Pack

_TYPED = range(3, 25)  # characters: less is no typing, more is too much of it
_LEAST_SEEN = 8  # characters of grey text that somebody notices


def beginning(pack: Mapping[str, Any], texts: Sequence[str]) -> str | None:
    """The shortest beginning of one of these texts that the pack goes on from; None where there is none."""
    completing = Pack(pack)
    found = [typed for text in texts if (typed := _beginning(completing, text))]
    return min(found, key=len, default=None)


def _beginning(completing: Pack, text: str) -> str | None:
    beginnings = (text[:end] for end in _TYPED if end < len(text) and not text[end - 1].isspace())
    return next((typed for typed in beginnings if "{" not in typed and _is_seen(completing, typed)), None)


def _is_seen(completing: Pack, typed: str) -> bool:
    return len(completing.complete(typed) or "") >= _LEAST_SEEN
