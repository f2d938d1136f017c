"""What an account may give its keys and purposes, and where its tools may be."""

from __future__ import annotations

import pytest

from earpiece.domain.errors import InvalidInput
from earpiece.domain.llm import LlmSettings, Quota


def test_quotas_and_hosts_are_kept_as_they_were_given():
    settings = LlmSettings.from_json(
        {
            "quotas": [
                {"key_id": "abcdefgh", "daily_budget_usd": 2.5},
                {"purpose": "summarizer", "tokens_per_minute": 9},
            ],
            "tool_hosts": ["mcp.acme.com"],
        }
    )

    assert LlmSettings.from_json(settings.to_json()) == settings
    assert settings.quota_of_key("abcdefgh") == Quota("abcdefgh", daily_budget_usd=2.5)
    assert settings.quota_of_purpose("summarizer") == Quota(purpose="summarizer", tokens_per_minute=9)


def test_a_key_without_a_quota_has_what_every_key_has_and_a_purpose_none():
    settings = LlmSettings(requests_per_minute=7, tokens_per_minute=8)

    assert settings.quota_of_key("other123") == Quota("other123", requests_per_minute=7, tokens_per_minute=8)
    assert settings.quota_of_purpose("summarizer") is None
    assert settings.quota_of_purpose("") is None


@pytest.mark.parametrize(
    "quotas",
    [
        [{}],
        [{"key_id": "abcdefgh", "purpose": "summarizer"}],
        [{"key_id": "short"}],
        [{"purpose": "Write to Zoe"}],
        [{"purpose": "a.b"}],
        [{"purpose": "x", "daily_budget_usd": -1}],
        [{"purpose": "x"}, {"purpose": "x"}],
    ],
)
def test_a_quota_that_cannot_be_meant_is_refused(quotas):
    with pytest.raises(InvalidInput):
        LlmSettings.from_json({"quotas": quotas})


@pytest.mark.parametrize("host", ["", "localhost", "10.0.0.1", "https://a.com", "a.com/x", "a.com:8080", "*.a.com"])
def test_a_tool_host_is_a_name(host):
    with pytest.raises(InvalidInput):
        LlmSettings.from_json({"tool_hosts": [host]})
