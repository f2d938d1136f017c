"""Going back to a model version that was in service before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from earpiece.domain.accounts import Account
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import Conflict, NotFound
from earpiece.domain.models import ModelRecord, ModelState
from earpiece.ports.accounts import AccountRegistry
from earpiece.ports.models import ModelFiles, ModelRecords


def roll_back(
    account: Account,
    to: str | None,
    *,
    accounts: AccountRegistry,
    records: ModelRecords,
    files: ModelFiles,
    actor: str,
    now: datetime,
) -> str:
    """Put a released version in service again, and return it: `to`, else the one before that in service.

    It is audited in the same step. Raises NotFound when there is none, Conflict when it was never released or is in
    service, ModelUnusable when its files are not whole, StaleVersion when the pointer moved meanwhile.
    """
    current = account.model_version
    if current is None:
        raise NotFound("no model is in service")
    target = released_version(records, to, current) if to else version_before(records.all(), current)
    files.verify(target)
    entry = AuditEntry("model_rolled_back", actor, now, {"from": current, "to": target})
    accounts.activate_model(account, target, instead_of=current, entry=entry)
    return target


def version_before(records: Sequence[ModelRecord], current: str) -> str:
    """The version that was released last before the one in service; raises NotFound."""
    released = {record.version: at for record in records if (at := _released_at(record))}
    since = released.get(current)
    earlier = [(at, version) for version, at in released.items() if version != current and (not since or at < since)]
    if not earlier:
        raise NotFound(f"no version was released before {current}")
    return max(earlier)[1]


def released_version(records: ModelRecords, version: str, current: str) -> str:
    """The same version, if it may be put in service again."""
    record = records.find(version)
    if record is None:
        raise NotFound(f"there is no model version {version}")
    if record.state is not ModelState.RELEASED:
        raise Conflict(f"{version} was never released: {record.reason or 'it is a candidate'}")
    if version == current:
        raise Conflict(f"{version} is in service")
    return version


def _released_at(record: ModelRecord) -> datetime | None:
    return record.released_at if record.state is ModelState.RELEASED else None
