"""When the way to the topic is made."""

from __future__ import annotations

from tests.waiting import until

from llm_gateway.telling import UsageTeller


def a_teller() -> tuple[UsageTeller, list[str]]:
    """And what it did to connect."""
    connected: list[str] = []

    def connect():
        connected.append("connected")
        return object()

    return UsageTeller(connect, "topic"), connected


def test_the_first_call_has_it_made_before_there_is_a_record():
    teller, connected = a_teller()

    teller.expect()
    teller.expect()

    until(lambda: connected, 30, "nothing was connected")
    teller.close()
    assert connected == ["connected"]


def test_an_instance_without_a_call_never_makes_it():
    teller, connected = a_teller()

    teller.close()

    assert connected == []
