"""A body that claims to be JSON, read so that nothing in it can surprise what comes after."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from earpiece.domain.errors import MalformedBody

MAX_DEPTH = 64
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that the bytes hold; raises MalformedBody.

    Refused: other than UTF-8, a key twice in one object (two readers could see two truths), NaN and infinities,
    more than 64 levels. Lone surrogates and NUL in texts stand as U+FFFD.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise MalformedBody("the body is not UTF-8") from error
    except RecursionError as error:
        raise MalformedBody(f"the body is nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise MalformedBody("the body is not JSON") from error
    if not isinstance(value, dict):
        raise MalformedBody("the body is not a JSON object")
    cleaned: dict[str, Any] = _clean(value, MAX_DEPTH)
    return cleaned


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedBody("the body has a key twice in one object")
    return found


def _refuse(constant: str) -> NoReturn:
    raise MalformedBody(f"{constant} is not JSON")


def _clean(value: Any, depth: int) -> Any:
    if depth == 0:
        raise MalformedBody(f"the body is nested deeper than {MAX_DEPTH} levels")
    match value:
        case str():
            return _UNSAFE.sub("\ufffd", value)
        case dict():
            return {key: _clean(item, depth - 1) for key, item in value.items()}
        case list():
            return [_clean(item, depth - 1) for item in value]
        case _:
            return value
