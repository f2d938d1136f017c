"""The pack: what the widget completes from while the agent types, with no request per key.

JSON, version 1: `{"version", "threshold", "match": {...}, "replies": [[text, weight], …]}`, best first. The widget
folds case and accents as `match` says, keeps the replies that begin as typed, and offers the longest common extension
whose share of their weight is at least the threshold.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence

VERSION = 1
MOST_BYTES = 20_000  # gzipped
MATCH = {"case": "folded", "accents": "folded", "typos": 0, "unit": "word"}


def pack(live: Sequence[tuple[str, float]], threshold: float) -> bytes:
    """As many of the replies as fit into 20 kB gzipped."""
    count = len(live)
    while True:
        replies = [[text, round(weight, 5)] for text, weight in live[:count]]
        body = {"version": VERSION, "threshold": threshold, "match": MATCH, "replies": replies}
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if count == 0 or len(gzip.compress(data, mtime=0)) <= MOST_BYTES:
            return data
        count = count * 3 // 4
