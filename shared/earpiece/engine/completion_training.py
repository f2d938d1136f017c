"""Fit completion to an account: whom to trust for the next word, and when it is worth showing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from earpiece.engine.corpus import TrainingConversation
from earpiece.engine.features import Context, ContextTurn
from earpiece.engine.gates_training import collect, default_gates, fit_gates
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.sentences import KeptOutlooks, Sentences
from earpiece.engine.thresholds import CAUTIOUS, choose_policy
from earpiece.engine.word_mixture import Floats, Mixture, Turn

LEAST_MESSAGES = 30
FEW_MESSAGES = 400  # so few are of few conversations: the next are further from them
HALVED_MESSAGES = 1_000  # gates learned from so few fit these better than new ones
MOST_MESSAGES = 2_000
MOST_OUTLOOK_BYTES = 200_000_000  # while fitting
SEED = 13


@dataclass(frozen=True, slots=True)
class FittedCompletion:
    """What goes into the model beside the tables."""

    gates: Floats
    policy: OfferPolicy


NOT_FITTED = FittedCompletion(default_gates(), CAUTIOUS)


def held_out_messages(conversations: Sequence[TrainingConversation]) -> list[tuple[Context, str]]:
    """What agents said after at least one turn, with what came before; shuffled, and no more than needed."""
    found: list[tuple[Context, str]] = []
    for conversation in conversations:
        turns: list[ContextTurn] = [{"role": turn.role, "text": turn.text} for turn in conversation.turns]
        for place, turn in enumerate(turns):
            if place and turn["role"] == "agent" and turn["text"].strip():
                found.append((turns[:place], turn["text"].strip()))
    random.Random(SEED).shuffle(found)  # noqa: S311 (a sample, not a secret)
    return found[:MOST_MESSAGES]


def fit_completion(
    mixture: Mixture,
    held_out: Sequence[tuple[Context, str]],
    turn_of: Callable[[Context], Turn],
    most_false_offers: float,
    typed_messages: int,
) -> FittedCompletion:
    """Fit on messages that neither the mixture's tables nor the ranker behind `turn_of` have seen.

    `held_out` comes shuffled: the first messages are typed, as many as there is need for are learned from. With too
    few the defaults stay. The mixture's gates are replaced.
    """
    if len(held_out) < LEAST_MESSAGES:
        return NOT_FITTED
    learned = mixture.gates = _gates(held_out, turn_of)
    halved = len(held_out) < HALVED_MESSAGES
    told = _typed_unseen(mixture, held_out, turn_of) if halved else ((turn_of(one), text) for one, text in held_out)
    # The same messages are typed again and again: what was worked out for one policy serves the next.
    kept = KeptOutlooks(MOST_OUTLOOK_BYTES)
    typed = [(Sentences(turn, kept), text) for turn, text in islice(told, typed_messages)]
    policy = choose_policy(typed, most_false_offers, are_few=len(held_out) < FEW_MESSAGES)
    return FittedCompletion(learned, policy)


def _gates(messages: Sequence[tuple[Context, str]], turn_of: Callable[[Context], Turn]) -> Floats:
    return fit_gates(collect((turn_of(context), text) for context, text in messages))


def _typed_unseen(
    mixture: Mixture, messages: Sequence[tuple[Context, str]], turn_of: Callable[[Context], Turn]
) -> Iterator[tuple[Turn, str]]:
    """Each half of the messages under gates that were learned from the other."""
    halves = messages[::2], messages[1::2]
    for half, other in (halves, halves[::-1]):
        unseen = replace(mixture, gates=_gates(other, turn_of))
        for context, text in half:
            turn = turn_of(context)
            turn.mixture = unseen
            yield turn, text
