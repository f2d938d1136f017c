"""What is known of an upstream from the traffic that it just had: whether to ask it, and from when on again.

One state a deployment of an account's upstream in a process, shared by all its requests: when one has been told to
wait, none asks.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES_IN_A_ROW = 5
RECENT_S = 20.0
LEAST_RECENT = 20  # requests, before a share of failures says anything
FAILED_SHARE = 0.5
FIRST_REST_S, LONGEST_REST_S = 1.0, 30.0
LONGEST_QUIET_S = 120.0  # what a provider may ask for with Retry-After
TOLD_EVERY_S = 600.0


@dataclass(slots=True)
class Circuit:
    """Closed while all is well; open for a while after failures; then one request probes. For one event loop."""

    clock: Callable[[], float] = time.monotonic
    _quiet_until_s: float = 0.0
    _open_until_s: float = 0.0
    _rest_s: float = 0.0
    _is_probing: bool = False
    _in_a_row: int = 0
    _told_at_s: float | None = None
    _recent: deque[tuple[float, bool]] = field(default_factory=deque)

    def wait_s(self) -> float:
        """Seconds until it may be asked; 0 for now. While another request probes, that long again."""
        now_s = self.clock()
        until_s = max(self._quiet_until_s, self._open_until_s)
        if until_s > now_s:
            return until_s - now_s
        return FIRST_REST_S if self._is_probing else 0.0

    @property
    def is_quiet(self) -> bool:
        """Whether it asked to be left alone for now."""
        return self._quiet_until_s > self.clock()

    def enter(self) -> bool:
        """Whether to ask it now; after an outage one request at a time, until one succeeds."""
        if self.wait_s() > 0:
            return False
        if self._rest_s:
            self._is_probing = True
        return True

    def succeeded(self) -> None:
        """It answered: also where it refused what was asked for."""
        self._in_a_row, self._rest_s, self._is_probing, self._told_at_s = 0, 0.0, False, None
        self._note(is_failure=False)

    def failed(self, retry_after_s: float | None = None) -> None:
        """It failed or was too slow; `retry_after_s` is what it asked for itself."""
        now_s = self.clock()
        if retry_after_s is not None:
            self._quiet_until_s = max(self._quiet_until_s, now_s + min(retry_after_s, LONGEST_QUIET_S))
        self._in_a_row += 1
        self._note(is_failure=True)
        is_open = now_s < self._open_until_s  # those that fail together open it once
        if self._is_probing or (not is_open and (self._in_a_row >= FAILURES_IN_A_ROW or self._mostly_fails())):
            self._rest_s = min(max(2 * self._rest_s, FIRST_REST_S), LONGEST_REST_S)
            self._open_until_s = now_s + self._rest_s
        self._is_probing = False

    def spoke(self) -> None:
        """It began to answer: others may ask it too. How the answer ends is told later."""
        self._rest_s, self._is_probing = 0.0, False

    def is_news(self) -> bool:
        """Whether somebody should be told that it fails; once in a while, until it answers."""
        now_s = self.clock()
        if self._told_at_s is not None and now_s - self._told_at_s < TOLD_EVERY_S:
            return False
        self._told_at_s = now_s
        return True

    def left(self) -> None:
        """The request ended without saying anything of the upstream: its caller left."""
        self._is_probing = False

    def _note(self, *, is_failure: bool) -> None:
        now_s = self.clock()
        self._recent.append((now_s, is_failure))
        while self._recent[0][0] < now_s - RECENT_S or len(self._recent) > 1_000:
            self._recent.popleft()

    def _mostly_fails(self) -> bool:
        count = len(self._recent)
        return count >= LEAST_RECENT and sum(failed for _, failed in self._recent) >= FAILED_SHARE * count
