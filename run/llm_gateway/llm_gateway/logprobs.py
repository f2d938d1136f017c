"""How likely each token was, once placeholders among the tokens have become values again.

A provider cuts a placeholder into tokens where it likes; the value takes the place of all of them, as one token that is
as likely as they were together. What could have stood there instead is left out: it was about the placeholder.
Format: platform.openai.com/docs/api-reference/chat/object, `logprobs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from earpiece.privacy import Vault
from earpiece.privacy.vault import NUMBERED

Entry = dict[str, Any]


def with_values(entries: Sequence[Any], vault: Vault, put_back: Callable[[str], str]) -> list[Any]:
    """The tokens as the caller gets them; those that hold nothing of ours as they are."""
    return [_merged(group, put_back) for group in _groups(entries, vault)]


def split_before(entries: Sequence[Any], vault: Vault, length: int) -> tuple[list[Any], list[Any]]:
    """Those that end before the last `length` characters of their text, and the others; no placeholder is parted."""
    most = sum(len(_token(one)) for one in entries) - length
    said: list[Any] = []
    size = 0
    for group in _groups(entries, vault):
        size += sum(len(_token(one)) for one in group)
        if size > most:
            break
        said += group
    return said, list(entries[len(said) :])


def _groups(entries: Sequence[Any], vault: Vault) -> Iterator[list[Any]]:
    """The tokens by where a placeholder binds them together."""
    text = "".join(map(_token, entries))
    inside = [match.span() for match in NUMBERED.finditer(text) if match.group() in vault.values]
    group: list[Any] = []
    end = 0
    for entry in entries:
        group.append(entry)
        end += len(_token(entry))
        if not any(first < end < last for first, last in inside):
            yield group
            group = []
    if group:
        yield group


def _merged(group: list[Any], put_back: Callable[[str], str]) -> Any:
    text = "".join(map(_token, group))
    told = put_back(text)
    if told == text:
        return group[0]
    likely = sum(float(one.get("logprob") or 0.0) for one in group)
    return {"token": told, "logprob": likely, "bytes": list(told.encode()), "top_logprobs": []}


def _token(entry: Any) -> str:
    token = entry.get("token") if isinstance(entry, dict) else None
    return token if isinstance(token, str) else ""
