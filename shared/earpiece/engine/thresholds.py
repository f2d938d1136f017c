"""The threshold of completions, chosen on the newest conversations for at most one false offer in five."""

from __future__ import annotations

from pathlib import Path

from earpiece.engine.corpus import Corpus
from earpiece.engine.evaluation import examples, type_message

CANDIDATES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def choose_thresholds(folder: Path, corpus: Corpus, most_false_offers: float, messages: int) -> dict[str, float]:
    """The lowest candidate that keeps to the limit on the test conversations; the strictest when none does."""
    from earpiece.engine.model import load

    model = load(folder)
    typed = list(examples(corpus.test))[:messages]
    for threshold in CANDIDATES:
        results = [type_message(model, context, text, threshold) for context, text in typed]
        offers = sum(result.offers for result in results)
        accepted = sum(result.accepted for result in results)
        if offers and (offers - accepted) / offers <= most_false_offers:
            return {"completion": threshold}
    return {"completion": CANDIDATES[-1]}
