"""Each suite runs once for every set of adapters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.contract.adapter_sets import SETS, Adapters
from tests.real_project import an_account_id

from earpiece.domain.accounts import Account


class MovedClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture(scope="session", params=sorted(SETS))
def adapters(request: pytest.FixtureRequest, stores: Any) -> Adapters:
    return SETS[request.param](stores)


@pytest.fixture
def account() -> Account:
    return Account(an_account_id())


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()
