"""What callers get when the first of two providers fails: `pytest tests/bench/test_llm_gateway_faults.py -s`.

A row is a fault of the first provider, 200 calls (20 where each may cost a time limit); the second provider is well.
Other gateways take part as in `test_llm_gateway.py`: their model `chat` goes to `…/first/v1`, and when that fails to
`…/second/v1`; `fault_headers` are what they want to be told for it. Ours has a new account in each row, so that no
circuit remembers the row before. `EARPIECE_BENCH_FAULTS=stall,hang` runs those alone; as the others wait long for a
provider that is down, `EARPIECE_BENCH_PEER_CALLS` gives them fewer calls. `well_p50_s` is of the same calls just
before, when both providers are well: it tells the fault's part of the time from the machine's load.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.llm_gateway.usage_records import Records

from gateway_faults import WORDS, in_own_process  # isort: skip
from gateway_place import a_target, address, behave, behaves, our_gateway, peers, provider_process  # isort: skip
from results import tell  # isort: skip

COUNT, AT_ONCE = 200, 16
COSTLY_COUNT, COSTLY_AT_ONCE = 20, 5
DEADLINE_S, TRIES = 8.0, 3
PEER_CALLS = int(os.environ.get("EARPIECE_BENCH_PEER_CALLS", "200"))
UPSTREAMS = {"first": {"quiet_s": 1.0, "first_token_s": 1.0, "whole_answer_s": 2.0}, "second": {}}
ERROR_EVENT = "error event after text"


@dataclass(frozen=True)
class Row:
    """A fault, and how a caller's call may end with our gateway; `most_asked` bounds the calls of the first provider.

    Where something had been sent, the caller must see an error, until the first provider is left alone.
    """

    name: str
    behaviour: dict[str, Any]
    is_stream: bool = False
    is_costly: bool = False
    ends: tuple[str, ...] = ("ok",)
    most_asked: int = 2 * AT_ONCE
    windows: tuple[int, int] = (0, 0)
    most_p50_s: float = 0.1


def _rows() -> list[Row]:
    """The rows of the acceptance table."""
    within = {"after": 5, "interval_s": 0.002}
    sent = ("ok", ERROR_EVENT)
    filtered, too_long = ("400 content_filter",), ("400 context_length_exceeded",)
    return [
        Row("429, Retry-After 2 s", {"fault": "rate-limit", "retry_after_s": 2}),
        Row("500", {"fault": "server-error"}),
        Row("503 with a page", {"fault": "unavailable"}),
        Row("401", {"fault": "unauthorized"}),
        Row("reset before headers", {"fault": "reset"}),
        Row("reset within the body", {"fault": "reset-within"}),
        Row("malformed JSON", {"fault": "malformed"}),
        Row("empty choice list", {"fault": "empty-choices"}),
        Row("headers 15 s late", {"fault": "slow-headers", "slow_s": 15}, is_costly=True, most_p50_s=2.5),
        Row("hang", {"fault": "hang"}, is_costly=True, most_p50_s=2.5),
        Row("context length", {"fault": "context-length"}, ends=too_long, most_asked=COUNT),
        Row("context length, larger second", {"fault": "context-length"}, windows=(8_192, 128_000), most_asked=COUNT),
        Row("content filter", {"fault": "content-filter"}, ends=filtered, most_asked=COUNT),
        Row("stream: 429", {"fault": "rate-limit", "retry_after_s": 2}, is_stream=True),
        Row("stream: 500", {"fault": "server-error"}, is_stream=True),
        Row("stream: reset before headers", {"fault": "reset"}, is_stream=True),
        Row("stream: error event first", {"fault": "error-event", "after": 0}, is_stream=True),
        Row("stream: malformed first", {"fault": "malformed", "after": 0}, is_stream=True),
        Row("stream: nothing, then its end", {"fault": "truncated", "after": 0}, is_stream=True),
        Row("stream: reset after 5 words", {"fault": "reset-within", **within}, is_stream=True, ends=sent),
        Row("stream: end after 5 words", {"fault": "truncated", **within}, is_stream=True, ends=sent),
        Row("stream: error event after 5", {"fault": "error-event", **within}, is_stream=True, ends=sent),
        Row("stream: malformed after 5", {"fault": "malformed", **within}, is_stream=True, ends=sent),
        Row("stream: silence after 5", {"fault": "stall", **within}, True, True, sent, most_p50_s=1.5),
        Row("stream: hang", {"fault": "hang"}, True, True, most_p50_s=1.5),
        Row("stream: content filter", {"fault": "content-filter"}, True, ends=filtered, most_asked=COUNT),
    ]


@pytest.mark.timeout(3_600)  # other gateways wait for half a minute where a provider hangs
def test_what_callers_get_when_the_first_provider_fails(stores: Any, tmp_path: Path):
    told, missed = [], []
    with provider_process() as provider, our_gateway(stores, provider, tmp_path, _llm((0, 0)), UPSTREAMS) as ours:
        records = Records(ours["place"].environment["PROJECT_ID"])
        for row in _chosen():
            for name, target in {"llm_gateway": ours, **peers()}.items():
                for _ in range(TRIES):
                    found, why = _measured(name, target, row, provider, records)
                    if not why:
                        break
                print(json.dumps(found), flush=True)
                told.append(found)
                missed += why
    tell("llm gateway faults", told)
    assert not missed


def _chosen() -> list[Row]:
    wanted = [one for one in os.environ.get("EARPIECE_BENCH_FAULTS", "").split(",") if one]
    return [row for row in _rows() if not wanted or row.behaviour["fault"] in wanted]


def _measured(
    name: str, target: dict[str, Any], row: Row, provider: str, records: Records
) -> tuple[dict[str, Any], list[str]]:
    is_ours = name == "llm_gateway"
    count, at_once = (COSTLY_COUNT, COSTLY_AT_ONCE) if row.is_costly else (COUNT, AT_ONCE)
    count = count if is_ours else min(count, PEER_CALLS)
    account_id, task = "", address(target) | {"headers": target.get("fault_headers", {})}
    if is_ours:
        caller = a_target(target["place"], _llm(row.windows), UPSTREAMS)
        account_id, task["key"] = caller.account.account_id, caller.key
        task["headers"] = {"x-earpiece-deadline-ms": str(round(DEADLINE_S * 1000))}
    task |= {"model": "chat", "count": count, "at_once": at_once, "is_stream": row.is_stream}
    behave(provider, "second", {"text": WORDS})
    behave(provider, "first", {"text": WORDS})
    well = in_own_process(**task)["seconds"] if is_ours else [0.0]
    behave(provider, "first", {**row.behaviour, "text": WORDS})
    found = in_own_process(**task)
    asked = [behaves(provider, each)["request_count"] for each in ("first", "second")]
    seconds = found["seconds"]
    shown = {
        "fault": row.name,
        "gateway": name,
        "calls": count,
        "ok": found["ends"].get("ok", 0),
        "p50_s": seconds[len(seconds) // 2],
        "p99_s": seconds[int(len(seconds) * 0.99)],
        "well_p50_s": well[len(well) // 2],
        "asked_first": asked[0],
        "asked_second": asked[1],
        "other ends": ", ".join(f"{number} {end}" for end, number in found["ends"].items() if end != "ok") or "-",
    }
    return shown, list(_missed(row, shown, found, count, account_id, records)) if is_ours else []


def _missed(row: Row, shown: dict[str, Any], found: dict[str, Any], count: int, account_id: str, records: Records):
    """What of the promises this row did not keep."""
    if other := set(found["ends"]) - set(row.ends):
        yield f"{row.name}: ended with {other}"
    if shown["asked_first"] > row.most_asked:
        yield f"{row.name}: the failing provider was asked {shown['asked_first']} times"
    if shown["p50_s"] > max(row.most_p50_s, 2 * shown["well_p50_s"]):
        yield f"{row.name}: p50 {shown['p50_s']:.2f} s"
    if found["seconds"][-1] > DEADLINE_S + 0.5:
        yield f"{row.name}: a call took {found['seconds'][-1]:.1f} s"
    bills = records.of_account(account_id, 2 * count)  # those of the calls when all was well included
    answered = [bill for bill in bills if bill["outcome"] == "answered"]
    if len(bills) != 2 * count or len(answered) != count + shown["ok"]:
        yield f"{row.name}: {len(bills)} records of {count} calls, {len(answered)} answered of {shown['ok']}"


def _llm(windows: tuple[int, int]) -> dict[str, Any]:
    routes = [
        {"upstream": name, "model": "small", "context_tokens": window}
        for name, window in zip(UPSTREAMS, windows, strict=True)
    ]
    return {"models": [{"name": "chat", "routes": routes}]}
