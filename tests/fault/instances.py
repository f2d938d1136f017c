"""Two instances of a unit, each with its own fail points, and whoever kills them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Instance:
    """One instance of a function. It is started again whenever it has died, as Cloud Run would."""

    main: Path
    target: str
    port: int
    folder: Path
    environment: Mapping[str, str]
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _is_wanted: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.fail_points.mkdir(parents=True, exist_ok=True)
        self._is_wanted.set()
        self._spawn()
        threading.Thread(target=self._keep, daemon=True).start()

    @property
    def fail_points(self) -> Path:
        return self.folder / "fail-points"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        self._is_wanted.clear()
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def killed_points(self) -> list[str]:
        return [path.name.split(".killed.")[0] for path in self.fail_points.glob("*.killed.*")]

    def _spawn(self) -> None:
        framework = Path(sys.executable).with_name("functions-framework")
        command = [framework, "--source", self.main, "--target", self.target, "--signature-type", "http"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=self.main.parent,
                env={**self.environment, "FAIL_POINTS_FOLDER": str(self.fail_points)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _keep(self) -> None:
        while self._is_wanted.is_set():
            assert self._process
            self._process.wait()
            if self._is_wanted.is_set():
                self.restarts += 1
                self._spawn()


class Killer:
    """Arms one fail point of one instance at a time, picked at random; the next only once all are ready again."""

    def __init__(self, instances: Sequence[Instance], points: Iterable[str], most: int, seed: int) -> None:
        self._instances = list(instances)
        self._points = list(points)
        self._most = most
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        for instance in self._instances:
            for armed in self._points:
                (instance.fail_points / armed).unlink(missing_ok=True)

    @property
    def kills(self) -> list[str]:
        return [point for instance in self._instances for point in instance.killed_points()]

    def _run(self) -> None:
        points = [point for _ in range(self._most) for point in self._points][: self._most]
        self._random.shuffle(points)
        for count, point in enumerate(points, start=1):
            instance = self._random.choice(self._instances)
            (instance.fail_points / point).touch()
            if not self._until(lambda done=count: len(self.kills) >= done):
                return
            if not self._until(lambda: all(one.is_ready() for one in self._instances)):
                return

    def _until(self, is_so: Callable[[], bool]) -> bool:
        while not self._stop.is_set():
            if is_so():
                return True
            self._stop.wait(0.05)
        return False


def wait_until(is_so: Callable[[], bool], what: str, patience_s: float) -> float:
    """The seconds that it took until `is_so`; fails the test when it took too long."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > patience_s:
            raise AssertionError(f"{what}: not so after {patience_s:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - began
