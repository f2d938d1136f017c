"""What the widget can do for an account: what it switched on, and what there is to switch on."""

from __future__ import annotations

from collections.abc import Iterable

from conversation_api.bodies import CapabilitiesResponse, RunnableAssistant
from earpiece.domain.assistants import Assistant, Trigger
from earpiece.domain.settings import AccountSettings, Feature

SUMMARIZER = "summarizer"  # an account's own summary takes the place of ours by having its code


def capabilities(settings: AccountSettings, assistants: Iterable[Assistant]) -> CapabilitiesResponse:
    """What to show an agent: no assistant that nobody may ask, or whose model the account has not."""
    usable = [one for one in assistants if settings.llm.model(one.model) is not None]
    asked = [one for one in usable if Trigger.ASKED in one.triggers]
    has = {Feature.SUMMARY: any(one.code == SUMMARIZER for one in usable), Feature.ASSISTANTS: bool(asked)}
    features = [feature for feature in settings.widget_features if has.get(feature, True)]
    is_shown = Feature.ASSISTANTS in features or Feature.SUMMARY in features
    return CapabilitiesResponse(
        features=features,
        assistants=[_shown(one) for one in asked] if is_shown else [],
        default_language=settings.default_language,
        link_hosts=list(settings.link_hosts),
    )


def _shown(assistant: Assistant) -> RunnableAssistant:
    reads = assistant.reads
    return RunnableAssistant(
        code=assistant.code, title=assistant.name, takes_text=reads.takes_text, options=list(reads.options)
    )
