"""An instance that must end: Cloud Run gives it ten seconds."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from tests.integration.llm_gateway.place import PRICE, Instance, a_provider, elapsed_s, events_of, running
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece_emulators.model_behaviour import Fault

ENDS_S = 13.0  # ten on Cloud Run, and what a busy machine adds


def ended_s(instance: Instance, place, name: str, count: int) -> float:
    """Seconds from the signal to the end of the process, sent once the provider has `count` calls."""
    until(lambda: len(place.provider(name).received) == count, 15, "the provider was not asked")
    began_s = time.monotonic()
    instance.process.send_signal(signal.SIGTERM)
    instance.process.wait(20)
    return elapsed_s(began_s)


def test_streams_that_take_longer_end_with_an_error_and_are_billed(caller, place, surroundings, records, tmp_path):
    name = a_provider()
    one = caller(name, prices=[{**PRICE, "model": "small"}], daily_budget_usd=100.0)
    place.providers.behave(name, interval_s=0.25, text="word " * 100)

    with running(surroundings, tmp_path) as instance, ThreadPoolExecutor(4) as pool:
        url = f"{instance.url}/v1/chat/completions"
        headers = {"Authorization": f"Bearer {one.key}"}
        ask = [pool.submit(requests.post, url, headers=headers, json=a_chat(True), timeout=30) for _ in range(4)]
        took_s = ended_s(instance, place, name, 4)
        answers = [each.result() for each in ask]

    assert 7 < took_s < ENDS_S
    for answer in answers:
        *events, last = events_of(answer)
        assert last["error"]["code"] == "instance_ends"
        assert len(events) > 20
    bills = records.of_account(one.account.account_id, 4)
    assert {bill["outcome"] for bill in bills} == {"interrupted"}
    assert all(20 < bill["output_tokens"] < 50 and bill["cost_usd"] > 0.02 for bill in bills)


def test_a_call_that_has_no_answer_yet_is_told_to_ask_again(caller, place, surroundings, records, tmp_path):
    name = a_provider()
    one = caller(name)
    place.providers.behave(name, fault=Fault.HANG)

    with running(surroundings, tmp_path) as instance, ThreadPoolExecutor(1) as pool:
        url, headers = f"{instance.url}/v1/chat/completions", {"Authorization": f"Bearer {one.key}"}
        asking = pool.submit(requests.post, url, headers=headers, json=a_chat(), timeout=30)
        took_s = ended_s(instance, place, name, 1)
        answer = asking.result()

    assert took_s < ENDS_S
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "instance_ends")
    assert answer.headers["retry-after"] == "1"
    (bill,) = records.of_account(one.account.account_id, 1)
    assert bill["outcome"] == "interrupted"


def test_an_idle_instance_ends_at_once(surroundings, tmp_path):
    with running(surroundings, tmp_path) as instance:
        began_s = time.monotonic()
        instance.end()

        assert elapsed_s(began_s) < 6  # streams would have seven


def test_an_instance_that_cannot_connect_ends_and_says_why(surroundings, tmp_path):
    with running({**surroundings, "SECRETS_KEY_FILE": ""}, tmp_path, probe="/healthz") as instance:
        thread = threading.Thread(target=instance.process.wait, args=(20,))
        thread.start()
        thread.join(20)

        assert instance.process.poll() is not None
        assert instance.logged("start_failed")
