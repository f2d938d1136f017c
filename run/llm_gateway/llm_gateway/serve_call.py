"""One call from its caller to its answer: what it may cost, who answers it, and what is recorded of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from earpiece.domain.llm import NamedModel
from llm_gateway.answering import CALLER_LEFT, INTERRUPTED, Bill, ModelNotFound, error_of, headers_of
from llm_gateway.attempts import AttemptFailed
from llm_gateway.cache import Kept, cache_key
from llm_gateway.deps import Deps
from llm_gateway.failover import Answer, NoRoute
from llm_gateway.restoring import restored, speaks_json
from llm_gateway.sending import JSON, STREAM, Send, send_whole, start
from llm_gateway.streaming import pass_on
from llm_gateway.tool_addresses import check_tools
from llm_gateway.usage import Tokens, said_tokens


async def serve_call(deps: Deps, bill: Bill, deadline_s: float, send: Send) -> None:
    """Answer a call, by `send`. Raises EarpieceError before anything is sent, and only then."""
    model = bill.profile.llm.model(bill.call.model_name)
    if model is None:
        raise ModelNotFound(f"the account has no model {bill.call.model_name!r}", param="model")
    check_tools(bill.call.body, bill.profile.llm.tool_hosts)
    taken = await deps.limits.take(bill)
    try:
        await _serve(deps, bill, model, deadline_s, send)
    finally:
        taken.settle(bill.tokens.input + bill.tokens.output if bill.tokens else 0)


async def _serve(deps: Deps, bill: Bill, model: NamedModel, deadline_s: float, send: Send) -> None:
    if bill.profile.llm.masks_personal_data:
        bill.call, bill.vault = await deps.masker.mask(bill.call, bill.known)
    if bill.call.is_stream:
        await _paid(deps, bill, model, partial(_stream, deps, bill, model, deadline_s, send))
        return
    ask = partial(_paid, deps, bill, model, partial(_whole, deps, bill, model, deadline_s))
    try:
        kept, is_hit = await _kept_or(deps, ask, bill, model)
    except AttemptFailed as refused:
        await _send_refusal(send, refused, bill)
        return
    await _send_kept(deps, send, kept, bill, is_hit=is_hit)


async def _kept_or(deps: Deps, ask: Callable[[], Awaitable[Kept]], bill: Bill, model: NamedModel) -> tuple[Kept, bool]:
    """The answer, and whether it was kept from an identical call."""
    if not model.cache_s:
        return await ask(), False
    key = cache_key(bill.profile.account.account_id, bill.profile.settings_version, bill.call)
    return await deps.cache.answer(key, model.cache_s, ask)


async def _paid(deps: Deps, bill: Bill, model: NamedModel, serve: Callable[[], Awaitable[Answer]]) -> Answer:
    """Reserve what it may cost, and on every way out record what it did."""
    deps.usage.expect()
    reservation = await deps.spending.reserve(bill, model)
    try:
        return await serve()
    except asyncio.CancelledError:
        if bill.outcome != CALLER_LEFT:
            bill.outcome = INTERRUPTED  # this instance ends
        raise
    finally:
        record = bill.record(deps.prices)
        bill.cost_usd = record.cost_usd
        deps.usage.tell(record)
        reservation.settle(record.cost_usd)


async def _send_kept(deps: Deps, send: Send, kept: Kept, bill: Bill, *, is_hit: bool) -> None:
    if is_hit:
        bill.outcome, bill.answered_model, bill.cost_usd = "cached", kept.answered_model, 0.0
        deps.usage.tell(bill.record(deps.prices))
    headers = headers_of(bill, bill.cost_usd)
    hit = [("x-earpiece-cache", "hit"), ("x-earpiece-upstream", kept.upstream)] if is_hit else []
    data = restored(kept.data, bill.vault, is_json=speaks_json(bill.call))  # what is kept is masked
    await send_whole(send, 200, data, kept.content_type, [*headers, *hit])


async def _whole(deps: Deps, bill: Bill, model: NamedModel, deadline_s: float) -> Kept:
    """Raises AttemptFailed for a refusal that is the answer."""
    try:
        served = await deps.upstreams.whole(bill, model, deadline_s)
    except AttemptFailed as refused:
        bill.outcome = refused.failure.value
        raise
    except NoRoute as failed:
        bill.outcome = "no-upstream"
        raise error_of(failed) from failed
    served.circuit.succeeded()
    answer, route = served.answer, served.route
    estimate = partial(Tokens, bill.call.input_tokens, is_estimate=True)
    bill.tokens = Tokens.told(answer.body.get("usage")) or estimate(said_tokens(answer.body))
    bill.answered_model = str(answer.body.get("model") or "")
    bill.outcome = "answered"
    return Kept(answer.data, answer.content_type or JSON, route.upstream, route.model, bill.answered_model)


async def _stream(deps: Deps, bill: Bill, model: NamedModel, deadline_s: float, send: Send) -> None:
    try:
        served = await deps.upstreams.stream(bill, model, deadline_s)
    except AttemptFailed as refused:
        bill.outcome = refused.failure.value
        await _send_refusal(send, refused, bill)
        return
    except NoRoute as failed:
        bill.outcome = "no-upstream"
        raise error_of(failed) from failed
    opened, circuit = served.answer, served.circuit
    try:
        await send(start(200, STREAM, [("cache-control", "no-cache"), *headers_of(bill)]))
        is_whole = await pass_on(opened, bill, send, deadline_s)
    except BaseException:
        circuit.left()
        raise
    finally:
        opened.close()
    bill.outcome = "answered" if is_whole else INTERRUPTED
    (circuit.succeeded if is_whole else circuit.failed)()


async def _send_refusal(send: Send, refused: AttemptFailed, bill: Bill) -> None:
    """The provider's own words: which filter, which limit."""
    status = refused.status if refused.status >= 400 else 400
    data = restored(bill.without_keys(refused.data), bill.vault)
    await send_whole(send, status, data, refused.content_type or JSON, headers_of(bill))
