"""What assistants make of the gateway's answers, however odd."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from earpiece.adapters.gateway_model import GatewayModel
from earpiece.domain.errors import NotFound, Unavailable
from earpiece.ports.assistants import ModelAnswer, ModelCall

CALL = ModelCall("assistants", [{"role": "user", "content": "Hi"}], {"type": "object"}, 100)


@dataclass
class Session:
    """A gateway that answers so, or does not."""

    answer: requests.Response | requests.RequestException

    def post(self, *_: Any, **__: Any) -> requests.Response:
        if isinstance(self.answer, requests.RequestException):
            raise self.answer
        return self.answer


def answered(body: Any, status: int = 200, **headers: str) -> ModelAnswer:
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(headers)
    return GatewayModel("http://gateway", "key", Session(response)).complete(CALL)  # type: ignore[arg-type]


def a_choice(finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": "{}", **message}, "finish_reason": finish}]}


def test_an_answer_comes_with_what_it_took():
    usage = {"prompt_tokens": 7, "completion_tokens": 3}

    found = answered({**a_choice(), "usage": usage}, **{"x-earpiece-cost-usd": "0.25"})

    assert (found.text, found.reason) == ("{}", "")
    assert (found.spent.input_tokens, found.spent.output_tokens, found.spent.cost_usd) == (7, 3, 0.25)


@pytest.mark.parametrize("usage", [None, [], "many", {"prompt_tokens": "7 or so"}, {"prompt_tokens": -1}, {"x": 1}])
def test_a_provider_s_odd_count_fails_no_run_that_is_paid(usage: Any):
    found = answered({**a_choice(), "usage": usage})

    assert (found.text, found.spent.input_tokens, found.spent.call_count) == ("{}", 0, 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (a_choice(tool_calls=[{"function": {"name": "pay"}}]), "tool_call"),
        (a_choice(refusal="No."), "refused"),
        (a_choice("content_filter"), "refused"),
        (a_choice("length"), "cut_off"),
        (a_choice(content=" "), "empty"),
        (a_choice(content=None), "empty"),
        ({"choices": []}, "empty"),
    ],
)
def test_what_is_no_answer_says_why(body: dict[str, Any], reason: str):
    assert answered(body).reason == reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [("content_filter", "refused"), ("context_length_exceeded", "too_long"), ("what_else", "refused_as_invalid")],
)
def test_a_refusal_is_final_and_costs_nothing(code: str, reason: str):
    found = answered({"error": {"code": code}}, 400)

    assert (found.reason, found.spent.cost_usd) == (reason, 0.0)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_the_account_must_mend_is_not_tried_again(status: int):
    with pytest.raises(NotFound):
        answered({"error": {"code": "x"}}, status)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"error": {"code": "budget_exceeded"}}, 429, "budget_exceeded"),
        ({"error": {"code": "no_upstream"}}, 503, "no_upstream"),
        (b"<html>", 502, "status_502"),
        (b"<html>", 200, "malformed"),
    ],
)
def test_what_may_be_otherwise_later_is_tried_again(body: Any, status: int, reason: str):
    with pytest.raises(Unavailable) as raised:
        answered(body, status)

    assert raised.value.facts["reason"] == reason


@pytest.mark.parametrize("error", [requests.ConnectionError(), requests.Timeout()])
def test_a_gateway_that_does_not_answer_is_away(error: requests.RequestException):
    with pytest.raises(Unavailable, match="does not answer"):
        GatewayModel("http://gateway", "key", Session(error)).complete(CALL)  # type: ignore[arg-type]
