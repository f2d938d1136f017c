"""One call from its bytes to its answer: what is allowed, who serves it, and what it cost."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from earpiece.domain.errors import EarpieceError, NotFound, RateLimited, Unavailable
from earpiece.domain.llm import NamedModel, Route, UpstreamKind
from earpiece.domain.prices import Price
from earpiece.privacy import Known, Vault
from earpiece.telemetry.traces import Trace, continue_trace
from llm_gateway.addresses import AddressForbidden, Reach
from llm_gateway.attempts import (
    AttemptFailed,
    Failure,
    OpenedStream,
    Target,
    WholeAnswer,
    ask_whole,
    open_stream,
    target_of,
)
from llm_gateway.callers import Profile
from llm_gateway.calls import Call, body_for
from llm_gateway.circuit import Circuit
from llm_gateway.entra import EntraTokens
from llm_gateway.failover import Answer, Ask, NoRoute, Served, Serving, Tried, Way
from llm_gateway.soundness import check_event, check_whole
from llm_gateway.upstream_limits import UpstreamLimits
from llm_gateway.usage import Tokens, UsageRecord, cost_usd

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger()

CALLER_LEFT, INTERRUPTED = "caller-left", "interrupted"


class ModelNotFound(NotFound):
    slug = "model-not-found"
    title = "The account has no model of this name"


class NoUpstream(Unavailable):
    """No upstream of the model answers now; `retry_after_s` says when to ask again."""

    slug = "no-upstream"
    title = "No upstream of this model answers"


class UpstreamBusy(RateLimited):
    slug = "upstream-busy"
    title = "Every upstream of this model asks to wait"


@dataclass(slots=True)
class Bill:
    """What becomes known of a call while it is served; it is recorded once, however the call ends."""

    profile: Profile
    call: Call  # as providers see it: masked, where the account has it so
    began_s: float
    at: datetime
    known: tuple[Known, ...] = field(default=(), repr=False)
    trace: Trace = field(default_factory=lambda: continue_trace(None))
    purpose: str = ""  # as the caller says
    vault: Vault = field(default_factory=Vault, repr=False)
    sent_keys: set[str] = field(default_factory=set, repr=False)
    usage_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tried: Tried = field(default_factory=Tried)
    asked: Route | None = None  # the last one that was
    route: Route | None = None  # the one that serves
    answered_model: str = ""
    first_token_ms: int | None = None
    tokens: Tokens | None = None
    outcome: str = "failed"
    cost_usd: float | None = None  # once it is recorded

    def told(self) -> dict[str, object]:
        """For the log's line: never a text."""
        route = self.route
        return {
            "usage_id": self.usage_id,
            "model": self.call.model_name,
            "is_stream": self.call.is_stream,
            "outcome": self.outcome,
            "upstream": route.upstream if route else "",
            "upstream_model": route.model if route else "",
            "attempt_count": self.tried.count + (route is not None),
            "first_token_ms": self.first_token_ms,
        }

    def without_keys(self, data: bytes) -> bytes:
        """What a provider said, without the keys that it was sent: some repeat them when they refuse."""
        for key in self.sent_keys:
            data = data.replace(key.encode(), b"***")
        return data

    def record(self, prices: tuple[Price, ...]) -> UsageRecord:
        """The row. A provider that was asked while the caller left bills what it was sent, so that is estimated."""
        route, tokens = self.route, self.tokens or Tokens(0, 0, is_estimate=True)
        if self.outcome == CALLER_LEFT and self.tokens is None and self.asked is not None:
            route, tokens = self.asked, Tokens(self.call.input_tokens, 0, is_estimate=True)
        known = (
            cost_usd((*self.profile.llm.prices, *prices), route.upstream, route.model, tokens, self.at)
            if route
            else 0.0
        )
        return UsageRecord(
            usage_id=self.usage_id,
            account_id=self.profile.account.account_id,
            key_id=self.profile.key.key_id,
            model_name=self.call.model_name,
            upstream=route.upstream if route else "",
            upstream_model=route.model if route else "",
            answered_model=self.answered_model,
            outcome=self.outcome,
            is_stream=self.call.is_stream,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            cached_tokens=tokens.cached,
            is_estimate=tokens.is_estimate,
            cost_usd=known,
            attempt_count=self.tried.count + (route is not None),
            first_token_ms=self.first_token_ms,
            latency_ms=round((time.monotonic() - self.began_s) * 1000),
            received_at=self.at,
            settings_version=self.profile.settings_version,
            purpose=self.purpose,
        )


class Upstreams:
    """The ways to the providers: one pool of connections, and one circuit a deployment of an account's upstream."""

    def __init__(self, session: aiohttp.ClientSession, entra: EntraTokens, reach: Reach) -> None:
        self._session, self._entra, self._reach = session, entra, reach
        self._circuits: dict[tuple[str, str, str], Circuit] = {}
        self._limits = UpstreamLimits()

    def circuit(self, account_id: str, route: Route) -> Circuit:
        return self._circuits.setdefault((account_id, route.upstream, route.model), Circuit())

    async def whole(self, bill: Bill, model: NamedModel, deadline_s: float) -> Served[WholeAnswer]:
        """Raises NoRoute or AttemptFailed, as `Serving.serve` does."""

        async def ask(route: Route, limit_s: float) -> WholeAnswer:
            check, data = partial(check_whole, bill.call), body_for(bill.call, route.model)
            async with self._target(bill, route) as target:
                return await ask_whole(self._session, target, data, limit_s, check)

        return await self._serve(bill, model, ask, deadline_s, lambda _: None)

    async def stream(self, bill: Bill, model: NamedModel, deadline_s: float) -> Served[OpenedStream]:
        async def ask(route: Route, limit_s: float) -> OpenedStream:
            check, data = partial(check_event, bill.call), body_for(bill.call, route.model)
            async with self._target(bill, route) as target:
                return await open_stream(self._session, target, data, limit_s, check)

        return await self._serve(bill, model, ask, deadline_s, OpenedStream.close)

    async def _serve(
        self,
        bill: Bill,
        model: NamedModel,
        ask: Ask[Answer],
        deadline_s: float,
        discard: Callable[[Answer], None],
    ) -> Served[Answer]:
        serving = Serving(
            bill.call,
            model,
            ask,
            way_of=partial(self._way, bill),
            deadline_s=deadline_s,
            tried=bill.tried,
            discard=discard,
        )
        served = await serving.serve()
        served.circuit.spoke()
        bill.route = served.route
        return served

    def _way(self, bill: Bill, route: Route) -> Way:
        account_id, upstream = bill.profile.account.account_id, bill.profile.llm.upstream(route.upstream)
        limit_s = upstream.first_token_s if bill.call.is_stream else upstream.whole_answer_s
        allowance = self._limits.allowance(account_id, upstream, bill.call)
        return Way(route, self.circuit(account_id, route), limit_s, allowance)

    @asynccontextmanager
    async def _target(self, bill: Bill, route: Route) -> AsyncIterator[Target]:
        """Where an attempt goes; a token that is refused there is not used again."""
        bill.asked = route
        upstream = bill.profile.llm.upstream(route.upstream)
        secret = bill.profile.secrets.get(upstream.name, "")
        try:
            self._reach.check(upstream.base_url)
        except AddressForbidden as error:
            raise AttemptFailed(Failure.FORBIDDEN) from error
        if not secret and upstream.kind is not UpstreamKind.COMPATIBLE:
            raise AttemptFailed(Failure.UNAUTHORIZED)
        if upstream.client_id:
            secret = await self._entra(upstream, secret)
        if secret:
            bill.sent_keys.add(secret)
        try:
            yield target_of(upstream, route.model, bill.call.path, secret, bill.trace.traceparent)
        except AttemptFailed as failed:
            if upstream.client_id and failed.failure is Failure.UNAUTHORIZED:
                self._entra.forget(secret)
            raise


def error_of(failed: NoRoute) -> EarpieceError:
    """What a caller is told when nobody answered, with when to come again."""
    retry_after_s = max(1, round(failed.retry_after_s + 0.5))
    if failed.is_limited or (failed.last is not None and failed.last.failure is Failure.BUSY):
        return UpstreamBusy(retry_after_s=retry_after_s)
    reason = failed.last.failure.value if failed.last else "circuit-open"
    return NoUpstream(f"no upstream of this model answers ({reason})", reason=reason, retry_after_s=retry_after_s)


def headers_of(bill: Bill, cost: float | None = None) -> list[tuple[str, str]]:
    """Which route served, how many tries, what it cost, for a program and for a person with curl."""
    headers = [
        ("x-earpiece-request-id", bill.usage_id),
        ("x-earpiece-attempts", str(bill.tried.count + (bill.route is not None))),
    ]
    if bill.route:
        headers += [("x-earpiece-upstream", bill.route.upstream), ("x-earpiece-upstream-model", bill.route.model)]
    if bill.tried.attempts:
        headers.append(("x-earpiece-failed", ", ".join(f"{name}={reason}" for name, reason in bill.tried.attempts)))
    return headers if cost is None else [*headers, ("x-earpiece-cost-usd", f"{cost:.8f}")]
