"""What each source of completion adds: the finished model without one of them.

    .venv/bin/python tests/bench/completion_sources.py --model MODEL --conversations NEW.jsonl.gz

Every row has the price of a false offer that saves most on these messages at no more than a fifth of false offers, so
that rows compare with each other and with nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from earpiece.engine import protocol
from earpiece.engine.model import Model
from earpiece.engine.sentences import Sentences
from earpiece.engine.thresholds import choose_policy, type_all
from earpiece.engine.word_mixture import SOURCES, Turn

from results import tell  # isort: skip
from typed_examples import told_model_and_examples  # isort: skip

SILENT = -1e6
MOST_FALSE_OFFERS = 0.2


def without(turn: Turn, source: str | None) -> Sentences:
    """The sentences of the turn with a source that is never trusted."""
    gates = turn.mixture.gates.copy()
    if source is not None:
        gates[SOURCES.index(source), 0] = SILENT
    weights = turn.weights[turn.mixture.replies.order.argsort()]
    return Sentences(Turn(replace(turn.mixture, gates=gates), turn.context, weights, turn.vector, turn.word_weights))


def measure(model: Model, examples: list[protocol.Example], source: str | None) -> dict[str, object]:
    typed = [(without(model._state(one.context).completing.sentences.turn, source), one.text) for one in examples]
    result = type_all(typed, choose_policy(typed, MOST_FALSE_OFFERS, are_few=False))
    return {
        "without": source or "nothing",
        "saved_percent": 100 * result.saved,
        "false_offers_percent": 100 * result.false_share,
    }


def main() -> None:
    model, examples = told_model_and_examples(__doc__)
    tell("completion_sources", [measure(model, examples, source) for source in (None, *SOURCES)])


if __name__ == "__main__":
    main()
