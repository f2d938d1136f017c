"""Gateways as processes, providers that fail on demand, and accounts that call."""

from __future__ import annotations

import itertools
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
import requests
from tests.real_project import an_account_id
from tests.waiting import until

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece.domain.accounts import Account
from earpiece.domain.api_keys import Scope, generate_key
from earpiece.domain.llm import LlmSettings, secret_name
from earpiece.domain.settings import AccountSettings
from earpiece_emulators.launches import clean_environment
from earpiece_emulators.model_behaviour import Profile
from earpiece_emulators.model_provider import ModelProvider
from earpiece_emulators.places import REPOSITORY
from earpiece_emulators.ports import choose
from earpiece_emulators.units import Kind, Unit, unit_launch

UNIT = Unit("llm_gateway", Kind.ASGI)
FRESH_S = 0.2
_numbers = itertools.count()
PRICE = {"since": "2026-01-01", "input_usd": 1.0, "output_usd": 1_000.0}


def now() -> datetime:
    return datetime.now(UTC)


def early_in_a_minute() -> datetime:
    """So that what follows is in one minute, which limits count by."""
    return until(lambda: now() if now().second < 45 else None, 20, "no minute began")


def a_provider() -> str:
    """A name that no other test uses, so that no breaker remembers it."""
    return f"p{next(_numbers)}"


@dataclass
class Instance:
    """A running gateway."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def logged(self, name: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if name in line]

    def end(self) -> None:
        """As Cloud Run ends an instance."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


@contextmanager
def running(
    environment: Mapping[str, str], folder: Path, probe: str = "/readyz", **variables: str
) -> Iterator[Instance]:
    """The unit as it is started everywhere, once its probe answers."""
    name = f"gateway-{next(_numbers)}"
    launch = unit_launch(UNIT, REPOSITORY, choose([name], {})[name], {**environment, **variables})
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            launch.command, cwd=launch.folder, env={**clean_environment(), **launch.environment}, stdout=out, stderr=out
        )
    try:
        until(
            lambda: process.poll() is not None or _is_ready(f"{launch.address}{probe}"), 60, "the gateway was not ready"
        )
        assert process.poll() is None, log.read_text()
        yield Instance(launch.address, process, log)
    finally:
        process.kill()
        process.wait(10)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@dataclass(frozen=True, slots=True)
class Place:
    """One project on the emulators, a gateway and the providers behind it."""

    environment: dict[str, str]
    clients: FirestoreClients
    secrets: KeyFileSecrets
    gateway: Instance
    providers: ModelProvider
    providers_url: str

    def upstream(self, name: str, **more: Any) -> dict[str, Any]:
        """A provider of ours as an upstream; `kind` says whose addresses it speaks."""
        kind = more.pop("kind", "openai")
        path = name if kind == "azure" else f"{name}/v1"
        return {"name": name, "kind": kind, "base_url": f"{self.providers_url}/{path}", **more}

    def provider(self, name: str) -> Profile:
        return self.providers.profile(name)


@dataclass
class Caller:
    """An account that calls the gateway."""

    place: Place
    account: Account
    key: str
    llm: LlmSettings = field(default_factory=LlmSettings)

    def client(self, instance: Instance | None = None, **options: Any) -> openai.OpenAI:
        """The official client; without its own retries, which would hide ours."""
        url = (instance or self.place.gateway).url
        return openai.OpenAI(base_url=f"{url}/v1", api_key=self.key, **{"max_retries": 0, "timeout": 30, **options})

    def ask(self, text: str = "Hello there", model: str = "chat", **more: Any) -> Any:
        """One whole answer, with its headers: `.parse()`, `.headers`."""
        messages = [{"role": "user", "content": text}]
        return self.client().chat.completions.with_raw_response.create(model=model, messages=messages, **more)

    def post(self, body: Any, path: str = "chat/completions", **headers: str) -> requests.Response:
        """Without a client's help: what is on the wire."""
        sent = {"json": body} if not isinstance(body, bytes) else {"data": body}
        headers = {"Authorization": f"Bearer {self.key}", **headers}
        return requests.post(f"{self.place.gateway.url}/v1/{path}", headers=headers, timeout=40, **sent)

    def change(self, **llm: Any) -> None:
        """Activate another version of the settings."""
        defaults = {"masks_personal_data": False, "requests_per_minute": 0, "tokens_per_minute": 0}
        self.llm = LlmSettings.from_json({**defaults, **llm})
        settings = replace(AccountSettings(), llm=self.llm)
        registry = FirestoreAccountRegistry(self.place.clients.registry(), now)
        version = FirestoreSettings(self.account, self.place.clients.of(self.account)).add(settings, now())
        registry.activate_settings(self.account, version)

    def keep_secret(self, upstream: str, secret: str = "sk-provider") -> None:
        integrations = FirestoreIntegrations(self.account, self.place.clients.registry(), self.place.secrets, now)
        integrations.rotate(secret_name(upstream), secret, keep_old_until=now())

    def add_key(self, *scopes: Scope) -> tuple[str, str]:
        text, key = generate_key(self.account.account_id, frozenset(scopes), now())
        FirestoreApiKeys(self.place.clients.registry()).add(key)
        return text, key.key_id


def new_caller(place: Place) -> Caller:
    account = FirestoreAccountRegistry(place.clients.registry(), now).create(Account(an_account_id()))
    caller = Caller(place, account, "")
    caller.key, _ = caller.add_key(Scope.LLM_CALL)
    return caller


def a_caller(place: Place, *names: str, secrets: bool = True, **llm: Any) -> Caller:
    """An account whose model `chat` has a route to each provider of these names, in this order."""
    caller = new_caller(place)
    routes = [{"upstream": name, "model": "small"} for name in names]
    known = {"upstreams": [place.upstream(name) for name in names], "models": [{"name": "chat", "routes": routes}]}
    settings = {**known, **llm}
    for upstream in settings["upstreams"] if secrets else ():
        caller.keep_secret(upstream["name"])
    caller.change(**settings)
    return caller


def tell(event: bytes) -> Any:
    """The JSON of one event as the wire has it."""
    import json

    data = event.removeprefix(b"data: ")
    return "[DONE]" if data == b"[DONE]" else json.loads(data)


def events_of(response: requests.Response) -> list[Any]:
    return [tell(one) for one in response.content.split(b"\n\n") if one.startswith(b"data: ")]


def elapsed_s(began_s: float) -> float:
    return time.monotonic() - began_s
