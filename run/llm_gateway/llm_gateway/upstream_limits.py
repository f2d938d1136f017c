"""How many requests and tokens a minute this process may ask of an upstream."""

from __future__ import annotations

from dataclasses import dataclass

from earpiece.domain.llm import Upstream
from earpiece.web.rate_limits import TokenBuckets
from llm_gateway.calls import Call


class UpstreamLimits:
    """Token buckets, a pair an upstream of an account. For one event loop: nothing comes between asking and taking."""

    def __init__(self) -> None:
        self._requests, self._tokens = TokenBuckets(), TokenBuckets()

    def allowance(self, account_id: str, upstream: Upstream, call: Call) -> Allowance:
        return Allowance(self._requests, self._tokens, f"{account_id}/{upstream.name}", upstream, call)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Of one call at one upstream."""

    requests: TokenBuckets
    tokens: TokenBuckets
    key: str
    upstream: Upstream
    call: Call

    def wait_s(self) -> float:
        """Seconds until the upstream may be asked; 0 for now."""
        upstream, wait_s = self.upstream, 0.0
        if upstream.requests_per_minute:
            wait_s = self.requests.wait_s(self.key, upstream.requests_per_minute)
        if upstream.tokens_per_minute:
            wait_s = max(wait_s, self.tokens.wait_s(self.key, upstream.tokens_per_minute, self._wanted()))
        return wait_s

    def take(self) -> None:
        """Count an attempt, after `wait_s` was 0."""
        if self.upstream.requests_per_minute:
            self.requests.take(self.key, self.upstream.requests_per_minute)
        if self.upstream.tokens_per_minute:
            self.tokens.take(self.key, self.upstream.tokens_per_minute, self._wanted(), "tokens")

    def _wanted(self) -> int:
        return self.call.input_tokens + self.call.most_output_tokens
