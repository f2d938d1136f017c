"""Who calls, and what their account may do: looked up in the stores once, then kept for a while.

A copy that is no longer fresh is renewed beside the requests, so that a busy caller's requests wait for no store. One
twice that old is read again first: a revoked key or a new version of the settings counts within a known time.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import ApiKey, Scope, check_key, parse_key, require_scope
from earpiece.domain.errors import AccountDeleted, AccountSuspended, InvalidCredentials, Unavailable
from earpiece.domain.llm import LlmSettings, secret_name
from earpiece.ports.accounts import AccountLookup, ApiKeys, Integrations, SettingsVersions

log = structlog.get_logger()

AWAY_S = 5.0
MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class Profile:
    """All that a call needs to know of its caller. `secrets` are the upstreams' newest keys, by upstream."""

    key: ApiKey
    account: Account
    llm: LlmSettings
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def settings_version(self) -> str:
        return self.account.settings_version or ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a copy may be: to be used as it is, and while the stores are away."""

    fresh_s: float = 10.0
    stale_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Where profiles come from; every call of these may block."""

    api_keys: ApiKeys
    accounts: AccountLookup
    settings: Callable[[Account], SettingsVersions]
    integrations: Callable[[Account], Integrations]


@dataclass(slots=True)
class _Copy:
    profile: Profile | None
    read_at_s: float
    is_renewing: bool = False
    kept_until_s: float = 0.0  # the stores were away: nobody waits for them before this


class Callers:
    """For one event loop."""

    def __init__(
        self,
        stores: Stores,
        executor: Executor,
        now: Callable[[], datetime],
        freshness: Freshness | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stores, self._executor, self._now, self._clock = stores, executor, now, clock
        self._freshness = freshness or Freshness()
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._waiting: dict[str, asyncio.Task[Profile | None]] = {}

    async def caller(self, authorization: str) -> Profile:
        """Raises InvalidCredentials, InsufficientScope, AccountSuspended, AccountDeleted, Unavailable."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidCredentials
        presented = parse_key(text.strip())
        profile = await self._profile(presented.key_id)
        key = check_key(presented, profile.key if profile else None, self._now())
        assert profile is not None
        require_scope(key, Scope.LLM_CALL)
        match profile.account.status:
            case AccountStatus.SUSPENDED:
                raise AccountSuspended
            case AccountStatus.DELETED:
                raise AccountDeleted
        return profile

    async def reach_stores(self) -> None:
        """Raises Unavailable while the registry does not answer; the first request then finds it connected."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._stores.accounts.find, "readiness")

    async def _profile(self, key_id: str) -> Profile | None:
        copy, freshness = self._copies.get(key_id), self._freshness
        if copy is None:
            return await self._read(key_id)
        age_s = self._clock() - copy.read_at_s
        if age_s > 2 * freshness.fresh_s and self._clock() >= copy.kept_until_s:
            return await self._read_or_keep(key_id, copy, age_s)
        if age_s > freshness.fresh_s and not copy.is_renewing:
            copy.is_renewing = True
            asyncio.ensure_future(self._renew(key_id, copy))  # noqa: RUF006 (held by `_waiting` while it runs)
        return copy.profile

    async def _read_or_keep(self, key_id: str, copy: _Copy, age_s: float) -> Profile | None:
        """While the stores are away, what was true minutes ago is the best we know; they are asked one at a time."""
        try:
            return await self._read(key_id)
        except Unavailable:
            if age_s > self._freshness.stale_s:
                raise
            log.warning("caller_copy_is_old", age_s=round(age_s))
            copy.kept_until_s = self._clock() + AWAY_S
            return copy.profile

    async def _renew(self, key_id: str, copy: _Copy) -> None:
        try:
            await self._read(key_id)
        except Unavailable:
            log.warning("caller_copy_is_old", age_s=round(self._clock() - copy.read_at_s))
        finally:
            copy.is_renewing = False

    async def _read(self, key_id: str) -> Profile | None:
        """Those that ask for the same at once wait for one answer."""
        if key_id not in self._waiting:
            self._waiting[key_id] = asyncio.ensure_future(self._look_up(key_id))
        return await asyncio.shield(self._waiting[key_id])

    async def _look_up(self, key_id: str) -> Profile | None:
        try:
            profile = await asyncio.get_running_loop().run_in_executor(self._executor, self._from_stores, key_id)
            self._copies[key_id] = _Copy(profile, self._clock())
            self._copies.move_to_end(key_id)
            while len(self._copies) > MOST_CALLERS:
                self._copies.popitem(last=False)
            return profile
        finally:
            del self._waiting[key_id]

    def _from_stores(self, key_id: str) -> Profile | None:
        key = self._stores.api_keys.find(key_id)
        account = self._stores.accounts.find(key.account_id) if key else None
        if key is None or account is None:
            return None
        llm = self._stores.settings(account).current().llm
        integrations = self._stores.integrations(account)
        found = {one.name: integrations.secrets(secret_name(one.name)) for one in llm.upstreams}
        return Profile(key, account, llm, {name: secrets[0] for name, secrets in found.items() if secrets})
