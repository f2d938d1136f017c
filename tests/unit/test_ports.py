"""Which ports a run of the local system takes."""

from __future__ import annotations

import socket

import pytest

from earpiece.domain.errors import InvalidInput
from earpiece_emulators.ports import LOOPBACK, choose


def a_port() -> int:
    return choose(["any"], {})["any"]


def test_a_port_of_the_last_run_is_taken_again():
    last = a_port()

    assert choose(["desk", "widget"], {}, {"desk": last})["desk"] == last


def test_a_port_that_was_asked_for_goes_before_that_of_the_last_run():
    last, asked = a_port(), a_port()

    assert choose(["desk"], {"desk": asked}, {"desk": last}) == {"desk": asked}
    assert choose(["desk", "widget"], {"widget": last}, {"desk": last})["desk"] != last


def test_a_port_that_another_has_by_now_is_left_to_it():
    with socket.create_server((LOOPBACK, 0)) as other:
        taken = other.getsockname()[1]

        assert choose(["desk"], {}, {"desk": taken})["desk"] != taken
        with pytest.raises(InvalidInput):
            choose(["desk"], {"desk": taken}, {})
