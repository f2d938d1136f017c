"""The platforms' desktops as their documents describe them, each with ten conversations, spoken with alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Frame, Page
from tests.browser.hosts.sign_in import AccountPage, GenesysLogin
from tests.browser.hosts.web import DOUBLES, SERVICE, Answer, Frames, Site, Web, page_of

ROOT = Path(__file__).parents[3]
LWC = ROOT / "run/widget/salesforce/force-app/main/default/lwc/earpiece"
SHIM = ROOT / "run/widget/ringcx/shim.js"
EMBED = {"kind": "embed", "url": "https://sso.acme.example/earpiece"}


@dataclass
class Desk:
    """One platform. `conversations` are ids as that platform makes them."""

    page: Page
    web: Web
    frames: Frames
    platform: ClassVar[str]
    origin: ClassVar[str]
    ancestors: ClassVar[list[str]]
    sdk: ClassVar[tuple[str, str]] = ("", "")  # its origin and double
    sign_in: ClassVar[Mapping[str, Any]] = EMBED
    has_one_frame: ClassVar[bool] = True
    conversations: list[str] = field(default_factory=list)
    login: GenesysLogin = field(default_factory=GenesysLogin)
    account_page: AccountPage = field(default_factory=AccountPage)

    def site(self) -> Site:
        return page_of(f"{self.platform}.js")

    def open(self) -> None:
        """The desktop with all ten, the first of them chosen, and the widget in it."""
        self.prepare()
        self.page.goto(f"{self.origin}/desk")
        self.page.wait_for_function("window.desk !== undefined")
        self.start()
        self.choose(0)

    def prepare(self) -> None:
        self.frames.ancestors = self.frames.ancestors or list(self.ancestors)
        self.frames.sign_in = self.frames.sign_in or dict(self.sign_in)
        self.web.sites[SERVICE] = self.frames
        self.web.sites.setdefault(self.origin, self.site())
        source, double = self.sdk
        if source:
            self.frames.sdk_source = source
            self.web.sites[source] = lambda _: Answer((DOUBLES / double).read_text(), "text/javascript")

    def start(self) -> None:
        self.page.evaluate("([ids, address]) => desk.open(ids, address)", [self.conversations, self.address()])

    def address(self) -> str:
        return f"{SERVICE}/w/acme/{self.platform}"

    def choose(self, number: int) -> None:
        self.page.evaluate("(id) => desk.choose(id)", self.conversations[number])

    def widget(self, number: int) -> Frame:
        """The frame that serves a conversation: its own, or the only one."""
        return self._frame("earpiece")

    def draft(self, number: int) -> str:
        return str(self.page.evaluate("(id) => desk.drafts[id] ?? ''", self.conversations[number]))

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if is_so():
                return
            self.page.wait_for_timeout(20)  # lets the pages go on
        raise AssertionError("it did not happen within 20 s")

    def settle(self) -> None:
        """Whatever the pages still had to do with what they know is done: two frames in each."""
        for frame in self.page.frames:
            frame.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))")

    def refuse(self, number: int) -> None:
        """From now on the platform takes no text for this conversation."""
        self.page.evaluate("(id) => desk.refuse(id)", self.conversations[number])

    def forget(self, number: int) -> None:
        """The frame takes its widget away."""
        self.widget(number).evaluate("assembly.dispose()")

    def forbid_sign_in(self) -> None:
        """Nobody is signed in anywhere."""
        self.login.is_signed_in = self.account_page.is_signed_in = False
        self.page.add_init_script("window.forbidsToken = true")

    def allow_sign_in(self) -> None:
        self.login.is_signed_in = self.account_page.is_signed_in = True
        self.page.evaluate("window.forbidsToken = false")

    def refusal(self, frame: Frame) -> str:
        """Why the host would not start, in its own words."""
        return str(frame.evaluate("document.body.dataset.refused"))

    def _frame(self, name: str) -> Frame:
        element = self.page.wait_for_selector(f"iframe[name='{name}']", state="attached")
        found = element.content_frame() if element else None
        assert found is not None
        return found


class Genesys(Desk):
    platform = "genesys"
    origin = "https://apps.mypurecloud.de"
    ancestors: ClassVar[list[str]] = ["https://apps.mypurecloud.de"]
    sdk = ("https://sdk-cdn.mypurecloud.com", "genesys_sdk.js")
    has_one_frame = False
    sign_in: ClassVar[Mapping[str, Any]] = {
        "kind": "platform",
        "authorizeUrl": "https://login.mypurecloud.de/oauth/authorize",
        "tokenUrl": "https://login.mypurecloud.de/oauth/token",
        "clientId": "client-1",
    }
    query = "conversationId={{gcConversationId}}&gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}"

    def address(self) -> str:
        return f"{super().address()}?{self.query}"

    def widget(self, number: int) -> Frame:
        return self._frame(self.conversations[number])

    def draft(self, number: int) -> str:
        return self.page.locator(f"#c-{self.conversations[number]} textarea").input_value()


class Salesforce(Desk):
    platform = "salesforce"
    origin = "https://acme.lightning.force.com"
    ancestors: ClassVar[list[str]] = ["https://*.lightning.force.com"]
    has_one_frame = False
    modules: ClassVar[Mapping[str, str]] = {
        "lwc": "salesforce_modules/lwc.js",
        "lightning/conversationToolkitApi": "salesforce_modules/toolkit.js",
        "lightning/messageService": "salesforce_modules/messages.js",
        "@salesforce/messageChannel/lightning__conversationAgentSend": "salesforce_modules/agent_send.js",
        "@salesforce/messageChannel/lightning__conversationEnded": "salesforce_modules/ended.js",
        "@salesforce/apex/EarpieceToken.embedToken": "salesforce_modules/apex.js",
    }

    def site(self) -> Site:
        imports = {name: f"/{file}" for name, file in self.modules.items()} | {"c/earpiece": "/lwc/earpiece.js"}
        page = page_of("salesforce.js", kind="module", imports=imports)

        def site(request: Any) -> Answer:
            name = request.url.rpartition("/")[2].removesuffix(".js")
            return Answer(lwc_module(name), "text/javascript") if "/lwc/" in request.url else page(request)

        return site

    def start(self) -> None:
        self.page.evaluate("([ids, address]) => desk.open(ids, address)", [self.conversations, SERVICE])

    def widget(self, number: int) -> Frame:
        return self._frame(self.conversations[number])

    def draft(self, number: int) -> str:
        return str(self.page.evaluate("(id) => desk.conversations.get(id) ?? ''", self.conversations[number]))


class LivePerson(Desk):
    platform = "liveperson"
    origin = "https://z1.le.liveperson.net"
    ancestors: ClassVar[list[str]] = ["https://*.liveperson.net"]
    sdk = ("https://lpcdn.lpsnmedia.net", "liveperson_sdk.js")


class RingCx(Desk):
    platform = "ringcentral"
    origin = "https://acme.digital.ringcentral.com"
    ancestors: ClassVar[list[str]] = ["https://acme.digital.ringcentral.com"]

    def site(self) -> Site:
        return page_of("ringcx.js")

    def start(self) -> None:
        shim = re.sub(r'var FRAME = "[^"]*"', f'var FRAME = "{self.address()}"', SHIM.read_text())
        self.page.evaluate("([ids, shim]) => desk.open(ids, shim)", [self.conversations, shim])


def lwc_module(name: str) -> str:
    """A module of the bundle as a browser takes it, without what the compiler would have taken out."""
    source = (LWC / f"{name}.js").read_text()
    return re.sub(r"@(api|wire\(\w+\))\s+", "", source).replace('"./frameChannel"', '"/lwc/frameChannel.js"')


IDS = {
    Genesys: [f"0a1b2c3d-0000-4000-8000-{number:012d}" for number in range(10)],
    Salesforce: [f"0Mw5e00000{number:05d}CAA" for number in range(10)],
    LivePerson: [f"6f1e1f2a-1111-4222-8333-{number:012d}" for number in range(10)],
    RingCx: [f"59709e1d367b6875d7{number:06x}" for number in range(10)],
}
PLATFORMS = list(IDS)
