"""Which provider of language models the demo's account uses: one that the environment names, else the stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STAND_IN = "stand-in"
_STAND_IN_KEY = "EARPIECE_STAND_IN_KEY"


@dataclass(frozen=True, slots=True)
class DemoModel:
    """The arguments of `earpiece assistants connect`; `is_real` says that somebody's model answers, and is paid."""

    is_real: bool
    name: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]


def demo_model(environment: Mapping[str, str], stand_in: str) -> DemoModel:
    """Azure OpenAI's before OpenAI's, as their own clients name the variables; `stand_in` is the stand-in's address."""
    if environment.get("AZURE_OPENAI_API_KEY") and environment.get("AZURE_OPENAI_ENDPOINT"):
        deployment = environment.get("AZURE_OPENAI_DEPLOYMENT", "gpt-4.1-mini")
        version = environment.get("OPENAI_API_VERSION", "2024-10-21")
        address = environment["AZURE_OPENAI_ENDPOINT"].rstrip("/")
        more = ("--api-version", version)
        return _real("azure", address, deployment, "AZURE_OPENAI_API_KEY", *more)
    if environment.get("OPENAI_API_KEY"):
        address = environment.get("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/")
        return _real("openai", address, environment.get("OPENAI_MODEL", "gpt-4.1-mini"), "OPENAI_API_KEY")
    arguments = _arguments("compatible", f"{stand_in}/{STAND_IN}/v1", "extractive-stand-in", _STAND_IN_KEY, STAND_IN)
    return DemoModel(False, "a stand-in on this machine", arguments, {_STAND_IN_KEY: STAND_IN})


def _real(kind: str, address: str, model: str, key_variable: str, *more: str) -> DemoModel:
    arguments = (*_arguments(kind, address, model, key_variable, kind), *more)
    return DemoModel(True, f"{model} at {address}", arguments, {})


def _arguments(kind: str, address: str, model: str, key_variable: str, upstream: str) -> tuple[str, ...]:
    named = ("--kind", kind, "--base-url", address, "--model", model)
    return (*named, "--key-variable", key_variable, "--upstream", upstream)
