"""Which ports a run of the local system takes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from earpiece.domain.errors import InvalidInput
from earpiece_emulators.ports import LOOPBACK, choose, give_back

_ANOTHER_RUN = """
import json, sys
from earpiece_emulators.ports import choose
print(json.dumps(list(choose([str(number) for number in range(400)], {}).values())), flush=True)
sys.stdin.read()
"""


def a_port() -> int:
    """A free port that nobody is to have: that of a run which has ended."""
    port = choose(["any"], {})["any"]
    give_back([port])
    return port


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


def test_runs_that_start_together_are_given_different_ports_before_any_of_them_listens():
    command = [sys.executable, "-c", _ANOTHER_RUN]
    runs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    try:
        of_others = [port for run in runs for port in json.loads(run.stdout.readline())]
        mine = list(choose([str(number) for number in range(400)], {}).values())

        assert len({*of_others, *mine}) == len(of_others) + len(mine) == 1600
        assert choose(["desk"], {}, {"desk": of_others[0]})["desk"] != of_others[0]
        assert choose(["desk"], {}, {"desk": mine[0]})["desk"] != mine[0]
    finally:
        for run in runs:
            run.communicate()
    give_back(mine)
    assert choose(["desk"], {}, {"desk": of_others[0]})["desk"] == of_others[0], "its run has ended"
    assert choose(["widget"], {}, {"widget": mine[0]})["widget"] == mine[0], "it was given back"
