"""How much one caller may ask of one process: token buckets, refilled all the time.

A limit holds per instance; what must hold over many instances is leased in blocks (the design's "Keys and limits").
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from earpiece.domain.errors import RateLimited


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at_s: float


class TokenBuckets:
    """A bucket for each key that was lately used; one that was forgotten is full again.

    A bucket holds a minute's worth, so a burst may use it at once, and then gets `per_minute` / 60 a second.
    """

    def __init__(self, *, most: int = 50_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, per_minute: int, count: int = 1, what: str = "requests") -> None:
        """Take `count`; raises RateLimited with `retry_after_s` (whole seconds, at least 1) when there is too little.

        What is more than a whole bucket is taken from a full one, and leaves it empty for as long as it was worth.
        """
        with self._lock:
            bucket = self._filled(key, per_minute)
            needed = min(count, per_minute)
            if bucket.tokens >= needed > 0:
                bucket.tokens -= count
                return
            wait_s = (needed - bucket.tokens) * 60 / per_minute if per_minute > 0 else 60
        raise RateLimited(f"more than {per_minute} {what} a minute", retry_after_s=max(1, math.ceil(wait_s)))

    def wait_s(self, key: str, per_minute: int, count: int = 1) -> float:
        """Seconds until `take` would be granted; 0 for now. Takes nothing."""
        with self._lock:
            bucket = self._filled(key, per_minute)
            missing = min(count, per_minute) - bucket.tokens
        return missing * 60 / per_minute if missing > 0 else 0.0

    def _filled(self, key: str, per_minute: int) -> _Bucket:
        now_s = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(per_minute), now_s)
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        refill = (now_s - bucket.filled_at_s) * per_minute / 60
        bucket.tokens = min(float(per_minute), bucket.tokens + refill)
        bucket.filled_at_s = now_s
        return bucket
