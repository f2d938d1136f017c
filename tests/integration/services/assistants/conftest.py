"""A desk whose assistants ask gateway, stand-in provider and stores as they are everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.llm_gateway.place import running
from tests.integration.services.conftest import Place, Somebody, ready
from tests.integration.training.pushes import a_push
from werkzeug.serving import make_server

from assistant_runner.app import create_app as create_runner
from assistant_runner.settings import Settings as RunnerSettings
from conversation_api.app import create_app
from conversation_api.settings import Settings
from earpiece.adapters.firestore_accounts import FirestoreApiKeys
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.domain.api_keys import GATEWAY, Scope, generate_key
from earpiece.domain.events import Role
from earpiece.domain.llm import LlmSettings, secret_name
from earpiece.domain.settings import AccountSettings
from earpiece_emulators.extractive import extract
from earpiece_emulators.model_behaviour import Profile
from earpiece_emulators.model_provider import ModelProvider, running_provider
from earpiece_emulators.pubsub_setup import PubSub
from suggestion_api.app import create_app as create_suggestion_api
from suggestion_api.settings import Settings as SuggestionSettings


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Both doors of assistants, and the provider behind the gateway."""

    place: Place
    api: FlaskClient
    runner: FlaskClient
    providers: ModelProvider
    providers_url: str
    engine_url: str
    environment: dict[str, str]

    def ask(self, who: Somebody, code: str = "summarizer", platform_id: str = "c-1", **body: Any) -> Any:
        path = f"/v1/conversations/{who.conversation(platform_id)}/assistants/{code}"
        return self.api.post(path, json=body, headers=who.bearer())

    def shown(self, who: Somebody, platform_id: str = "c-1") -> dict[str, Any]:
        answer = self.api.get(f"/v1/conversations/{who.conversation(platform_id)}", headers=who.bearer())
        return {one["code"]: one for one in answer.json["assistants"]}

    def push(self, who: Somebody, kind: str, platform_id: str = "c-1", at: datetime | None = None, **body: Any) -> int:
        notice = {"account_id": who.account_id, "conversation_id": who.conversation(platform_id), **body}
        pushed = a_push(notice)
        pushed["message"]["attributes"]["kind"] = kind
        if at:
            pushed["message"]["publishTime"] = at.isoformat().replace("+00:00", "Z")
        return int(self.runner.post("/runs", json=pushed).status_code)

    def afresh(self, **variables: str) -> Desk:
        """The same with doors that have been through nothing yet."""
        known = {**self.environment, **variables}
        api, runner = create_app(Settings.model_validate(known)), create_runner(RunnerSettings.model_validate(known))
        return replace(self, api=ready(api).test_client(), runner=ready(runner).test_client())

    def provider(self, who: Somebody) -> Profile:
        return self.providers.profile(who.account_id)

    def behave(self, who: Somebody, **behaviour: Any) -> None:
        self.providers.behave(who.account_id, **behaviour)

    def connect(self, who: Somebody) -> Somebody:
        """Give the account a provider of its own and the key that our units call the gateway with."""
        integrations = FirestoreIntegrations(who.account, self.place.clients.registry(), self.place.secrets, now)
        text, key = generate_key(who.account_id, frozenset({Scope.LLM_CALL}), now(), holder=GATEWAY)
        FirestoreApiKeys(self.place.clients.registry()).add(key)
        integrations.rotate(GATEWAY, text, keep_old_until=now())
        integrations.rotate(secret_name("stand-in"), "sk-test", keep_old_until=now())
        upstream = {"name": "stand-in", "kind": "openai", "base_url": f"{self.providers_url}/{who.account_id}/v1"}
        routes = [{"upstream": "stand-in", "model": "extractive"}]
        price = {"model": "extractive", "since": "2026-01-01", "input_usd": 1.0, "output_usd": 2.0}
        llm = LlmSettings.from_json(
            {"upstreams": [upstream], "models": [{"name": "assistants", "routes": routes}], "prices": [price]}
        )
        who.change_settings(replace(AccountSettings(), llm=llm, default_language="nl"))
        return who


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The unit at an address of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def desk(place: Place, stores: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    pubsub = PubSub(stores.need("pubsub")["PUBSUB_EMULATOR_HOST"], place.environment["PROJECT_ID"])
    pubsub.create_topics(["warehouse-assistant-runs", "warehouse-llm-usage", "assistant-run-requested"])
    pubsub.close()
    environment = {**place.environment, "CALLER_FRESH_S": "0.2", "SECRET_FRESH_S": "0.2"}
    folder = tmp_path_factory.mktemp("gateway")
    with (
        running_provider(extract) as (providers, url),
        running(environment, folder) as gateway,
        serving(ready(create_suggestion_api(SuggestionSettings.model_validate(place.environment)))) as engine,
    ):
        known = {
            **place.environment, "LLM_GATEWAY_URL": gateway.url, "MODEL_TIMEOUT_S": "20", "SUGGESTION_API_URL": engine,
        }  # fmt: skip
        api = ready(create_app(Settings.model_validate(known))).test_client()
        runner = ready(create_runner(RunnerSettings.model_validate(known))).test_client()
        yield Desk(place, api, runner, providers, url, engine, known)


@pytest.fixture
def who(desk: Desk, somebody: Callable[..., Somebody]) -> Somebody:
    """An account with a provider, and a conversation that is worth a summary."""
    made = desk.connect(somebody())
    made.says(Role.CUSTOMER, "Where is my order LX-20417? It should have come on 2026-11-30.")
    made.says(Role.AGENT, "I am sorry. I will send it again today, it costs you nothing.")
    made.says(Role.CUSTOMER, "Thank you, great!")
    return made
