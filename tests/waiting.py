"""Waiting for a condition, with the retry of google-cloud-testutils."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from test_utils.retry import BackoffFailed, RetryResult

Found = TypeVar("Found")
_PAUSE_S = 0.05
_silent = logging.getLogger("tests.waiting")
_silent.disabled = True  # it would tell of every look


def until(look: Callable[[], Found], patience_s: float = 60.0, what: str = "it did not happen") -> Found:
    """What `look` gave once that was something; fails the test when patience ends."""
    ends_s = time.monotonic() + patience_s
    tries = int(patience_s / _PAUSE_S) + 1

    def is_over(found: Found) -> bool:
        return bool(found) or time.monotonic() > ends_s

    try:
        found = RetryResult(is_over, max_tries=tries, delay=_PAUSE_S, backoff=1, logger=_silent)(look)()
    except BackoffFailed:
        found = look()
    assert found, f"{what} in {patience_s:g} s"
    return found  # type: ignore[no-any-return]
