"""Who an agent of Salesforce is, by the signed request that a Canvas app is given.

`base64(HMAC-SHA256(consumer secret, context))` + "." + context, the context being base64 of JSON
(developer.salesforce.com, "Signed Request Authentication"). Its `issuedAt` is null in Salesforce's own sample and "for
internal use only" in newer documents: without it, Salesforce is asked whether the token within is still good.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from earpiece.domain.errors import InvalidInput, InvalidToken, MalformedBody
from earpiece.domain.ids import digest
from earpiece.domain.json_body import read_object

PLATFORM = "salesforce"  # the integration that says which organisation is the account's
CANVAS = "salesforce-canvas"  # the one that holds the connected app's consumer secret
USERINFO = "/services/oauth2/userinfo"
LIFE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=60)
SESSION = timedelta(days=30)  # longer than any session: without a time, a use is remembered for so long
_MILLISECONDS = 10**11  # a larger number is no count of seconds
_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_ORGANISATION = re.compile(r"00D[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?")
_MY_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,30})?\.my\.salesforce\.com")


@dataclass(frozen=True, slots=True)
class SignedAgent:
    """Who a signed request is of. `use_id` names it among the account's; useless after `useless_at`.

    Where `access_token` is set, only Salesforce knows whether the request is recent: ask it as this token's bearer.
    """

    agent_id: str
    use_id: str
    useless_at: datetime
    access_token: str = ""


def verify_signed_request(text: str, secrets: Sequence[str], organization_id: str, now: datetime) -> SignedAgent:
    """Raises InvalidToken, always alike, unless a secret signed it for this organisation, less than five minutes ago
    or without a time.
    """
    signature, _, context = text.partition(".")
    shown = _decoded(signature)
    expected = [hmac.new(secret.encode(), context.encode(), hashlib.sha256).digest() for secret in secrets if secret]
    matches = [hmac.compare_digest(shown, one) for one in expected]  # every one: which matched must not show
    if not any(matches):
        raise InvalidToken
    try:
        told = read_object(_decoded(context))
    except MalformedBody as error:
        raise InvalidToken from error
    if told.get("algorithm") != "HMACSHA256" or not is_same_id(
        _at(told, "organization", "organizationId"), organization_id
    ):
        raise InvalidToken
    return _agent(told, digest("canvas", context), now)


def check_userinfo(told: Mapping[str, Any], agent_id: str, organization_id: str) -> None:
    """Raises InvalidToken unless Salesforce says that its bearer is this agent of this organisation."""
    if not is_same_id(told.get("user_id"), agent_id) or not is_same_id(told.get("organization_id"), organization_id):
        raise InvalidToken


def is_same_id(one: object, other: object) -> bool:
    """Whether two ids of Salesforce are one: the last three of 18 characters only say the case of the first 15."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    return bool(_ID.fullmatch(one) and _ID.fullmatch(other)) and one[:15] == other[:15]


def organisation(text: str) -> str:
    """The id of an organisation; raises InvalidInput."""
    if not _ORGANISATION.fullmatch(text):
        raise InvalidInput(f"{text!r} is no id of an organisation of Salesforce; it begins with 00D")
    return text


def my_domain(text: str) -> str:
    """The host of an organisation; raises InvalidInput: a token is sent to no other kind of host."""
    if not _MY_DOMAIN.fullmatch(text):
        raise InvalidInput(f"{text!r} is no My Domain of Salesforce; give name.my.salesforce.com")
    return text


def _agent(told: Mapping[str, Any], use_id: str, now: datetime) -> SignedAgent:
    agent_id, issued = _at(told, "user", "userId"), told.get("issuedAt")
    if not isinstance(agent_id, str) or not _ID.fullmatch(agent_id) or not is_same_id(told.get("userId"), agent_id):
        raise InvalidToken
    if issued is None:
        client = told.get("client")
        access_token = client.get("oauthToken") if isinstance(client, dict) else None
        if not isinstance(access_token, str) or not access_token:
            raise InvalidToken
        return SignedAgent(agent_id, use_id, now + SESSION, access_token)
    issued_at = _instant(issued)
    if not -LEEWAY <= now - issued_at <= LIFE:
        raise InvalidToken
    return SignedAgent(agent_id, use_id, issued_at + LIFE + 2 * LEEWAY)


def _at(told: Mapping[str, Any], part: str, name: str) -> object:
    context = told.get("context")
    found = context.get(part) if isinstance(context, dict) else None
    return found.get(name) if isinstance(found, dict) else None


def _instant(issued: object) -> datetime:
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise InvalidToken
    try:
        return datetime.fromtimestamp(issued / 1000 if issued > _MILLISECONDS else issued, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidToken from error


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
