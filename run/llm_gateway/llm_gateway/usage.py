"""What a call used and cost, for the bill: one record a call, whatever became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from earpiece.domain.prices import Price, price_on
from earpiece.domain.times import format_instant

MOST_TOKENS = 1_000_000_000  # more is no count
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Tokens:
    """As the provider counted them, or as we estimated where it did not say."""

    input: int
    output: int
    cached: int = 0
    is_estimate: bool = False

    @classmethod
    def told(cls, usage: object) -> Tokens | None:
        """None for what counts nothing: a call without a token there is not."""
        found = cls.of(usage) if isinstance(usage, dict) else None
        return found if found and found.input + found.output else None

    @classmethod
    def of(cls, usage: Mapping[str, Any]) -> Tokens:
        """Of the `usage` of chat completions, embeddings and responses; 0 for what is missing or no number."""
        details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
        return cls(
            input=_count(usage.get("prompt_tokens", usage.get("input_tokens"))),
            output=_count(usage.get("completion_tokens", usage.get("output_tokens"))),
            cached=_count(details.get("cached_tokens") if isinstance(details, dict) else 0),
        )


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """A row of `earpiece_raw.llm_usage`. `cost_usd` is None where nobody knows the price. No text, ever."""

    usage_id: str
    account_id: str
    key_id: str
    model_name: str
    upstream: str
    upstream_model: str
    answered_model: str
    outcome: str
    is_stream: bool
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    is_estimate: bool
    cost_usd: float | None
    attempt_count: int
    first_token_ms: int | None
    latency_ms: int
    received_at: datetime
    settings_version: str
    purpose: str = ""

    def row(self) -> dict[str, Any]:
        return {**asdict(self), "received_at": format_instant(self.received_at)}


def cost_usd(prices: Sequence[Price], upstream: str, model: str, tokens: Tokens, at: datetime) -> float | None:
    """At the price of that day; None when there is none."""
    price = price_on(prices, upstream, model, at.date())
    return None if price is None else price.cost_usd(tokens.input, tokens.output, tokens.cached)


def said_tokens(body: Mapping[str, Any]) -> int:
    """About how many an answer has whose provider did not count them; rather too many than too few."""
    said = body.get("choices") or body.get("output") or ""
    return len(json.dumps(said, ensure_ascii=False)) // CHARACTERS_PER_TOKEN


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), MOST_TOKENS)
