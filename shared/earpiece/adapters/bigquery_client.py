"""Google's BigQuery client. The stand-in is found by Google's own variable, BIGQUERY_EMULATOR_HOST."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from earpiece.domain.errors import Unavailable

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

RAW_DATASET = "earpiece_raw"
TIMEOUT_S = 120.0


def bigquery_client(project_id: str) -> Client:
    from google.cloud.bigquery import Client

    if not os.environ.get("BIGQUERY_EMULATOR_HOST"):
        return Client(project=project_id)
    # The library finds the address by itself, but asks for credentials all the same.
    from google.auth.credentials import AnonymousCredentials

    return Client(project=project_id, credentials=AnonymousCredentials())


def sql(name: str, **names: str) -> str:
    """The text of `sql/<name>.sql` with the names of its tables; values are parameters, never put in here."""
    return files("earpiece.adapters").joinpath("sql", f"{name}.sql").read_text().format(**names)


@contextmanager
def warehouse_errors() -> Iterator[None]:
    """Turn what Google's client raises when BigQuery is away or slow into Unavailable."""
    import concurrent.futures

    import requests
    from google.api_core import exceptions

    try:
        yield
    except (exceptions.ServerError, exceptions.TooManyRequests, exceptions.RetryError) as error:
        raise Unavailable("the warehouse does not answer") from error
    except (requests.RequestException, concurrent.futures.TimeoutError) as error:
        raise Unavailable("the warehouse does not answer") from error
