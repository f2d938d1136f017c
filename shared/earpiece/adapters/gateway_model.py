"""The account's language models, by way of llm_gateway: `POST /v1/chat/completions` of OpenAI's API."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from earpiece.adapters.service_calls import identity_token
from earpiece.domain.assistant_runs import Spent
from earpiece.domain.errors import NotFound, Unavailable
from earpiece.domain.events import Participant
from earpiece.ports.assistants import ModelAnswer, ModelCall
from earpiece.privacy import known_values

if TYPE_CHECKING:
    import requests

CONNECT_S = 2.0
MOST_KNOWN, MOST_KNOWN_CHARACTERS = 60, 120  # so that the header stays under 16 kB
TOLD_S = 2.0  # the gateway keeps to its deadline and says so; we wait a little longer than that
_REFUSALS = {"content_filter": "refused", "context_length_exceeded": "too_long"}


class GatewayModel:
    """One account's way to its models, with its own key. `timeout_s` bounds a call with all its attempts."""

    def __init__(self, url: str, key: str, session: requests.Session, timeout_s: float = 60.0) -> None:
        self._url, self._key, self._session, self._timeout_s = url.rstrip("/"), key, session, timeout_s

    def complete(self, call: ModelCall) -> ModelAnswer:
        if not self._key:
            raise NotFound("the account has no key for the gateway; `earpiece accounts create` makes it")
        began_s = time.monotonic()
        answered = self._post(_body(call), known_header(call.participants), call.purpose)
        latency_ms = round((time.monotonic() - began_s) * 1000)
        if answered.ok:
            return _answer(_json(answered), answered.headers, latency_ms)
        return ModelAnswer("", Spent(call_count=1, cost_usd=0.0, latency_ms=latency_ms), _refusal(answered))

    def _post(self, body: dict[str, Any], known: str, purpose: str) -> requests.Response:
        import requests

        headers = {
            "Authorization": f"Bearer {self._key}",
            "x-earpiece-deadline-ms": str(round(self._timeout_s * 1000)),
        }
        if purpose:
            headers["x-earpiece-purpose"] = purpose
        if known:
            headers["x-earpiece-known"] = known
        if token := identity_token(self._url):
            headers["X-Serverless-Authorization"] = f"Bearer {token}"  # Cloud Run's own; the other is the account's
        waits = (CONNECT_S, self._timeout_s + TOLD_S)
        try:
            return self._session.post(f"{self._url}/v1/chat/completions", json=body, headers=headers, timeout=waits)
        except requests.RequestException as error:
            raise Unavailable("the gateway does not answer", reason="gateway_away") from error


def known_header(participants: Iterable[Participant]) -> str:
    """The participants' own values, which the gateway masks first: base64url of a JSON list; "" for none."""
    fitting = [one for one in known_values(participants) if len(one.value) <= MOST_KNOWN_CHARACTERS][:MOST_KNOWN]
    listed = [{"value": one.value, "label": one.label} for one in fitting]
    return base64.urlsafe_b64encode(json.dumps(listed).encode()).decode().rstrip("=") if listed else ""


def _body(call: ModelCall) -> dict[str, Any]:
    schema = {"name": "answer", "strict": True, "schema": dict(call.schema)}
    return {
        "model": call.model,
        "messages": list(call.messages),
        "response_format": {"type": "json_schema", "json_schema": schema},
        "max_completion_tokens": call.most_output_tokens,
    }


def _answer(body: Mapping[str, Any], headers: Mapping[str, str], latency_ms: int) -> ModelAnswer:
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    cost = headers.get("x-earpiece-cost-usd")
    spent = Spent(
        call_count=1,
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cost_usd=float(cost) if cost else None,
        latency_ms=latency_ms,
        upstream_model=headers.get("x-earpiece-upstream-model", ""),
    )
    choice = (body.get("choices") or [{}])[0]
    message = choice.get("message") or {}
    text = message.get("content") or ""
    return ModelAnswer(text, spent, _reason(choice, message, text))


def _count(value: object) -> int:
    # A provider's odd count must not fail a run that is paid: it would be made, and paid, again.
    return value if isinstance(value, int) and value > 0 else 0


def _reason(choice: Mapping[str, Any], message: Mapping[str, Any], text: str) -> str:
    if message.get("tool_calls") or message.get("function_call"):
        return "tool_call"  # none was offered
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return "refused"
    if choice.get("finish_reason") == "length":
        return "cut_off"
    return "" if text.strip() else "empty"


def _refusal(answered: requests.Response) -> str:
    """Why this call was refused; raises Unavailable or NotFound where another one may do, or the account must."""
    body = _json(answered)
    error = body.get("error") if isinstance(body.get("error"), dict) else {}
    code = str((error or {}).get("code") or body.get("type", "").rpartition(":")[2])
    if answered.status_code == 400:
        return _REFUSALS.get(code, "refused_as_invalid")
    if answered.status_code in (401, 403, 404):
        raise NotFound(f"the gateway refuses this account's call: {code or answered.status_code}")
    raise Unavailable("no model answers now", reason=code or f"status_{answered.status_code}")


def _json(answered: requests.Response) -> dict[str, Any]:
    try:
        body = answered.json()
    except ValueError as error:
        if answered.ok:
            raise Unavailable("the gateway's answer cannot be read", reason="malformed") from error
        return {}
    return body if isinstance(body, dict) else {}
