"""RingCentral's own frames in a page of the account: what the hosts beside them tell, put in, and refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Request
from tests.browser.hosts.desks import Desk, RingCx
from tests.browser.hosts.seeing import add_frame
from tests.browser.hosts.web import Answer

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.hosts.fixtures"]
pytestmark = pytest.mark.browser_full

EMBEDDABLE = "https://apps.ringcentral.com"
DIGITAL = "https://acme.digital.ringcentral.com"
EVIL = "https://evil.example"
# A frame of RingCentral's: keeps what it is told, with who told it.
RINGCENTRAL_FRAME = """<!doctype html><script>
  window.told = [];
  addEventListener("message", ({ data, origin }) => told.push([data, origin]));
</script>"""


@pytest.fixture
def crm(desk_of: Callable[[type[Desk]], Desk]) -> Desk:
    """A page of the account with a RingCentral frame, and one of somebody else's."""
    desk = desk_of(RingCx)
    page = '<!doctype html><title>CRM</title><body><script type="module" src="/page.js"></script>'

    def site(request: Request) -> Answer:
        name = request.url.rpartition("/")[2]
        return Answer((desk.frames.built / name).read_text(), "text/javascript") if name else Answer(page)

    desk.web.sites["https://crm.acme.example"] = site
    for origin in (EMBEDDABLE, DIGITAL, EVIL):
        desk.web.sites[origin] = lambda _: Answer(RINGCENTRAL_FRAME)
    desk.page.goto("https://crm.acme.example/")
    desk.page.wait_for_function("window.startHost !== undefined")
    return desk


def embedded(crm: Desk, kind: str, origin: str, really: str = "") -> Frame:
    """Start a host on a frame that should be of this origin, and really is of that."""
    frame = add_frame(crm.page, f"{really or origin}/app.html", "rc-widget-adapter-frame")
    crm.page.evaluate("([kind, origin]) => startHost(kind, origin)", [kind, origin])
    return frame


def say(frame: Frame, message: dict[str, object]) -> None:
    frame.evaluate("(message) => parent.postMessage(message, '*')", message)


def told(crm: Desk) -> list[dict[str, str] | None]:
    return list(crm.page.evaluate("told"))


def thread(thread_id: str) -> dict[str, str]:
    return {"platform": "ringcentral", "platformId": thread_id}


def test_embeddable_gets_a_service_and_answers_by_the_id_of_the_request(crm: Desk):
    frame = embedded(crm, "embeddable", EMBEDDABLE)
    say(frame, {"type": "rc-login-status-notify", "loggedIn": True})
    say(frame, {"type": "rc-post-message-request", "requestId": "17", "path": "/earpiece/button", "body": {}})
    say(frame, {"type": "rc-post-message-request", "requestId": "18", "path": "/somebody/elses", "body": {}})

    crm.wait_until(lambda: frame.evaluate("told.some(([{ responseId }]) => responseId)"))

    messages = frame.evaluate("told.map(([data]) => data)")
    services = [one["service"]["name"] for one in messages if one["type"] == "rc-adapter-register-third-party-service"]
    assert set(services) == {"Earpiece"}
    assert [one["responseId"] for one in messages if one["type"] == "rc-post-message-response"] == ["17"]


def test_embeddable_tells_ten_conversations_and_takes_a_text_where_one_is_open(crm: Desk):
    frame = embedded(crm, "embeddable", EMBEDDABLE)
    assert crm.page.evaluate("host.insert('too early')") is False
    for number in range(10):
        say(frame, {"type": "rc-route-changed-notify", "path": f"/conversations/{number}"})
    crm.wait_until(lambda: len(told(crm)) == 10)

    assert crm.page.evaluate("host.insert('Hello')") is True
    say(frame, {"type": "rc-route-changed-notify", "path": "/messages"})
    crm.wait_until(lambda: told(crm)[-1] is None)

    assert told(crm)[:10] == [thread(str(number)) for number in range(10)]
    assert crm.page.evaluate("host.insert('too late')") is False
    populated = "told.map(([data]) => data).filter(({ type }) => type === 'rc-adapter-auto-populate-conversation')"
    crm.wait_until(lambda: frame.evaluate(populated + ".length") == 1)
    assert frame.evaluate(populated)[0]["text"] == "Hello"


def test_ringcx_embedded_ui_tells_the_thread_of_a_task_and_takes_no_text(crm: Desk):
    frame = embedded(crm, "ringcxDigital", DIGITAL)
    say(frame, {"name": "smcc:content_thread:selected", "data": {"id": "t-1"}})
    say(frame, {"name": "smcc:task:selected", "data": {"Id": "task-2", "contentId": "c"}})
    say(frame, {"name": "smcc:task:updated", "data": {"Id": "task-3", "contentThreadId": "t-3"}})
    say(frame, {"name": "smcc:task:updated", "data": {"Id": "task-2", "contentThreadId": "t-2"}})
    say(frame, {"name": "smcc:task:selected", "data": {"Id": "task-3", "contentId": "c"}})

    crm.wait_until(lambda: len(told(crm)) == 4)

    assert told(crm) == [thread("t-1"), None, thread("t-2"), thread("t-3")]
    assert crm.page.evaluate("host.capabilities.insert") is False
    assert crm.page.evaluate("host.insert('x')") is False


@pytest.mark.parametrize(
    ("kind", "origin", "message"),
    [
        ("embeddable", EMBEDDABLE, {"type": "rc-route-changed-notify", "path": "/conversations/1"}),
        ("ringcxDigital", DIGITAL, {"name": "smcc:content_thread:selected", "data": {"id": "t-1"}}),
    ],
)
def test_a_frame_of_another_origin_neither_tells_nor_hears(
    crm: Desk, kind: str, origin: str, message: dict[str, object]
):
    frame = embedded(crm, kind, origin, really=EVIL)

    say(frame, message)
    crm.page.evaluate("host.insert('secret')")
    crm.settle()

    assert told(crm) == []
    assert frame.evaluate("told") == []


def test_another_frame_of_the_right_origin_does_not_count(crm: Desk):
    embedded(crm, "embeddable", EMBEDDABLE)
    second = add_frame(crm.page, EMBEDDABLE)

    say(second, {"type": "rc-route-changed-notify", "path": "/conversations/1"})
    crm.settle()

    assert told(crm) == []


def test_stopping_lets_go_of_the_page(crm: Desk):
    frame = embedded(crm, "embeddable", EMBEDDABLE)
    before = crm.page.evaluate("window.heard")

    crm.page.evaluate("stop()")
    say(frame, {"type": "rc-route-changed-notify", "path": "/conversations/1"})
    crm.settle()

    assert crm.page.evaluate("window.heard") == before - 1
    assert told(crm) == []
