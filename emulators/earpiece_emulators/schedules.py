"""The stand-in of Cloud Scheduler: a timer that POSTs to units."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from earpiece_emulators.places import State

_DAY_S = 86_400.0
_TIMEOUT_S = 60.0
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Schedule:
    """A POST to a path of a unit, every so often; the first time after one interval."""

    unit: str
    path: str
    every_s: float


def schedules(outbox_every_s: float) -> tuple[Schedule, ...]:
    """Production's schedules; the outbox, a minute there, is asked more often here."""
    return (Schedule("outbox_relay", "/", outbox_every_s), Schedule("training_trigger", "/scheduled", _DAY_S))


class Scheduler:
    """Runs schedules for units at their URLs, each on a thread of its own, until stopped."""

    def __init__(self, state: State) -> None:
        self._log = state.log("scheduler")
        self._stopping = threading.Event()

    def start(self, wanted: Sequence[Schedule], urls: dict[str, str]) -> None:
        for schedule in wanted:
            if schedule.unit in urls:
                url = f"{urls[schedule.unit]}{schedule.path}"
                threading.Thread(target=self._repeat, args=[schedule, url], daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _repeat(self, schedule: Schedule, url: str) -> None:
        while not self._stopping.wait(schedule.every_s):
            if failure := post(url):
                self._note(f"{schedule.unit} {schedule.path}: {failure}")

    def _note(self, line: str) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as log:
            log.write(line + "\n")


def post(url: str) -> str | None:
    """POST as Cloud Scheduler does; None, or why it failed."""
    headers = {"user-agent": "Google-Cloud-Scheduler", "x-cloudscheduler": "true", "content-type": "application/json"}
    request = urllib.request.Request(url, data=b"{}", headers=headers, method="POST")  # noqa: S310 (a unit of ours)
    try:
        _direct.open(request, timeout=_TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        error.close()
        return f"answered {error.code}"
    except OSError as error:
        return str(error)
    return None
