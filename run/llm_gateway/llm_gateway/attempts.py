"""One request to one upstream, and what became of it. Nothing has been sent to the caller while this decides.

Three limits, not one: to connect, to the first piece of an answer, and between two pieces (`domain.llm.Upstream`).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import aiohttp

from earpiece.domain.llm import Upstream, UpstreamKind
from llm_gateway.addresses import AddressForbidden
from llm_gateway.events import Event, EventSplitter, read_event
from llm_gateway.soundness import ToolNotOffered

MOST_ANSWER_BYTES = 32 * 1024 * 1024
MOST_HELD_BYTES = 1024 * 1024  # of a stream before its first content
WELL, BUSY, MISSING = (200, 299), (408, 409, 425, 429, 529), (401, 403, 404)
FAILURES = (aiohttp.ClientError, TimeoutError, OSError, ValueError)


class Failure(StrEnum):
    """Why an attempt gave no answer."""

    BUSY = "busy"  # it asked us to wait
    BROKEN = "broken"  # 5xx, reset, no JSON, cut before any content
    SLOW = "slow"
    UNAUTHORIZED = "unauthorized"  # the account's key or deployment is wrong: someone must look
    REFUSED = "refused"  # 4xx: it will say the same again
    FILTERED = "filtered"
    TOO_LONG = "too-long"
    FORBIDDEN = "address-forbidden"  # it is in a network that accounts may not reach
    UNSOUND = "unsound"  # it calls a tool that was not offered


HEALTHY = (Failure.REFUSED, Failure.FILTERED, Failure.TOO_LONG, Failure.UNSOUND)
WORTH_ANOTHER_TRY = (Failure.BUSY, Failure.BROKEN, Failure.SLOW)


class AttemptFailed(Exception):
    """`status`, `data` and `content_type` are the upstream's answer, where it gave one."""

    def __init__(
        self,
        failure: Failure,
        *,
        status: int = 0,
        data: bytes = b"",
        content_type: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(failure.value)
        self.failure, self.status, self.data = failure, status, data
        self.content_type, self.retry_after_s = content_type, retry_after_s


@dataclass(frozen=True, slots=True)
class Target:
    """Where an attempt goes, ready to be sent."""

    upstream: Upstream
    model: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """A 2xx whose body is JSON."""

    data: bytes
    body: Mapping[str, Any]
    content_type: str


@dataclass(slots=True)
class OpenedStream:
    """A stream that has begun to say something: `held` are its events so far, `read` those that follow."""

    response: aiohttp.ClientResponse
    held: list[tuple[bytes, Event]]
    splitter: EventSplitter
    quiet_s: float
    tail: list[tuple[bytes, Event]] = field(default_factory=list)

    async def batches(self, deadline_s: float) -> AsyncIterator[list[tuple[bytes, Event]]]:
        """The events as they come, those of one read together. Raises what FAILURES names when it breaks."""
        yield self.held
        while True:
            async with asyncio.timeout(min(self.quiet_s, deadline_s - time.monotonic())):
                data = await self.response.content.readany()
            if not data:
                if self.splitter.has_rest:
                    raise ValueError("the stream ended within an event")
                return
            batch: list[tuple[bytes, Event]] = []
            try:
                for event in self.splitter.feed(data):
                    batch.append((event, read_event(event)))  # noqa: PERF401 (what came before a bad one is good)
            except ValueError:
                yield batch
                raise
            yield batch

    def close(self) -> None:
        """Whatever it would still say, nobody listens: the upstream notices."""
        self.response.close()


def target_of(upstream: Upstream, model: str, path: str, secret: str, traceparent: str) -> Target:
    """Addresses as learn.microsoft.com/azure/ai-foundry/openai/reference and platform.openai.com/docs have them."""
    base = upstream.base_url.rstrip("/")
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "traceparent": traceparent}
    if upstream.kind is UpstreamKind.AZURE:
        named = "" if path == "responses" else f"deployments/{model}/"
        url = f"{base}/openai/{named}{path}?api-version={upstream.api_version}"
        own = {"Authorization": f"Bearer {secret}"} if upstream.client_id else {"api-key": secret}
        return Target(upstream, model, url, {**headers, **own})
    known = {"Authorization": f"Bearer {secret}"} if secret else {}  # an endpoint of one's own may ask for none
    return Target(upstream, model, f"{base}/{path}", {**headers, **known})


async def ask_whole(
    session: aiohttp.ClientSession,
    target: Target,
    data: bytes,
    limit_s: float,
    check: Callable[[Mapping[str, Any]], None],
) -> WholeAnswer:
    """The whole answer; raises AttemptFailed. `check` raises ValueError, LookupError or ToolNotOffered."""
    try:
        async with asyncio.timeout(limit_s), _posted(session, target, data) as response:
            answer = await _read(response)
            if not WELL[0] <= response.status <= WELL[1]:
                raise _refusal(response, answer)
            body = json.loads(answer)
            if not isinstance(body, dict):
                raise ValueError("the answer is no object")
            check(body)
            return WholeAnswer(answer, body, response.content_type)
    except TimeoutError as error:
        raise AttemptFailed(Failure.SLOW) from error
    except ToolNotOffered as error:
        raise AttemptFailed(Failure.UNSOUND) from error
    except (*FAILURES, AttributeError, LookupError, TypeError, RecursionError) as error:
        raise AttemptFailed(_failure_by(error)) from error


async def open_stream(
    session: aiohttp.ClientSession, target: Target, data: bytes, limit_s: float, check: Callable[[Event], None]
) -> OpenedStream:
    """The stream once it has said something that counts; raises AttemptFailed. The caller closes it."""
    response: aiohttp.ClientResponse | None = None
    try:
        async with asyncio.timeout(limit_s):
            response = await _posted(session, target, data)
            if not WELL[0] <= response.status <= WELL[1]:
                raise _refusal(response, await _read(response))
            return await _begun(response, target.upstream.quiet_s, check)
    except TimeoutError as error:
        _drop(response)
        raise AttemptFailed(Failure.SLOW) from error
    except ToolNotOffered as error:
        _drop(response)
        raise AttemptFailed(Failure.UNSOUND) from error
    except FAILURES as error:
        _drop(response)
        raise AttemptFailed(_failure_by(error)) from error
    except BaseException:
        _drop(response)
        raise


def _posted(session: aiohttp.ClientSession, target: Target, data: bytes) -> Any:
    limit = _connect_limit(target.upstream.connect_s)
    return session.post(target.url, data=data, headers=target.headers, timeout=limit, allow_redirects=False)


@lru_cache(64)
def _connect_limit(connect_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_s)


async def _begun(response: aiohttp.ClientResponse, quiet_s: float, check: Callable[[Event], None]) -> OpenedStream:
    opened = OpenedStream(response, [], EventSplitter(), quiet_s)
    held_bytes = 0
    while data := await response.content.readany():
        for event in opened.splitter.feed(data):
            said = read_event(event)
            if said.error is not None:
                raise _error_in_stream(said.error)
            check(said)
            opened.held.append((event, said))
            held_bytes += len(event)
        if any(said.is_content or said.finished for _, said in opened.held) or held_bytes > MOST_HELD_BYTES:
            return opened
    raise ValueError("the stream ended before it said anything")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > MOST_ANSWER_BYTES:
        raise ValueError("the answer is too large")
    parts, size = [], 0
    while part := await response.content.readany():
        size += len(part)
        if size > MOST_ANSWER_BYTES:
            raise ValueError("the answer is too large")
        parts.append(part)
    return b"".join(parts)


def _refusal(response: aiohttp.ClientResponse, data: bytes) -> AttemptFailed:
    failure = _failure_of(response.status, data)
    return AttemptFailed(
        failure,
        status=response.status,
        data=data,
        content_type=response.content_type,
        retry_after_s=_retry_after_s(response.headers) if failure is Failure.BUSY or response.status == 503 else None,
    )


def _failure_of(status: int, data: bytes) -> Failure:
    if status in BUSY:
        return Failure.SLOW if status == 408 else Failure.BUSY
    if status in MISSING:
        return Failure.UNAUTHORIZED
    if status >= 500 or status < 400:
        return Failure.BROKEN
    code = _error_code(data)
    if code in ("content_filter", "content_policy_violation"):
        return Failure.FILTERED
    return Failure.TOO_LONG if code in ("context_length_exceeded", "string_above_max_length") else Failure.REFUSED


def _failure_by(error: Exception) -> Failure:
    is_forbidden = isinstance(getattr(error, "os_error", error), AddressForbidden)
    return Failure.FORBIDDEN if is_forbidden else Failure.BROKEN


def _error_code(data: bytes) -> str:
    try:
        error = json.loads(data)["error"]
        return str(error.get("code") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _error_in_stream(error: Mapping[str, Any]) -> AttemptFailed:
    data = json.dumps({"error": error}).encode()
    failure = _failure_of(400, data)
    return AttemptFailed(failure if failure in (Failure.FILTERED, Failure.TOO_LONG) else Failure.BROKEN, data=data)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """RFC 9110, section 10.2.3; OpenAI and Azure say milliseconds in a header of their own as well."""
    for name, unit in (("retry-after-ms", 1000.0), ("Retry-After", 1.0)):
        try:
            return max(float(headers[name]) / unit, 0.0)
        except (KeyError, ValueError):
            continue
    try:
        until = parsedate_to_datetime(headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return max((until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)


def _drop(response: aiohttp.ClientResponse | None) -> None:
    if response is not None:
        response.close()
