"""`earpiece integrations`: which organisation of a platform is the account's, so that its agents can sign in by it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from earpiece.cli.printing import print_one, with_format
from earpiece.cli.staff import actor, staff_stores
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import InvalidInput
from earpiece.domain.web_origins import is_page
from earpiece.platforms import genesys_sign_in, salesforce_sign_in

MOST_SECRET = 8_192
EMBED = "embed"  # the account's own page, where its agents sign in
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")


@click.group()
def integrations() -> None:
    """The platforms whose agents may sign in by the platform's own proof."""


@integrations.command()
@_account_option
@with_format
def show(account_id: str, form: str) -> None:
    """Show what is set up, and how many secrets are valid. Secrets are never shown."""
    stores = staff_stores()
    found = stores.integrations(stores.account(account_id))
    told = {name: dict(found.details(name)) for name in (genesys_sign_in.PLATFORM, salesforce_sign_in.PLATFORM, EMBED)}
    valid = len(found.secrets(salesforce_sign_in.CANVAS))
    print_one({"account_id": account_id, **told, "valid_secrets": {salesforce_sign_in.CANVAS: valid}}, form)


@integrations.command()
@_account_option
@click.option("--region", required=True, help="Such as mypurecloud.de: what follows api. in the API's address.")
@click.option("--organization-id", required=True, help="The organisation's UUID.")
@click.option("--client-id", default="", help="Of the OAuth client (PKCE) with which the widget's frame signs in.")
def genesys(account_id: str, region: str, organization_id: str, client_id: str) -> None:
    """Let the agents of one organisation of Genesys Cloud sign in with their own token."""
    genesys_sign_in.api_host(region)
    if client_id and not _CLIENT_ID.fullmatch(client_id):
        raise InvalidInput(f"client-id is {client_id!r}; give the id of an OAuth client, not its secret")
    client = {"client_id": client_id} if client_id else {}
    details = {"region": region, "organization_id": genesys_sign_in.organisation(organization_id), **client}
    _describe(account_id, genesys_sign_in.PLATFORM, details)


@integrations.command()
@_account_option
@click.option("--organization-id", required=True, help="The organisation's id, 00D….")
@click.option("--my-domain", default="", help="name.my.salesforce.com: asked when a signed request carries no time.")
def salesforce(account_id: str, organization_id: str, my_domain: str) -> None:
    """Let the agents of one organisation of Salesforce sign in by a Canvas app's signed request.

    Standard input holds the consumer secret of the connected app; without any, the one before stays.
    """
    domain = {"my_domain": salesforce_sign_in.my_domain(my_domain)} if my_domain else {}
    details = {"organization_id": salesforce_sign_in.organisation(organization_id), **domain}
    if sys.stdin.isatty():
        click.echo("Paste the consumer secret and end with Ctrl-D; it is not shown again.", err=True)
    secret = sys.stdin.read(MOST_SECRET + 1).strip()
    if len(secret) > MOST_SECRET or any(character.isspace() for character in secret):
        raise InvalidInput(f"standard input must hold one secret of up to {MOST_SECRET} characters")
    _describe(account_id, salesforce_sign_in.PLATFORM, details, secret)


@integrations.command()
@_account_option
@click.option("--url", required=True, help="Opened in a window with ?origin=…; posts an embed token back to it.")
def page(account_id: str, url: str) -> None:
    """Let agents sign in to the widget's frame by a page of the account's own."""
    if not is_page(url):
        raise InvalidInput(f"url is {url!r}; give the https address of a page")
    _describe(account_id, EMBED, {"sign_in_url": url})


def _describe(account_id: str, platform: str, details: Mapping[str, str], secret: str = "") -> None:
    stores = staff_stores()
    account = stores.account(account_id)
    found = stores.integrations(account)
    found.describe(platform, details)
    entries = [AuditEntry("integration_changed", actor(), _now(), {"platform": platform, **details})]
    if secret:
        found.rotate(salesforce_sign_in.CANVAS, secret, keep_old_until=_now())
        entries.append(AuditEntry("secret_rotated", actor(), _now(), {"platform": salesforce_sign_in.CANVAS}))
    for entry in entries:
        stores.audit(account).append(entry)
    click.echo(f"agents of {details.get('organization_id', account_id)} may sign in within 60 s", err=True)


def _now() -> datetime:
    return datetime.now(UTC)


commands = {"integrations": integrations}
