"""Processor time of calls where many agents type at once, each in a conversation of their own.

    .venv/bin/python tests/bench/conversations_at_once.py --model MODEL --conversations NEW.jsonl.gz --limit 2000

Each agent asks for suggestions when it is their turn, then for a completion at every second key of the beginning of
their message, while all others do the same; a conversation that ended makes room for another. The first quarter of the
calls is not counted.
"""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from earpiece.engine.model import Model
from earpiece.engine.protocol import Example

from first_calls import cpu_ms, suggestions  # isort: skip
from results import tell  # isort: skip
from typed_examples import told_model_and_examples  # isort: skip

AT_ONCE = (1, 32, 128, 256)
KEYS = range(0, 24, 2)
NOT_COUNTED = 0.25


def calls(model: Model, conversation: Sequence[Example]) -> Iterator[tuple[str, float]]:
    """Each call of a conversation, with its time in ms."""
    for example in conversation:
        yield "suggestions", cpu_ms(suggestions, model, example)
        for length in KEYS[: len(example.text)]:
            yield "a key", cpu_ms(model.complete, example.context, example.text[:length])


def typed_at_once(model: Model, conversations: Sequence[Sequence[Example]], at_once: int) -> dict[str, list[float]]:
    """The times of all calls by their kind, in the order in which they were made."""
    model.rest()
    turns, waiting = random.Random(0), iter(conversations)
    begin = partial(calls, model)
    open_ones = [begin(one) for one in islice(waiting, at_once)]
    found: dict[str, list[float]] = defaultdict(list)
    while open_ones:
        place = turns.randrange(len(open_ones))
        try:
            kind, ms = next(open_ones[place])
            found[kind].append(ms)
        except StopIteration:
            follows = next(waiting, None)
            if follows is None:
                break  # from here on there would be fewer at once
            open_ones[place] = begin(follows)
    return found


def row(at_once: int, kind: str, found: Sequence[float]) -> dict[str, object]:
    counted = found[int(NOT_COUNTED * len(found)) :]
    return {
        "conversations at once": at_once,
        "call": kind,
        "calls": len(counted),
        "cpu_ms_mean": statistics.mean(counted),
        "cpu_ms_p50": statistics.median(counted),
        "cpu_ms_p99": statistics.quantiles(counted, n=100)[-1],
    }


def main() -> None:
    model, examples = told_model_and_examples(__doc__)
    by_conversation: dict[str, list[Example]] = defaultdict(list)
    for example in sorted(examples, key=lambda one: len(one.context)):
        by_conversation[example.conversation].append(example)
    rows = []
    for at_once in AT_ONCE:
        found = typed_at_once(model, list(by_conversation.values()), at_once)
        rows += [row(at_once, kind, times) for kind, times in found.items()]
    tell("conversations_at_once", rows)


if __name__ == "__main__":
    main()
