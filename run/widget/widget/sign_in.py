"""How agents of an account sign in from its frame page: by the platform's own login, or by a page of the account's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earpiece.domain.web_origins import is_page
from earpiece.platforms import genesys_sign_in

EMBED = "embed"  # the integration that holds the address of the account's own page


def sign_in(platform: str | None, details: Mapping[str, str], embed: Mapping[str, str]) -> dict[str, Any] | None:
    """What the frame page needs to know of it; None where agents are signed in by the page around.

    `details` are those of the platform's integration, `embed` those of the account's own page: `sign_in_url`.
    """
    if platform == genesys_sign_in.PLATFORM and (found := _of_genesys(details)):
        return found
    url = embed.get("sign_in_url", "")
    return {"kind": EMBED, "url": url} if platform and is_page(url) else None


def region_of(details: Mapping[str, str]) -> str:
    """The platform's region, or nothing where it is none that we know: it comes into a header."""
    region = details.get("region", "")
    return region if region in genesys_sign_in.REGIONS else ""


def _of_genesys(details: Mapping[str, str]) -> dict[str, Any] | None:
    region, client_id = region_of(details), details.get("client_id", "")
    if not region or not client_id:
        return None
    login = f"https://login.{region}/oauth"
    return {
        "kind": "platform",
        "authorizeUrl": f"{login}/authorize",
        "tokenUrl": f"{login}/token",
        "clientId": client_id,
    }
