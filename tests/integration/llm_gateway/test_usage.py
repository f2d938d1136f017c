"""What is recorded of a call, whatever became of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from tests.integration.llm_gateway.place import PRICE, a_provider, events_of, running
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece_emulators.model_behaviour import Fault


def test_a_call_is_recorded_with_its_tokens_its_cost_and_no_text(caller, records):
    one = caller(a_provider(), prices=[{**PRICE, "model": "small"}])

    answer = one.ask("Hello there", user="zoe@example.com")

    record = records.of(answer)
    usage = answer.parse().usage
    assert (record["input_tokens"], record["output_tokens"]) == (usage.prompt_tokens, usage.completion_tokens)
    assert record["cost_usd"] == (usage.prompt_tokens + 1_000 * usage.completion_tokens) / 1e6
    assert float(answer.headers["x-earpiece-cost-usd"]) == record["cost_usd"]
    assert (record["outcome"], record["attempt_count"], record["model_name"]) == ("answered", 1, "chat")
    assert (record["upstream_model"], record["answered_model"]) == ("small", "small")
    assert not any("Hello" in str(value) or "zoe" in str(value) for value in record.values())


def test_a_price_that_nobody_knows_is_recorded_as_unknown_and_told_once(caller, place, records):
    name = a_provider()
    one = caller(name, daily_budget_usd=1.0)

    answers = [one.ask() for _ in range(3)]

    assert [records.of(answer)["cost_usd"] for answer in answers] == [None] * 3
    assert "x-earpiece-cost-usd" not in answers[0].headers
    assert len([line for line in place.gateway.logged("price_unknown") if f'"{name}"' in line]) == 1


def test_a_stream_is_counted_as_the_provider_did_though_the_caller_did_not_ask(caller, records):
    answer = caller(a_provider(), prices=[{**PRICE, "model": "small"}]).post(a_chat(stream=True))

    record = records.of(answer)
    assert (record["output_tokens"], record["is_estimate"], record["is_stream"]) == (4, False, True)
    assert record["first_token_ms"] >= 0


def test_who_wants_no_usage_hears_none_and_is_billed_all_the_same(caller, place, records):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}])

    answer = one.post(a_chat(stream=True, n=3, stream_options={"include_usage": False}))

    assert not any("usage" in event for event in events_of(answer)[:-1])
    assert place.provider(name).received[0].body["stream_options"] == {"include_usage": True}
    record = records.of(answer)
    assert (record["output_tokens"], record["is_estimate"]) == (12, False)
    assert record["cost_usd"] > 0.012


@pytest.mark.parametrize("path", ["chat/completions", "responses"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_answer_that_does_not_say_what_it_took_is_billed_by_its_length(caller, place, records, stream, path):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}], daily_budget_usd=50.0)
    place.providers.behave(name, fault=Fault.NO_USAGE, text="word " * 200)
    asked = a_chat(stream) if path == "chat/completions" else {"model": "chat", "input": "Hello", "stream": stream}

    record = records.of(one.post(asked, path))

    assert (record["outcome"], record["is_estimate"]) == ("answered", True)
    assert 190 <= record["output_tokens"] < 500
    assert record["cost_usd"] > 0.19


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_who_leaves_before_the_first_token_pays_for_what_was_sent_and_the_provider_is_left(
    caller, place, records, stream
):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}], daily_budget_usd=1.0)
    provider = place.providers.behave(name, delay_s=60)

    with pytest.raises(openai.APITimeoutError):
        one.client(timeout=1.5).chat.completions.create(**a_chat(stream))

    until(lambda: provider.left_count == 1, 30, "the provider was still waited for")
    (record,) = records.of_account(one.account.account_id, 1)
    assert (record["outcome"], record["output_tokens"], record["is_estimate"]) == ("caller-left", 0, True)
    assert record["input_tokens"] > 0
    assert record["cost_usd"] > 0
    assert record["first_token_ms"] is None


def test_a_race_for_the_first_token_is_billed_once(caller, place, records):
    names = a_provider(), a_provider()
    routes = [{"upstream": name, "model": "small"} for name in names]
    models = [{"name": "chat", "routes": routes, "hedge_after_s": 0.05}]
    one = caller(*names, models=models, prices=[{**PRICE, "model": "small"}], daily_budget_usd=1.0)
    for name in names:
        place.providers.behave(name, delay_s=0.3)

    answers = [one.post(a_chat(stream=True)) for _ in range(6)]

    assert all(events_of(answer)[-1] == "[DONE]" for answer in answers)
    bills = records.of_account(one.account.account_id, 6)
    assert len(bills) == 6
    assert {(bill["output_tokens"], bill["outcome"], bill["attempt_count"]) for bill in bills} == {(4, "answered", 2)}
    assert {answer.headers["x-earpiece-attempts"] for answer in answers} == {"2"}
    assert [len(place.provider(name).received) for name in names] == [6, 6]


def test_of_a_broken_stream_the_part_that_came_is_counted(caller, place, records):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}])
    place.providers.behave(name, fault=Fault.TRUNCATED, after=2, interval_s=0.05)

    record = records.of(one.post(a_chat(stream=True)))

    assert (record["outcome"], record["output_tokens"], record["is_estimate"]) == ("interrupted", 2, True)
    assert record["cost_usd"] > 0.002


def test_of_a_stream_that_its_caller_left_the_part_that_came_is_billed(caller, place, records):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}])
    provider = place.providers.behave(name, interval_s=0.1, text="word " * 200)

    stream = one.client().chat.completions.create(**a_chat(stream=True))
    for _ in zip(range(4), stream, strict=False):
        """Read some of it."""
    stream.close()

    until(lambda: provider.left_count == 1, 30)
    (record,) = records.of_account(one.account.account_id, 1)
    assert record["outcome"] == "caller-left"
    assert 3 <= record["output_tokens"] < 50
    assert record["cost_usd"] > 0.003


def test_of_a_whole_answer_that_its_caller_did_not_wait_for_what_was_sent_is_billed(caller, place, records):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}])
    provider = place.providers.behave(name, fault=Fault.HANG)

    with pytest.raises(openai.APITimeoutError):
        one.client(timeout=1.5).chat.completions.create(**a_chat())

    until(lambda: provider.left_count == 1, 30, "the provider was still waited for")
    (record,) = records.of_account(one.account.account_id, 1)
    assert (record["outcome"], record["output_tokens"], record["is_estimate"]) == ("caller-left", 0, True)
    assert record["cost_usd"] > 0


def test_one_answer_is_billed_once_however_many_were_asked(caller, place, records):
    names = a_provider(), a_provider()
    one = caller(*names)
    place.providers.behave(names[0], fault=Fault.SERVER_ERROR)

    record = records.of(one.post(a_chat()))

    assert (record["upstream"], record["attempt_count"], record["output_tokens"]) == (names[1], 2, 4)
    assert len(records.of_account(one.account.account_id, 1)) == 1


def test_what_nobody_answered_costs_nothing(caller, place, records):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}])
    place.providers.behave(name, fault=Fault.UNAUTHORIZED)
    one.post(a_chat())

    (record,) = records.of_account(one.account.account_id, 1)

    assert (record["outcome"], record["cost_usd"], record["output_tokens"]) == ("no-upstream", 0.0, 0)


def test_an_answer_from_another_model_is_passed_on_and_recorded_by_its_name(caller, place, records):
    name = a_provider()
    one = caller(name)
    place.providers.behave(name, fault=Fault.OTHER_MODEL)

    whole, streamed = one.ask(), one.post(a_chat(stream=True))

    assert whole.parse().model == "some-other-model"
    for answer in (whole, streamed):
        record = records.of(answer)
        assert (record["upstream_model"], record["answered_model"]) == ("small", "some-other-model")


def test_identical_calls_are_answered_from_the_cache_and_cost_once(caller, place, records):
    name = a_provider()
    models = [{"name": "chat", "routes": [{"upstream": name, "model": "small"}], "cache_s": 60}]
    one, other = caller(name, models=models), caller(name, models=models)
    provider = place.providers.behave(name, delay_s=0.3)

    first, second, different, theirs = one.ask(), one.ask(), one.ask("Something else"), other.ask()

    assert len(provider.received) == 3
    assert [answer.headers.get("x-earpiece-cache") for answer in (first, second, different, theirs)] == [
        None,
        "hit",
        None,
        None,
    ]
    assert second.parse() == first.parse()
    record = records.of(second)
    assert (record["outcome"], record["cost_usd"], record["attempt_count"]) == ("cached", 0.0, 0)


def test_identical_calls_at_once_ask_once(caller, place):
    name = a_provider()
    models = [{"name": "chat", "routes": [{"upstream": name, "model": "small"}], "cache_s": 60}]
    one = caller(name, models=models)
    provider = place.providers.behave(name, delay_s=0.4)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: one.post(a_chat()), range(6)))

    assert len(provider.received) == 1
    assert len({answer.content for answer in answers}) == 1
    assert sorted(answer.headers.get("x-earpiece-cache", "") for answer in answers) == ["", *["hit"] * 5]


def test_an_instance_that_must_end_finishes_its_streams_and_loses_no_record(
    caller, place, surroundings, records, tmp_path
):
    name = a_provider()
    one = caller(name)
    place.providers.behave(name, interval_s=0.1, text="word " * 20)

    with running(surroundings, tmp_path) as instance:
        stream = one.client(instance).chat.completions.create(**a_chat(stream=True))
        first = next(iter(stream))
        ending = threading.Thread(target=instance.end)
        ending.start()
        pieces = [first, *stream]
        ending.join(15)

    assert pieces[-1].choices[0].finish_reason == "stop"
    (record,) = records.of_account(one.account.account_id, 1)
    assert (record["outcome"], record["output_tokens"]) == ("answered", 20)
