"""What an account's widget shows, and what it does not."""

from __future__ import annotations

from dataclasses import replace

from conversation_api.capabilities import capabilities
from earpiece.assistants.shipped import shipped
from earpiece.domain.assistants import Trigger
from earpiece.domain.llm import LlmSettings
from earpiece.domain.settings import AccountSettings, Feature

LLM = LlmSettings.from_json(
    {
        "upstreams": [{"name": "openai", "kind": "openai", "base_url": "https://api.openai.com/v1"}],
        "models": [{"name": "assistants", "routes": [{"upstream": "openai", "model": "gpt-5"}]}],
    }
)
WITH_MODEL = AccountSettings(llm=LLM)
ALL = list(shipped().values())
SUMMARIZER, REWRITE = shipped()["summarizer"], shipped()["rewrite"]


def features(settings: AccountSettings, *assistants) -> set[str]:
    return set(capabilities(settings, assistants or ALL).features)


def test_with_a_model_everything_is_there():
    found = capabilities(WITH_MODEL, ALL)

    assert found.features == list(Feature)
    assert {one.code for one in found.assistants} == set(shipped())
    rewrite = next(one for one in found.assistants if one.code == "rewrite")
    assert (rewrite.title, rewrite.takes_text, rewrite.options[0]) == ("Rewrite", True, "shorter")


def test_without_a_model_no_assistant_is_offered_and_the_rest_is():
    found = capabilities(AccountSettings(), ALL)

    assert found.assistants == []
    assert set(found.features) == set(Feature) - {Feature.ASSISTANTS, Feature.SUMMARY}


def test_an_assistant_whose_model_the_account_has_not_is_not_offered():
    own = replace(REWRITE, code="own", model="another")

    assert [one.code for one in capabilities(WITH_MODEL, [own, REWRITE]).assistants] == ["rewrite"]


def test_an_assistant_that_only_runs_by_itself_is_not_offered_and_its_summary_is_shown():
    ended = replace(SUMMARIZER, triggers=(Trigger.ENDED,))

    found = capabilities(WITH_MODEL, [ended])

    assert found.assistants == []
    assert Feature.SUMMARY in found.features
    assert Feature.ASSISTANTS not in found.features


def test_without_the_summarizer_there_is_no_summary():
    assert Feature.SUMMARY not in features(WITH_MODEL, REWRITE)
    assert Feature.ASSISTANTS in features(WITH_MODEL, REWRITE)


def test_what_the_account_switched_off_is_absent():
    few = replace(WITH_MODEL, widget_features=(Feature.SUGGESTIONS,), link_hosts=("shop.example",))

    found = capabilities(few, ALL)

    assert (found.features, found.assistants, found.link_hosts) == (["suggestions"], [], ["shop.example"])
