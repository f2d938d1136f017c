"""Each fault alone, with a well route behind it; and what is done where no other route is left."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import openai
import pytest
import requests
from tests.integration.llm_gateway.place import a_provider, elapsed_s, events_of
from tests.waiting import until

from earpiece_emulators.model_behaviour import Fault

WORDS = "You said: Hello there"
CALLS = 24
BEFORE_ANYTHING = [
    Fault.RATE_LIMIT,
    Fault.SERVER_ERROR,
    Fault.UNAVAILABLE,
    Fault.UNAUTHORIZED,
    Fault.RESET,
    Fault.RESET_WITHIN,
    Fault.MALFORMED,
    Fault.INVALID_UTF8,
    Fault.EMPTY_CHOICES,
    Fault.UNOFFERED_TOOL,
]
SLOW = [Fault.HANG, Fault.SLOW_HEADERS, Fault.ENDLESS]
AFTER_TEXT = {
    Fault.RESET_WITHIN: "stream_interrupted",
    Fault.TRUNCATED: "stream_interrupted",
    Fault.MALFORMED: "stream_interrupted",
    Fault.INVALID_UTF8: "stream_interrupted",
    Fault.STALL: "stream_stalled",
    Fault.ERROR_EVENT: "upstream_error",
    Fault.LATE_TOOL: "tool_not_offered",
}


@pytest.fixture
def names() -> tuple[str, str]:
    return a_provider(), a_provider()


def a_chat(stream: bool = False, **more: Any) -> dict[str, Any]:
    return {"model": "chat", "messages": [{"role": "user", "content": "Hello there"}], "stream": stream, **more}


def text_of(response: requests.Response, stream: bool) -> str:
    assert response.status_code == 200, response.text
    if not stream:
        return response.json()["choices"][0]["message"]["content"]
    *events, last = events_of(response)
    assert last == "[DONE]"
    return "".join(choice["delta"].get("content") or "" for one in events for choice in one["choices"])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", BEFORE_ANYTHING)
def test_what_fails_before_anything_was_sent_fails_over_unseen(caller, place, names, fault, stream):
    one = caller(*names)
    broken = place.providers.behave(names[0], fault=fault, after=0, retry_after_s=30)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: one.post(a_chat(stream)), range(CALLS)))

    assert {text_of(answer, stream) for answer in answers} == {WORDS}
    assert {answer.headers["x-earpiece-upstream"] for answer in answers} == {names[1]}
    assert answers[0].headers["x-earpiece-failed"].startswith(f"{names[0]}=")
    most = {Fault.RATE_LIMIT: 4, Fault.UNOFFERED_TOOL: CALLS}.get(fault, 12)
    assert len(broken.received) <= most
    assert len(place.provider(names[1]).received) == CALLS


@pytest.mark.parametrize("fault", [Fault.ERROR_EVENT, Fault.TRUNCATED])
def test_a_stream_that_breaks_before_its_first_word_fails_over_unseen(caller, place, names, fault):
    one = caller(*names)
    place.providers.behave(names[0], fault=fault, after=0)

    answer = one.post(a_chat(stream=True))

    assert text_of(answer, stream=True) == WORDS
    assert answer.headers["x-earpiece-failed"] == f"{names[0]}=broken"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_redirect_is_not_followed(caller, place, names, stream):
    one = caller(*names)
    place.providers.behave(names[0], fault=Fault.REDIRECT)

    answer = one.post(a_chat(stream))

    assert text_of(answer, stream) == WORDS
    assert answer.headers["x-earpiece-failed"] == f"{names[0]}=broken"
    assert place.provider(f"{names[0]}-elsewhere").received == []


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.7", "[fd00::7]", "[::ffff:192.168.1.7]", "0.0.0.0"])
def test_an_address_within_a_network_of_ours_is_passed_over_at_once_and_told(caller, place, names, address):
    inside = {"name": names[0], "kind": "compatible", "base_url": f"https://{address}/v1", "connect_s": 20}
    one = caller(*names, upstreams=[inside, place.upstream(names[1])])

    answer = one.post(a_chat())

    assert text_of(answer, stream=False) == WORDS
    assert answer.headers["x-earpiece-failed"] == f"{names[0]}=address-forbidden"
    told = [line for line in place.gateway.logged("upstream_failed") if f'"{names[0]}"' in line]
    assert len(told) == 1
    assert '"ERROR"' in told[0]


@pytest.mark.parametrize("fault", SLOW)
def test_a_route_that_does_not_answer_leaves_time_for_the_next(caller, place, names, fault):
    one = caller(*names)
    place.providers.behave(names[0], fault=fault)
    began_s = time.monotonic()

    answer = one.post(a_chat(), **{"x-earpiece-deadline-ms": "4000"})

    assert text_of(answer, stream=False) == WORDS
    assert answer.headers["x-earpiece-failed"] == f"{names[0]}=slow"
    assert elapsed_s(began_s) < 4


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_to_connect_has_a_limit_of_its_own(caller, place, names, nobody_accepts, stream):
    away = {"name": names[0], "kind": "compatible", "base_url": f"{nobody_accepts}/v1", "connect_s": 0.3}
    one = caller(names[0], upstreams=[{**away, "whole_answer_s": 300, "first_token_s": 300}])

    answer = one.post(a_chat(stream))  # would give up long before the other limits, or the deadline

    assert (answer.status_code, answer.json()["reason"]) == (503, "slow")


@pytest.fixture
def nobody_accepts() -> Iterator[str]:
    """An address whose machine answers no attempt to connect."""
    with ExitStack() as held:
        listening = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        while True:
            waiting = held.enter_context(socket.socket())
            waiting.settimeout(0.2)
            try:
                waiting.connect(listening.getsockname())
            except TimeoutError:
                break
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_first_token_of_a_stream_has_a_limit_of_its_own(caller, place, names):
    upstreams = [place.upstream(name, first_token_s=0.3) for name in names]
    one = caller(*names, upstreams=upstreams)
    place.providers.behave(names[0], fault=Fault.HANG)

    answer = one.post(a_chat(stream=True))

    assert text_of(answer, stream=True) == WORDS
    assert answer.elapsed.total_seconds() < 5


def test_no_request_outlives_its_deadline(caller, place, names):
    one = caller(*names)
    for name in names:
        place.providers.behave(name, fault=Fault.HANG)
    began_s = time.monotonic()

    answer = one.post(a_chat(), **{"x-earpiece-deadline-ms": "1000"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_upstream")
    assert answer.json()["reason"] == "slow"
    assert elapsed_s(began_s) < 5
    until(lambda: all(place.provider(name).left_count for name in names), 30, "an upstream was still waited for")


def test_a_stream_without_end_ends_at_the_deadline_with_an_error(caller, place, names):
    one = caller(*names)
    place.providers.behave(names[0], fault=Fault.ENDLESS)
    began_s = time.monotonic()

    answer = one.post(a_chat(stream=True), **{"x-earpiece-deadline-ms": "700"})

    *_, last = events_of(answer)
    assert last["error"]["code"] == "deadline_exceeded"
    assert 0.6 < elapsed_s(began_s) < 5


@pytest.mark.parametrize("fault", AFTER_TEXT)
def test_what_breaks_after_text_was_sent_ends_with_an_error_and_never_looks_complete(caller, place, names, fault):
    one = caller(*names, upstreams=[place.upstream(name, quiet_s=0.5) for name in names])
    place.providers.behave(names[0], fault=fault, after=2, interval_s=0.05)

    *events, last = events_of(one.post(a_chat(stream=True)))

    said = "".join(choice["delta"].get("content") or "" for one in events for choice in one["choices"])
    assert said == "You said: "
    assert last["error"]["code"] == AFTER_TEXT[fault]
    assert not any(choice["finish_reason"] for one in events for choice in one["choices"])
    assert place.provider(names[1]).received == []


def test_the_official_client_raises_where_a_stream_breaks(caller, place, names):
    one = caller(*names)
    place.providers.behave(names[0], fault=Fault.RESET_WITHIN, after=2, interval_s=0.05)
    pieces: list[str] = []

    with pytest.raises(openai.APIError) as raised:
        pieces.extend(
            chunk.choices[0].delta.content or "" for chunk in one.client().chat.completions.create(**a_chat(True))
        )

    assert raised.value.code == "stream_interrupted"
    assert "".join(pieces) == "You said: "


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.CONTENT_FILTER, "content_filter"), (Fault.CONTEXT_LENGTH, "context_length_exceeded")]
)
def test_a_refusal_is_the_answer_and_goes_to_nobody_else(caller, place, names, fault, code, stream):
    one = caller(*names)
    place.providers.behave(names[0], fault=fault)

    answer = one.post(a_chat(stream))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    if fault is Fault.CONTENT_FILTER:
        found = answer.json()["error"]["innererror"]["content_filter_result"]
        assert found["violence"] == {"filtered": True, "severity": "medium"}
    assert place.provider(names[1]).received == []


def test_a_refused_prompt_goes_on_only_where_the_account_says_so(caller, place, names):
    routes = [{"upstream": name, "model": "small"} for name in names]
    one = caller(*names, models=[{"name": "chat", "routes": routes, "passes_refusals": True}])
    place.providers.behave(names[0], fault=Fault.CONTENT_FILTER)

    assert text_of(one.post(a_chat()), stream=False) == WORDS


def test_too_long_for_one_model_goes_to_one_with_a_larger_window(caller, place, names):
    routes = [
        {"upstream": name, "model": "m", "context_tokens": size}
        for name, size in zip(names, (8_000, 128_000), strict=True)
    ]
    one = caller(*names, models=[{"name": "chat", "routes": routes}])
    place.providers.behave(names[0], fault=Fault.CONTEXT_LENGTH)

    assert text_of(one.post(a_chat()), stream=False) == WORDS


def test_a_lone_upstream_is_asked_again_only_after_it_said(caller, place, names):
    one = caller(names[0])
    provider = place.providers.behave(names[0], fault=Fault.RATE_LIMIT, first=1, retry_after_s=1)

    answer = one.post(a_chat())

    assert text_of(answer, stream=False) == WORDS
    first, second = provider.received
    assert 1.0 <= second.at_s - first.at_s < 4.0


@pytest.mark.parametrize("says_date", [False, True], ids=["seconds", "date"])
def test_a_quiet_upstream_is_asked_by_nobody_and_callers_hear_when_to_come_again(caller, place, names, says_date):
    one = caller(names[0])
    provider = place.providers.behave(names[0], fault=Fault.RATE_LIMIT, retry_after_s=20, says_date=says_date)

    answers = [one.post(a_chat()) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {429}
    assert answers[0].json()["error"]["code"] == "upstream_busy"
    assert 15 <= int(answers[-1].headers["retry-after"]) <= 21
    assert len(provider.received) == 1


def test_a_breaker_opens_probes_with_one_request_and_closes(caller, place, names):
    one = caller(*names)
    broken = place.providers.behave(names[0], fault=Fault.SERVER_ERROR)
    for _ in range(10):
        one.post(a_chat())
    asked = len(broken.received)
    assert asked == 5

    mended = place.providers.behave(names[0], delay_s=0.3)
    until(lambda: one.post(a_chat()).headers["x-earpiece-upstream"] == names[0], 30, "it was never probed")
    assert len(mended.received) == 1
    with ThreadPoolExecutor(4) as pool:
        served = list(pool.map(lambda _: one.post(a_chat()).headers["x-earpiece-upstream"], range(4)))
    assert served == [names[0]] * 4


def test_weighted_routes_share_the_calls_and_a_pinned_region_is_never_left(caller, place, names):
    elsewhere = a_provider()
    upstreams = [
        place.upstream(names[0], region="eu"),
        place.upstream(names[1], region="eu"),
        place.upstream(elsewhere),
    ]
    routes = [{"upstream": names[0], "model": "m", "weight": 3}, {"upstream": names[1], "model": "m"}]
    pinned = {"name": "chat", "region": "eu", "order": "weighted", "routes": routes}
    one = caller(upstreams=upstreams, models=[pinned])

    for _ in range(40):
        one.post(a_chat())
    first, second = (len(place.provider(name).received) for name in names)
    assert first > second > 0
    for name in names:
        place.providers.behave(name, fault=Fault.UNAUTHORIZED)

    assert one.post(a_chat()).status_code == 503
    assert place.provider(elsewhere).received == []


def test_of_weighted_routes_one_that_is_down_costs_no_caller_an_answer(caller, place, names):
    routes = [{"upstream": names[0], "model": "m", "weight": 50}, {"upstream": names[1], "model": "m"}]
    one = caller(*names, models=[{"name": "chat", "order": "weighted", "routes": routes}])
    broken = place.providers.behave(names[0], fault=Fault.SERVER_ERROR)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: one.post(a_chat()), range(CALLS)))

    assert {text_of(answer, stream=False) for answer in answers} == {WORDS}
    assert 5 <= len(broken.received) <= 12
    assert len(place.provider(names[1]).received) == CALLS


@pytest.mark.parametrize("hedge_after_s", [0, 0.1])
def test_a_pinned_stream_goes_nowhere_else_though_only_elsewhere_is_well(caller, place, names, hedge_after_s):
    elsewhere = a_provider()
    upstreams = [*(place.upstream(name, region="eu") for name in names), place.upstream(elsewhere, region="us")]
    pinned, free = (
        {"name": name, "region": region, "routes": [{"upstream": each, "model": "m"} for each in routes],
         "hedge_after_s": hedge_after_s}
        for name, region, routes in (("chat", "eu", names), ("free", "", [elsewhere]))
    )  # fmt: skip
    one = caller(upstreams=upstreams, models=[pinned, free])
    for name, fault in zip(names, (Fault.HANG, Fault.RESET), strict=True):
        place.providers.behave(name, fault=fault)

    answer = one.post(a_chat(stream=True), **{"x-earpiece-deadline-ms": "1500"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_upstream")
    assert place.provider(elsewhere).received == []
    assert text_of(one.post(a_chat(True, model="free")), stream=True) == WORDS


@pytest.mark.parametrize("limit", [{"requests_per_minute": 3}, {"tokens_per_minute": 3_400}])
def test_an_upstream_over_its_limit_waits_while_another_serves(caller, place, names, limit):
    one = caller(*names, upstreams=[place.upstream(names[0], **limit), place.upstream(names[1])])

    served = [one.post(a_chat(max_tokens=1_000)).headers["x-earpiece-upstream"] for _ in range(5)]

    assert served == [names[0]] * 3 + [names[1]] * 2


def test_a_lone_upstream_over_its_limit_is_not_asked(caller, place, names):
    one = caller(names[0], upstreams=[place.upstream(names[0], requests_per_minute=1)])
    one.post(a_chat())

    answer = one.post(a_chat())

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "upstream_busy")
    assert int(answer.headers["retry-after"]) > 30
    assert len(place.provider(names[0]).received) == 1


def test_a_slow_first_token_is_raced_and_the_loser_is_left(caller, place, names):
    routes = [{"upstream": name, "model": "small"} for name in names]
    one = caller(*names, models=[{"name": "chat", "routes": routes, "hedge_after_s": 0.2}])
    place.providers.behave(names[0], delay_s=20)

    answer = one.post(a_chat(stream=True))

    assert text_of(answer, stream=True) == WORDS
    assert answer.headers["x-earpiece-upstream"] == names[1]
    assert 0.2 <= answer.elapsed.total_seconds() < 10
    until(lambda: place.provider(names[0]).left_count == 1, 30, "the slow one was not left")


@pytest.mark.parametrize("fault", [Fault.REPEATS_KEY, Fault.ERROR_EVENT])
def test_a_provider_that_repeats_its_key_does_not_tell_it_to_a_caller(caller, place, names, fault):
    one = caller(names[0])
    place.providers.behave(names[0], fault=fault, after=2, interval_s=0.05)

    answer = one.post(a_chat(stream=True))

    assert "with ***" in answer.text
    assert "sk-provider" not in answer.text + place.gateway.log.read_text()


def test_each_answer_of_a_call_must_have_come_to_its_end(caller, place, names):
    one = caller(names[0])
    asked = a_chat(True, n=2, stream_options={"include_usage": True})
    words = len(WORDS.split())

    whole = one.post(asked)
    place.providers.behave(names[0], fault=Fault.TRUNCATED, after=words + 1)
    *cut, last = events_of(one.post(asked))

    *events, usage, done = events_of(whole)
    said = ["".join(each["delta"].get("content") or "" for event in events for each in event["choices"]
                    if each["index"] == index) for index in (0, 1)]  # fmt: skip
    assert (said, done, usage["usage"]["completion_tokens"]) == ([WORDS, WORDS], "[DONE]", 2 * words)
    assert [each["finish_reason"] for event in cut for each in event["choices"] if each["finish_reason"]] == ["stop"]
    assert last["error"]["code"] == "stream_interrupted"


def test_a_response_is_over_when_it_says_so_though_its_provider_does_not_hang_up(caller, place, names):
    one = caller(names[0], upstreams=[place.upstream(names[0], quiet_s=300)])
    provider = place.providers.behave(names[0], fault=Fault.LINGERS)

    events = list(one.client().responses.create(model="chat", input="Hello there", stream=True))

    assert events[-1].type == "response.completed"
    until(lambda: provider.left_count == 1, 30, "the provider was still listened to")


def test_a_route_without_its_secret_is_passed_over_and_told_once(caller, place, names):
    one = caller(*names, secrets=False)
    one.keep_secret(names[1])

    until(lambda: one.post(a_chat()).status_code == 200)
    for _ in range(3):
        assert text_of(one.post(a_chat()), stream=False) == WORDS

    assert place.provider(names[0]).received == []
    errors = [line for line in place.gateway.logged("upstream_failed") if names[0] in line and '"ERROR"' in line]
    assert len(errors) == 1


def test_a_caller_that_leaves_ends_the_upstreams_answer(caller, place, names):
    one = caller(names[0])
    provider = place.providers.behave(names[0], interval_s=0.2, text="word " * 100)

    stream = one.client().chat.completions.create(**a_chat(stream=True))
    next(iter(stream))
    stream.close()

    until(lambda: provider.left_count == 1, 30, "the upstream still answered")
