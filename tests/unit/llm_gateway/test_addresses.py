"""Which addresses an account's upstreams may lead to."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.abc import AbstractResolver

from llm_gateway.addresses import AddressForbidden, Reach, ReachableNames, networks_of
from llm_gateway.settings import Settings


class Names(AbstractResolver):
    def __init__(self, *addresses):
        self._addresses = addresses

    async def resolve(self, host, port=0, family=0):
        return [
            {"hostname": host, "host": one, "port": port, "family": 2, "proto": 0, "flags": 0}
            for one in self._addresses
        ]

    async def close(self):
        """Nothing is open."""


def resolved(reach: Reach, host: str, *addresses: str) -> list[str]:
    found = asyncio.run(ReachableNames(Names(*addresses), reach).resolve(host, 443))
    return [one["host"] for one in found]


def test_a_public_name_leads_to_its_public_addresses_alone():
    assert resolved(Reach(), "api.example", "8.8.8.8", "10.0.0.1", "2600::1") == ["8.8.8.8", "2600::1"]


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "192.168.0.9", "100.64.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_leads_nowhere(address):
    with pytest.raises(AddressForbidden):
        resolved(Reach(), "api.example", address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_may_be_named_as_such(host):
    assert resolved(Reach(), host, "127.0.0.1") == ["127.0.0.1"]


def test_a_network_that_the_operator_names_may_be_reached():
    reach = Reach(networks_of("10.8.0.0/16, fd00:8::/32"))

    assert resolved(reach, "vllm.internal", "10.8.1.1", "10.9.1.1", "fd00:8::1") == ["10.8.1.1", "fd00:8::1"]
    reach.check("https://10.8.0.1/v1")
    with pytest.raises(AddressForbidden):
        reach.check("https://10.9.0.1/v1")


def test_a_url_with_a_name_is_judged_when_it_resolves():
    Reach().check("https://metadata.google.internal/v1")


def test_a_network_that_is_none_stops_the_start():
    with pytest.raises(ValueError, match="host bits set"):
        Settings.model_validate({"PROJECT_ID": "p", "PRIVATE_NETWORKS": "10.8.0.1/16"})
