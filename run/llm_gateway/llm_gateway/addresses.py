"""Where an account's upstream may be: on the internet, on this machine where it says so, or in a network of ours.

An account writes these addresses. Without this a name that it owns could lead to the metadata server of the cloud, or
into a network that trusts us. Names are judged by what they resolve to, at every connection.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

Network = IPv4Network | IPv6Network
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class AddressForbidden(OSError):
    """An OSError, as any other reason why a connection was not made."""


def networks_of(told: str) -> tuple[Network, ...]:
    """`10.8.0.0/16, fd00:8::/32`. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in told.split(",") if one.strip())


class Reach:
    """`private` are the networks that accounts may reach although the internet does not."""

    def __init__(self, private: Sequence[Network] = ()) -> None:
        self._private = tuple(private)

    def allows(self, host: str, address: str) -> bool:
        """Whether `host` may lead to `address`."""
        found = _plain(ip_address(address))
        if found.is_loopback and host in _THIS_MACHINE:
            return True
        is_public = found.is_global and not found.is_multicast
        return is_public or any(found in network for network in self._private)

    def check(self, url: str) -> None:
        """Raises AddressForbidden for a URL with an address in place of a name; names are judged when they resolve."""
        host = urlsplit(url).hostname or ""
        try:
            is_allowed = self.allows(host, host)
        except ValueError:
            return
        if not is_allowed:
            raise AddressForbidden(f"{host} is in no network that an account may reach")


class ReachableNames(AbstractResolver):
    """The addresses of a name that an account may reach."""

    def __init__(self, resolver: AbstractResolver, reach: Reach) -> None:
        self._resolver, self._reach = resolver, reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises AddressForbidden where none is left."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._reach.allows(host, one["host"])]
        if found and not allowed:
            raise AddressForbidden(f"{host} leads to no address that an account may reach")
        return allowed

    async def close(self) -> None:
        await self._resolver.close()


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """`::ffff:10.0.0.1` is 10.0.0.1."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
