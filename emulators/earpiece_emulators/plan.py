"""What a run consists of, decided before anything starts: stores, units, ports, addresses, environments."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from earpiece_emulators.keys import Keys
from earpiece_emulators.launches import Launch, Role
from earpiece_emulators.places import REPOSITORY, State
from earpiece_emulators.ports import LOOPBACK
from earpiece_emulators.stores import Cloud, store_address, store_launch, store_ports, store_variables
from earpiece_emulators.units import UNITS, Kind, Unit, unit_environment, unit_launch

WAREHOUSE = "warehouse"
CONTROL = "control"
MODEL_PROVIDER = "model_provider"
DESK = "desk"
_NEEDED_BY_WAREHOUSE = {"pubsub", "bigquery"}
_NEEDED_BY_DESK = {"webhook_intake", "conversation_api", "suggestion_api", "widget"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What is to run. `variables` adds to the environment of single units, by name."""

    stores: tuple[str, ...]
    units: tuple[Unit, ...] = ()
    has_warehouse: bool = False
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    root: Path = REPOSITORY
    cloud: Cloud = field(default_factory=Cloud)

    def port_names(self) -> list[str]:
        of_stores = [port for store in self.stores for port in store_ports(store)]
        stand_ins = [WAREHOUSE] if self.has_warehouse else []
        stand_ins += [MODEL_PROVIDER] if self.has_model_provider() else []
        stand_ins += [DESK] if self.has_desk() else []
        control = [CONTROL] if self.units else []
        return [*of_stores, *stand_ins, *control, *(unit.name for unit in self.servers())]

    def has_model_provider(self) -> bool:
        """Beside the gateway: something that it can be told to ask where there is no provider."""
        return any(unit.name == "llm_gateway" for unit in self.units)

    def has_desk(self) -> bool:
        """Where all is there that an agent's desk meets."""
        return {unit.name for unit in self.units} >= _NEEDED_BY_DESK

    def servers(self) -> list[Unit]:
        return [unit for unit in self.units if unit.kind != Kind.JOB]

    def jobs(self) -> dict[str, Path]:
        return {unit.name: unit.folder(self.root) for unit in self.units if unit.kind == Kind.JOB}


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts with their ports: enough to start each process, and to tell the others where it is."""

    parts: Parts
    state: State
    keys: Keys
    ports: Mapping[str, int]

    def environment(self) -> dict[str, str]:
        """What every process of the run has in its environment."""
        cloud = self.parts.cloud
        named = {"PROJECT_ID": cloud.project, "GOOGLE_CLOUD_PROJECT": cloud.project, "REGION": cloud.region}
        kept = {"SECRETS_KEY_FILE": str(self.keys.secrets)} if self.parts.units else {}
        told = {"MODELS_BUCKET": cloud.bucket, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO")}
        return named | told | kept | store_variables(self.store_addresses())

    def store_addresses(self) -> dict[str, str]:
        return {store: store_address(store, self.ports) for store in self.parts.stores}

    def unit_urls(self) -> dict[str, str]:
        return {unit.name: self._url(unit.name) for unit in self.parts.servers()}

    def takers(self) -> dict[str, str]:
        """Who takes messages in: the units' URLs, and the warehouse if it runs."""
        return self.unit_urls() | ({WAREHOUSE: self._url(WAREHOUSE)} if self.parts.has_warehouse else {})

    def control(self) -> str:
        return self._url(CONTROL)

    def store_launches(self) -> list[Launch]:
        return [store_launch(store, self.state, self.ports, self.parts.cloud) for store in self.parts.stores]

    def unit_launches(self) -> list[Launch]:
        return [self._unit_launch(unit) for unit in self.parts.servers()]

    def stand_in_launches(self) -> list[Launch]:
        launches = [self._warehouse()] if self.parts.has_warehouse else []
        launches += [self._model_provider()] if self.parts.has_model_provider() else []
        return [*launches, self._desk()] if self.parts.has_desk() else launches

    def _unit_launch(self, unit: Unit) -> Launch:
        own = unit_environment(unit.name, self.parts.cloud, self.keys, self.unit_urls(), self.control())
        environment = self.environment() | own | dict(self.parts.variables.get(unit.name, {}))
        return unit_launch(unit, self.parts.root, self.ports[unit.name], environment)

    def _warehouse(self) -> Launch:
        port = self.ports[WAREHOUSE]
        command = (sys.executable, "-m", "earpiece_emulators.warehouse", str(port))
        address = self._url(WAREHOUSE)
        folder = self.state.folder
        return Launch(WAREHOUSE, Role.STAND_IN, command, folder, address, address, self.environment())

    def _model_provider(self) -> Launch:
        said = "earpiece_emulators.extractive:extract"
        command = (sys.executable, "-m", "earpiece_emulators.model_provider", str(self.ports[MODEL_PROVIDER]), said)
        address, folder = self._url(MODEL_PROVIDER), self.state.folder
        return Launch(MODEL_PROVIDER, Role.STAND_IN, command, folder, address, f"{address}/readyz")

    def _desk(self) -> Launch:
        command = (sys.executable, "-m", "earpiece_emulators.desk", str(self.state.folder), str(self.ports[DESK]))
        address, folder = self._url(DESK), self.state.folder
        return Launch(DESK, Role.STAND_IN, command, folder, address, f"{address}/readyz", self.environment())

    def _url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"


def parts_named(
    units: Sequence[str] | None,
    stores: Sequence[str],
    *,
    root: Path = REPOSITORY,
    catalogue: Sequence[Unit] = UNITS,
    variables: Mapping[str, Mapping[str, str]] | None = None,
    cloud: Cloud | None = None,
) -> Parts:
    """The parts of these names; `units` None means all that exist, and the name `warehouse` its stand-in.

    Raises NotFound for a unit that does not exist.
    """
    from earpiece_emulators.units import chosen_units

    names = None if units is None else [name for name in units if name != WAREHOUSE]
    return Parts(
        stores=tuple(stores),
        units=tuple(chosen_units(names, root, catalogue)),
        has_warehouse=set(stores) >= _NEEDED_BY_WAREHOUSE if units is None else WAREHOUSE in units,
        variables=variables or {},
        root=root,
        cloud=cloud or Cloud(),
    )
