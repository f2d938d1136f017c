"""Processor time of the first call on a context, of a new one each time, and of the keys that follow it.

    .venv/bin/python tests/bench/first_calls.py --model MODEL --conversations NEW.jsonl.gz --limit 1000

In the order of their conversations, as an agent meets them: the turns before the last were read before. And in no
order, as `earpiece evaluate` asks.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from earpiece.engine.model import Model
from earpiece.engine.protocol import Example

from results import tell  # isort: skip
from typed_examples import told_model_and_examples  # isort: skip

KEYS = 8  # typed of each message


def suggestions(model: Model, example: Example) -> None:
    model.suggest(example.context, "", 3)


def completion(model: Model, example: Example) -> None:
    model.complete(example.context, "")


def cpu_ms(call: Callable[..., object], *arguments: object) -> float:
    began_ns = time.thread_time_ns()
    call(*arguments)
    return (time.thread_time_ns() - began_ns) / 1e6


def first(ask: Callable[[Model, Example], None], model: Model, examples: Sequence[Example]) -> list[float]:
    model.rest()
    ask(model, examples[-1])  # takes the arrays into memory
    return [cpu_ms(ask, model, example) for example in examples]


def after_suggestions(model: Model, examples: Sequence[Example]) -> list[float]:
    found: list[float] = []
    for example in examples:
        suggestions(model, example)
        found.append(cpu_ms(completion, model, example))
    return found


def keys(model: Model, examples: Sequence[Example]) -> list[float]:
    found: list[float] = []
    for example in examples:
        completion(model, example)
        typed = [example.text[:length] for length in range(1, min(KEYS, len(example.text)))]
        found += [cpu_ms(model.complete, example.context, one) for one in typed]
    return found


def row(call: str, order: str, found: Sequence[float]) -> dict[str, object]:
    return {
        "call": call,
        "order": order,
        "calls": len(found),
        "cpu_ms_p50": statistics.median(found),
        "cpu_ms_p99": statistics.quantiles(found, n=100)[-1],
    }


def main() -> None:
    model, shuffled = told_model_and_examples(__doc__)
    in_order = sorted(shuffled, key=lambda example: (example.conversation, len(example.context)))
    rows = []
    for order, examples in (("of conversations", in_order), ("none", shuffled)):
        rows.append(row("suggestions", order, first(suggestions, model, examples)))
        rows.append(row("a completion, which ranks", order, first(completion, model, examples)))
        rows.append(row("a completion after suggestions", order, after_suggestions(model, examples)))
        rows.append(row("a key after it", order, keys(model, examples)))
    tell("first_calls", rows)


if __name__ == "__main__":
    main()
