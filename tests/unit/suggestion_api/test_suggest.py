"""What is offered, and what never is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from earpiece.domain.accounts import Account
from earpiece.domain.conversations import fold
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role
from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.domain.settings import AccountSettings
from earpiece.engine.canned import CannedReplies
from earpiece.engine.normal import text_key
from earpiece.engine.packing import pack
from suggestion_api.complete import complete
from suggestion_api.draft import Draft
from suggestion_api.moment import Moment
from suggestion_api.own_replies import OwnReplies
from suggestion_api.serve_models import ServedModel
from suggestion_api.suggest import pack_for, suggest_links, suggest_replies
from suggestion_api.text_keys import TextKeys

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
TEXTS = ("Thank you for waiting.", "I will look into it.", "Can I help you with anything else?", "Have a nice day!")


class Model(CannedReplies):
    """A model's questions over a fixed list of replies."""

    def __init__(self, *texts: str, rest: str = "") -> None:
        super().__init__([a_reply(text) for text in texts], "model")
        self._rest = rest

    def completion(self, context: Any, prefix: str) -> Any:
        return SimpleNamespace(text=self._rest, probability=0.8) if self._rest else None

    def scored_urls(self, context: Any, k: int) -> list[tuple[str, float]]:
        return [("https://shop.example/returns/", 0.9), ("http://shop.example/old", 0.5), ("javascript:alert(1)", 0.4)]


def a_reply(text: str, state: ReplyState = ReplyState.APPROVED, shown: str | None = None) -> Reply:
    return Reply(reply_id_of(text_key(text)), shown or text, state)


def a_moment(draft: str = "", *, model: Model | None = None, replies: tuple[Reply, ...] = (), **changed: Any) -> Moment:
    moment = Moment(
        account=Account("acme"),
        settings=AccountSettings(),
        conversation_id="c",
        conversation=None,
        replies=OwnReplies(replies),
        served=ServedModel("v1", model) if model else None,
        draft=Draft.at(draft, changed.pop("cursor", None)),
        language="en",
        late=(),
    )
    return replace(moment, **changed)


def said(*turns: tuple[Role, str]):
    return fold(
        ConversationEvent(
            f"e-{number}",
            "acme",
            "custom",
            "c",
            "c",
            EventKind.MESSAGE_ADDED,
            AT + timedelta(seconds=number),
            AT,
            participant=Participant(role.value, role),
            message=MessageContent(f"m-{number}", text),
        )
        for number, (role, text) in enumerate(turns)
    )


def texts(moment: Moment) -> list[str]:
    return [suggestion.text for suggestion in suggest_replies(moment)]


def test_at_most_as_many_as_the_account_wants():
    assert len(texts(a_moment(model=Model(*TEXTS)))) == 3
    assert len(texts(a_moment(model=Model(*TEXTS), settings=AccountSettings(suggestion_count=1)))) == 1
    assert texts(a_moment(model=Model(*TEXTS), settings=AccountSettings(suggestion_count=0))) == []


def test_below_the_threshold_there_is_silence():
    assert texts(a_moment(model=Model(*TEXTS), settings=AccountSettings(suggestion_threshold=1.0))) == []


def test_without_a_model_the_accounts_own_replies_come_before_the_starter_set():
    found = suggest_replies(a_moment(replies=(a_reply("Welcome to Fietsplein."),)))

    assert [one.source for one in found] == ["canned", "starter", "starter"]
    assert found[0].text == "Welcome to Fietsplein."


def test_with_a_model_the_starter_set_is_not_needed():
    found = suggest_replies(a_moment(model=Model(TEXTS[0]), replies=(a_reply("Welcome to Fietsplein."),)))

    assert [one.source for one in found] == ["model", "canned"]


def test_what_the_account_wrote_is_found_by_its_beginning_however_many_replies_of_the_model_begin_so():
    model = Model(*(f"Thank you for {what}." for what in ("waiting", "your patience", "your order", "calling")))
    own = (a_reply("Thank you for choosing Fietsplein."),)

    found = suggest_replies(a_moment("thank you", model=model, replies=own))

    assert [one.source for one in found] == ["model", "model", "canned"]
    assert found[2].text == own[0].text
    assert "canned" not in [one.source for one in suggest_replies(a_moment("", model=Model(*TEXTS), replies=own))]


def test_what_the_account_wrote_is_found_by_words_in_it_with_a_model_and_without():
    own = (a_reply("You can bring the bicycle to our workshop in Utrecht."),)

    for model in (None, Model(*TEXTS)):
        for typed in ("workshop", "Utrecht bicy", "WORKSHOP utrecht"):
            assert own[0].text in texts(a_moment(typed, model=model, replies=own)), typed
        assert texts(a_moment("workshop Leiden", model=model, replies=own)) == []
        assert texts(a_moment("can you to", model=model, replies=own)) == [], "a sentence, not a search"


def test_what_begins_as_typed_comes_before_what_holds_a_slip():
    found = texts(a_moment("thamk", model=Model("Thank you for waiting."), replies=(a_reply("Thamk is a village."),)))

    assert found == ["Thamk is a village.", "Thank you for waiting."]


def test_with_a_model_that_offers_nothing_the_accounts_own_reply_is_completed_after_two_words():
    own = (a_reply("Please bring the bicycle to our workshop."),)

    assert complete(a_moment("please b", model=Model(), replies=own)) is None
    found = complete(a_moment("please bring t", model=Model(), replies=own))
    assert found is not None
    assert (found.text, found.source) == ("he bicycle to our workshop.", "canned")
    assert complete(a_moment("please bring t", model=Model(rest="wo"), replies=own)).text == "wo"
    blocked = (Reply(own[0].reply_id, own[0].text, ReplyState.BLOCKED),)
    assert complete(a_moment("please bring t", model=Model(), replies=blocked)) is None


def test_with_nothing_at_all_the_answer_is_an_empty_list():
    assert texts(a_moment(language="xx")) == []


@pytest.mark.parametrize("model", [None, Model(*TEXTS)], ids=["without a model", "with a model"])
def test_a_blocked_reply_is_never_offered_by_anybody(model):
    everything = texts(a_moment(model=model, settings=AccountSettings(suggestion_count=50)))
    blocked = tuple(a_reply(text, ReplyState.BLOCKED) for text in everything)

    found = texts(a_moment(model=model, replies=blocked, settings=AccountSettings(suggestion_count=50)))

    assert everything
    assert set(found).isdisjoint(everything)


def test_a_blocked_reply_is_in_no_pack():
    model = Model(*TEXTS)
    before = [text for text, _ in pack_for(a_moment(model=model))["replies"]]
    after = pack_for(a_moment(model=model, replies=(a_reply(TEXTS[1], ReplyState.BLOCKED),)))["replies"]

    assert pack_for(a_moment(model=model, replies=(a_reply(TEXTS[1], ReplyState.BLOCKED),)))["refused"] == [TEXTS[1]]
    assert set(before) == set(TEXTS)
    assert {text for text, _ in after} == set(TEXTS) - {TEXTS[1]}


@pytest.mark.parametrize(("next_word", "is_kept"), [("refund", True), ("", False)])
def test_a_pack_without_whole_replies_is_kept_for_the_words_that_may_come_next(next_word: str, is_kept: bool):
    packed = json.loads(pack([("Hello", 1.0)], 0.3)) | {"words": [next_word], "places": [0, [0, 90_000]], "replies": []}
    model = SimpleNamespace(pack=lambda *_: json.dumps(packed).encode())

    found = pack_for(a_moment("About your ", served=ServedModel("v1", model)))

    assert (found and found["words"]) == ([next_word] if is_kept else None)


def test_a_blocked_reply_is_not_completed_to():
    model = Model(rest=" look into it.")
    assert complete(a_moment("I will", model=model)).text == " look into it."

    assert complete(a_moment("I will", model=model, replies=(a_reply(TEXTS[1], ReplyState.BLOCKED),))) is None


def test_where_replies_need_approval_only_approved_ones_are_offered():
    settings = AccountSettings(auto_approve_replies=False)
    replies = (a_reply(TEXTS[0]), a_reply(TEXTS[1], ReplyState.NEW))

    assert texts(a_moment(model=Model(*TEXTS), replies=replies, settings=settings)) == [TEXTS[0]]


def test_an_edited_reply_is_offered_as_it_was_edited():
    edited = a_reply(TEXTS[0], ReplyState.EDITED, shown="Thank you for your patience.")

    found = texts(a_moment(model=Model(TEXTS[0]), replies=(edited,)))

    assert found == ["Thank you for your patience."]


def test_while_it_is_not_known_what_is_blocked_nothing_is_offered():
    moment = replace(a_moment("I will", model=Model(*TEXTS, rest=" help")), replies=None)

    assert (suggest_replies(moment), complete(moment), pack_for(moment)) == ([], None, None)


def test_what_the_agent_said_lately_is_not_offered_again():
    conversation = said((Role.CUSTOMER, "hi"), (Role.AGENT, "THANK YOU for waiting!!"))

    found = texts(
        a_moment(model=Model(*TEXTS), conversation=conversation, settings=AccountSettings(suggestion_count=9))
    )

    assert set(found) == set(TEXTS[1:])


def test_what_the_customer_said_may_be_offered():
    conversation = said((Role.CUSTOMER, TEXTS[0]))

    assert TEXTS[0] in texts(a_moment(model=Model(*TEXTS), conversation=conversation))


def test_what_was_said_longer_ago_may_be_said_again():
    turns = [(Role.AGENT, TEXTS[0]), *((Role.CUSTOMER, f"and {number}") for number in range(6))]

    assert TEXTS[0] in texts(a_moment(model=Model(TEXTS[0]), conversation=said(*turns)))


def test_no_two_nearly_say_the_same_across_sources():
    found = texts(a_moment(model=Model("Thank you for waiting."), replies=(a_reply("Thank you for waitin"),)))

    assert len(found) == 1


def test_a_reply_replaces_the_whole_draft_counted_in_utf_16():
    found = suggest_replies(a_moment("👋", model=Model("👋 Hello, how are you?")))

    assert found[0].replace == [0, 2]


def test_slots_that_the_agent_must_fill_are_named():
    found = suggest_replies(a_moment(model=Model("Your order {NUMBER} is on its way, {PERSON}.")))

    assert found[0].slots == ["NUMBER", "PERSON"]


def test_ids_are_the_same_for_the_same_moment_and_others_for_another():
    first, again = (suggest_replies(a_moment(model=Model(*TEXTS))) for _ in range(2))
    other = suggest_replies(a_moment(model=Model(*TEXTS), conversation=said((Role.CUSTOMER, "hi"))))

    assert first == again
    assert {one.id for one in first}.isdisjoint(one.id for one in other)
    assert len({one.id for one in first}) == 3


def test_only_links_that_a_browser_opens_safely_are_offered():
    found = suggest_links(a_moment(model=Model()))

    assert [(link.url, link.title) for link in found] == [("https://shop.example/returns/", "shop.example/returns")]


def test_a_completion_stands_at_the_cursor():
    found = complete(a_moment("👋 I will", model=Model(rest=" help")))

    assert (found.text, found.replace, found.source) == (" help", [9, 9], "model")


@pytest.mark.parametrize(
    "typed",
    [
        "I wi",
        "I will ",
        "I will\n",
        "Dear 👩‍👩‍👧 Şen,\r\n\tI wi",
        "😀😀 I wi",
        "Cafe\u0301 I wi",
        "pasted from elsewhere\u00a0\u2028I wi",
        "שלום I wi",
    ],
    ids=["within a word", "space", "new line", "family", "emoji", "accent apart", "pasted", "right to left"],
)
def test_wherever_the_draft_stops_ranges_count_in_utf_16(typed: str):
    units = len(typed.encode("utf-16-le")) // 2
    moment = a_moment(typed, model=Model(typed.strip() + " help you.", rest="ll"))

    completed = complete(moment)
    assert completed is not None
    assert completed.replace == [units, units]
    assert [one.replace for one in suggest_replies(moment)] == [[0, units]]


def test_in_the_middle_of_a_draft_what_stands_before_the_cursor_counts_and_the_whole_is_replaced():
    found = suggest_replies(
        a_moment("👋 Hello you there", cursor=8, model=Model("👋 Hello, how are you?", "You there!"))
    )

    assert [(one.text, one.replace) for one in found] == [("👋 Hello, how are you?", [0, 18])]


def test_nothing_is_completed_before_text_that_follows_the_cursor():
    assert complete(a_moment("I will you", cursor=6, model=Model(rest=" help"))) is None


def test_nothing_is_completed_before_anything_is_typed():
    assert complete(a_moment(" ", model=Model(rest="Hello"))) is None


def pack_texts(moment: Moment) -> list[str]:
    pack = pack_for(moment)
    return [text for text, _ in pack["replies"]] if pack else []


def test_a_completion_that_stops_short_of_a_blocked_reply_is_not_offered():
    blocked = a_reply("I will look into it.", ReplyState.BLOCKED)

    assert complete(a_moment("I w", model=Model(rest="ill look"), replies=(a_reply("I am here."), blocked))) is None


def test_a_completion_on_the_way_to_an_allowed_reply_is_offered_though_a_blocked_one_begins_so_too():
    replies = (a_reply("I will look into it.", ReplyState.BLOCKED), a_reply("I will help you.", ReplyState.NEW))

    assert complete(a_moment("I", model=Model(rest=" will"), replies=replies)).text == " will"
    assert complete(a_moment("I", model=Model(rest=" will look"), replies=replies)) is None


def test_a_reply_that_nobody_approved_makes_no_beginning_allowed_where_replies_need_approval():
    replies = (a_reply("I will look into it.", ReplyState.BLOCKED), a_reply("I will help you.", ReplyState.NEW))
    settings = AccountSettings(auto_approve_replies=False)

    assert complete(a_moment("I", model=Model(rest=" will"), replies=replies, settings=settings)) is None


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("I WILL, ", "look"),  # as it is compared: without case and signs
        ("I will look into i", "t. And then"),  # past the blocked reply's end
        ("Hello Ann! I wi", "ll look"),  # as the next sentence of the draft
        ("Hello\nI wi", "ll look into it"),
        ("Your order 4711 i", "s lost"),  # with a value in its slot
    ],
)
def test_no_way_to_a_blocked_reply_is_completed(typed, rest):
    replies = tuple(
        a_reply(text, ReplyState.BLOCKED) for text in ("I will look into it.", "Your order {NUMBER} is lost.")
    )

    assert complete(a_moment(typed, model=Model(rest=rest))) is not None
    assert complete(a_moment(typed, model=Model(rest=rest), replies=replies)) is None


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("I will look into it", " today"),  # the agent's own words are the agent's
        ("I will look into it. Tha", "nk you"),
        ("You said I wi", "ll look"),  # no sentence begins there
        ("I will lo", "ve it"),
        ("👋", " 🙂"),
    ],
)
def test_what_leads_to_no_blocked_reply_is_completed(typed, rest):
    blocked = a_reply("I will look into it.", ReplyState.BLOCKED)

    assert complete(a_moment(typed, model=Model(rest=rest), replies=(blocked,))).text == rest


def test_a_pack_names_only_blocked_replies_that_the_draft_may_still_become():
    blocked = [a_reply(text, ReplyState.BLOCKED) for text in TEXTS[:2]]
    first_word = TEXTS[0].split()[0]

    refused = pack_for(a_moment(f"{first_word} ", model=Model(*TEXTS), replies=tuple(blocked)))["refused"]

    assert refused == sorted(text for text in TEXTS[:2] if text.split()[0] == first_word)


def test_an_edited_reply_is_in_the_pack_as_it_was_edited():
    edited = a_reply(TEXTS[0], ReplyState.EDITED, shown="Thank you for your patience.")

    assert set(pack_texts(a_moment(model=Model(*TEXTS), replies=(edited,)))) == {edited.text, *TEXTS[1:]}


@pytest.mark.parametrize("model", [None, Model(*TEXTS)], ids=["without a model", "with a model"])
def test_what_is_edited_into_a_blocked_reply_is_offered_by_nobody(model):
    blocked = a_reply("Goodbye.", ReplyState.BLOCKED)
    edited = a_reply(TEXTS[0], ReplyState.EDITED, shown="Goodbye!")
    moment = a_moment(model=model, replies=(blocked, edited), settings=AccountSettings(suggestion_count=50))

    assert "Goodbye!" not in texts(moment)
    assert "Goodbye!" not in pack_texts(moment)


def test_an_edited_reply_of_the_accounts_own_is_approved():
    edited = a_reply("Hi", ReplyState.EDITED, shown="Welcome to Fietsplein.")
    moment = a_moment(replies=(edited,), settings=AccountSettings(auto_approve_replies=False))

    assert edited.text in texts(moment)
    assert pack_texts(moment) == [edited.text]


def test_the_starter_set_needs_no_approval_in_the_pack_either():
    moment = a_moment(settings=AccountSettings(auto_approve_replies=False, suggestion_count=50))

    assert set(texts(moment)) <= set(pack_texts(moment))
    assert texts(moment)


def test_of_a_pack_each_reply_is_normalised_once_for_a_model_version():
    normalised: list[str] = []
    served = ServedModel("v1", Model(*TEXTS), TextKeys(lambda text: normalised.append(text) or text_key(text)))

    for blocked in ((), (a_reply("Goodbye.", ReplyState.BLOCKED),), (a_reply(TEXTS[0], ReplyState.BLOCKED),)):
        packed = pack_texts(a_moment(replies=blocked, served=served))

    assert sorted(normalised) == sorted(TEXTS)
    assert sorted(packed) == sorted(TEXTS[1:])
