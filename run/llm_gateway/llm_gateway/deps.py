"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from earpiece.domain.accounts import Account
from earpiece.domain.prices import Price
from earpiece.ports.budgets import Budgets
from earpiece.ports.events import Publisher
from earpiece.ports.minute_limits import MinuteLimits
from llm_gateway.addresses import Reach, ReachableNames, networks_of
from llm_gateway.answering import Upstreams
from llm_gateway.cache import AnswerCache
from llm_gateway.callers import Callers, Freshness, Stores
from llm_gateway.entra import EntraTokens
from llm_gateway.limits import CallLimits
from llm_gateway.masking import Masker
from llm_gateway.settings import Settings
from llm_gateway.spending import Spending
from llm_gateway.telling import UsageTeller

if TYPE_CHECKING:
    import aiohttp

LAST_S = 2.0  # what cannot be told by then is in the log, or expires


@dataclass(slots=True)
class Deps:
    callers: Callers
    upstreams: Upstreams
    limits: CallLimits
    spending: Spending
    usage: UsageTeller
    cache: AnswerCache
    masker: Masker
    prices: tuple[Price, ...]
    session: aiohttp.ClientSession
    pool: ThreadPoolExecutor
    looking_after: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Raises Unavailable while the registry does not answer."""
        await self.callers.reach_stores()

    async def close(self) -> None:
        """Give back what was leased and send what was counted: nothing of a bill is lost at a deployment."""
        if self.looking_after:
            self.looking_after.cancel()
        self.masker.close()
        await self.session.close()
        loop = asyncio.get_running_loop()
        ends = (self.usage.close, self.spending.close, self.limits.close)
        await asyncio.wait([loop.run_in_executor(self.pool, end) for end in ends], timeout=LAST_S)
        self.pool.shutdown(wait=False)


async def connect(settings: Settings) -> Deps:
    """Google's clients and one pool of connections to the providers, for the event loop that runs this."""
    import aiohttp

    pool = ThreadPoolExecutor(settings.lookup_threads, thread_name_prefix="lookup")
    loop = asyncio.get_running_loop()
    stores, budgets_of, limits_of = await loop.run_in_executor(pool, _connect_stores, settings)
    reach = Reach(networks_of(settings.private_networks))
    names = ReachableNames(aiohttp.DefaultResolver(), reach)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ttl_dns_cache=60, resolver=names),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=True,
    )
    spending = Spending(budgets_of, pool, now)
    return Deps(
        callers=Callers(stores, pool, now, Freshness(settings.caller_fresh_s, settings.caller_stale_s)),
        upstreams=Upstreams(session, EntraTokens(session, settings.entra_authority), reach),
        limits=CallLimits(limits_of, pool, now),
        spending=spending,
        usage=UsageTeller(partial(_connect_publisher, settings.project_id), settings.usage_topic),
        cache=AnswerCache(),
        masker=Masker(settings.masking_s),
        prices=(),
        session=session,
        pool=pool,
        looking_after=loop.create_task(spending.look_after()),
    )


def now() -> datetime:
    return datetime.now(UTC)


def _connect_stores(
    settings: Settings,
) -> tuple[Stores, Callable[[Account], Budgets], Callable[[Account], MinuteLimits]]:
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
    from earpiece.adapters.firestore_budgets import FirestoreBudgets
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_integrations import IntegrationsCache
    from earpiece.adapters.firestore_minute_limits import FirestoreMinuteLimits
    from earpiece.adapters.sealing import connect_secrets

    clients = FirestoreClients(settings.project_id)
    registry = clients.registry()
    sealing = connect_secrets(settings.secrets_key_file, settings.kms_key)
    stores = Stores(
        api_keys=FirestoreApiKeys(registry),
        accounts=FirestoreAccountRegistry(registry, now, life=timedelta(seconds=settings.caller_fresh_s)),
        settings=lambda account: FirestoreSettings(account, clients.of(account)),
        integrations=IntegrationsCache(registry, sealing, now, life=timedelta(seconds=settings.secret_fresh_s)),
    )
    return (
        stores,
        lambda account: FirestoreBudgets(account, registry, now),
        lambda account: FirestoreMinuteLimits(account, registry),
    )


def _connect_publisher(project_id: str) -> Publisher:
    from earpiece.adapters.pubsub_publisher import PubsubPublisher

    return PubsubPublisher(project_id)
