"""Personal data leaves a call's texts before any provider sees them; the values wait in the call's own vault.

Fails closed: what cannot be masked, or not in time, is refused with `masking-unavailable`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from earpiece.domain.errors import InvalidInput
from earpiece.privacy import Known, MaskingUnavailable, Vault
from llm_gateway.calls import Call

log = structlog.get_logger()

KNOWN_HEADER = b"x-earpiece-known"
INLINE_CODE_POINTS = 2_000  # a few milliseconds of work; more is done beside the event loop
LIMIT_S = 2.0
MOST_KNOWN = 256
MOST_KNOWN_CODE_POINTS = 512
# What of a request's own fields says how to answer, and where an account's own definitions stand. Every other field,
# one of tomorrow too, may hold what people said.
_TECHNICAL = frozenset({
    "model", "stream_options", "modalities", "audio", "reasoning", "reasoning_effort", "verbosity", "service_tier",
    "truncation", "include", "previous_response_id", "conversation", "prompt_cache_retention", "encoding_format",
    "logit_bias", "tool_choice", "function_call",
})  # fmt: skip
_SCHEMAS = frozenset({"tools", "functions", "response_format", "text", "guided_json"})
_SAID_IN_SCHEMAS = ("description", "enum", "const", "default", "examples")
# What passes within them: what binds a conversation's parts together, and pictures and files.
_PASSED = frozenset({
    "type", "role", "id", "call_id", "tool_call_id", "item_id", "status", "url", "image_url", "file_url", "data",
    "file_data", "file_id", "detail", "format", "encrypted_content", "model", "index", "phase", "server_label",
    "approval_request_id",
})  # fmt: skip
_JSON_INSIDE = ("arguments",)
# A tool's result is often JSON in a text: `\u00f6` in it is a letter, and the `n` of `\n` is none. While it is searched
# for values a line's end stands as one of these, so that it can be written as it was afterwards.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\([nrt]|u[0-9a-fA-F]{4})")
_LINE_ENDS = {"n": "\u2028", "r": "\u0085", "t": "\u2029"}
_WRITTEN = str.maketrans({end: f"\\{letter}" for letter, end in _LINE_ENDS.items()})

Replace = Callable[[str], str]


class TokensCannotBeMasked(InvalidInput):
    slug = "tokens-cannot-be-masked"
    title = "Give text: tokens cannot be searched for personal data"


class Masker:
    """Masks calls; long ones in a thread, so that other calls' streams go on."""

    def __init__(self, limit_s: float = LIMIT_S, threads: int = 2) -> None:
        self._limit_s = limit_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="masking")

    async def mask(self, call: Call, known: tuple[Known, ...] = ()) -> tuple[Call, Vault]:
        """The call as a provider may see it, and the way back. Raises MaskingUnavailable."""
        try:
            texts = list(texts_of(call.body))
            work = partial(masked, call, texts, known, time.monotonic() + self._limit_s)
            if sum(map(len, texts)) <= INLINE_CODE_POINTS:
                return work()
            async with asyncio.timeout(self._limit_s):
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except (MaskingUnavailable, TokensCannotBeMasked) as error:
            log.warning("masking_refused", reason=error.slug)
            raise
        except TimeoutError:
            log.warning("masking_refused", reason="too-slow")
            raise MaskingUnavailable("masking took longer than it may") from None
        except Exception as error:  # whatever failed, the text stays here, and out of the log too
            log.error("masking_failed", error_type=type(error).__name__)
            raise MaskingUnavailable("personal data could not be masked") from None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def read_known(header: str) -> tuple[Known, ...]:
    """The conversation's participants, as our own units tell them: base64url of a JSON list of {value, label}.

    Raises InvalidInput, which names no value.
    """
    if not header:
        return ()
    try:
        listed = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        known = tuple(Known(str(one["value"]), str(one["label"])) for one in listed)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput(f"{KNOWN_HEADER.decode()} must be base64url of a JSON list of value and label") from error
    if len(known) > MOST_KNOWN or any(len(one.value) > MOST_KNOWN_CODE_POINTS for one in known):
        raise InvalidInput(f"{KNOWN_HEADER.decode()} holds too much: {MOST_KNOWN} values of 512 characters at most")
    return known


def masked(call: Call, texts: list[str], known: tuple[Known, ...], until_s: float) -> tuple[Call, Vault]:
    """The call with the texts of `texts_of` masked. Raises MaskingUnavailable."""
    vault = Vault(known)
    read, written = _as_meant(texts)
    found = dict(zip(texts, zip(read, vault.mask(read, until_s=until_s), strict=True), strict=True))
    if not vault.values:
        return call, vault
    vault.values = {placeholder: value.translate(written) for placeholder, value in vault.values.items()}

    def told(text: str) -> str:
        before, after = found[text]
        return text if before == after else after.translate(written)

    return replace(call, body=_rewritten(call.body, told)), vault


def _as_meant(texts: list[str]) -> tuple[list[str], dict[int, str]]:
    """The texts with what their escapes stand for, and how line ends are written again."""
    if not any("\\" in text for text in texts) or any(end in text for text in texts for end in _LINE_ENDS.values()):
        return texts, {}
    return [_ESCAPE.sub(_meant, text) if "\\" in text else text for text in texts], _WRITTEN


def _meant(escape: re.Match[str]) -> str:
    before, said = escape.groups()
    if said in _LINE_ENDS:
        return f"{before}{_LINE_ENDS[said]}"
    letter = chr(int(said[1:], 16))
    is_plain = letter >= " " and letter not in '"\\\x7f' and not "\ud800" <= letter <= "\udfff"
    is_plain = is_plain and letter not in _LINE_ENDS.values()
    return f"{before}{letter}" if is_plain else escape.group()


def texts_of(body: Mapping[str, Any]) -> Iterator[str]:
    """Every text that will be masked, once. Raises TokensCannotBeMasked."""
    seen: dict[str, None] = {}

    def note(text: str) -> str:
        seen[text] = None
        return text

    _rewritten(body, note)
    yield from seen


def _rewritten(body: Mapping[str, Any], each: Replace) -> dict[str, Any]:
    return {name: _field(name, value, each) for name, value in body.items()}


def _field(name: str, value: Any, each: Replace) -> Any:
    if name in _TECHNICAL or not isinstance(value, str | list | dict):
        return value
    if name in _SCHEMAS and not isinstance(value, str):
        return _schema(value, each)
    return _all_strings(value, each) if name == "metadata" else _texts(value, name, each)


def _texts(value: Any, name: str, each: Replace) -> Any:
    match value:
        case str():
            return _json_inside(value, each) if name in _JSON_INSIDE else each(value)
        case list():
            if name == "input" and any(isinstance(one, int) for one in value):
                raise TokensCannotBeMasked("the input is a list of tokens; with masking on, give text")
            return [_texts(one, name, each) for one in value]
        case dict():
            return {key: one if _is_passed(key, value) else _texts(one, key, each) for key, one in value.items()}
    return value


def _is_passed(key: str, owner: Mapping[str, Any]) -> bool:
    if key == "name":  # of a function, or of somebody
        return "arguments" in owner or "call_id" in owner or owner.get("role") in ("tool", "function")
    return key in _PASSED


def _json_inside(value: str, each: Replace) -> str:
    """JSON within a string: its strings are masked, so that it stays JSON."""
    try:
        inside = json.loads(value)
    except (ValueError, RecursionError):
        return each(value)
    if not isinstance(inside, dict | list):
        return each(value)
    told = _all_strings(inside, each)
    return value if told == inside else json.dumps(told, ensure_ascii=False)


def _all_strings(value: Any, each: Replace) -> Any:
    match value:
        case str():
            return each(value)
        case list():
            return [_all_strings(one, each) for one in value]
        case dict():
            return {each(key): _all_strings(one, each) for key, one in value.items()}
        case bool() | None:
            return value
        case int() | float():  # a phone or a card number, given as a number
            told = each(str(value))
            return value if told == str(value) else told
    return value


def _schema(value: Any, each: Replace, *, is_said: bool = False) -> Any:
    match value:
        case str():
            return each(value) if is_said else value
        case list():
            return [_schema(one, each, is_said=is_said) for one in value]
        case dict():
            return {key: _schema(one, each, is_said=is_said or key in _SAID_IN_SCHEMAS) for key, one in value.items()}
    return value
