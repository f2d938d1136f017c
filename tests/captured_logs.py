"""What a module logs, whatever other tests of this process have set structlog to."""

from __future__ import annotations

import logging
from types import ModuleType

import pytest
import structlog
from structlog.testing import LogCapture
from structlog.typing import EventDict


def captured_logs(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> list[EventDict]:
    """The events from now on, as they come. A logger that was used before would keep the processors it had then."""
    capture = LogCapture()
    every_level = structlog.make_filtering_bound_logger(logging.NOTSET)
    monkeypatch.setattr(module, "log", structlog.wrap_logger(None, processors=[capture], wrapper_class=every_level))
    return capture.entries
