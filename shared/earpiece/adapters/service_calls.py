"""One unit calling another over HTTP, with the identity that Cloud Run's IAM asks for."""

from __future__ import annotations

import structlog

log = structlog.get_logger()


def post(url: str, timeout_s: float) -> bool:
    """POST without a body; whether it was answered with success. A failure is logged, not raised."""
    import requests

    try:
        return requests.post(url, headers=_identity(url), timeout=timeout_s).ok
    except requests.RequestException as error:
        log.warning("service_call_failed", error_type=type(error).__name__)
        return False


def identity_token(url: str) -> str:
    """An ID token of this unit for another one; empty on one machine, where nobody asks."""
    if not url.startswith("https://"):
        return ""
    from google.auth.transport.requests import Request
    from google.oauth2.id_token import fetch_id_token

    return str(fetch_id_token(Request(), url))


def _identity(url: str) -> dict[str, str]:
    token = identity_token(url)
    return {"Authorization": f"Bearer {token}"} if token else {}
