"""Executions of Cloud Run jobs: cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs/run."""

from __future__ import annotations

from earpiece.adapters.google_rest import authorized_session, post_json

ENDPOINT = "https://run.googleapis.com"


class CloudRunJobs:
    """Jobs by their full name, projects/…/locations/…/jobs/…."""

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self._endpoint = endpoint
        self._session = authorized_session(is_google=endpoint == ENDPOINT)

    def run(self, job: str, environment: dict[str, str]) -> str:
        variables = [{"name": name, "value": value} for name, value in environment.items()]
        body = {"overrides": {"containerOverrides": [{"env": variables}]}}
        operation = post_json(self._session, f"{self._endpoint}/v2/{job}:run", body)
        # The operation's metadata is the execution that it started.
        return str(operation.get("metadata", {}).get("name") or operation.get("name", ""))
