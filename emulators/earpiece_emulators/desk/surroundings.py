"""Where the run's parts are, and what the desk's owner was given: read when asked, for accounts come later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests

from earpiece.domain.errors import NotFound, Unavailable
from earpiece_emulators.places import State
from earpiece_emulators.record import read_record

_TIMEOUT_S = 10.0
_NO_DRAFT: dict[str, Any] = {"draft": "", "cursor": 0, "language": None, "pack_based_on": None, "wants_pack": True}


@dataclass(frozen=True, slots=True)
class Token:
    """What `POST /v1/token` gave; `expires_at` is RFC 3339."""

    token: str
    expires_at: str


class Surroundings:
    """The run of a state folder, from outside."""

    def __init__(self, state: State) -> None:
        self._state = state

    def address(self, unit: str) -> str:
        """Raises Unavailable while it does not run."""
        record = read_record(self._state.runtime)
        for process in record.processes if record else ():
            if process.name == unit:
                return process.address
        raise Unavailable(f"{unit} does not run")

    def address_if_any(self, unit: str) -> str | None:
        try:
            return self.address(unit)
        except Unavailable:
            return None

    def accounts(self) -> dict[str, dict[str, Any]]:
        """The credentials of each account that exists; empty before the first."""
        try:
            found = json.loads(self._state.credentials.read_bytes())["accounts"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}

    def webhook_secret(self, account_id: str) -> str:
        return str(self._credentials(account_id)["webhook_secret"])

    def token(self, account_id: str, agent_id: str) -> Token:
        """A widget's token for this agent, by the account's API key. Raises NotFound, Unavailable."""
        headers = {"Authorization": f"Bearer {self._credentials(account_id)['api_key']}"}
        url = f"{self.address('conversation_api')}/v1/token"
        try:
            answer = direct().post(url, json={"agent_id": agent_id}, headers=headers, timeout=_TIMEOUT_S)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Unavailable("conversation_api gives no token now") from error
        body = answer.json()
        return Token(str(body["token"]), str(body["expires_at"]))

    def offers(self, account_id: str, agent_id: str, conversation_id: str) -> dict[str, Any]:
        """What the widget is answered before anything is typed, with its pack. Raises NotFound, Unavailable."""
        headers = {"Authorization": f"Bearer {self.token(account_id, agent_id).token}"}
        url = f"{self.address('suggestion_api')}/v1/conversations/{conversation_id}/suggestions"
        try:
            answer = direct().post(
                url, params={"account": account_id}, json=_NO_DRAFT, headers=headers, timeout=_TIMEOUT_S
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Unavailable("suggestion_api suggests nothing now") from error
        return dict(answer.json())

    def _credentials(self, account_id: str) -> dict[str, Any]:
        found = self.accounts().get(account_id)
        if not found:
            raise NotFound(f"there is no account {account_id} here")
        return dict(found)


def direct() -> requests.Session:
    """To this machine, past any proxy."""
    session = requests.Session()
    session.trust_env = False
    return session
