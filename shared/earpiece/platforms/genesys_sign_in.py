"""Who an agent of Genesys Cloud is, as Genesys itself says it to the bearer of their token.

`GET /api/v2/users/me` succeeds for the users of every organisation of a region, so the organisation is compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from earpiece.domain.errors import InvalidInput, InvalidToken

PLATFORM = "genesys"  # the integration that says which region and organisation are the account's
USERS_ME = "/api/v2/users/me?expand=organization"
# The SDK's own list (platform-client-sdk-python, `purecloud_region_hosts.py`): a token is sent nowhere else.
REGIONS = frozenset(
    {
        "mypurecloud.com",
        "mypurecloud.ie",
        "mypurecloud.de",
        "mypurecloud.jp",
        "mypurecloud.com.au",
        "usw2.pure.cloud",
        "cac1.pure.cloud",
        "sae1.pure.cloud",
        "apne2.pure.cloud",
        "apne3.pure.cloud",
        "apse1.pure.cloud",
        "aps1.pure.cloud",
        "euw2.pure.cloud",
        "euc2.pure.cloud",
        "mec1.pure.cloud",
        "mxc1.pure.cloud",
        "use2.us-gov-pure.cloud",
    }
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def api_host(region: str) -> str:
    """The host of a region's API; raises InvalidInput for what is no region of Genesys Cloud."""
    if region not in REGIONS:
        raise InvalidInput(f"{region!r} is no region of Genesys Cloud; there are {', '.join(sorted(REGIONS))}")
    return f"api.{region}"


def organisation(text: str) -> str:
    """The id of an organisation; raises InvalidInput unless it is a UUID."""
    if not _UUID.fullmatch(text.lower()):
        raise InvalidInput(f"{text!r} is no id of an organisation of Genesys Cloud; it is a UUID")
    return text.lower()


def agent_of(user: Mapping[str, Any], organization_id: str) -> str:
    """The agent's id; raises InvalidToken unless this is an active user of this organisation."""
    employer = user.get("organization")
    found = employer.get("id") if isinstance(employer, dict) else None
    agent_id = user.get("id")
    if not isinstance(found, str) or not organization_id or found.lower() != organization_id.lower():
        raise InvalidToken
    if user.get("state") != "active" or not isinstance(agent_id, str) or not _UUID.fullmatch(agent_id.lower()):
        raise InvalidToken
    return agent_id
