"""A stand-in for a provider of language models, on this machine: OpenAI's and Azure OpenAI's addresses and formats.

It is no model: what it says comes from a function of the request's body (`Answer`). Each first part of a path is a
provider of its own, with its own faults: `PUT /_control/<name>` sets them, `GET` tells what it has been asked.
Started as `python -m earpiece_emulators.model_provider <port> [<module>:<function>]`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from aiohttp import web

from earpiece.domain.errors import InvalidInput
from earpiece_emulators import model_wire as wire
from earpiece_emulators.model_behaviour import Behaviour, Fault, Profile, Received
from earpiece_emulators.model_sending import refused, send_stream, send_whole
from earpiece_emulators.ports import LOOPBACK

Answer = Callable[[Mapping[str, Any]], str]
MOST_BODY_BYTES = 64 * 1024 * 1024


def said_back(body: Mapping[str, Any]) -> str:
    """The last thing that was said, or for the responses API what was put in."""
    messages = body.get("messages") or body.get("input") or ""
    content = messages[-1].get("content", "") if isinstance(messages, list) else messages
    if isinstance(content, list):
        content = " ".join(part.get("text", f"<{part.get('type')}>") for part in content)
    return f"You said: {content}"


class ModelProvider:
    """Any number of providers in one process; see the module."""

    def __init__(self, answer: Answer = said_back) -> None:
        self._answer = answer
        self.profiles: dict[str, Profile] = {}
        self._runner: web.AppRunner | None = None

    def profile(self, name: str) -> Profile:
        return self.profiles.setdefault(name, Profile())

    def behave(self, name: str, **behaviour: Any) -> Profile:
        """Set how a provider behaves from now on, and forget what it was asked."""
        self.profiles[name] = Profile(Behaviour(**behaviour))
        return self.profiles[name]

    async def start(self, port: int = 0) -> int:
        """Serve; the port."""
        app = web.Application(client_max_size=MOST_BODY_BYTES)
        app.router.add_get("/readyz", self._ready)
        app.router.add_route("*", "/_control/{name}", self._control)
        app.router.add_post("/{name}/{path:.+}", self._post)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _control(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if request.method == "PUT":
            try:
                self.profiles[name] = Profile(Behaviour.from_json(await request.json()))
            except (InvalidInput, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)
        profile = self.profile(name)
        return web.json_response({"behaviour": asdict(profile.behaviour), **profile.told()})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        profile = self.profile(request.match_info["name"])
        if request.path.endswith("/oauth2/v2.0/token"):
            return await _token(request, profile)
        body = json.loads(await request.read() or b"{}")
        path = request.match_info["path"]
        fault = profile.takes(Received(request.path_qs, dict(request.headers), body, time.monotonic()))
        try:
            answer = await self._answered(request, profile.behaviour, fault, path, body)
        except (asyncio.CancelledError, ConnectionError):
            profile.left_count += 1
            raise
        profile.completed_count += 1
        return answer

    async def _answered(
        self, request: web.Request, behaviour: Behaviour, fault: Fault, path: str, body: dict[str, Any]
    ) -> web.StreamResponse:
        if not {"api-key", "authorization"} & {name.lower() for name in request.headers}:
            fault = Fault.UNAUTHORIZED
        if instead := await refused(request, behaviour, fault):
            return instead
        await asyncio.sleep(behaviour.delay_s)
        if path.endswith("/embeddings"):
            return await send_whole(request, wire.embeddings(body, _model(body, path, fault)), fault)
        said = self._said(body, path, fault, behaviour)
        is_chat = path.endswith("/chat/completions")
        if not body.get("stream"):
            return await send_whole(request, wire.chat(said) if is_chat else wire.response(said), fault)
        tells_usage = fault is not Fault.NO_USAGE
        wants_usage = tells_usage and bool((body.get("stream_options") or {}).get("include_usage"))
        chat = wire.chat_events(said, wants_usage=wants_usage)
        events = chat if is_chat else wire.response_events(said, tells_usage=tells_usage)
        return await send_stream(request, events, fault, behaviour)

    def _said(self, body: dict[str, Any], path: str, fault: Fault, behaviour: Behaviour) -> wire.Said:
        is_azure, model = path.startswith("openai/"), _model(body, path, fault)
        tool = "never_offered" if fault is Fault.UNOFFERED_TOOL else _tool_asked_for(body)
        text = self._answer(body) if behaviour.text is None else behaviour.text
        tokens = len(json.dumps(body.get("messages") or body.get("input") or "").split())
        said = "{}" if tool and behaviour.text is None else text
        return wire.Said(model, said, tokens, tool, is_azure, _count(body), behaviour.piece_length)


async def _token(request: web.Request, profile: Profile) -> web.Response:
    """Microsoft Entra's answer to client credentials; the secret `wrong` is."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    profile.takes(Received(request.path_qs, dict(request.headers), form, time.monotonic()))
    if form.get("client_secret") == "wrong":
        return web.json_response({"error": "invalid_client"}, status=401)
    await asyncio.sleep(profile.behaviour.delay_s)
    told = {"token_type": "Bearer", "expires_in": 3599, "access_token": f"token-{len(profile.received)}"}
    return web.json_response(told)


def _model(body: Mapping[str, Any], path: str, fault: Fault) -> str:
    """What the answer says that it is from."""
    if fault is Fault.OTHER_MODEL:
        return "some-other-model"
    return path.split("/")[2] if path.startswith("openai/deployments/") else str(body.get("model", ""))


def _count(body: Mapping[str, Any]) -> int:
    count = body.get("n")
    return count if isinstance(count, int) and count > 0 else 1


def _tool_asked_for(body: Mapping[str, Any]) -> str:
    """A tool that must be called is; one that may be is not."""
    choice, tools = body.get("tool_choice"), body.get("tools") or ()
    if isinstance(choice, dict):
        return str(choice["function"]["name"])
    return str(tools[0]["function"]["name"]) if tools and choice == "required" else ""


@contextmanager
def running_provider(answer: Answer = said_back) -> Iterator[tuple[ModelProvider, str]]:
    """A provider in a thread of this process, and its address."""
    provider, loop = ModelProvider(answer), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="model-provider", daemon=True)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(provider.start(), loop).result(10)
        yield provider, f"http://{LOOPBACK}:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(provider.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def named_answer(name: str) -> Answer:
    """`module:function`."""
    module, _, function = name.partition(":")
    found: Answer = getattr(importlib.import_module(module), function)
    return found


async def _serve(port: int, answer: Answer) -> None:
    await ModelProvider(answer).start(port)
    await asyncio.Event().wait()


def main() -> None:
    answer = named_answer(sys.argv[2]) if len(sys.argv) > 2 else said_back
    asyncio.run(_serve(int(sys.argv[1]), answer))


if __name__ == "__main__":
    main()
