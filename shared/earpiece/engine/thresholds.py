"""When a completion is worth showing: chosen on held-out conversations, for at most one false offer in five."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from earpiece.engine.completing import Completing
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.word_mixture import Turn

PRICES = (1.0, 2.0, 4.0, 8.0, 12.0, 18.0, 27.0, 40.0, 60.0, 90.0)
CAUTIOUS = OfferPolicy(price=27.0, least_chance=0.5)  # where there is nothing to choose it on
LEAST_CHANCES = (0.2, 0.35, 0.5)


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


def type_all(typed: Sequence[tuple[Turn, str]], policy: OfferPolicy) -> Typed:
    return sum((type_text(Completing(turn), text, policy) for turn, text in typed), Typed())


def choose_policy(typed: Sequence[tuple[Turn, str]], most_false_offers: float) -> OfferPolicy:
    """The policy that saves most keys on these messages within the limit; a cautious one when none keeps to it."""
    best, most = replace(CAUTIOUS, allowed_share=most_false_offers), 0.0
    for least_chance in LEAST_CHANCES:
        for price in PRICES:
            policy = OfferPolicy(price, least_chance, most_false_offers)
            result = type_all(typed, policy)
            if result.false_share <= most_false_offers:
                if result.saved > most:
                    best, most = policy, result.saved
                break  # a higher price saves less
    return best
