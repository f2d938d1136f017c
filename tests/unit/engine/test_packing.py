"""The pack stands in for the model while the agent types: it says the same, in few bytes, and to any reader."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earpiece.domain.errors import InvalidInput
from earpiece.domain.replies import Reply
from earpiece.engine.canned import CannedReplies
from earpiece.engine.completing import Completing
from earpiece.engine.completion_tables import Message, learn_tables, mixture_of
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.pack_completing import Pack, complete_from_pack
from earpiece.engine.packing import MOST_BYTES, pack, pack_turn
from earpiece.engine.sentences import Sentences
from earpiece.engine.word_mixture import Turn

SAMPLES = Path(__file__).parents[2] / "samples" / "packs"
REPLIES = [
    "Hello, how can I help you?",
    "Your parcel is on its way to the café now.",
    "Your parcel is on its way to the shop.",
    "I don’t know that, sorry.",
    "Please call us at the office.",
]
POLICY = OfferPolicy(price=2.0, least_chance=0.5)


@pytest.fixture(scope="module")
def turn() -> Turn:
    messages = [Message(f"cust-{number}", REPLIES[number % len(REPLIES)]) for number in range(100)]
    mixture = mixture_of(learn_tables(messages, 2), REPLIES)
    context = [{"role": "customer", "text": "Hi, this is Szymborska, where is my parcel?"}]
    return Turn(mixture, context, np.ones(len(REPLIES), np.float32))


@pytest.mark.parametrize("reply", REPLIES)
def test_a_pack_says_what_the_model_says_at_every_key_of_its_place(turn: Turn, reply: str):
    server = Completing(Sentences(turn))
    for end in range(len(reply)):
        typed = reply[:end]
        expected = server.complete(typed, POLICY)

        found = complete_from_pack(pack_turn(turn, POLICY, draft=typed), typed)

        assert (found or "") == (expected.text if expected else ""), typed


def test_one_pack_lasts_while_the_draft_goes_where_it_was_likely_to_go(turn: Turn):
    packed = pack_turn(turn, POLICY)

    assert complete_from_pack(packed, "Your parcel is on i") == "ts way to the "


def test_a_draft_that_has_left_the_pack_has_no_completion(turn: Turn):
    assert complete_from_pack(pack_turn(turn, POLICY), "Some other words th") is None
    assert complete_from_pack(pack_turn(turn, POLICY, draft="Your "), "Hel") is None


def test_a_new_pack_is_due_where_the_draft_was_not_foreseen(turn: Turn):
    pack = Pack(json.loads(pack_turn(turn, POLICY)))

    assert not pack.is_due("Your parcel is on its way to ")
    assert pack.is_due("Some other words ")
    assert pack.is_due("Szymborska ")  # as likely as not, but nobody knows what comes then
    assert not Pack(json.loads(pack_turn(turn, POLICY, draft="Szymborska "))).is_due("Szymborska ")


def test_a_new_pack_is_due_within_a_word_that_is_not_listed_and_then_never_again_in_this_word(turn: Turn):
    packed = Pack(json.loads(pack_turn(turn, POLICY, draft="Your ")))
    assert not packed.is_due("Your p")
    assert packed.is_due("Your xy")

    begun = Pack(json.loads(pack_turn(turn, POLICY, draft="Your xy")))

    assert not any(begun.is_due(f"Your xy{more}") for more in ("", "z", "zz"))
    assert begun.is_due("Your x")
    assert begun.is_due("Your ")
    assert begun.is_due("Your xyz ")


def test_a_new_pack_is_due_before_an_offer_comes_to_where_nothing_is_known():
    body = json.loads(pack([("Your parcel is on its way.", 1.0)], 0.3))
    after_is = body["places"][2][numbered(body, "Your")][2][numbered(body, "parcel")][2][numbered(body, "is")]
    assert not any(Pack(body).is_due(typed) for typed in ("", "Yo", "Your ", "Your parcel i"))

    del after_is[2:]

    assert Pack(body).complete("Your par") == "cel is on"
    assert [Pack(body).is_due(typed) for typed in ("", "Yo", "Your ", "Your parcel i")] == [False, True, True, True]
    assert not Pack(body | {"begun": "Yo"}).is_due("You"), "it was made for this word"


def numbered(body: dict[str, Any], word: str) -> str:
    return str(body["words"].index(word))


def test_a_pack_of_before_is_never_due_within_a_word(turn: Turn):
    body = json.loads(pack_turn(turn, POLICY, draft="Your "))

    del body["match"]["due_within_over"], body["begun"]

    assert not Pack(body).is_due("Your xy")


def test_a_pack_for_a_begun_word_lists_the_words_that_begin_so_in_any_case(turn: Turn):
    body = json.loads(pack_turn(turn, POLICY, draft="please C"))

    assert body["begun"] == "C"
    assert {body["words"][number].lower()[0] for number in body["places"][1][::2]} == {"c"}
    assert complete_from_pack(json.dumps(body).encode(), "please CA") == "ll us at the office."


@pytest.mark.parametrize("draft", ["x" * 400, "😀", "'", "Your ﬁ"])
def test_a_pack_for_any_letters_is_one(turn: Turn, draft: str):
    body = json.loads(pack_turn(turn, POLICY, draft=draft))

    assert not Pack(body).is_due(draft)
    assert Pack(body).complete(draft) is None


def test_after_a_message_of_the_agents_own_a_pack_foresees_less(turn: Turn):
    rng = np.random.default_rng(1)
    replies = [" ".join(f"w{number}" for number in rng.integers(0, 60, 3)) for _ in range(300)]
    mixture = mixture_of(learn_tables([Message(str(number), text) for number, text in enumerate(replies)], 2), replies)
    asked = [{"role": "customer", "text": "Hello?"}]
    weights = np.ones(len(replies), np.float32)

    to_answer, gone_on = (
        pack_turn(Turn(mixture, context, weights), POLICY)
        for context in (asked, [*asked, {"role": "agent", "text": "w1 w2 w3"}])
    )

    assert len(gone_on) < len(to_answer)
    assert json.loads(gone_on)["places"][2]


def test_a_refused_text_is_not_completed(turn: Turn):
    body = json.loads(pack_turn(turn, POLICY))
    assert complete_from_pack(json.dumps(body).encode(), "Please c") == "all us at the office."

    body["refused"] = ["please call us at the OFFICE."]

    assert complete_from_pack(json.dumps(body).encode(), "Please c") is None
    assert complete_from_pack(json.dumps(body).encode(), "Hel") is not None


def test_a_pack_of_replies_alone_completes_what_only_one_of_them_can_mean():
    packed = pack([("We will call you.", 0.5), ("We will write to you.", 0.4), ("Dear {PERSON}", 0.1)], 0.6)

    assert complete_from_pack(packed, "We will w") == "rite to you."
    assert complete_from_pack(packed, "We wi") == "ll "
    assert complete_from_pack(packed, "De") is None


@pytest.mark.parametrize("draft", ["", "We", "we will", "WE WILL"])
def test_the_own_replies_say_the_same_from_a_pack_and_nothing_before_two_words(draft: str):
    texts = ["We will call you back.", "We will write to you.", "Your parcel is on its way."]
    own = CannedReplies(Reply(str(number), text) for number, text in enumerate(texts))

    packed = own.pack([], f"{draft} ")
    for more in ("We will c", "We will ca", "We wi", "We will ", "Yo", "Your parc", "Your parcel i"):
        if more.lower().startswith(draft.lower()):
            typed = draft + more[len(draft) :]
            assert complete_from_pack(packed, typed) == own.complete([], typed), typed
            assert not Pack(json.loads(packed)).is_due(typed)


def test_a_pack_stays_within_its_bytes_however_much_there_is_to_say():
    rng = np.random.default_rng(1)
    replies = [" ".join(f"word{number}" for number in rng.integers(0, 5000, 12)) for _ in range(3000)]

    packed = pack([(reply, 1 / 3000) for reply in replies], 0.5)

    assert len(gzip.compress(packed, mtime=0)) <= MOST_BYTES
    assert json.loads(packed)["places"][1]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"version": 1}', b'{"version": 2}'])
def test_what_is_no_pack_is_refused(data: bytes):
    with pytest.raises(InvalidInput):
        complete_from_pack(data, "He")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_reader_of_packs_passes_the_vectors(path: Path):
    sample = json.loads(path.read_text(encoding="utf-8"))

    found = {
        case["typed"]: complete_from_pack(json.dumps(sample["pack"]).encode(), case["typed"])
        for case in sample["cases"]
    }

    assert found == {case["typed"]: case["expected"] for case in sample["cases"]}
    assert len(found) > 20


@pytest.mark.parametrize(
    ("word", "goes_on", "offered"), [("Hello", 0.95, "lo "), ("Hello", 0.05, "lo"), ("Hello.", 0.95, "lo.")]
)
def test_a_space_follows_a_word_after_which_nothing_is_known_where_messages_mostly_go_on(
    word: str, goes_on: float, offered: str
):
    body = json.loads(pack([(f"{word} there", 1.0)], 0.3))
    body["places"] = body["places"][:2]
    body["match"]["goes_on"] = goes_on

    assert complete_from_pack(json.dumps(body).encode(), "Hel") == offered
