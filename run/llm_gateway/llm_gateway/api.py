"""The requests of OpenAI's API, from the wire to the call that is served."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime

from earpiece.domain.errors import InvalidInput, NotFound, PayloadTooLarge
from earpiece.domain.llm import is_purpose
from llm_gateway.answering import Bill, ModelNotFound
from llm_gateway.asked import Asked, CallerLeft
from llm_gateway.calls import read_call
from llm_gateway.deps import Deps
from llm_gateway.leaving import Leaving
from llm_gateway.masking import KNOWN_HEADER, read_known
from llm_gateway.sending import JSON, Message, Receive, Send, send_whole
from llm_gateway.serve_call import serve_call
from llm_gateway.settings import Settings

PATHS = {f"/v1/{path}": path for path in ("chat/completions", "embeddings", "responses")}
MODELS = "/v1/models"
GRACE_S = 2.0  # for the end of an answer, after its deadline
DEADLINE_HEADER, PURPOSE_HEADER = b"x-earpiece-deadline-ms", b"x-earpiece-purpose"


class BodyTooSlow(InvalidInput):
    slug = "body-too-slow"
    title = "The request did not come in time"


class Api:
    """What answers once everything is connected; call it within the event loop that `deps` belongs to."""

    def __init__(self, settings: Settings, deps: Deps) -> None:
        self._settings, self._deps = settings, deps

    async def ready(self) -> None:
        """Raises Unavailable while the registry does not answer."""
        await self._deps.ready()

    async def close(self) -> None:
        await self._deps.close()

    async def answer(self, asked: Asked, receive: Receive, send: Send) -> None:
        """Raises EarpieceError before anything is sent, or CallerLeft."""
        if asked.method == "POST" and asked.path in PATHS:
            asked.route = asked.path
            await self._call(asked, receive, send)
        elif asked.method == "GET" and (asked.path == MODELS or asked.path.startswith(f"{MODELS}/")):
            asked.route = MODELS
            await self._models(asked, send)
        else:
            raise NotFound(f"there is no {asked.method} {asked.path}")

    async def _models(self, asked: Asked, send: Send) -> None:
        profile = await self._deps.callers.caller(asked.header(b"authorization"))
        listed = [
            {"id": one.name, "object": "model", "created": 0, "owned_by": "account"} for one in profile.llm.models
        ]
        name = asked.path.removeprefix(MODELS).strip("/")
        if not name:
            await send_whole(send, 200, _json({"object": "list", "data": listed}), JSON)
            return
        found = next((one for one in listed if one["id"] == name), None)
        if found is None:
            raise ModelNotFound(f"the account has no model {name!r}")
        await send_whole(send, 200, _json(found), JSON)

    async def _call(self, asked: Asked, receive: Receive, send: Send) -> None:
        profile = await self._deps.callers.caller(asked.header(b"authorization"))
        asked.account_id = profile.account.account_id
        call = read_call(PATHS[asked.path], await self._body(receive))
        known = read_known(asked.header(KNOWN_HEADER))
        bill = Bill(
            profile, call, asked.began_s, datetime.now(UTC), known, asked.trace, _purpose(asked.header(PURPOSE_HEADER))
        )
        asked.bill = bill
        deadline_s = asked.began_s + _deadline_s(asked.header(DEADLINE_HEADER), self._settings.deadline_s)
        # A caller that does not read what it is sent has left too, some time after its deadline.
        with Leaving(receive, deadline_s + GRACE_S - time.monotonic(), bill) as leaving:
            try:
                await serve_call(self._deps, bill, deadline_s, send)
            except asyncio.CancelledError:
                if leaving.has_left:
                    raise CallerLeft from None
                raise

    async def _body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._settings.body_s):
                return await _read_body(receive, self._settings.most_body_bytes)
        except TimeoutError as error:
            raise BodyTooSlow(f"the body did not come within {self._settings.body_s:g} s") from error


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


def _deadline_s(asked: str, longest_s: float) -> float:
    if not asked:
        return longest_s
    if not asked.isdecimal() or len(asked) > 12:
        raise InvalidInput(f"{DEADLINE_HEADER.decode()} must be a whole number of milliseconds")
    return min(max(int(asked) / 1000, 0.05), longest_s)


def _purpose(told: str) -> str:
    if told and not is_purpose(told):
        raise InvalidInput(f"{PURPOSE_HEADER.decode()} takes lower case letters, digits, - and _, 40 at most")
    return told


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
