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
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_wrong(upstream, model, said):
    with pytest.raises(InvalidInput, match=said):
        LlmSettings.from_json(settings(upstream, model))
