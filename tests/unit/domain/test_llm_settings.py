"""What an account may say of its providers and models, and what it is told when it cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest

from earpiece.domain.errors import InvalidInput
from earpiece.domain.llm import LlmSettings


def settings(upstream: dict[str, Any] | None = None, model: dict[str, Any] | None = None) -> dict[str, Any]:
    """One upstream and a model that goes there, with what is to be tried of each."""
    known = {"name": "azure", "kind": "azure", "base_url": "https://acme.openai.azure.com", "region": "eu"}
    asked = {"name": "chat", "region": "eu", "routes": [{"upstream": "azure", "model": "gpt"}]}
    return {"upstreams": [{**known, **(upstream or {})}], "models": [{**asked, **(model or {})}]}


def test_what_an_account_says_is_kept_as_it_was_given():
    known = LlmSettings.from_json(settings())

    assert LlmSettings.from_json(known.to_json()) == known
    assert known.model("chat").routes[0].upstream == "azure"
    assert known.model("other") is None


@pytest.mark.parametrize("region", ["us", "", "EU"])
def test_a_pinned_model_can_have_no_route_elsewhere(region):
    with pytest.raises(InvalidInput, match="pinned to eu"):
        LlmSettings.from_json(settings({"region": region}))


@pytest.mark.parametrize(
    "address",
    [
        "http://acme.example", "http://10.0.0.1", "ftp://acme.example", "acme.example", "//acme.example", "",
        "http://127.0.0.1.acme.example", "https://key@acme.example", "https://acme.example?key=1",
        "https://acme.example#x",
    ],
)  # fmt: skip
def test_an_address_is_https_and_no_more_than_host_and_path(address):
    with pytest.raises(InvalidInput, match="azure"):
        LlmSettings.from_json(settings({"base_url": address}))


@pytest.mark.parametrize("address", ["http://127.0.0.1:11434/v1", "http://localhost:8000", "http://[::1]:8000/v1"])
def test_an_endpoint_on_this_machine_needs_no_https(address):
    assert LlmSettings.from_json(settings({"base_url": address})).upstream("azure").base_url == address


@pytest.mark.parametrize(
    ("upstream", "model", "said"),
    [
        ({}, {"routes": []}, "no route"),
        ({}, {"routes": [{"upstream": "other", "model": "gpt"}]}, "is not there"),
        ({}, {"routes": [{"upstream": "azure", "model": "gpt", "weight": 0}]}, "weight"),
        ({}, {"hedge_after_s": -1}, "negative"),
        ({}, {"cache_s": -1}, "negative"),
        ({"first_token_s": 0}, {}, "time limit"),
        ({"requests_per_minute": -1}, {}, "negative limit"),
        ({"name": "a b"}, {}, "cannot name"),
        ({}, {"routes": [{"upstream": "azure", "model": "gpt", "context_tokens": -1}]}, "negative tokens"),
        ({"first_token_s": float("nan")}, {}, "no number"),
        ({"connect_s": "2"}, {}, "no number"),
        ({"requests_per_minute": 1.5}, {}, "no whole number"),
        ({}, {"passes_refusals": "no"}, "no true or false"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_wrong(upstream, model, said):
    with pytest.raises(InvalidInput, match=said):
        LlmSettings.from_json(settings(upstream, model))


@pytest.mark.parametrize("tenant", ["00000000-0000-0000-0000-000000000001", "acme.onmicrosoft.com", "tenant-1"])
def test_a_directory_is_named_by_its_id_or_its_domain(tenant):
    known = LlmSettings.from_json(settings({"tenant_id": tenant, "client_id": "client-1"}))

    assert known.upstream("azure").tenant_id == tenant


@pytest.mark.parametrize(
    "tenant",
    [
        "../common",
        "a/b",
        "a..b",
        "a?x=1",
        "a#x",
        "a%2fb",
        "@evil.example",
        ".",
        "a.",
        "a b",
        "a\n",
        "é",
        "a" * 300,
        "a\\b",
    ],
)
def test_a_tenant_that_would_be_more_than_one_part_of_an_address_is_refused(tenant):
    with pytest.raises(InvalidInput, match="tenant_id"):
        LlmSettings.from_json(settings({"tenant_id": tenant, "client_id": "client-1"}))


@pytest.mark.parametrize(
    "upstream",
    [
        {"tenant_id": "t-1"},
        {"client_id": "c-1"},
        {"tenant_id": "t-1", "client_id": "c/1"},
        {"api_version": ""},
        {"api_version": "2024-10-21&x=1"},
        {"api_version": "../.."},
    ],
)
def test_what_else_of_azure_goes_into_an_address_is_checked_too(upstream):
    with pytest.raises(InvalidInput, match="upstream azure"):
        LlmSettings.from_json(settings(upstream))


@pytest.mark.parametrize("deployment", ["", "..", "../models", "a/b", "a?b", "a b", "a%2e", "a\r\nx: y"])
def test_a_deployment_is_one_part_of_an_address(deployment):
    with pytest.raises(InvalidInput, match="no name that a model has"):
        LlmSettings.from_json(settings(model={"routes": [{"upstream": "azure", "model": deployment}]}))


@pytest.mark.parametrize("model", ["meta-llama/Llama-3.1-8B", "ft:gpt-4o:acme::x1", "qwen3:8b", "publishers/g/m@001"])
def test_elsewhere_a_model_may_have_any_name_without_spaces(model):
    compatible = {"kind": "compatible"}
    assert LlmSettings.from_json(settings(compatible, {"routes": [{"upstream": "azure", "model": model}]}))

    with pytest.raises(InvalidInput, match="no name that a model has"):
        LlmSettings.from_json(settings(compatible, {"routes": [{"upstream": "azure", "model": f"{model}\r\nx: y"}]}))


@pytest.mark.parametrize(
    "said",
    [
        {"daily_budget_usd": float("nan")},
        {"monthly_budget_usd": float("inf")},
        {"monthly_budget_usd": 1e12},
        {"daily_budget_usd": "50"},
        {"daily_budget_usd": True},
        {"masks_personal_data": None},
        {"masks_personal_data": 0},
        {"masks_personal_data": "false"},
        {"quotas": [{"purpose": "tools", "daily_budget_usd": float("nan")}]},
        {"prices": [{"model": "m", "since": "2026-01-01", "input_usd": float("nan"), "output_usd": 1}]},
        {"prices": [{"model": "m", "since": "2026-01-01", "input_usd": 1, "output_usd": float("inf")}]},
    ],
)
def test_no_budget_price_or_switch_is_left_open_by_a_value_that_is_none(said):
    with pytest.raises(InvalidInput):
        LlmSettings.from_json({**settings(), **said})
