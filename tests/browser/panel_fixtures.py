"""The built widget and one Chromium for a session's tests of the panel; a page and stand-in for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser.panel_page import PanelPage, a_desk_with_suggestions, a_panel_page, chromium, widget_files
from tests.browser.widget_apis import WidgetApis


@pytest.fixture(scope="session")
def widget_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return widget_files(tmp_path_factory.mktemp("widget"))


# Not for the session: while Playwright is there, its event loop runs, and no test beside it may run one of its own.
@pytest.fixture(scope="module")
def panel_browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def apis(widget_assets: Path) -> WidgetApis:
    """Not serving yet: a page does that."""
    return a_desk_with_suggestions(widget_assets)


@pytest.fixture
def a_desk(panel_browser: Browser, apis: WidgetApis) -> Iterator[Callable[..., PanelPage]]:
    """Make the page, with Playwright's settings for its context."""
    with ExitStack() as stack:
        yield lambda **context: stack.enter_context(a_panel_page(panel_browser, apis, **context))


@pytest.fixture
def desk(a_desk: Callable[..., PanelPage]) -> PanelPage:
    made: Any = a_desk()
    return made
