"""A widget's token, for whoever proves that the account vouches for the agent."""

from __future__ import annotations

import structlog

from conversation_api.deps import Deps
from earpiece.domain.accounts import Account
from earpiece.domain.errors import InvalidId, InvalidToken
from earpiece.domain.ids import platform_id
from earpiece.telemetry.logs import bind_ids
from earpiece.web.authentication import usable
from earpiece.web.embed_tokens import PLATFORM, claimed_account, verify_embed_token
from earpiece.web.tokens import IssuedToken

log = structlog.get_logger()


def issue_for_agent(account: Account, agent_id: str, *, deps: Deps) -> IssuedToken:
    """A token of ten minutes for one agent of one account. Raises InvalidId."""
    bind_ids(account_id=account.account_id)
    issued = deps.signer.issue(account.account_id, platform_id(agent_id), deps.now())
    log.info("token_issued")
    return issued


def issue_for_embed_token(embed_token: str, *, deps: Deps) -> IssuedToken:
    """The same for a token that the account's own system signed; it works once.

    Raises InvalidToken (also for an unknown account), AccountSuspended, AccountDeleted, Unavailable when it cannot be
    known whether it was used.
    """
    account = deps.accounts.find(claimed_account(embed_token))
    if account is None:
        raise InvalidToken
    claims = verify_embed_token(embed_token, account.account_id, deps.integrations(account).secrets(PLATFORM))
    usable(account)
    try:
        platform_id(claims.agent_id)
    except InvalidId as error:
        raise InvalidToken from error
    if not deps.used_tokens(account).use(claims.use_id, useless_at=claims.useless_at):
        raise InvalidToken
    return issue_for_agent(account, claims.agent_id, deps=deps)
