"""Tools that a provider calls by itself are on hosts that the account has named, or the call is not made.

A caller, or what crept into its request, could else have a provider send the conversation anywhere, or reach into a
network that trusts it. Names only: an IP address, also one in other spellings, is never a host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from earpiece.domain.errors import NotAllowed

_ADDRESSES = ("url", "server_url", "uri", "endpoint")


class ToolHostNotAllowed(NotAllowed):
    slug = "tool-host-not-allowed"
    title = "The account does not allow tools on this host"


def check_tools(body: Mapping[str, Any], hosts: tuple[str, ...]) -> None:
    """Raises ToolHostNotAllowed for a tool with an address that is not https on one of the hosts, at its usual port."""
    for address in _addresses(body.get("tools")):
        if not _is_allowed(address, hosts):
            raise ToolHostNotAllowed("a tool is not on a host of the setting tool_hosts", param="tools")


def _is_allowed(address: object, hosts: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(str(address))
        is_plain = parts.scheme == "https" and not parts.username and parts.port in (None, 443)
    except ValueError:
        return False
    return is_plain and "\\" not in str(address) and (parts.hostname or "").rstrip(".") in hosts


def _addresses(tools: object) -> Iterator[object]:
    """Of all tools, however deep, but not of a function's own parameters: those are a schema."""
    match tools:
        case list():
            for one in tools:
                yield from _addresses(one)
        case dict():
            for name, value in tools.items():
                if name in _ADDRESSES or (name.endswith("_url") and isinstance(value, str)):
                    yield value
                elif name not in ("parameters", "function"):
                    yield from _addresses(value)
