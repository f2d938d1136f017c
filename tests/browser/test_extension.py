"""The extension in Chromium: on the pages that the agent allowed, with nothing of ours within the page's reach."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect
from tests.browser.widget_apis import Call, WidgetApis, a_conversation, serving, some_offers

pytest_plugins = ["tests.browser.panel_fixtures"]
pytestmark = pytest.mark.browser_full

WEB = Path(__file__).parents[2] / "run/widget/web"
# As strict as a page can be: nothing of ours may need an exception in it.
CSP = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
DESK = """<!doctype html><title>Desk</title>
<h1 data-conversation="c-1">Maria</h1>
<textarea id="reply" cols="60" rows="4"></textarea>
<input id="name">"""


class Apis(WidgetApis):
    """The APIs, the account's configuration, and the page where its agents sign in."""

    extension_id = ""
    signs_in = True
    tokens = 0

    def answer(self, call: Call, known_etag: str) -> tuple[int, Any, dict[str, str]]:
        if call.path == "/earpiece.json":
            return 200, self.configuration(), {}
        if call.path == "/sign-in":
            if not self.signs_in:
                return 200, {"please": "sign in"}, {}
            return 302, None, {"Location": f"https://{self.extension_id}.chromiumapp.org/earpiece#embed_token=embed-1"}
        if call.path == "/v1/token":
            self.calls.append(call)
            Apis.tokens += 1
            body = {"token": f"secret-token-{Apis.tokens}", "expires_at": "2099-01-01T00:00:00Z", "expires_in_s": 600}
            return 200, body, {}
        return super().answer(call, known_etag)

    def drafts(self) -> list[str]:
        return [call.body["draft"] for call in self.called("/suggestions")]

    def configuration(self) -> dict[str, Any]:
        rule = {"selector": "[data-conversation]", "attribute": "data-conversation"}
        return {
            "account": "acme",
            "conversationApi": self.address,
            "signIn": {"kind": "embed", "url": f"{self.address}/sign-in"},
            "sites": [
                {"origin": self.address, "platform": "custom", "fields": ["#reply"], "conversation": rule},
                {"origin": self.address.replace("127.0.0.1", "localhost"), "conversation": rule},
            ],
        }


@dataclass(frozen=True, slots=True)
class Installed:
    context: BrowserContext
    worker: Worker
    apis: Apis

    @property
    def id(self) -> str:
        return self.worker.url.split("/")[2]

    def set_up(self) -> None:
        """As an agent does, in the page behind the extension's button."""
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/pages/action.html")
        page.get_by_label("Address of your account").fill(f"{self.apis.address}/earpiece.json")
        page.get_by_role("button", name="Set up").click()
        expect(page.get_by_label("Address of your account")).to_be_hidden()
        wait_for(page, lambda: self.worker.evaluate("chrome.scripting.getRegisteredContentScripts()") != [])
        page.close()

    def desk(self, host: str = "127.0.0.1") -> Page:
        page = self.context.new_page()
        page.goto(self.apis.address.replace("127.0.0.1", host) + "/desk")
        return page


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("extension")
    command = ["npx", "vite", "build", "--config", "vite.extension.config.ts", "--mode", "test", "--outDir", str(out)]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=180)
    # Nobody can press Chrome's own button here: what an agent would allow is allowed at the start.
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps(manifest | {"host_permissions": ["http://127.0.0.1/*"]}))
    return out


@pytest.fixture
def apis(built: Path) -> Iterator[Apis]:
    apis = Apis(built, pages={"/desk": DESK}, headers={"Content-Security-Policy": CSP})
    for number in (1, 2):
        apis.conversations[f"c-{number}"] = a_conversation(f"c-{number}", "Maria", "Where is it?")
        apis.offers[f"c-{number}"] = some_offers([f"Reply for {number}"])
    with serving(apis):
        yield apis


@pytest.fixture
def installed(panel_browser: Browser, built: Path, apis: Apis, tmp_path: Path) -> Iterator[Installed]:
    extension = tmp_path / "extension"
    shutil.copytree(built, extension)
    context = panel_browser.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=shutil.which("chromium"),
        args=[f"--disable-extensions-except={extension}", f"--load-extension={extension}"],
    )
    workers = context.service_workers
    worker = workers[0] if workers else context.wait_for_event("serviceworker")
    installed = Installed(context, worker, apis)
    apis.extension_id = installed.id
    yield installed
    context.close()


def wait_for(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if is_so():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not happen within 20 s")


def test_it_offers_what_belongs_to_the_pages_conversation_and_puts_it_into_the_field(installed: Installed):
    installed.set_up()
    desk = installed.desk()
    expect(desk.get_by_text("Reply for 1")).to_be_visible()

    desk.locator("#use-0").click()

    expect(desk.locator("#reply")).to_have_value("Reply for 1")


def test_it_asks_for_what_goes_on_from_the_agents_words(installed: Installed):
    installed.set_up()
    desk = installed.desk()
    expect(desk.get_by_text("Reply for 1")).to_be_visible()

    desk.locator("#reply").press_sequentially("Reply")

    # What it asks about is the agent's, however far they had come by then.
    wait_for(desk, lambda: any(installed.apis.drafts()))
    assert all("Reply".startswith(draft) for draft in installed.apis.drafts())


def test_it_follows_the_page_to_another_conversation(installed: Installed):
    installed.set_up()
    desk = installed.desk()
    expect(desk.get_by_text("Reply for 1")).to_be_visible()

    desk.evaluate("document.querySelector('h1').dataset.conversation = 'c-2'")

    expect(desk.get_by_text("Reply for 2")).to_be_visible()
    expect(desk.get_by_text("Reply for 1")).to_have_count(0)


def test_no_key_takes_what_was_offered_for_the_conversation_before(installed: Installed):
    installed.set_up()
    desk = installed.desk()
    expect(desk.get_by_text("Reply for 1")).to_be_visible()

    still_there = desk.evaluate(
        """async () => {
          document.querySelector("h1").dataset.conversation = "c-2";
          const key = { key: "1", code: "Digit1", altKey: true, bubbles: true };
          document.querySelector("#reply").dispatchEvent(new KeyboardEvent("keydown", key));
          for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
          return document.documentElement.lastElementChild.shadowRoot.textContent.includes("Reply for 1"); }"""
    )

    assert not still_there
    expect(desk.get_by_text("Reply for 2")).to_be_visible()
    expect(desk.locator("#reply")).to_have_value("")


def test_it_runs_on_no_host_outside_the_grants(installed: Installed):
    """`localhost` is in the account's configuration; nobody has allowed it."""
    installed.set_up()
    granted = installed.desk()
    expect(granted.get_by_text("Reply for 1")).to_be_visible()

    other = installed.desk("localhost")
    other.wait_for_load_state()

    assert other.locator("body ~ div").count() == 0
    scripts = installed.worker.evaluate("chrome.scripting.getRegisteredContentScripts()")
    assert [script["matches"] for script in scripts] == [["http://127.0.0.1/*"]]


def test_a_page_that_is_not_allowed_gets_no_line_even_with_our_script_in_it(installed: Installed):
    installed.set_up()
    elsewhere = installed.context.new_page()
    elsewhere.goto(f"chrome-extension://{installed.id}/pages/action.html")

    ended = elsewhere.evaluate(
        """() => new Promise((done) => {
          const port = chrome.runtime.connect({ name: "earpiece" });
          port.onMessage.addListener((message) => done(message.kind));
          port.onDisconnect.addListener(() => done("shut out"));
        })"""
    )

    assert ended == "shut out"


def test_a_site_without_its_permission_gets_no_line(installed: Installed):
    installed.set_up()
    installed.worker.evaluate(
        "() => { globalThis.asked = 0; chrome.permissions.contains = async () => { asked += 1; return false; }; }"
    )

    desk = installed.desk()
    wait_for(desk, lambda: installed.worker.evaluate("asked") > 0)
    desk.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))")

    assert desk.locator("body ~ div").count() == 0
    assert installed.apis.calls == []


def test_a_permission_that_is_taken_back_takes_the_panel_away(installed: Installed):
    installed.set_up()
    desk = installed.desk()
    expect(desk.get_by_text("Reply for 1")).to_be_visible()

    # Chrome does not take back what a manifest demands: as if it had.
    installed.worker.evaluate(
        """() => {
          chrome.permissions.contains = async () => false;
          chrome.permissions.getAll = async () => ({ origins: [] });
          chrome.permissions.onRemoved.dispatch({ origins: ["http://127.0.0.1/*"] });
        }"""
    )

    expect(desk.get_by_text("Reply for 1")).to_have_count(0)
    wait_for(desk, lambda: desk.locator("body ~ div").count() == 0)
    assert installed.worker.evaluate("chrome.scripting.getRegisteredContentScripts()") == []


def test_no_token_is_within_the_pages_reach(installed: Installed):
    installed.set_up()
    seen: list[str] = []
    desk = installed.context.new_page()
    desk.add_init_script(
        """
        window.heard = [];
        addEventListener("message", ({ data }) => heard.push(JSON.stringify(data)));
        const { fetch } = window;
        window.fetch = (...args) => (heard.push("fetch"), fetch(...args));
        """
    )
    desk.on("request", lambda request: seen.append(json.dumps(request.headers) + request.url))
    desk.goto(f"{installed.apis.address}/desk")
    expect(desk.get_by_text("Reply for 1")).to_be_visible()
    tokens = {call.token for call in installed.apis.calls if call.token}

    within = desk.evaluate(
        """() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML,
          document.documentElement.lastElementChild.shadowRoot.innerHTML, typeof chrome?.storage])"""
    )

    assert tokens
    assert not any(token in within + "".join(seen) for token in tokens)
    assert '"undefined"' in within
    assert desk.evaluate("heard") == []
    # Nor within the content script's: its world may read what the extension keeps for good, and no more.
    kept = installed.worker.evaluate("chrome.storage.local.get()")
    assert not any(token in json.dumps(kept) for token in tokens)
    assert all(token in json.dumps(installed.worker.evaluate("chrome.storage.session.get()")) for token in tokens)


def test_the_panel_is_closed_to_the_page(built: Path, tmp_path: Path):
    """As it is shipped; every other test here has it open to look inside."""
    subprocess.run(
        ["npx", "vite", "build", "--config", "vite.extension.config.ts", "--outDir", str(tmp_path)],
        cwd=WEB,
        check=True,
        capture_output=True,
        timeout=180,
    )

    shipped, open_one = (tmp_path / "content.js").read_text(), (built / "content.js").read_text()

    modes = [re.findall(r"attachShadow\(\{mode:[`'\"](\w+)", text) for text in (shipped, open_one)]
    assert modes == [["closed"], ["open"]]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert "host_permissions" not in manifest
    assert "content_scripts" not in manifest
    assert manifest["optional_host_permissions"] == ["https://*/*"]


def test_an_agent_who_is_not_signed_in_is_asked_and_can(installed: Installed):
    installed.apis.signs_in = False
    installed.set_up()
    desk = installed.desk()
    again = desk.get_by_role("button", name="Sign in again")
    expect(again).to_be_visible()

    installed.apis.signs_in = True
    again.click()

    expect(desk.get_by_text("Reply for 1")).to_be_visible()


def test_after_an_update_the_old_script_says_so_and_leaves_the_page_alone(installed: Installed):
    installed.set_up()
    desk = installed.desk()
    errors: list[str] = []
    desk.on("pageerror", lambda error: errors.append(str(error)))
    expect(desk.get_by_text("Reply for 1")).to_be_visible()

    installed.worker.evaluate("setTimeout(() => chrome.runtime.reload())")

    expect(desk.get_by_text("Earpiece was updated. Refresh")).to_be_visible()
    desk.locator("#reply").press_sequentially("Still mine")
    desk.locator("#reply").press("Tab")
    expect(desk.locator("#reply")).to_have_value("Still mine")
    expect(desk.locator("#name")).to_be_focused()
    assert errors == []


def test_another_page_than_the_accounts_cannot_be_set_up_for(installed: Installed):
    page = installed.context.new_page()
    page.goto(f"chrome-extension://{installed.id}/pages/action.html")
    page.get_by_label("Address of your account").fill(f"{installed.apis.address}/nothing.json")

    page.get_by_role("button", name="Set up").click()

    expect(page.get_by_role("status")).to_contain_text("no configuration at this address (404)")
