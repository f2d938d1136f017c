"""A function with more than one path: a Flask app of ours behind the framework's single entry."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from flask import Flask, Request, Response

Built = TypeVar("Built")

# gunicorn 25 and later opens ~/.gunicorn/gunicorn.ctl, which all functions of a machine take from each other. The
# framework passes no such setting on, but it imports the function first: this is what it then finds.
with contextlib.suppress(ImportError):
    from gunicorn.config import ControlSocketDisable  # type: ignore[import-untyped]

    ControlSocketDisable.default = True


def answer(app: Flask, request: Request) -> Response:
    """Let the app answer the request that the functions framework received."""
    with app.request_context(request.environ):
        return app.full_dispatch_request()


class Lazily(Generic[Built]):
    """Something built at its first use, once, by whichever thread comes first.

    The framework imports a function before gunicorn forks, and a gRPC channel does not survive a fork; so clients are
    made in the process that uses them. `/readyz` is the first use, which is what a start-up probe asks.
    """

    def __init__(self, build: Callable[[], Built]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._built: Built | None = None

    def __call__(self) -> Built:
        if self._built is None:
            with self._lock:
                if self._built is None:
                    self._built = self._build()
        return self._built
