"""When a completion is worth showing: chosen on held-out conversations, for at most one false offer in five."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from earpiece.engine.completing import Completing
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.sentences import Sentences

PRICES = (0.5, 128.0)  # the least and the most that a false offer beyond the limit may cost, in keys
HALVINGS = 6
LEAST_CHANCES = (0.6, 0.7)
# The next conversations are never quite like the newest: so much of the limit is aimed at, and less where there is
# little to choose on.
AIMED_SHARE, CAREFUL_SHARE = 0.85, 0.6
CAUTIOUS = OfferPolicy(price=20.0, least_chance=0.5)  # where there is nothing to choose it on


@dataclass(frozen=True, slots=True)
class Typed:
    """Messages typed with the engine's help: keys pressed, characters written, offers shown and accepted."""

    keys: int = 0
    characters: int = 0
    offers: int = 0
    accepted: int = 0

    def __add__(self, other: Typed) -> Typed:
        return Typed(
            self.keys + other.keys,
            self.characters + other.characters,
            self.offers + other.offers,
            self.accepted + other.accepted,
        )

    @property
    def saved(self) -> float:
        return 1 - self.keys / self.characters if self.characters else 0.0

    @property
    def false_share(self) -> float:
        return 1 - self.accepted / self.offers if self.offers else 0.0


def type_text(completing: Completing, text: str, policy: OfferPolicy) -> Typed:
    """Type a message key by key, accepting an offer whenever it is right; an offer that stays is the same one."""
    done, keys, offers, accepted, shown = "", 0, 0, 0, ""
    while len(done) < len(text):
        found = completing.complete(done, policy)
        offer = done + found.text if found else ""
        offers += bool(offer and offer != shown)
        shown = offer
        keys += 1
        if len(offer) - len(done) >= 2 and text.startswith(offer):
            done, accepted, shown = offer, accepted + 1, ""
        else:
            done += text[len(done)]
    return Typed(keys, len(text), offers, accepted)


def type_all(typed: Sequence[tuple[Sentences, str]], policy: OfferPolicy) -> Typed:
    return sum((type_text(Completing(sentences), text, policy) for sentences, text in typed), Typed())


def choose_policy(typed: Sequence[tuple[Sentences, str]], most_false_offers: float, *, are_few: bool) -> OfferPolicy:
    """The policy that saves most keys on these messages within the limit; the least wrong one when none keeps to it."""
    aim = most_false_offers * (CAREFUL_SHARE if are_few else AIMED_SHARE)
    best, most, least = replace(CAUTIOUS, allowed_share=aim), 0.0, 1.0
    for least_chance in LEAST_CHANCES:
        low, high = PRICES
        for _ in range(HALVINGS):
            # A lower price saves more and is wrong more often.
            price = round((low * high) ** 0.5, 2)
            policy = OfferPolicy(price, least_chance, aim)
            result = type_all(typed, policy)
            low, high = (low, price) if result.false_share <= aim else (price, high)
            if result.false_share <= aim and result.saved > most:
                best, most = policy, result.saved
            elif not most and result.false_share <= least and result.offers:
                best, least = policy, result.false_share
    return best
