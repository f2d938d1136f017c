"""The built frame, a Chromium, and a desk of any platform with ten conversations in its own small internet."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from tests.browser.hosts.desks import IDS, ROOT, Desk
from tests.browser.hosts.sign_in import AccountPage, GenesysLogin
from tests.browser.hosts.web import Frames, Web
from tests.browser.widget_apis import WidgetApis, a_conversation, some_offers

FEW = 3  # frames and sign-ins, where a test needs no ten of them
# How many listeners for messages the window has.
COUNT_LISTENERS = """
window.heard = 0;
for (const [name, by] of [["addEventListener", 1], ["removeEventListener", -1]]) {
  const original = window[name];
  window[name] = function (type, ...rest) {
    if (type === "message") window.heard += by;
    return original.call(this, type, ...rest);
  };
}
"""


@pytest.fixture(scope="session")
def frame_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("frame")
    command = ["npx", "vite", "build", "--config", "tests/hosts/vite.config.ts", "--outDir", str(out)]
    subprocess.run(command, cwd=ROOT / "run/widget/web", check=True, capture_output=True, timeout=120)
    return out


@pytest.fixture(scope="session")
def shipped_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the service serves."""
    out = tmp_path_factory.mktemp("assets")
    command = ["npx", "vite", "build", "--app"]
    environment = os.environ | {"WIDGET_ASSETS": str(out)}
    subprocess.run(command, cwd=ROOT / "run/widget/web", env=environment, check=True, capture_output=True, timeout=180)
    return out


@pytest.fixture
def host_context(panel_browser: Browser) -> Iterator[BrowserContext]:
    context = panel_browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script(COUNT_LISTENERS)
    yield context
    context.close()


@pytest.fixture
def desk_of(host_context: BrowserContext, frame_assets: Path) -> Callable[[type[Desk]], Desk]:
    """Make the desk of a platform, not opened yet. As in any private window, frames have no storage."""
    return lambda kind: _desk(kind, host_context, frame_assets)


@pytest.fixture
def lasting_desk_of(
    panel_browser: Browser, frame_assets: Path, tmp_path: Path
) -> Iterator[Callable[[type[Desk]], Desk]]:
    """The same in an agent's everyday browser, where frames have their storage."""
    context = panel_browser.browser_type.launch_persistent_context(tmp_path, executable_path=shutil.which("chromium"))
    context.add_init_script(COUNT_LISTENERS)
    yield lambda kind: _desk(kind, context, frame_assets)
    context.close()


def _desk(kind: type[Desk], context: BrowserContext, frame_assets: Path) -> Desk:
    ids = list(IDS[kind])
    apis = WidgetApis(assets=frame_assets)
    for number, conversation_id in enumerate(ids):
        apis.conversations[conversation_id] = a_conversation(conversation_id, f"Customer {number}", "Hello", "Yes?")
        apis.offers[conversation_id] = some_offers([f"Reply for {number}"], set_id=f"set-{number}")
    proofs = {"platform-token": "token-1"} | {f"embed-{number}": f"token-{number}" for number in range(1, 20)}
    web = Web().attach(context)
    desk = kind(
        context.new_page(), web, Frames(frame_assets, apis, [], proofs=proofs), ids if kind.has_one_frame else ids[:FEW]
    )
    web.sites["https://login.mypurecloud.de"] = desk.login = GenesysLogin()
    web.sites["https://sso.acme.example"] = desk.account_page = AccountPage()
    return desk
