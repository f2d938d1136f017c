"""Who calls: an agent with a widget token, or an account's own system with an API key."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Request, g

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import ApiKey, Scope, check_key, parse_key, require_scope
from earpiece.domain.errors import (
    AccountDeleted,
    AccountSuspended,
    InsufficientScope,
    InvalidCredentials,
    InvalidToken,
    NotAuthentic,
    RateLimited,
)
from earpiece.domain.ids import platform_id
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import AccountLookup, ApiKeys
from earpiece.telemetry.logs import bind_ids
from earpiece.web.rate_limits import TokenBuckets
from earpiece.web.tokens import TokenVerifier

KEY_PREFIX = "ep_"
AGENT_HEADER = "X-Agent-Id"
SIGN_INS_PER_MINUTE = 600  # of an account: 6,000 agents, whose tokens live for ten minutes
REFUSALS_PER_MINUTE = 60  # wrong credentials from one address; right ones are never counted


@dataclass(frozen=True, slots=True)
class Caller:
    """`agent_id` is the platform's; None when an API key names no agent with `X-Agent-Id`."""

    account: Account
    agent_id: str | None
    key_id: str | None = None

    @property
    def limit_key(self) -> str:
        """Whose bucket a request is taken from."""
        speaker = f"agent/{self.agent_id}" if self.agent_id else f"key/{self.key_id}"
        return f"{self.account.account_id}/{speaker}"


class Authentication:
    """Checks `Authorization: Bearer …`; fails closed, and says the same whatever was wrong."""

    def __init__(
        self,
        *,
        accounts: AccountLookup,
        api_keys: ApiKeys,
        verifier: TokenVerifier,
        now: Callable[[], datetime],
        refusals: TokenBuckets | None = None,
    ) -> None:
        self._accounts = accounts
        self._api_keys = api_keys
        self._verifier = verifier
        self._now = now
        self._refusals = refusals or TokenBuckets()

    def caller(self, request: Request, scope: Scope | None) -> Caller:
        """Who may do what `scope` names; None is what everybody may whom we know.

        Raises InvalidToken or InvalidCredentials, RateLimited when an address is wrong too often, InsufficientScope,
        AccountSuspended, AccountDeleted.
        """
        try:
            text = _bearer(request)
            if text.startswith(KEY_PREFIX):
                return self._by_key(text, request, scope)
            return self._by_token(text, scope)
        except NotAuthentic:
            self.refused(request)
            raise

    def key(self, request: Request, scope: Scope) -> tuple[ApiKey, Account]:
        """The API key in the request and its account; raises as `caller` does."""
        try:
            return self._key(_bearer(request), scope)
        except NotAuthentic:
            self.refused(request)
            raise

    def refused(self, request: Request) -> None:
        """Count a refusal against the address; raises RateLimited when there were too many."""
        self._refusals.take(request.remote_addr or "", REFUSALS_PER_MINUTE)

    def not_refused(self, request: Request) -> None:
        """Raises RateLimited while an address has been wrong too often; for what costs us a call to somebody else."""
        if wait_s := self._refusals.wait_s(request.remote_addr or "", REFUSALS_PER_MINUTE):
            raise RateLimited("too many refusals", retry_after_s=max(1, math.ceil(wait_s)))

    def _by_token(self, text: str, scope: Scope | None) -> Caller:
        claims = self._verifier.verify(text)
        account = self._accounts.find(claims.account_id)
        if account is None:
            raise InvalidToken
        if scope and scope not in claims.scopes:
            raise InsufficientScope(f"this needs the scope {scope}")
        return _remember(Caller(usable(account), claims.agent_id))

    def _by_key(self, text: str, request: Request, scope: Scope | None) -> Caller:
        key, account = self._key(text, scope)
        named = request.headers.get(AGENT_HEADER)
        return _remember(Caller(account, platform_id(named) if named else None, key.key_id))

    def _key(self, text: str, scope: Scope | None) -> tuple[ApiKey, Account]:
        presented = parse_key(text)
        key = check_key(presented, self._api_keys.find(presented.key_id), self._now())
        account = self._accounts.find(key.account_id)
        if account is None:
            raise InvalidCredentials
        if scope:
            require_scope(key, scope)
        return key, usable(account)


class Limits:
    """How many requests an agent, and an account, may make of this process."""

    def __init__(self, buckets: TokenBuckets | None = None) -> None:
        self._buckets = buckets or TokenBuckets()

    def take(self, caller: Caller, settings: AccountSettings) -> None:
        """Count a request; raises RateLimited. An agent over its own limit takes nothing from its colleagues."""
        self._buckets.take(caller.limit_key, settings.agent_requests_per_minute)
        self._buckets.take(caller.account.account_id, settings.account_requests_per_minute)

    def take_sign_in(self, account: Account) -> None:
        """Count a sign-in that we ask a platform about; raises RateLimited."""
        self._buckets.take(f"{account.account_id}/sign-in", SIGN_INS_PER_MINUTE, what="sign-ins")


def usable(account: Account) -> Account:
    """The same account, if it is active; raises AccountSuspended or AccountDeleted."""
    match account.status:
        case AccountStatus.SUSPENDED:
            raise AccountSuspended
        case AccountStatus.DELETED:
            raise AccountDeleted
        case AccountStatus.ACTIVE:
            return account


def _bearer(request: Request) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise InvalidCredentials
    return text.strip()


def _remember(caller: Caller) -> Caller:
    g.caller = caller
    bind_ids(account_id=caller.account.account_id)
    return caller
