"""What every adapter of Integrations promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import Integrations


@dataclass
class Envelopes:
    """Sealing that remembers what was sealed for which purpose."""

    sealed: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)

    def seal(self, plain: bytes, context: str) -> bytes:
        envelope = f"envelope-{len(self.sealed)}-{id(plain)}".encode()
        self.sealed[envelope] = (plain, context)
        return envelope

    def open(self, sealed: bytes, context: str) -> bytes:
        plain, purpose = self.sealed[bytes(sealed)]
        assert purpose == context
        return plain


@pytest.fixture
def envelopes() -> Envelopes:
    return Envelopes()


@pytest.fixture
def integrations(adapters: Adapters, account: Account, envelopes: Envelopes, clock: Any) -> Integrations:
    return adapters.integrations(account, envelopes, clock)


def test_a_platform_that_is_not_set_up_has_no_secrets(integrations: Integrations):
    assert integrations.secrets("custom") == ()


def test_the_newest_secret_comes_first_and_the_one_before_ends_on_its_date(integrations: Integrations, clock: Any):
    integrations.rotate("custom", "first", keep_old_until=clock())
    assert integrations.secrets("custom") == ("first",)

    integrations.rotate("custom", "second", keep_old_until=clock() + timedelta(hours=1))
    assert integrations.secrets("custom") == ("second", "first")
    clock.passes(hours=1)
    assert integrations.secrets("custom") == ("second",)


def test_of_the_old_secrets_one_stays_valid_at_most(integrations: Integrations, clock: Any):
    for secret in ("first", "second", "third"):
        integrations.rotate("custom", secret, keep_old_until=clock() + timedelta(hours=1))

    assert integrations.secrets("custom") == ("third", "second")


def test_one_platform_s_secrets_are_not_another_s(integrations: Integrations, clock: Any):
    integrations.rotate("custom", "webhooks", keep_old_until=clock())
    integrations.rotate("embed", "tokens", keep_old_until=clock())

    assert (integrations.secrets("custom"), integrations.secrets("embed")) == (("webhooks",), ("tokens",))


def test_a_copy_is_no_older_than_sixty_seconds(
    adapters: Adapters, account: Account, envelopes: Envelopes, integrations: Integrations, clock: Any
):
    elsewhere = adapters.integrations(account, envelopes, clock)
    assert elsewhere.secrets("custom") == ()

    for secret in ("first", "second"):
        integrations.rotate("custom", secret, keep_old_until=clock())
        clock.passes(seconds=60)
        assert elsewhere.secrets("custom") == (secret,)


def test_what_is_sealed_is_sealed_for_its_account_and_purpose(
    account: Account, envelopes: Envelopes, integrations: Integrations, clock: Any
):
    integrations.rotate("custom", "a-secret", keep_old_until=clock())
    integrations.masking_key()

    contexts = [context for _, context in envelopes.sealed.values()]
    assert len(set(contexts)) == len(contexts) == 2
    assert all(account.account_id in context for context in contexts)
    assert (b"a-secret", f"{account.account_id}/custom") in envelopes.sealed.values()


def test_the_masking_key_is_made_once_and_is_the_same_in_every_process(
    adapters: Adapters, account: Account, envelopes: Envelopes, clock: Any
):
    def first_use(_: int) -> bytes:
        return adapters.integrations(account, envelopes, clock).masking_key()

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(first_use, range(8)))

    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_details_are_kept_beside_the_secrets_and_put_in_place_of_those_before(integrations: Integrations, clock: Any):
    assert integrations.details("genesys") == {}

    integrations.describe("genesys", {"region": "mypurecloud.de", "organization_id": "o-1"})
    integrations.rotate("genesys", "secret", keep_old_until=clock())
    integrations.describe("genesys", {"region": "mypurecloud.ie"})

    assert integrations.details("genesys") == {"region": "mypurecloud.ie"}
    assert integrations.secrets("genesys") == ("secret",)
    assert integrations.details("custom") == {}


def test_a_secret_that_is_rotated_leaves_the_details_as_they_are(integrations: Integrations, clock: Any):
    integrations.describe("genesys", {"region": "mypurecloud.de"})

    for secret in ("first", "second"):
        integrations.rotate("genesys", secret, keep_old_until=clock() + timedelta(hours=1))

    assert integrations.details("genesys") == {"region": "mypurecloud.de"}
    assert integrations.secrets("genesys") == ("second", "first")
