"""What a desk's page knows of it: every change, as it comes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import requests
from tests.waiting import until

from earpiece_emulators.desk.surroundings import direct

TIMEOUT_S = 30.0
Told = dict[str, Any]


class DeskWatcher:
    """Listens to a desk as its page does, from entry to exit, and acts for the visitor."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.conversations: dict[str, Told] = {}
        self._http = direct()
        self._stream = self._http.get(f"{address}/api/changes", stream=True, timeout=TIMEOUT_S)
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> DeskWatcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def wait_for(self, is_it: Callable[[Told], object], what: str, patience_s: float = 60.0) -> Told:
        """The first conversation that is so, as it is then."""
        return until(lambda: [one for one in list(self.conversations.values()) if is_it(one)], patience_s, what)[0]

    def wait_until(self, one: Told, is_so: Callable[[Told], object], what: str, patience_s: float = 60.0) -> Told:
        """This conversation, once it is so."""
        return self.wait_for(lambda found: found["id"] == one["id"] and is_so(found), what, patience_s)

    def act(self, one: Told, what: str, origin: str | None = None, **body: Any) -> requests.Response:
        url = f"{self.address}/api/conversations/{one['id']}/{what}"
        return self.post(url, origin or self.address, body)

    def post(self, url: str, origin: str | None, body: Any, **headers: str) -> requests.Response:
        named = {"Origin": origin} if origin else {}
        return direct().post(url, json=body, headers={**named, **headers}, timeout=TIMEOUT_S)

    def _listen(self) -> None:
        try:
            for line in self._stream.iter_lines():
                if line.startswith(b"data: "):
                    self._take(json.loads(line[6:]))
        except (requests.RequestException, AttributeError, ValueError):
            pass  # closed at exit, or the desk was stopped

    def _take(self, told: dict[str, Any]) -> None:
        self.conversations.update({one["id"]: one for one in told["changed"]})


def waits_for_visitor(one: Told) -> bool:
    return bool(one["is_yours"] and one["intended"] and not one["is_ended"])
