"""Google's REST methods, where a client library would be all weight: authorized, bounded in time, our errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earpiece.domain.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    import requests

TIMEOUT_S = 10.0


def authorized_session(*, is_google: bool) -> requests.Session:
    """A session with this unit's credentials; a plain one where the address is not Google's, so that no token leaks."""
    import requests

    if not is_google:
        return requests.Session()
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    session: requests.Session = AuthorizedSession(credentials)
    return session


def post_json(session: requests.Session, url: str, body: dict[str, Any]) -> dict[str, Any]:
    """The JSON answer; raises Unavailable when it may work later, InvalidInput when Google refuses this request."""
    import requests

    try:
        answer = session.post(url, json=body, timeout=TIMEOUT_S)
    except requests.RequestException as error:
        raise Unavailable("Google's service does not answer") from error
    if answer.status_code in (408, 429) or answer.status_code >= 500:
        raise Unavailable(f"Google's service answered {answer.status_code}")
    if not answer.ok:
        raise InvalidInput(f"Google's service refused this with {answer.status_code}")
    found: dict[str, Any] = answer.json()
    return found
