"""The page that an account's desktop frames: its policy, and the settings that its script reads. No secret is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import NotFound
from earpiece.domain.settings import AccountSettings
from widget.assets import Assets
from widget.deps import Deps
from widget.settings import Settings
from widget.sign_in import EMBED, region_of, sign_in

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Earpiece</title>
<script type="application/json" id="earpiece-frame">{settings}</script>
<script type="module" src="/assets/{script}"></script>
</head><body></body></html>
"""


@dataclass(frozen=True, slots=True)
class FramePage:
    html: str
    policy: str


def frame_page(account_id: str, platform: str | None, *, deps: Deps, assets: Assets, settings: Settings) -> FramePage:
    """The page for this account; `platform` is one of the hosts', None a page of the account's own.

    Raises NotFound, always alike, for an account that is unknown, not active, or names nobody who may frame it: who
    does not frame the page learns nothing of who our accounts are. Raises Unavailable.
    """
    account = deps.accounts.find(account_id)
    ancestors = _ancestors(deps.settings_of(account)) if account else []
    if account is None or account.status is not AccountStatus.ACTIVE or not ancestors:
        raise NotFound
    sources = assets.platforms.get(platform or "", {})
    details = deps.details(account, platform) if platform else {}
    region = region_of(details)
    told = {
        "account": account.account_id,
        "platform": platform,
        "conversationApi": settings.conversation_api_url,
        "suggestionApi": settings.suggestion_api_url,
        "frameAncestors": ancestors,
        "signIn": sign_in(platform, details, _embed(account, platform, deps)),
    }
    connect = [settings.conversation_api_url, settings.suggestion_api_url, *_of_region(sources, "connect", region)]
    policy = _policy(_of_region(sources, "script", region), connect, ancestors)
    return FramePage(_PAGE.format(settings=_in_a_script(told), script=assets.names["frame"]), policy)


def _ancestors(settings: AccountSettings) -> list[str]:
    """Who may call us from a page may frame us too."""
    return list(dict.fromkeys([*settings.frame_ancestors, *settings.allowed_origins]))


def _embed(account: Account, platform: str | None, deps: Deps) -> Any:
    return deps.details(account, EMBED) if platform else {}


def _of_region(sources: dict[str, list[str]], kind: str, region: str) -> list[str]:
    named = [source.replace("<region>", region) for source in sources.get(f"{kind}_sources", ())]
    return [source for source in named if not source.endswith(".")]  # no region, no such source


def _policy(scripts: Sequence[str], connect: Sequence[str], ancestors: Sequence[str]) -> str:
    origins = dict.fromkeys(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, connect))
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *scripts]),
            "style-src 'self'",
            " ".join(["connect-src", *origins]),
            "base-uri 'none'",
            "form-action 'none'",
            " ".join(["frame-ancestors", *ancestors]),
            "require-trusted-types-for 'script'",
            f"trusted-types lit-html{' earpiece-sdk' if scripts else ''}",
        ]
    )


def _in_a_script(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")
