"""Every unit of Earpiece, and how it is started: with the same programs as in production."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from earpiece.domain.errors import NotFound
from earpiece_emulators.keys import Keys
from earpiece_emulators.launches import Launch, Role
from earpiece_emulators.ports import LOOPBACK
from earpiece_emulators.stores import Cloud


class Kind(StrEnum):
    FUNCTION = "function"
    SERVICE = "service"
    ASGI = "asgi"  # a service that uvicorn serves
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its folder is `functions/<name>` or `run/<name>`, its function's target its name."""

    name: str
    kind: Kind

    def folder(self, root: Path) -> Path:
        return root / ("functions" if self.kind == Kind.FUNCTION else "run") / self.name

    def exists(self, root: Path) -> bool:
        return (self.folder(root) / "main.py").exists()


UNITS = (
    Unit("webhook_intake", Kind.FUNCTION),
    Unit("conversation_writer", Kind.FUNCTION),
    Unit("outbox_relay", Kind.FUNCTION),
    Unit("training_trigger", Kind.FUNCTION),
    Unit("model_release", Kind.FUNCTION),
    Unit("assistant_runner", Kind.FUNCTION),
    Unit("conversation_api", Kind.SERVICE),
    Unit("suggestion_api", Kind.SERVICE),
    Unit("widget", Kind.SERVICE),
    Unit("llm_gateway", Kind.ASGI),
    Unit("trainer", Kind.JOB),
)
SERVICE_THREADS = 8
_NOBODY = f"http://{LOOPBACK}:9"  # the discard port: where a unit would be that this run has not
_NO_SOCKET = "--no-control-socket"  # else all gunicorns of a user take ~/.gunicorn/gunicorn.ctl from each other


def chosen_units(names: Sequence[str] | None, root: Path, units: Sequence[Unit] = UNITS) -> list[Unit]:
    """The units of these names; None means all that exist under `root`. Raises NotFound for one that does not exist."""
    existing = {unit.name: unit for unit in units if unit.exists(root)}
    if names is None:
        return list(existing.values())
    for name in names:
        if name not in existing:
            raise NotFound(f"there is no unit {name}; there are {', '.join(existing) or 'none'}")
    return [existing[name] for name in names]


def unit_launch(unit: Unit, root: Path, port: int, environment: Mapping[str, str]) -> Launch:
    """How to start a function or a service: functions-framework, gunicorn or uvicorn, in the unit's folder."""
    folder = unit.folder(root)
    address = f"http://{LOOPBACK}:{port}"
    match unit.kind:
        case Kind.FUNCTION:
            command = _function(unit, folder, port)
        case Kind.ASGI:
            command = _asgi(folder, port)
        case _:
            command = _service(folder, port)
    return Launch(unit.name, Role.UNIT, command, folder, address, f"{address}/readyz", environment)


def _function(unit: Unit, folder: Path, port: int) -> tuple[str, ...]:
    source = ("--source", str(folder / "main.py"), "--target", unit.name, "--signature-type", "http")
    return (_beside_python("functions-framework"), *source, "--host", LOOPBACK, "--port", str(port))


def _service(folder: Path, port: int) -> tuple[str, ...]:
    served = ("--chdir", str(folder), "main:app", "--bind", f"{LOOPBACK}:{port}")
    return (_beside_python("gunicorn"), *served, "--workers", "1", "--threads", str(SERVICE_THREADS), _NO_SOCKET)


def _asgi(folder: Path, port: int) -> tuple[str, ...]:
    served = ("--app-dir", str(folder), "main:app", "--host", LOOPBACK, "--port", str(port))
    options = ("--no-access-log", "--no-proxy-headers", "--ws", "none", "--timeout-graceful-shutdown", "7")
    return (_beside_python("uvicorn"), *served, *options)


def _beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def unit_environment(unit: str, cloud: Cloud, keys: Keys, units: Mapping[str, str], control: str) -> dict[str, str]:
    """What one unit needs besides the names and stores that all get.

    `units` are the URLs of those that run; `control` is the address of Cloud Run's stand-in.
    """
    match unit:
        case "webhook_intake":
            return {"OUTBOX_RELAY_URL": units["outbox_relay"]} if "outbox_relay" in units else {}
        case "training_trigger":
            job = f"projects/{cloud.project}/locations/{cloud.region}/jobs/trainer"
            return {"TRAINER_JOB": job, "CLOUD_RUN_ENDPOINT": control}
        case "conversation_api":
            signing = {"TOKEN_SIGNING_KEY_FILE": str(keys.signing), "TOKEN_KEY_ID": keys.signing_id()}
            engine = {"SUGGESTION_API_URL": units.get("suggestion_api", "")}
            return signing | _gateway(units) | engine | _widget_origin(units)
        case "assistant_runner":
            return _gateway(units)
        case "suggestion_api":
            return {"TOKEN_PUBLIC_KEYS_FILE": str(keys.public)} | _widget_origin(units)
        case "widget":
            apis = ("conversation_api", "suggestion_api")
            return {f"{name.upper()}_URL": units.get(name, _NOBODY) for name in apis}
        case _:
            return {}


def _gateway(units: Mapping[str, str]) -> dict[str, str]:
    return {"LLM_GATEWAY_URL": units.get("llm_gateway", _NOBODY)}


def _widget_origin(units: Mapping[str, str]) -> dict[str, str]:
    return {"WIDGET_ORIGIN": units["widget"]} if "widget" in units else {}
