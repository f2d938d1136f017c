"""One trace from the caller to the provider, and one line in the log for each request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.llm_gateway.place import Place, a_provider
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece_emulators.model_behaviour import Fault

TRACE_ID, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE_ID}-{PARENT}-01"


def line_of(place: Place, account_id: str) -> dict[str, Any]:
    """The one line of an account's one request."""
    found = until(lambda: [one for one in place.gateway.logged("request_finished") if account_id in one], 30)
    (line,) = found
    return json.loads(line)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_the_callers_trace_goes_on_to_the_provider(caller, place, stream):
    name = a_provider()
    one = caller(name)

    one.post(a_chat(stream), traceparent=TRACEPARENT)

    (received,) = place.provider(name).received
    version, trace_id, span_id, flags = received.headers["traceparent"].split("-")
    assert (version, trace_id, flags) == ("00", TRACE_ID, "01")
    line = line_of(place, one.account.account_id)
    assert line["logging.googleapis.com/trace"].endswith(f"/traces/{TRACE_ID}")
    assert line["logging.googleapis.com/spanId"] == span_id != PARENT


def test_a_call_without_a_trace_begins_one(caller, place):
    name = a_provider()
    one = caller(name)

    one.post(a_chat(), traceparent="no trace at all")

    trace_id = place.provider(name).received[0].headers["traceparent"].split("-")[1]
    assert line_of(place, one.account.account_id)["logging.googleapis.com/trace"].endswith(trace_id)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_call_leaves_one_line_without_a_word_of_it(caller, place, stream):
    names = a_provider(), a_provider()
    one = caller(*names)
    place.providers.behave(names[0], fault=Fault.SERVER_ERROR)

    answer = one.post(a_chat(stream, user="zoe@example.com"))

    line = line_of(place, one.account.account_id)
    assert (line["status"], line["outcome"], line["attempt_count"]) == (200, "answered", 2)
    assert (line["upstream"], line["model"], line["route"]) == (names[1], "chat", "/v1/chat/completions")
    assert line["usage_id"] == answer.headers["x-earpiece-request-id"]
    assert round(line["latency_ms"]) >= (line["first_token_ms"] or 0)
    assert not [word for word in ("Hello", "zoe", one.key) if word in json.dumps(line)]


def test_a_refused_request_leaves_a_line_too(caller, place):
    one = caller(a_provider())

    one.post({"model": "nothing", "messages": []})

    line = line_of(place, one.account.account_id)
    assert (line["status"], line["outcome"], line["upstream"]) == (404, "failed", "")
