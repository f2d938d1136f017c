"""What a store needs after each start, before it counts as ready: topics, tables, buckets."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

from earpiece_emulators.launches import Launch
from earpiece_emulators.stores import Cloud


def preparation(launch: Launch, cloud: Cloud) -> Callable[[], None]:
    """What to do each time this process has been started."""
    match launch.name:
        case "storage":
            return lambda: create_bucket(launch.address, cloud.project, cloud.bucket)
        case _:
            return lambda: None


def create_bucket(address: str, project: str, bucket: str) -> None:
    """Create a Cloud Storage bucket if it is not there (JSON API, buckets.insert)."""
    body = json.dumps({"name": bucket}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{address}/storage/v1/b?project={project}", body, headers)  # noqa: S310
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 409:
            raise
