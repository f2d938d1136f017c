"""Which language the starter set speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from earpiece.domain.conversations import Conversation, fold
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role
from suggestion_api.language import choose_language

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def a_conversation(*texts: str, locale: str | None = None) -> Conversation:
    events = [
        ConversationEvent(
            f"e-{number}",
            "acme",
            "custom",
            "c",
            "c",
            EventKind.MESSAGE_ADDED,
            AT + timedelta(seconds=number),
            AT,
            participant=Participant("p", Role.CUSTOMER),
            message=MessageContent(f"m-{number}", text),
        )
        for number, text in enumerate(texts)
    ]
    return replace(fold(events), locale=locale)


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["Where is my order? I have been waiting."], "en"),
        (["Waar is mijn bestelling? Ik wacht al een week."], "nl"),
        (["Wo ist meine Bestellung? Ich warte schon."], "de"),
        (["Ik heb een vraag", "Actually, can you help me with this"], "en"),
        (["Ik heb een vraag", "ok"], "nl"),
        (["Ik heb een vraag", "thanks"], "nl"),
        (["Ich habe eine Frage", "no", "Jan de Vries", "12345"], "de"),
        (["I have a question", "ja"], "en"),
    ],
)
def test_the_newest_message_that_tells_decides(texts, language):
    assert choose_language(None, a_conversation(*texts), "xx") == language


def test_what_is_asked_for_comes_first():
    assert choose_language("nl-BE", a_conversation("Where is my order?"), "de") == "nl"


def test_where_no_message_tells_the_locale_does_and_then_the_account():
    assert choose_language(None, a_conversation("ok", locale="nl-NL"), "de") == "nl"
    assert choose_language(None, a_conversation("ok"), "de") == "de"
    assert choose_language(None, None, "de") == "de"
