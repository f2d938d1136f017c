"""How good a model is on conversations that it has not seen: the measures that the release gate compares.

An example is an agent's message with the true turns before it. `near` is equality after normalising, or a similarity
of at least 0.85. Typing: each key costs one, accepting a right offer costs one, an offer is right when it is the
beginning of what the agent really wrote; a false offer is one shown and never accepted.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from earpiece.engine.corpus import TrainingConversation
from earpiece.engine.features import Context, ContextTurn
from earpiece.engine.model import Model
from earpiece.engine.normal import text_key

NEAR = 0.85
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Typed:
    """One message typed with the engine's help: keys pressed, characters written, offers shown and accepted."""

    keys: int
    characters: int
    offers: int
    accepted: int


def examples(conversations: Iterable[TrainingConversation]) -> Iterator[tuple[Context, str]]:
    """Every agent message that has a turn before it, with those turns."""
    for conversation in conversations:
        turns: list[ContextTurn] = [{"role": turn.role, "text": turn.text} for turn in conversation.turns]
        for place, turn in enumerate(turns):
            if place and turn["role"] == "agent" and turn["text"].strip():
                yield turns[:place], turn["text"].strip()


def evaluate(
    model: Model,
    conversations: Sequence[TrainingConversation],
    *,
    limit: int = 400,
    typing_limit: int = 60,
    seed: int = 13,
) -> dict[str, Any]:
    """The measures as shares between 0 and 1, with the counts behind them; empty where there are no examples."""
    found = list(examples(conversations))
    random.Random(seed).shuffle(found)  # noqa: S311 (a sample, not a secret)
    if not found:
        return {"example_count": 0}
    retrieved = [_retrieve(model, context, text) for context, text in found[:limit]]
    typed = [type_message(model, context, text) for context, text in found[:typing_limit]]
    characters = sum(one.characters for one in typed)
    offers = sum(one.offers for one in typed)
    return {
        "example_count": len(retrieved),
        "typed_count": len(typed),
        "recall_at_1": _share(one[0] for one in retrieved),
        "recall_at_3": _share(one[1] for one in retrieved),
        "coverage": _share(one[2] for one in retrieved),
        "ranked_first_of_100": _ranked_first(model, found[:limit]),
        "saved_keystrokes": round(1 - sum(one.keys for one in typed) / characters, 4) if characters else 0.0,
        "false_offers": round(1 - sum(one.accepted for one in typed) / offers, 4) if offers else 0.0,
    }


def type_message(model: Model, context: Context, text: str, threshold: float | None = None) -> Typed:
    """Type a message key by key, accepting an offer whenever it is right."""
    done, keys, offers, accepted, shown = "", 0, 0, 0, ""
    while len(done) < len(text):
        found = model.completion(context, done, threshold)
        offer = done + found.text if found else ""
        # Typing into a ghost text that stays is the same offer.
        offers += bool(offer and offer != shown)
        shown = offer
        keys += 1
        if offer and len(offer) - len(done) >= 2 and text.startswith(offer):
            done, accepted = offer, accepted + 1
        else:
            done += text[len(done)]
    return Typed(keys, len(text), offers, accepted)


def is_near(one: str, other: str) -> bool:
    """Whether two texts say the same: equal once normalised, or alike by at least 0.85."""
    first, second = text_key(one), text_key(other)
    if first == second:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def _retrieve(model: Model, context: Context, text: str) -> tuple[bool, bool, bool]:
    offered = [is_near(offer["text"], text) for offer in model.suggest(context, "", 3)]
    return bool(offered and offered[0]), any(offered), bool(offered)


def _ranked_first(model: Model, found: Sequence[tuple[Context, str]]) -> float | None:
    """How often the true reply is first among 100, the other 99 being those of the same batch."""
    batches = [found[start : start + CANDIDATES] for start in range(0, len(found) - CANDIDATES + 1, CANDIDATES)]
    hits = [
        _is_first(model.score(context, [text for _, text in batch]), place)
        for batch in batches
        for place, (context, _) in enumerate(batch)
    ]
    return _share(hits) if hits else None


def _is_first(scores: Sequence[float], place: int) -> float:
    better = sum(score > scores[place] for score in scores)
    return 0.0 if better else 1.0 / sum(score == scores[place] for score in scores)


def _share(hits: Iterable[float]) -> float:
    listed = list(hits)
    return round(sum(listed) / len(listed), 4)
