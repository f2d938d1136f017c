"""The service: an ASGI application, so that a thousand streams need no thousand threads.

Other units are Flask apps; measured on one core, this path needs a seventh of the processor time of the fastest open
gateway, because it parses a request once and passes answers on as bytes. It listens before what serves calls is
loaded: the first calls wait for that, not for a port.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from earpiece.domain.errors import EarpieceError, Unavailable
from earpiece.telemetry.logs import bind_context, configure_logs
from llm_gateway.asked import Asked, CallerLeft
from llm_gateway.sending import Receive, Send, Sending, send_problem, send_whole
from llm_gateway.settings import Settings

if TYPE_CHECKING:
    from llm_gateway.api import Api
    from llm_gateway.deps import Deps

log = structlog.get_logger()

QUIET_PATHS = frozenset({"/healthz", "/readyz"})
COLLECT_EVERY = (20_000, 20, 50)  # calls make hardly any cycles; Python's 700 looks for them in every other call
LAST_WORDS_S = 0.5  # for the ends of answers that are cut off because this instance ends


class InstanceEnds(Unavailable):
    slug = "instance-ends"
    title = "This instance ends; ask again, another one answers"


class Gateway:
    """One process's gateway. An ASGI application, with its own start and end of life."""

    def __init__(self, settings: Settings, deps: Deps | None = None) -> None:
        self._settings, self._deps = settings, deps
        self._opening: asyncio.Task[Api] | None = None
        self._running: set[asyncio.Task[Any] | None] = set()
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
                    self._opening = asyncio.get_running_loop().create_task(self._open())
                    await send({"type": "lifespan.startup.complete"})
                case "lifespan.shutdown":
                    await self._close()
                    await send({"type": "lifespan.shutdown.complete"})
                    return

    async def _open(self) -> Api:
        try:
            api_type, connect = await asyncio.get_running_loop().run_in_executor(None, _loaded)
            api = api_type(self._settings, self._deps or await connect(self._settings))
            gc.collect()
            gc.freeze()  # what is loaded stays: no collection looks through it again
            gc.set_threshold(*COLLECT_EVERY)
            return api
        except Exception as error:
            log.error("start_failed", error_type=type(error).__name__, exc_info=error)
            signal.raise_signal(signal.SIGTERM)  # an instance that cannot serve is replaced
            raise

    async def _close(self) -> None:
        assert self._opening is not None
        if self._running:
            await asyncio.wait({task for task in self._running if task}, timeout=LAST_WORDS_S)
        if self._opening.done() and not self._opening.exception():
            await self._opening.result().close()
        self._opening.cancel()

    async def _answer(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        asked, send = Asked(scope), Sending(send)
        bind_context(asked.trace)
        self._running.add(task := asyncio.current_task())
        try:
            await self._served(asked, receive, send)
        except CallerLeft:
            pass
        except asyncio.CancelledError:  # what took longer than an instance that must end may wait
            if not send.has_started:
                await send_problem(send, InstanceEnds(), asked.request_id)
        except EarpieceError as error:
            await send_problem(send, error, asked.request_id)
        except Exception as error:
            log.error("request_failed", error_type=type(error).__name__, exc_info=error)
            if send.has_started:
                raise  # the server cuts the connection: the caller sees that something is missing
            await send_problem(send, EarpieceError(), asked.request_id)
        finally:
            self._running.discard(task)
            if asked.path not in QUIET_PATHS:
                log.info("request_finished", **asked.told(send.status))

    async def _served(self, asked: Asked, receive: Receive, send: Send) -> None:
        assert self._opening is not None
        if asked.method != "GET" or asked.path not in QUIET_PATHS:
            api = self._opening.result() if self._opening.done() else await asyncio.shield(self._opening)
            await api.answer(asked, receive, send)
            return
        if asked.path == "/readyz":
            await (await asyncio.shield(self._opening)).ready()
        await send_whole(send, 200, b"ok\n", "text/plain")


def _loaded() -> tuple[Callable[..., Api], Callable[..., Any]]:
    """What serves calls; half a second of imports, most of them Google's."""
    from earpiece.adapters.firestore_client import load_client
    from llm_gateway.api import Api
    from llm_gateway.deps import connect

    load_client()
    return Api, connect
