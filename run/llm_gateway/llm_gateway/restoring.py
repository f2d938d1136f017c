"""The values back in their places in an answer, whole or streamed; what holds no placeholder passes as its bytes.

A stream may cut a placeholder anywhere, so the end of a piece that could begin one waits for the next piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from earpiece.privacy import Vault
from llm_gateway.calls import Call
from llm_gateway.logprobs import split_before, with_values

_ESCAPED_BRACKETS = (b"\\u005b", b"\\u005B")
_LONGEST = 32  # of a placeholder
_JSON_FIELDS = ("arguments",)
_CHAT_FIELDS = ("content", "refusal", "reasoning_content", "reasoning")
Lane = tuple[object, ...]


def speaks_json(call: Call) -> bool:
    """Whether the caller asked for an answer that is JSON, in which values must be escaped."""
    asked = call.body.get("response_format") or (call.body.get("text") or {})
    if isinstance(asked, dict) and isinstance(asked.get("format"), dict):
        asked = asked["format"]
    return isinstance(asked, dict) and str(asked.get("type", "")).startswith("json")


def restored(data: bytes, vault: Vault, *, is_json: bool = False) -> bytes:
    """A whole answer with its values; the same bytes where there is nothing to put back."""
    if not vault.values or not _may_hold(data):
        return data
    try:
        body = json.loads(data)
    except ValueError:
        return data
    told = _told(body, "", vault, is_json)
    return data if told == body else _dumped(told)


def _may_hold(data: bytes) -> bool:
    return b"[" in data or any(bracket in data for bracket in _ESCAPED_BRACKETS)


def _dumped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _told(value: Any, name: str, vault: Vault, is_json: bool) -> Any:
    if name == "logprobs" and isinstance(value, list):
        return with_values(value, vault, partial(_put_back, vault=vault, is_json=is_json))
    match value:
        case str() if "[" in value:
            return _put_back(value, vault, is_json=name in _JSON_FIELDS or is_json or _is_json(value))
        case list():
            return [_told(one, name, vault, is_json) for one in value]
        case dict():
            # In a chat the tokens' likelihoods stand one level deeper, by what they are of.
            return {
                key: _told(one, "logprobs" if name == "logprobs" else key, vault, is_json) for key, one in value.items()
            }
    return value


def _is_json(text: str) -> bool:
    """Whether a model that was not asked for JSON gave some all the same."""
    if not text.lstrip().startswith(("{", "[{")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _put_back(text: str, vault: Vault, *, is_json: bool) -> str:
    if not is_json:
        return vault.restore(text)
    return vault.restore_as(text, _escaped)


def _escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


class StreamRestorer:
    """For the events of one stream."""

    def __init__(self, vault: Vault, *, is_json: bool) -> None:
        self._vault, self._is_json = vault, is_json
        self._held: dict[Lane, str] = {}
        self._likely: dict[Lane, list[Any]] = {}
        self._last: dict[str, Any] = {}

    def passed(self, event: bytes) -> bytes:
        """The event as the caller gets it, with what waited before it."""
        if not self._held and not _may_hold(event):
            return event
        head, body = _parsed(event)
        if body is None:
            return self.rest() + event if b"[DONE]" in event else event
        before = json.dumps(body)
        more = b"".join(self._of_responses(body) if isinstance(body.get("type"), str) else self._of_chat(body))
        return more + (event if json.dumps(body) == before else head + b"data: " + _dumped(body) + b"\n\n")

    def rest(self) -> bytes:
        """What still waits when a stream ends that never said that it finished."""
        if not self._last or not self._held:
            return b""
        choices: list[dict[str, Any]] = []
        for lane in list(self._held):
            choices.append({"index": lane[0], "delta": {}, "finish_reason": None})
            self._append(choices[-1], lane)
            self._chat_logprobs(choices[-1], choices[-1]["index"])
        return b"data: " + _dumped({**self._last, "choices": choices}) + b"\n\n"

    def _of_chat(self, body: dict[str, Any]) -> Iterator[bytes]:
        for choice in body.get("choices") or ():
            index, delta = choice.get("index", 0), choice.get("delta") or {}
            for field in _CHAT_FIELDS:
                if isinstance(delta.get(field), str):
                    delta[field] = self._fed((index, field), delta[field], is_json=self._is_json)
            for called in delta.get("tool_calls") or ():
                self._tool(called.get("function") or {}, (index, "tool_calls", called.get("index", 0)))
            if isinstance(delta.get("function_call"), dict):
                self._tool(delta["function_call"], (index, "function_call"))
            if choice.get("finish_reason"):
                choice["delta"] = delta
                for lane in [lane for lane in self._held if lane[0] == index]:
                    self._append(choice, lane)
            self._chat_logprobs(choice, index)
        if body.get("choices"):
            self._last = {name: value for name, value in body.items() if name not in ("choices", "usage")}
        yield b""

    def _chat_logprobs(self, choice: dict[str, Any], index: int) -> None:
        """Each token with the piece of the text that it is of."""
        told = choice.get("logprobs")
        told = told if isinstance(told, dict) else {}
        for field in _CHAT_FIELDS:
            if isinstance(told.get(field), list) or (index, field) in self._likely:
                choice["logprobs"] = told = {**told, field: self._likely_of((index, field), told.get(field) or [])}

    def _likely_of(self, lane: Lane, entries: list[Any]) -> list[Any]:
        """What may be told of a lane's tokens: those of the text that waits wait with it."""
        said, waiting = split_before(self._likely.pop(lane, []) + entries, self._vault, len(self._held.get(lane, "")))
        if waiting:
            self._likely[lane] = waiting
        return with_values(said, self._vault, partial(_put_back, vault=self._vault, is_json=self._is_json))

    def _tool(self, function: dict[str, Any], lane: Lane) -> None:
        if isinstance(function.get("arguments"), str):
            function["arguments"] = self._fed(lane, function["arguments"], is_json=True)

    def _append(self, choice: dict[str, Any], lane: Lane) -> None:
        """What waits in a lane is said after all: no placeholder came of it."""
        held, delta = self._held.pop(lane), choice["delta"]
        match lane[1:]:
            case ("tool_calls", index):
                calls = delta.setdefault("tool_calls", [])
                calls.append({"index": index, "function": {"arguments": held}})
            case ("function_call",):
                call = delta.setdefault("function_call", {})
                call["arguments"] = call.get("arguments", "") + held
            case (field,):
                delta[field] = (delta.get(field) or "") + held

    def _of_responses(self, body: dict[str, Any]) -> Iterator[bytes]:
        """Pieces as in a chat; what says a whole again is put back whole."""
        kind: str = body["type"]
        lane = (kind.rsplit(".", 1)[0], body.get("item_id"), body.get("output_index"), body.get("content_index"))
        is_json = "arguments" in kind or self._is_json
        if kind.endswith(".delta") and isinstance(body.get("delta"), str):
            body["delta"] = self._fed(lane, body["delta"], is_json=is_json)
            if isinstance(body.get("logprobs"), list):
                body["logprobs"] = self._likely_of(lane, body["logprobs"])
            return
        if kind.endswith(".done") and lane in self._held:
            last = {**{name: body[name] for name in _PLACE if name in body}, "type": f"{lane[0]}.delta"}
            last["delta"] = self._held.pop(lane)
            told = _dumped({**last, **({"logprobs": self._likely_of(lane, [])} if lane in self._likely else {})})
            yield b"event: " + str(last["type"]).encode() + b"\ndata: " + told + b"\n\n"
        for name, value in list(body.items()):
            body[name] = _told(value, name, self._vault, self._is_json)

    def _fed(self, lane: Lane, piece: str, *, is_json: bool) -> str:
        text = self._held.pop(lane, "") + piece
        start = text.rfind("[", max(0, len(text) - _LONGEST))
        if start >= 0 and "]" not in text[start:] and self._vault.begins(text[start:]):
            self._held[lane], text = text[start:], text[:start]
        return _put_back(text, self._vault, is_json=is_json) if "[" in text else text


_PLACE = ("item_id", "output_index", "content_index", "sequence_number")


def _parsed(event: bytes) -> tuple[bytes, dict[str, Any] | None]:
    """What stands before the data of an event, and its JSON; None where it has none."""
    lines = event.strip().splitlines()
    data = b"\n".join(line[5:].strip() for line in lines if line.startswith(b"data:"))
    head = b"".join(line + b"\n" for line in lines if not line.startswith(b"data:"))
    if not data.startswith(b"{"):
        return head, None
    body: Mapping[str, Any] = json.loads(data)
    return head, dict(body)
