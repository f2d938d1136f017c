"""From a key to the frame that shows what it brings, and requests a message, beside a client that asks at each key.

    pytest tests/bench/test_key_to_paint.py -s

A model is trained on the sample account; an agent types messages that it has not seen, in Chromium: at 120 ms a key,
which is 100 words a minute, and at 40 ms, faster than anybody types, where keys meet the frame of the key before.
The times are the page's own marks: from the key's time stamp to the message after the frame's callbacks. Of them,
`placed` is from the key until the grey text stands in the page, `frame` the browser's work on the frame that draws it,
and `work` both together; the rest is waiting for that frame, which the key's own letter waits for too. Both clients
ask the same stand-in of the APIs, on this machine; the other one shows what the answer to its last request brings.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from itertools import islice, pairwise, product
from pathlib import Path
from typing import Any

import pytest
from tests.browser.panel_page import a_panel_page, chromium, widget_files
from tests.browser.typing_page import AREA, PAGE
from tests.browser.widget_apis import Call, WidgetApis, a_conversation, some_offers

from earpiece.domain.events import Role
from earpiece.engine import load
from earpiece.engine.conversation_files import read_files
from earpiece.engine.corpus import corpus_of
from earpiece.engine.model import Model
from earpiece.engine.training import train
from earpiece_emulators.samples import generate, held_out, to_canonical

from results import tell  # isort: skip

ACCOUNT, TAUGHT, MESSAGES = "lumen", 360, 6
PACES_MS = (120, 40)
IN_PARTS = ("placed_p50_ms", "placed_p99_ms", "frame_p50_ms", "frame_p99_ms", "work_p50_ms", "work_p99_ms")
FRESH, SERVER_S = 20, 0.04

EACH_KEY = """
const reply = document.querySelector("#reply"), shown = document.querySelector("#shown");
let last = 0;
reply.addEventListener("input", async (event) => {
  const number = ++last, began = event.timeStamp;
  const url = "/v1/conversations/c-1/suggestions";
  const headers = { "content-type": "application/json", authorization: "Bearer t-1" };
  const body = JSON.stringify({ draft: reply.value, cursor: reply.value.length, wants_pack: false });
  const answer = await (await fetch(url, { method: "POST", headers, body })).json();
  if (number !== last) return;
  shown.textContent = answer.completion?.text ?? "";
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    const told = () => ({ start: began, duration: performance.now() - began });
    port1.onmessage = () => performance.measure("earpiece-key-to-paint", told());
    port2.postMessage(0);
  });
});"""
KEEP_MARKS = """window.marks = [];
new PerformanceObserver((list) => list.getEntries().forEach(({ name, duration, detail }) =>
  name === "earpiece-key-to-paint" && marks.push({ duration, ...detail }))).observe({ type: "measure" });"""
EACH_KEY_PAGE = f"""<!doctype html><html lang="en"><head><title>Each key</title></head><body>{AREA}<p id="shown"></p>
<script type="module" src="/each_key.js"></script></body></html>"""


class Serving(WidgetApis):
    """Completes with a real model, as suggestion_api does."""

    model: Model
    context: Sequence[dict[str, str]] = ()

    def answer(self, call: Call, known_etag: str) -> tuple[int, Any, dict[str, str]]:
        if not call.path.endswith("/suggestions"):
            return super().answer(call, known_etag)
        self.calls.append(call)
        draft = call.body["draft"]
        text = self.model.complete(self.context, draft)
        about = {"id": "x", "replace": [len(draft), len(draft)], "score": 0.9, "source": "model"}
        pack = json.loads(self.model.pack(self.context, draft)) if call.body.get("wants_pack", True) else None
        needs = pack if call.body.get("wants_pack") or call.body.get("pack_based_on") is None else None
        offers = some_offers([], pack=needs, completion={**about, "text": text} if text else None)
        return 200, offers | {"based_on": self.conversations["c-1"]["based_on"]}, {}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("model")
    file = folder / "conversations.jsonl"
    file.write_text("".join(json.dumps(to_canonical(one)) + "\n" for one in generate(ACCOUNT, count=TAUGHT)))
    out = folder / "model"
    train(corpus_of(read_files([file]).conversations), out)
    return load(out)


def messages() -> list[tuple[list[dict[str, str]], str]]:
    """Agents' answers that the model has not seen, each with what was said before."""
    found = []
    for conversation in held_out(ACCOUNT, count=MESSAGES):
        turns = conversation.turns()
        for number, (before, turn) in enumerate(pairwise(turns), 1):
            assert before.actor
            if (before.actor.role, turn.actor.role) == (Role.CUSTOMER, Role.AGENT) and len(turn.message.text) >= 30:
                said = [{"role": one.actor.role.value, "text": one.message.text} for one in turns[:number]]
                found.append((said, turn.message.text))
                break
    return list(islice(found, MESSAGES))


def test_key_to_paint_and_requests_for_each_message(model: Model, tmp_path: Path):
    assets = widget_files(tmp_path)
    pages = {
        "/desk": PAGE.replace("{field}", AREA),
        "/desk.css": "",
        "/each_key": EACH_KEY_PAGE,
        "/each_key.js": EACH_KEY,
    }
    rows = []
    with chromium() as browser:
        for slower, key_ms in product((1, 4), PACES_MS):
            for client in ("pack", "each key"):
                apis = Serving(
                    assets, pages=dict(pages), types={"/desk.css": "text/css", "/each_key.js": "text/javascript"}
                )
                apis.model = model
                apis.conversations["c-1"] = a_conversation("c-1", "Maria", "Hello")
                with a_panel_page(browser, apis, viewport={"width": 900, "height": 700}) as desk:
                    about = {"client": client, "cpu_slower": slower, "key_ms": key_ms}
                    rows.append(about | typed(desk, apis, client, slower, key_ms))
    tell("key to paint", rows)


class Fresh(WidgetApis):
    """Foresees nothing, and completes each draft after as long as a server takes."""

    def answer(self, call: Call, known_etag: str) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(call, known_etag)
        if call.path.endswith("/suggestions") and call.body["draft"]:
            time.sleep(SERVER_S)
            draft = call.body["draft"]
            about = {"id": "x", "replace": [len(draft), len(draft)], "score": 0.9, "source": "model"}
            body = body | {"completion": {**about, "text": f"k you {draft}"}}
        return status, body, headers


SHOWN_AFTER = """() => {
  const field = document.querySelector("#reply");
  field.focus();
  let began = 0;
  field.addEventListener("keydown", (event) => (began = event.timeStamp), { once: true, capture: true });
  const isShown = () => document.querySelector("[popover=manual]")?.matches(":popover-open");
  window.shownAfter = new Promise((done) => {
    const painted = () => requestAnimationFrame(() => done(performance.now() - began));
    const look = () => (began && isShown() ? painted() : setTimeout(look, 1));
    look();
  });
}"""


def test_key_to_fresh_ghost_with_a_server_that_takes_its_time(tmp_path: Path):
    apis = Fresh(widget_files(tmp_path), pages={"/desk": PAGE.replace("{field}", AREA), "/desk.css": ""})
    apis.types["/desk.css"] = "text/css"
    apis.conversations["c-1"] = a_conversation("c-1", "Maria", "Hello")
    with chromium() as browser, a_panel_page(browser, apis, viewport={"width": 900, "height": 700}) as desk:
        desk.open()
        desk.page.locator("#reply").focus()
        desk.wait_for(lambda: bool(apis.called("/suggestions")))
        times = []
        for number in range(FRESH):
            desk.page.locator("#reply").fill(f"Word{number}")
            desk.page.wait_for_timeout(300)
            desk.page.evaluate(SHOWN_AFTER)
            desk.page.keyboard.type(" ")  # a whole word more: that is asked about
            times.append(desk.page.evaluate("() => window.shownAfter"))
            desk.page.locator("#reply").fill("")
    ranked = sorted(times)
    p95_ms = ranked[int(len(ranked) * 0.95)]
    about = {"server_ms": SERVER_S * 1000, "shown": len(ranked)}
    tell("key to fresh ghost", [about | {"p50_ms": statistics.median(ranked), "p95_ms": p95_ms}])


def typed(desk: Any, apis: Serving, client: str, slower: int, key_ms: int) -> dict[str, Any]:
    """The messages typed one after the other; times in ms."""
    desk.page.add_init_script(KEEP_MARKS)
    if client == "pack":
        desk.open()
    else:
        desk.page.goto(apis.address + "/each_key")
    throttle = desk.page.context.new_cdp_session(desk.page)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    all_said = messages()
    requests = keys = 0
    for said, text in all_said:
        apis.context = said
        apis.says("c-1", "customer", said[-1]["text"])
        wanted = apis.conversations["c-1"]["based_on"]
        if client == "pack":
            desk.page.locator("#reply").focus()
            for _ in range(400):
                if any(call.path.endswith("/c-1") for call in apis.calls[-3:]) and apis.called("/suggestions"):
                    break
                desk.page.wait_for_timeout(25)
            desk.page.wait_for_timeout(1500)  # the poll that brings the turn, and its pack
        assert wanted
        before = len(apis.called("/suggestions"))
        desk.page.locator("#reply").focus()
        desk.page.keyboard.type(text.replace("\n", " "), delay=key_ms)
        desk.page.wait_for_timeout(500)
        requests += len(apis.called("/suggestions")) - before + (client == "pack")  # and the turn's own
        keys += len(text)
        desk.page.locator("#reply").fill("")
    marks = desk.page.evaluate("() => marks")
    assert marks, "nothing was shown"
    return {
        "messages": len(all_said),
        "keys": keys,
        "shown": len(marks),
        **ranked("", [one["duration"] for one in marks]),
        **(in_parts(marks) if client == "pack" else dict.fromkeys(IN_PARTS, "-")),
        "requests_a_message": requests / len(all_said),
    }


def in_parts(marks: list[dict[str, float]]) -> dict[str, float]:
    placed, frame = ([one[f"{name}_ms"] for one in marks] for name in ("placed", "frame"))
    work = [sum(both) for both in zip(placed, frame, strict=True)]
    told = ranked("placed_", placed) | ranked("frame_", frame) | ranked("work_", work)
    return {name: told[name] for name in IN_PARTS}


def ranked(name: str, times: list[float]) -> dict[str, float]:
    ranks = sorted(times)
    p99 = ranks[int(len(ranks) * 0.99)]
    return {f"{name}p50_ms": statistics.median(ranks), f"{name}p99_ms": p99, f"{name}max_ms": ranks[-1]}
