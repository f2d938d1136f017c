"""The service: an ASGI application, so that a thousand streams need no thousand threads.

Other units are Flask apps; measured on one core, this path needs a seventh of the processor time of the fastest open
gateway, because it parses a request once and passes answers on as bytes.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from earpiece.domain.errors import EarpieceError, InvalidInput, NotFound, PayloadTooLarge
from earpiece.domain.llm import NamedModel
from earpiece.telemetry.logs import configure_logs
from earpiece.web.statuses import status_of
from llm_gateway.answering import CALLER_LEFT, Bill, ModelNotFound, error_of, headers_of
from llm_gateway.attempts import AttemptFailed
from llm_gateway.cache import Kept, cache_key
from llm_gateway.calls import read_call
from llm_gateway.deps import Deps, connect
from llm_gateway.failover import Answer, NoRoute
from llm_gateway.masking import KNOWN_HEADER, read_known
from llm_gateway.restoring import restored, speaks_json
from llm_gateway.sending import JSON, PROBLEM, STREAM, Message, Receive, Send, Sending, problem_body, send_whole, start
from llm_gateway.settings import Settings
from llm_gateway.streaming import pass_on
from llm_gateway.usage import Tokens

log = structlog.get_logger()

PATHS = ("chat/completions", "embeddings", "responses")
GRACE_S = 2.0  # for the end of an answer, after its deadline
DEADLINE_HEADER = b"x-earpiece-deadline-ms"


class BodyTooSlow(InvalidInput):
    slug = "body-too-slow"
    title = "The request did not come in time"


class CallerLeft(Exception):
    """Nobody waits for an answer any more."""


class Gateway:
    """One process's gateway. An ASGI application, with its own start and end of life."""

    def __init__(self, settings: Settings, deps: Deps | None = None) -> None:
        self._settings = settings
        self._deps = deps
        configure_logs("llm_gateway", settings.project_id, settings.log_level)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            match (await receive())["type"]:
                case "lifespan.startup":
                    self._deps = self._deps or connect(self._settings)
                    await send({"type": "lifespan.startup.complete"})
                case "lifespan.shutdown":
                    await self._connected.close()
                    await send({"type": "lifespan.shutdown.complete"})
                    return

    @property
    def _connected(self) -> Deps:
        assert self._deps is not None
        return self._deps

    async def _answer(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        request_id = uuid.uuid4().hex
        send = Sending(send)
        try:
            if method == "GET" and path in ("/healthz", "/readyz"):
                await self._health(path, send)
            elif method == "GET" and (path == "/v1/models" or path.startswith("/v1/models/")):
                await self._models(scope, send)
            elif method == "POST" and path.removeprefix("/v1/") in PATHS and path.startswith("/v1/"):
                await self._call(path.removeprefix("/v1/"), scope, receive, send)
            else:
                raise NotFound(f"there is no {method} {path}")
        except CallerLeft:
            return
        except EarpieceError as error:
            await _send_problem(send, error, request_id)
        except Exception as error:
            log.error("request_failed", error_type=type(error).__name__, exc_info=error)
            if send.has_started:
                raise  # the server cuts the connection: the caller sees that something is missing
            await _send_problem(send, EarpieceError(), request_id)

    async def _health(self, path: str, send: Send) -> None:
        if path == "/readyz":
            await self._connected.ready()
        await send_whole(send, 200, b"ok\n", "text/plain")

    async def _models(self, scope: Mapping[str, Any], send: Send) -> None:
        profile = await self._connected.callers.caller(_header(scope, b"authorization"))
        listed = [
            {"id": one.name, "object": "model", "created": 0, "owned_by": "account"} for one in profile.llm.models
        ]
        name = scope["path"].removeprefix("/v1/models").strip("/")
        if not name:
            await send_whole(send, 200, _json({"object": "list", "data": listed}), JSON)
            return
        found = next((one for one in listed if one["id"] == name), None)
        if found is None:
            raise ModelNotFound(f"the account has no model {name!r}")
        await send_whole(send, 200, _json(found), JSON)

    async def _call(self, path: str, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        began_s = time.monotonic()
        deps = self._connected
        profile = await deps.callers.caller(_header(scope, b"authorization"))
        call = read_call(path, await self._body(receive))
        bill = Bill(profile, call, began_s, datetime.now(UTC), read_known(_header(scope, KNOWN_HEADER)))
        deadline_s = began_s + _deadline_s(scope, self._settings.deadline_s)
        serving = asyncio.ensure_future(self._serve(bill, deadline_s, send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            # A caller that does not read what it is sent has left too, some time after its deadline.
            patience_s = deadline_s + GRACE_S - time.monotonic()
            await asyncio.wait((serving, leaving), timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():  # the caller has gone: so does the upstream's request
                bill.outcome = CALLER_LEFT
                serving.cancel()
            await asyncio.wait((serving,))
            if serving.cancelled():
                raise CallerLeft
            serving.result()
        finally:
            leaving.cancel()
            serving.cancel()

    async def _body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._settings.body_s):
                return await _read_body(receive, self._settings.most_body_bytes)
        except TimeoutError as error:
            raise BodyTooSlow(f"the body did not come within {self._settings.body_s:g} s") from error

    async def _serve(self, bill: Bill, deadline_s: float, send: Send) -> None:
        deps, profile, call = self._connected, bill.profile, bill.call
        model = profile.llm.model(call.model_name)
        if model is None:
            raise ModelNotFound(f"the account has no model {call.model_name!r}", param="model")
        deps.limits.take(profile, call)
        if profile.llm.masks_personal_data:
            bill.call, bill.vault = await deps.masker.mask(call, bill.known)
        if call.is_stream:
            await self._paid(bill, model, partial(self._stream, bill, model, deadline_s, send))
            return
        ask = partial(self._paid, bill, model, partial(self._whole, bill, model, deadline_s))
        try:
            kept, is_hit = await self._kept_or(ask, bill, model)
        except AttemptFailed as refused:
            await _send_refusal(send, refused, bill)
            return
        await self._send_kept(send, kept, bill, is_hit=is_hit)

    async def _kept_or(self, ask: Callable[[], Awaitable[Kept]], bill: Bill, model: NamedModel) -> tuple[Kept, bool]:
        """The answer, and whether it was kept from an identical call."""
        if not model.cache_s:
            return await ask(), False
        key = cache_key(bill.profile.account.account_id, bill.profile.settings_version, bill.call)
        return await self._connected.cache.answer(key, model.cache_s, ask)

    async def _paid(self, bill: Bill, model: NamedModel, serve: Callable[[], Awaitable[Answer]]) -> Answer:
        """Reserve what it may cost, and on every way out record what it did."""
        deps = self._connected
        reservation = await deps.spending.reserve(bill, model)
        try:
            return await serve()
        finally:
            record = bill.record(deps.prices)
            deps.usage.tell(record)
            reservation.settle(record.cost_usd)

    async def _send_kept(self, send: Send, kept: Kept, bill: Bill, *, is_hit: bool) -> None:
        deps = self._connected
        if is_hit:
            bill.outcome, bill.answered_model = "cached", kept.answered_model
            deps.usage.tell(bill.record(deps.prices))
        headers = headers_of(bill, bill.record(deps.prices).cost_usd)
        hit = [("x-earpiece-cache", "hit"), ("x-earpiece-upstream", kept.upstream)] if is_hit else []
        data = restored(kept.data, bill.vault, is_json=speaks_json(bill.call))  # what is kept is masked
        await send_whole(send, 200, data, kept.content_type, [*headers, *hit])

    async def _whole(self, bill: Bill, model: NamedModel, deadline_s: float) -> Kept:
        """Raises AttemptFailed for a refusal that is the answer."""
        try:
            served = await self._connected.upstreams.whole(bill, model, deadline_s)
        except AttemptFailed as refused:
            bill.outcome = refused.failure.value
            raise
        except NoRoute as failed:
            bill.outcome = "no-upstream"
            raise error_of(failed) from failed
        served.circuit.succeeded()
        answer, route = served.answer, served.route
        usage = answer.body.get("usage")
        bill.tokens = (
            Tokens.of(usage) if isinstance(usage, dict) else Tokens(bill.call.input_tokens, 0, is_estimate=True)
        )
        bill.answered_model = str(answer.body.get("model") or "")
        bill.outcome = "answered"
        return Kept(answer.data, answer.content_type or JSON, route.upstream, route.model, bill.answered_model)

    async def _stream(self, bill: Bill, model: NamedModel, deadline_s: float, send: Send) -> None:
        deps = self._connected
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
        bill.outcome = "answered" if is_whole else "interrupted"
        (circuit.succeeded if is_whole else circuit.failed)()


async def _send_refusal(send: Send, refused: AttemptFailed, bill: Bill) -> None:
    """The provider's own words: which filter, which limit."""
    status = refused.status if refused.status >= 400 else 400
    await send_whole(send, status, restored(refused.data, bill.vault), refused.content_type or JSON, headers_of(bill))


async def _send_problem(send: Send, error: EarpieceError, request_id: str) -> None:
    status = status_of(error)
    headers = []
    if error.retryable:
        headers.append(("retry-after", str(error.facts.get("retry_after_s", 1))))
    if status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if isinstance(error, PayloadTooLarge | BodyTooSlow):
        headers.append(("connection", "close"))  # the rest of the body is not read
    await send_whole(send, status, problem_body(error, status, request_id), PROBLEM, headers)


async def _read_body(receive: Receive, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        part = message.get("body", b"")
        size += len(part)
        if size > most_bytes:
            raise PayloadTooLarge(f"the body is larger than {most_bytes} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _deadline_s(scope: Mapping[str, Any], longest_s: float) -> float:
    asked = _header(scope, DEADLINE_HEADER)
    if not asked:
        return longest_s
    if not asked.isdecimal() or len(asked) > 12:
        raise InvalidInput(f"{DEADLINE_HEADER.decode()} must be a whole number of milliseconds")
    return min(max(int(asked) / 1000, 0.05), longest_s)


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
