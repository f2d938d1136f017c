"""The four stores run, are found by Google's clients, and leave nothing behind."""

from __future__ import annotations

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore, pubsub_v1, storage
from tests.waiting import until

from earpiece.domain.errors import AlreadyRunning, InvalidInput
from earpiece_emulators.launches import MARK
from earpiece_emulators.processes import all_processes, carries
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.tables import connect

pytest_plugins = ["earpiece_emulators.pytest_stores"]


def test_googles_clients_find_every_store(stores):
    stores.need("firestore", "pubsub", "bigquery", "storage")
    project = stores.cloud.project

    firestore.Client(project=project).document("a/b").set({"n": 1})
    topic = pubsub_v1.PublisherClient().create_topic(name=f"projects/{project}/topics/found")
    warehouse = bigquery.Client(project=project, credentials=AnonymousCredentials())
    storage.Client(project=project).bucket(stores.cloud.bucket).blob("x").upload_from_string(b"1")

    assert firestore.Client(project=project).document("a/b").get().to_dict() == {"n": 1}
    assert topic.name.endswith("/found")
    assert [row.n for row in warehouse.query("SELECT 1 AS n").result(timeout=60)] == [1]
    assert storage.Client(project=project).bucket(stores.cloud.bucket).blob("x").download_as_bytes() == b"1"


def test_two_runs_in_two_folders_have_stores_of_their_own(tmp_path):
    with Runtime(tmp_path / "one", stores=["storage"]) as one, Runtime(tmp_path / "two", stores=["storage"]) as two:
        bucket = storage.Client("p", client_options={"api_endpoint": one.address("storage")}).create_bucket("only-here")
        elsewhere = storage.Client("p", client_options={"api_endpoint": two.address("storage")})

        assert bucket.exists()
        assert elsewhere.lookup_bucket("only-here") is None


def test_a_folder_in_use_is_refused(tmp_path):
    with Runtime(tmp_path, stores=["storage"]), pytest.raises(AlreadyRunning):
        Runtime(tmp_path, stores=["storage"]).start()


def test_a_given_port_in_use_is_refused_before_anything_starts(tmp_path):
    with Runtime(tmp_path / "one", stores=["storage"]) as one:
        port = int(one.address("storage").rpartition(":")[2])

        with pytest.raises(InvalidInput, match=f"port {port} for storage is in use"):
            Runtime(tmp_path / "two", stores=["storage"], ports={"storage": port}).__enter__()


def test_a_killed_store_comes_back_at_the_same_address(tmp_path):
    with Runtime(tmp_path, stores=["storage"]) as runtime:
        address = runtime.address("storage")

        runtime.kill("storage")
        until(lambda: runtime.running("storage").restarts == 1)
        runtime.wait_ready("storage")

        assert runtime.address("storage") == address


def test_buckets_and_tables_survive_the_end_of_a_run(tmp_path):
    with Runtime(tmp_path, stores=["storage", "bigquery"]) as runtime:
        _blob(runtime).upload_from_string(b"1", content_type="text/x-own")
        connect(runtime.address("bigquery"), runtime.cloud.project).query(
            "CREATE TABLE earpiece_raw.mine AS SELECT 7 AS n"
        ).result()

    with Runtime(tmp_path, stores=["storage", "bigquery"]) as runtime:
        blob = _blob(runtime)
        blob.reload()
        rows = (
            connect(runtime.address("bigquery"), runtime.cloud.project)
            .query("SELECT n FROM earpiece_raw.mine")
            .result()
        )

        assert (blob.download_as_bytes(), blob.content_type) == (b"1", "text/x-own")
        assert [row.n for row in rows] == [7]


def test_the_end_of_a_run_leaves_no_process(tmp_path):
    with Runtime(tmp_path, stores=["storage", "pubsub"]) as runtime:
        running = _processes_of(runtime)

    assert len(running) == 2
    assert _processes_of(runtime) == []
    assert not runtime.state.runtime.exists()


def _query(runtime, sql):
    return list(connect(runtime.address("bigquery"), runtime.cloud.project).query(sql, timeout=60).result(timeout=60))


def _blob(runtime):
    options = {"api_endpoint": runtime.address("storage")}
    client = storage.Client(runtime.cloud.project, AnonymousCredentials(), client_options=options)
    return client.bucket(runtime.cloud.bucket).blob("a/b")


def _processes_of(runtime):
    mark = str(runtime.state.folder)
    return [seen for seen in all_processes() if carries(seen.identity.pid, MARK, mark)]
