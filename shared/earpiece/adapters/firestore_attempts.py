"""A change of documents that holds only on what was read, done again when somebody else was faster.

A transaction's locks make instances wait for each other; this makes the slower one read again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from earpiece.adapters.firestore_client import store_errors
from earpiece.domain.errors import Unavailable

TRIES, FIRST_PAUSE_S = 12, 0.02
Changed = TypeVar("Changed")


def changed(what: str, attempt: Callable[[], Changed]) -> Changed:
    """What the first attempt gave that no other change came between. Raises Unavailable, which names `what`."""
    from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition

    for number in range(TRIES):
        try:
            with store_errors(what):
                return attempt()
        except (AlreadyExists, FailedPrecondition):
            pass
        except Unavailable as error:
            if not isinstance(error.__cause__, Aborted):
                raise
        time.sleep(random.uniform(0.5, 1.5) * FIRST_PAUSE_S * 2 ** min(number, 4))  # noqa: S311 (spreads attempts)
    raise Unavailable(f"{what}: too many change them at once")
