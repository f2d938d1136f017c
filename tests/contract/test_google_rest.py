"""Cloud KMS and Cloud Run jobs by REST, against a local server that speaks Google's wire format."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from earpiece.adapters.cloudrun_jobs import CloudRunJobs
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece.adapters.kms_secrets import KmsSecrets
from earpiece.domain.errors import InvalidInput, Unavailable
from earpiece.ports.secrets import Secrets

KEY = "projects/p/locations/europe-west4/keyRings/earpiece/cryptoKeys/secrets"
JOB = "projects/p/locations/europe-west4/jobs/trainer"


class Google(ThreadingHTTPServer):
    """Wraps data keys by XOR with their context, and starts executions; or answers `failure`."""

    asked: list[tuple[str, dict[str, Any]]]
    failure: int = 0


class Answers(BaseHTTPRequestHandler):
    server: Google

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, body))
        if self.server.failure:
            self._answer(self.server.failure, {"error": {"code": self.server.failure}})
        elif self.path.endswith(":run"):
            self._answer(200, {"name": "operations/1", "metadata": {"name": f"{JOB}/executions/trainer-1"}})
        else:
            field, to = ("plaintext", "ciphertext") if self.path.endswith(":encrypt") else ("ciphertext", "plaintext")
            pad = (body["additionalAuthenticatedData"] * 9).encode()
            data = bytes(one ^ other for one, other in zip(base64.b64decode(body[field]), pad, strict=False))
            self._answer(200, {to: base64.b64encode(data).decode()})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Quietly."""


@pytest.fixture
def google() -> Iterator[Google]:
    server = Google(("127.0.0.1", 0), Answers)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def endpoint(google: Google) -> str:
    return f"http://127.0.0.1:{google.server_port}"


@pytest.fixture(params=["key file", "kms"])
def sealing(request: pytest.FixtureRequest, google: Google, tmp_path: Any) -> Secrets:
    if request.param == "kms":
        return KmsSecrets(KEY, endpoint(google))
    (tmp_path / "key").write_text(base64.b64encode(b"k" * 32).decode())
    return KeyFileSecrets(str(tmp_path / "key"))


def test_what_is_sealed_opens_for_the_same_purpose_alone(sealing: Secrets):
    sealed = sealing.seal(b"whsec_secret", "lumen/custom")

    assert b"secret" not in sealed
    assert sealing.open(sealed, "lumen/custom") == b"whsec_secret"
    assert sealing.seal(b"whsec_secret", "lumen/custom") != sealed
    for altered, context in (
        (sealed, "other/custom"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "lumen/custom"),
        (b"", "lumen/custom"),
    ):
        with pytest.raises(InvalidInput):
            sealing.open(altered, context)


def test_kms_sees_the_data_key_and_the_purpose_and_never_the_secret(google: Google):
    KmsSecrets(KEY, endpoint(google)).seal(b"whsec_secret", "lumen/custom")

    ((path, body),) = google.asked
    assert path == f"/v1/{KEY}:encrypt"
    assert base64.b64decode(body["additionalAuthenticatedData"]) == b"lumen/custom"
    assert b"secret" not in base64.b64decode(body["plaintext"])


def test_a_key_service_that_is_away_may_be_asked_again_and_one_that_refuses_may_not(google: Google):
    for status, error in ((503, Unavailable), (429, Unavailable), (403, InvalidInput)):
        google.failure = status
        with pytest.raises(error):
            KmsSecrets(KEY, endpoint(google)).seal(b"x", "lumen/custom")
    with pytest.raises(Unavailable):
        KmsSecrets(KEY, "http://127.0.0.1:1").seal(b"x", "lumen/custom")


def test_a_job_is_started_with_its_variables_and_its_execution_is_named(google: Google):
    execution = CloudRunJobs(endpoint(google)).run(JOB, {"ACCOUNT_ID": "lumen", "TRAINING_RUN_ID": "r-1"})

    assert execution == f"{JOB}/executions/trainer-1"
    ((path, body),) = google.asked
    assert path == f"/v2/{JOB}:run"
    (override,) = body["overrides"]["containerOverrides"]
    assert {one["name"]: one["value"] for one in override["env"]} == {"ACCOUNT_ID": "lumen", "TRAINING_RUN_ID": "r-1"}


def test_a_job_that_cannot_be_started_now_may_be_started_later(google: Google):
    google.failure = 500

    with pytest.raises(Unavailable):
        CloudRunJobs(endpoint(google)).run(JOB, {})
