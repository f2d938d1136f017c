"""How many requests and tokens a minute a key may ask of this process."""

from __future__ import annotations

from earpiece.web.rate_limits import TokenBuckets
from llm_gateway.callers import Profile
from llm_gateway.calls import Call


class CallLimits:
    """Token buckets, a pair a key."""

    def __init__(self) -> None:
        self._requests, self._tokens = TokenBuckets(), TokenBuckets()

    def take(self, profile: Profile, call: Call) -> None:
        """Count a call; raises RateLimited. Tokens are counted as estimated before the answer is known."""
        llm = profile.llm
        if llm.requests_per_minute:
            self._requests.take(profile.key.key_id, llm.requests_per_minute)
        if llm.tokens_per_minute:
            wanted = call.input_tokens + call.most_output_tokens
            self._tokens.take(profile.key.key_id, llm.tokens_per_minute, wanted, "tokens")
