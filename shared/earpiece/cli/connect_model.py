"""A provider of language models for an account's assistants: its key sealed, its address in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from earpiece.cli.staff import StaffStores
from earpiece.domain.accounts import Account
from earpiece.domain.assistants import Assistant
from earpiece.domain.llm import LlmSettings, UpstreamKind, secret_name

KINDS = tuple(kind.value for kind in UpstreamKind)
MODEL = str(Assistant.__dataclass_fields__["model"].default)
KEY_OVERLAP = timedelta(minutes=5)


def connect_model(
    stores: StaffStores, account: Account, address: Mapping[str, Any], upstream_model: str, key: str, now: datetime
) -> str:
    """The settings version that is in force now; the account's other upstreams and models stay. Raises InvalidInput."""
    settings = stores.settings(account)
    current = settings.current()
    told = current.llm.to_json()
    name = address["name"]
    upstreams = [one for one in told["upstreams"] if one["name"] != name]
    models = [one for one in told["models"] if one["name"] != MODEL]
    routed = {"name": MODEL, "routes": [{"upstream": name, "model": upstream_model}]}
    llm = LlmSettings.from_json({**told, "upstreams": [*upstreams, dict(address)], "models": [*models, routed]})
    stores.integrations(account).rotate(secret_name(name), key, keep_old_until=now + KEY_OVERLAP)
    version = settings.add(replace(current, llm=llm), now)
    stores.accounts().activate_settings(account, version)
    return version
