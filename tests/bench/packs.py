"""What a widget that completes from packs offers, beside the server asked at each key.

    .venv/bin/python tests/bench/packs.py --model MODEL --conversations NEW.jsonl.gz

Messages are typed key by key to their end. `agrees` is how many of the server's offers a pack makes in the same
letters, of all that the server makes: with a new pack whenever one is due, and with the turn's first pack alone.
`saved` is what a perfect agent saves of the keys, as `earpiece evaluate` counts it, with packs as the widget has them
and with the server asked at each key; `false` the share of offers that were not taken.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
from dataclasses import dataclass, field

from earpiece.engine import protocol
from earpiece.engine.call_times import CallTimes
from earpiece.engine.features import Context
from earpiece.engine.measures import Tally
from earpiece.engine.model import Model
from earpiece.engine.pack_completing import Pack

from results import tell  # isort: skip
from typed_examples import told_model_and_examples  # isort: skip


@dataclass
class Packs:
    """Makes packs and counts what they cost."""

    model: Model
    cpu_ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def make(self, context: Context, draft: str = "") -> Pack:
        began_s = time.process_time()
        packed = self.model.pack(context, draft)
        self.cpu_ms.append(1000 * (time.process_time() - began_s))
        self.sizes.append(len(gzip.compress(packed, mtime=0)))
        return Pack(json.loads(packed))


@dataclass
class Widget:
    """Completes from packs, for one agent who types: a turn begins with nothing typed."""

    packs: Packs
    pack: Pack | None = None

    def complete(self, context: Context, typed: str) -> str | None:
        if not typed or self.pack is None or self.pack.is_due(typed):
            self.pack = self.packs.make(context, typed)
        return self.pack.complete(typed)


@dataclass
class Counts:
    offers: int = 0
    agreed: int = 0
    agreed_with_first: int = 0


def type_message(packs: Packs, example: protocol.Example, counts: Counts) -> None:
    pack = first = packs.make(example.context)
    for length in range(len(example.text)):
        typed = example.text[:length]
        if pack.is_due(typed):
            pack = packs.make(example.context, typed)
        if offer := packs.model.complete(example.context, typed):
            counts.offers += 1
            counts.agreed += pack.complete(typed) == offer
            counts.agreed_with_first += first.complete(typed) == offer


def saving(system: Widget | Model, examples: list[protocol.Example], name: str) -> dict[str, float]:
    tally = Tally(1 + max(example.conversation for example in examples))
    protocol.type_messages(protocol.Bench(system, tally, CallTimes()), examples)
    keys, characters = tally.total("keys"), tally.total("characters")
    false, offers = tally.total("false_offers"), tally.total("offers")
    return {
        f"saved_{name}_percent": 100 * (1 - keys / characters),
        f"false_{name}_percent": 100 * false / max(offers, 1),
    }


def measure(model: Model, examples: list[protocol.Example]) -> dict[str, object]:
    for example in examples[:3]:
        type_message(Packs(model), example, Counts())
    packs, counts = Packs(model), Counts()
    for example in examples:
        model.suggest(example.context, "", 3)  # the ranking is the first answer's, not the pack's
        type_message(packs, example, counts)
    return {
        "messages": len(examples),
        "agrees_percent": 100 * counts.agreed / max(counts.offers, 1),
        "agrees_one_pack_percent": 100 * counts.agreed_with_first / max(counts.offers, 1),
        "packs_a_message": len(packs.sizes) / len(examples),
        "gzipped_bytes": statistics.median(packs.sizes),
        "most_gzipped_bytes": max(packs.sizes),
        "cpu_ms": statistics.median(packs.cpu_ms),
        "cpu_ms_p90": statistics.quantiles(packs.cpu_ms, n=10)[-1],
    }


def main() -> None:
    model, examples = told_model_and_examples(__doc__)
    tell("packs", [measure(model, examples)])
    tell("saved", [saving(Widget(Packs(model)), examples, "by_packs") | saving(model, examples, "by_server")])


if __name__ == "__main__":
    main()
