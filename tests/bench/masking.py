"""What masking costs: a message, and a call of the gateway with so many messages.

    python tests/bench/masking.py [MESSAGES.jsonl]

The file has a JSON object a line with a `text`; without one, the labelled samples of the tests are read. Times are
the processor's, of one thread.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

FOLDER = Path(__file__).parents[2]
sys.path[:0] = [str(FOLDER / "shared"), str(FOLDER / "run/llm_gateway")]

from earpiece.privacy import Known, Vault, find, mask  # noqa: E402
from llm_gateway.calls import read_call  # noqa: E402
from llm_gateway.masking import Masker  # noqa: E402

_MARK = re.compile(r"<<[A-Z_]+ (.+?)>>", re.DOTALL)
_KNOWN = (Known("Jan de Vries", "PERSON"), Known("jan@example.org", "EMAIL"))
_CALLS = 100


def messages(path: str | None) -> list[str]:
    files = [Path(path)] if path else sorted((FOLDER / "tests/samples/privacy").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["text"] if "text" in row else _MARK.sub(r"\1", row["marked"]) for row in rows]


def times_ms(work: Callable[[], object], count: int) -> list[float]:
    times = []
    for _ in range(count):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1000)
    return sorted(times)


def told(name: str, times: list[float]) -> None:
    p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
    print(
        f"{name:28} p50 {times[len(times) // 2]:7.3f} ms   p99 {p99:7.3f} ms   mean {sum(times) / len(times):7.3f} ms"
    )


def one_by_one(texts: list[str], work: Callable[[str], object]) -> list[float]:
    turn = iter(texts)
    return times_ms(lambda: work(next(turn)), len(texts))


def calls(texts: Iterable[str], size: int) -> list[float]:
    """Of whole calls of `size` messages, as the gateway masks them."""
    masker, loop, turn = Masker(), asyncio.new_event_loop(), itertools.cycle(texts)

    def one() -> None:
        said = [{"role": "user", "content": next(turn)} for _ in range(size)]
        call = read_call("chat/completions", json.dumps({"model": "m", "messages": said}).encode())
        loop.run_until_complete(masker.mask(call, _KNOWN))

    return times_ms(one, _CALLS)


def main(path: str | None = None) -> None:
    texts = messages(path)
    for text in texts[:50]:
        mask(text, key=b"k" * 32)
    print(f"{len(texts)} messages of {sum(map(len, texts)) / len(texts):.0f} characters on average")
    told("find", one_by_one(texts, find))
    told("mask, for storage", one_by_one(texts, lambda text: mask(text, key=b"k" * 32)))
    told("vault, for a call", one_by_one(texts, lambda text: Vault().mask([text])))
    for size in (1, 8, 20):
        told(f"a call of {size} messages", calls(texts, size))


if __name__ == "__main__":
    main(*sys.argv[1:2])
