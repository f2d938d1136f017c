"""A widget's token for an agent whom their own platform knows: no key, and no system of the account in between."""

from __future__ import annotations

from conversation_api.bodies import GenesysTokenRequest, SalesforceTokenRequest
from conversation_api.deps import Deps
from conversation_api.issue_token import issue_for_agent
from earpiece.domain.accounts import Account
from earpiece.domain.errors import InvalidInput, InvalidToken
from earpiece.platforms import genesys_sign_in as genesys
from earpiece.platforms import salesforce_sign_in as salesforce
from earpiece.web.authentication import usable
from earpiece.web.tokens import IssuedToken


def issue_for_platform(
    account_id: str, proof: GenesysTokenRequest | SalesforceTokenRequest, *, deps: Deps
) -> IssuedToken:
    """A token for the agent that the account's platform vouches for.

    Raises InvalidToken, always alike: unknown account, no integration, another organisation, a user who is not active,
    a platform that does not answer. Raises RateLimited, AccountSuspended, AccountDeleted, and Unavailable where our
    own stores are away or too many ask at once.
    """
    account = deps.accounts.find(account_id)
    if account is None:
        raise InvalidToken
    try:
        agent_id = _agent(account, proof, deps)
    except InvalidInput as error:  # a detail of the integration that cannot be one
        raise InvalidToken from error
    return issue_for_agent(usable(account), agent_id, deps=deps)


def _agent(account: Account, proof: GenesysTokenRequest | SalesforceTokenRequest, deps: Deps) -> str:
    match proof:
        case GenesysTokenRequest():
            return _of_genesys(account, proof.platform_token, deps)
        case SalesforceTokenRequest():
            return _of_salesforce(account, proof.signed_request, deps)


def _of_genesys(account: Account, token: str, deps: Deps) -> str:
    details = deps.integrations(account).details(genesys.PLATFORM)
    host = genesys.api_host(details.get("region", ""))
    organization_id = genesys.organisation(details.get("organization_id", ""))
    deps.limits.take_sign_in(account)
    return genesys.agent_of(deps.platform_users.ask(host, genesys.USERS_ME, token), organization_id)


def _of_salesforce(account: Account, signed_request: str, deps: Deps) -> str:
    integrations = deps.integrations(account)
    details = integrations.details(salesforce.PLATFORM)
    organization_id = salesforce.organisation(details.get("organization_id", ""))
    secrets = integrations.secrets(salesforce.CANVAS)
    signed = salesforce.verify_signed_request(signed_request, secrets, organization_id, deps.now())
    if signed.access_token:
        host = salesforce.my_domain(details.get("my_domain", ""))
        deps.limits.take_sign_in(account)
        told = deps.platform_users.ask(host, salesforce.USERINFO, signed.access_token)
        salesforce.check_userinfo(told, signed.agent_id, organization_id)
    if not deps.used_tokens(account).use(signed.use_id, useless_at=signed.useless_at):
        raise InvalidToken
    return signed.agent_id
