"""What a store needs after each start, before it counts as ready: topics, tables, a bucket, its saved documents."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

from earpiece_emulators.plan import Plan

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def preparation(name: str, plan: Plan, *, keeps_data: bool) -> Callable[[], object]:
    """What to do each time the process of this name has been started. Doing it twice changes nothing."""
    from earpiece_emulators import firestore_archive, pubsub_setup, tables

    cloud = plan.parts.cloud
    address = plan.store_addresses().get(name, "")
    match name:
        case "firestore":
            kept = plan.state.firestore if keeps_data else None
            return lambda: firestore_archive.wake(address, cloud.project, kept)
        case "pubsub":
            return lambda: pubsub_setup.set_up(address, cloud.project, plan.takers())
        case "bigquery":
            return lambda: tables.create_tables(address, cloud.project)
        case "storage":
            return lambda: create_bucket(address, cloud.project, cloud.bucket)
        case _:
            return lambda: None


def create_bucket(address: str, project: str, bucket: str) -> None:
    """Create a Cloud Storage bucket if it is not there (JSON API, buckets.insert)."""
    body = json.dumps({"name": bucket}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{address}/storage/v1/b?project={project}", body, headers)  # noqa: S310
    try:
        _direct.open(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 409:
            raise
