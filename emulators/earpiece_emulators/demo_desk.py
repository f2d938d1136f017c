"""Whether the agent's desk works, by the requests that a browser would make."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

from earpiece.domain.errors import Unavailable
from earpiece_emulators.desk.surroundings import direct
from earpiece_emulators.local_system import LocalSystem

TIMEOUT_S = 30.0
PATIENCE_S = 90.0
_LOADER = re.compile(r'src="(?P<url>http://[^"]+/v1/loader\.js)"')
_ELEMENT = re.compile(r'"element": ?"(?P<path>/assets/[^"]+)"')


def check_desk(system: LocalSystem, say: Callable[[str], None]) -> None:
    """The page, its scripts and the widget load, and a conversation plays; raises Unavailable when one does not."""
    http, desk = direct(), system.desk()
    page = _got(http, f"{desk}/").text
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        _got(http, f"{desk}{path}")
    loader = _found(_LOADER, page)["url"]
    element = _found(_ELEMENT, _got(http, loader).text)["path"]
    _got(http, loader.removesuffix("/v1/loader.js") + element)
    say("the desk's page, its scripts and the widget load")
    with _conversations(http, desk) as told:
        _answer_one(http, desk, told)
    say("a customer wrote at the desk, was answered, and all of it could be read through the conversation API")


def _answer_one(http: requests.Session, desk: str, told: Iterator[list[dict[str, Any]]]) -> None:
    """Answer the first customer who waits for the visitor, and wait until that answer can be read."""
    until_s, answered = time.monotonic() + PATIENCE_S, None
    for changed in told:
        if time.monotonic() > until_s:
            raise Unavailable(f"no conversation came about at the desk in {PATIENCE_S:.0f} s")
        for one in changed:
            if answered is None and one["is_yours"] and one["intended"]:
                url = f"{desk}/api/conversations/{one['id']}/messages"
                said = http.post(url, json={"text": one["intended"][0]}, headers={"Origin": desk}, timeout=TIMEOUT_S)
                said.raise_for_status()
                answered = (one["id"], said.json()["message_id"])
            if answered and one["id"] == answered[0] and _is_readable(one["steps"], answered[1]):
                return


def _is_readable(steps: list[dict[str, Any]], message_id: str) -> bool:
    return any(step["message_id"] == message_id and step["readable_ms"] is not None for step in steps)


@contextmanager
def _conversations(http: requests.Session, desk: str) -> Iterator[Iterator[list[dict[str, Any]]]]:
    """What changes at the desk, as its page hears of it; an empty list now and then."""
    with http.get(f"{desk}/api/changes", stream=True, timeout=TIMEOUT_S) as answer:
        lines = (line.decode() for line in answer.iter_lines())
        yield (json.loads(line[6:])["changed"] if line.startswith("data: ") else [] for line in lines)


def _got(http: requests.Session, url: str) -> requests.Response:
    try:
        answer = http.get(url, timeout=TIMEOUT_S)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise Unavailable(f"{url} does not load: {error}") from error
    return answer


def _found(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.search(text)
    if match is None:
        raise Unavailable(f"{pattern.pattern} is not where it should be")
    return match
