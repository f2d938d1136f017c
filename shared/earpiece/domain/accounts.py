"""An account: one company whose agents we help. Its id is given once and never again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from earpiece.domain.errors import InvalidId

DEFAULT_DATABASE = "(default)"
_ACCOUNT_ID = re.compile(r"[a-z][a-z0-9]{2,27}")


class AccountStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # keeps its data; doors drop what comes in
    DELETED = "deleted"  # the id stays taken for ever


@dataclass(frozen=True, slots=True)
class Account:
    """A verified account: it came from the registry, so a store made for it reaches nobody else.

    `database` is the Firestore database that holds its conversations; `settings_version` and
    `model_version` are the pointers to what is in service, None before the first. A customer's message up to
    `reopen_within_s` after the end opens the conversation again; 0 leaves that to the platform.
    """

    account_id: str
    status: AccountStatus = AccountStatus.ACTIVE
    region: str = "europe-west4"
    database: str = DEFAULT_DATABASE
    settings_version: str | None = None
    model_version: str | None = None
    reopen_within_s: int = 0


def valid_account_id(text: str) -> str:
    """The same text, if it can be an account's id; raises InvalidId."""
    if not _ACCOUNT_ID.fullmatch(text):
        raise InvalidId("an account id is 3 to 28 characters of a-z and 0-9, starting with a letter")
    return text
