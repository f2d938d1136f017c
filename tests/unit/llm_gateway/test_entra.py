"""Tokens of Microsoft Entra: how long one is used, and what is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession, web

from earpiece.domain.llm import Upstream, UpstreamKind
from llm_gateway.attempts import AttemptFailed, Failure
from llm_gateway.entra import EntraTokens

UPSTREAM = Upstream("azure", UpstreamKind.AZURE, "https://acme.openai.azure.com", tenant_id="t-1", client_id="c-1")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def with_authority(handler: Handler, use: Callable[[EntraTokens, Clock], Awaitable[object]]) -> object:
    """`use` with tokens of an authority that answers by `handler`."""

    async def run() -> object:
        app = web.Application()
        app.router.add_post("/{path:.*}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        clock = Clock()
        try:
            async with ClientSession() as session:
                return await use(EntraTokens(session, f"http://127.0.0.1:{runner.addresses[0][1]}", clock), clock)
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def test_a_token_is_used_until_a_minute_before_it_expires():
    given = []

    async def give(request: web.Request) -> web.Response:
        given.append(await request.post())
        return web.json_response({"access_token": f"token-{len(given)}", "expires_in": 600})

    async def use(tokens: EntraTokens, clock: Clock) -> list[str]:
        told = []
        for now_s in (1_000.0, 1_539.0, 1_541.0):
            clock.now_s = now_s
            told.append(await tokens(UPSTREAM, "secret"))
        return [*told, await tokens(UPSTREAM, "another secret")]

    assert with_authority(give, use) == ["token-1", "token-1", "token-2", "token-3"]
    assert [one["client_secret"] for one in given] == ["secret", "secret", "another secret"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (web.json_response({"error": "invalid_client"}, status=401), Failure.UNAUTHORIZED),
        (web.Response(status=500), Failure.BROKEN),
        (web.Response(text="<html>"), Failure.BROKEN),
        (web.json_response({"access_token": "t"}), Failure.BROKEN),
        (web.json_response({"access_token": "t", "expires_in": "soon"}), Failure.BROKEN),
        (web.json_response([]), Failure.BROKEN),
    ],
)
def test_what_is_no_token_fails_and_is_asked_for_again(answer, failure):
    asked = []

    async def refuse(_: web.Request) -> web.StreamResponse:
        asked.append(1)
        return answer if len(asked) == 1 else web.json_response({"access_token": "good", "expires_in": 600})

    async def use(tokens: EntraTokens, _: Clock) -> str:
        with pytest.raises(AttemptFailed) as failed:
            await tokens(UPSTREAM, "secret")
        assert failed.value.failure is failure
        return await tokens(UPSTREAM, "secret")

    assert with_authority(refuse, use) == "good"


def test_the_secret_is_not_sent_on_where_a_redirect_leads():
    seen = []

    async def redirect(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async def use(tokens: EntraTokens, _: Clock) -> object:
        with pytest.raises(AttemptFailed):
            await tokens(UPSTREAM, "secret")
        return None

    with_authority(redirect, use)

    assert seen == ["/t-1/oauth2/v2.0/token"]
