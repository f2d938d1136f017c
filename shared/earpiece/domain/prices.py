"""What a provider charges, by date: overlaps are refused, and what nobody priced is not known, never free."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Self

from earpiece.domain.errors import InvalidInput

PER_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens of a provider's model, from a day (inclusive) to another (exclusive, None: until now).

    `upstream` is the name of one, or "" for all.
    """

    model: str
    since: date
    input_usd: float
    output_usd: float
    cached_input_usd: float | None = None
    until: date | None = None
    upstream: str = ""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        cached, until = body.get("cached_input_usd"), body.get("until")
        return cls(
            model=str(body["model"]),
            since=date.fromisoformat(body["since"]),
            input_usd=float(body["input_usd"]),
            output_usd=float(body["output_usd"]),
            cached_input_usd=None if cached is None else float(cached),
            until=date.fromisoformat(until) if until else None,
            upstream=str(body.get("upstream", "")),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "upstream": self.upstream,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "input_usd": self.input_usd,
            "output_usd": self.output_usd,
            "cached_input_usd": self.cached_input_usd,
        }

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def cost_usd(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        """`cached_tokens` are among the input's."""
        cached_usd = self.input_usd if self.cached_input_usd is None else self.cached_input_usd
        fresh = max(input_tokens - cached_tokens, 0)
        total = fresh * self.input_usd + cached_tokens * cached_usd + output_tokens * self.output_usd
        return total / PER_TOKENS


def valid_prices(prices: Iterable[Price]) -> None:
    """Raises InvalidInput when two prices hold on one day, one is negative, or one ends before it begins."""
    by_model: dict[tuple[str, str], list[Price]] = {}
    for price in prices:
        told = (price.input_usd, price.output_usd, price.cached_input_usd or 0.0)
        if not all(map(math.isfinite, told)):
            raise InvalidInput(f"the price of {price.model} is no number")
        if min(told) < 0:
            raise InvalidInput(f"the price of {price.model} is negative")
        if price.until is not None and price.until <= price.since:
            raise InvalidInput(f"the price of {price.model} from {price.since} ends before it begins")
        by_model.setdefault((price.upstream, price.model), []).append(price)
    for (_, model), found in by_model.items():
        found.sort(key=lambda one: one.since)
        for one, after in pairwise(found):
            if one.until is None or after.since < one.until:
                raise InvalidInput(f"two prices of {model} hold on {after.since}: end the first one there or before")


def price_on(prices: Sequence[Price], upstream: str, model: str, day: date) -> Price | None:
    """The price that holds, one of the upstream's own first; None when nobody knows it."""
    fitting = [one for one in prices if one.model == model and one.upstream in ("", upstream) and one.holds_on(day)]
    return max(fitting, key=lambda one: bool(one.upstream), default=None)
