"""Completions of a small account of our own: what is offered, in which letters, and that it can be relied on."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earpiece.engine.completing import Completing, split_draft
from earpiece.engine.completion_tables import Message, learn_tables, mixture_of
from earpiece.engine.completion_training import NOT_FITTED, fit_completion
from earpiece.engine.features import Context
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.sentences import Sentences
from earpiece.engine.thresholds import choose_policy, type_all
from earpiece.engine.word_mixture import Mixture, Turn, outlooks
from earpiece.engine.word_model import WordModel, shapes

REPLIES = [
    "Hello, how can I help you?",
    "Your parcel is on its way to the café now.",
    "Your parcel is on its way to the shop.",
    "I don’t know that, sorry.",
    "Please call us at the office.",
]
SURE = OfferPolicy(price=2.0, least_chance=0.5)


def messages(count: int = 20) -> list[Message]:
    said = [Message(f"cust-{number}", REPLIES[number % len(REPLIES)]) for number in range(count * len(REPLIES))]
    return [*said, Message("cust-1", "The secret word is zebra1 for you only.")]


@pytest.fixture(scope="module")
def mixture() -> Mixture:
    return mixture_of(learn_tables(messages(), 2), REPLIES)


def completing(mixture: Mixture, *said: str, weights: list[float] | None = None) -> Completing:
    context: Context = [{"role": "customer", "text": text} for text in said]
    return Completing(Sentences(Turn(mixture, context, np.array(weights or [1.0] * len(REPLIES), np.float32))))


def offered(completions: Completing, typed: str, policy: OfferPolicy = SURE) -> str:
    found = completions.complete(typed, policy)
    return found.text if found else ""


def test_a_beginning_is_completed_as_the_house_writes_it(mixture: Mixture):
    assert "Please" + offered(completing(mixture), "Please") == "Please call us at the office."


def test_the_words_stop_where_the_replies_part(mixture: Mixture):
    assert "Your par" + offered(completing(mixture), "Your par") == "Your parcel is on its way to the "


def test_the_context_decides_between_replies(mixture: Mixture):
    towards_the_shop = completing(mixture, weights=[0.001, 0.001, 1.0, 0.001, 0.001])

    assert ("Your parcel is on its way to the " + offered(towards_the_shop, "Your parcel is on its way to the ")) == (
        REPLIES[2]
    )


class Asked:
    """A word model that holds all words to be as likely, and counts the places that it was asked about."""

    def __init__(self, word_count: int) -> None:
        self.word_count, self.places = word_count, 0

    def begin(self, context: Any, recent: Any) -> int:
        return 0

    def seen(self, word_ids: Sequence[int]) -> Any:
        return np.zeros((len(word_ids), 1), np.float32)

    def read(self, states: Sequence[int], seen: Any) -> Sequence[int]:
        return states

    def predict(self, states: Sequence[int]) -> Any:
        self.places += len(states)
        return np.full((len(states), self.word_count), 1 / self.word_count, np.float32)


@pytest.mark.parametrize(("weight", "places"), [(1.0, 1), (100.0, 0)], ids=["any may come", "one is sure"])
def test_the_word_model_is_not_asked_where_one_reply_is_sure(mixture: Mixture, weight: float, places: int):
    asked = Asked(len(mixture.model_words))
    turn = Turn(replace(mixture, word_model=asked), [], np.array([1.0, 1.0, weight, 1.0, 1.0], np.float32))

    outlooks([Sentences(turn).at(REPLIES[2].split()[:-1])])

    assert asked.places == places


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("hel", "lo, "),
        ("HEL", "lo, "),
        ("please c", "all us"),
        ("Your parcel is on its way to the caf", "é now."),
        ("Your parcel is on its way to the cafe", " now."),
        (unicodedata.normalize("NFD", "Your parcel is on its way to the café"), " now."),
        ("I don'", "t know"),
        ("Hello,\nhow c", "an I"),
        ("Hello, ", "how can"),
        ("Hello,  how", " can"),
    ],
)
def test_case_accents_quotes_and_spaces_do_not_matter(mixture: Mixture, typed: str, rest: str):
    assert offered(completing(mixture), typed, OfferPolicy(2.0, 0.2)).startswith(rest)


@pytest.mark.parametrize(
    "typed", ["Pleese", "Pleaes", "😀", "שלום", "\x00", "Please call us at the office.x", "x" * 5000]
)
def test_nothing_is_put_after_what_no_word_begins_with(mixture: Mixture, typed: str):
    assert offered(completing(mixture), typed) == ""


def test_what_one_customer_was_told_is_not_completed_for_another(mixture: Mixture):
    completions = completing(mixture)

    assert "zebra" not in offered(completions, "The secret word is ", OfferPolicy(0.0, 0.0))
    assert offered(completions, "zeb", OfferPolicy(0.0, 0.0)) == ""


def test_a_name_that_the_customer_wrote_is_completed_in_this_conversation_only(mixture: Mixture):
    here = completing(mixture, "My name is Szymborska, hello")

    assert offered(here, "Hello Szy").startswith("mborska")
    assert offered(completing(mixture, "My name is secret"), "Hello Szy") == ""


def test_after_a_word_of_the_customer_comes_what_the_customer_wrote_after_it(mixture: Mixture):
    here = completing(mixture, "Is there a table at Zorba Grill Leiden for two?")

    assert offered(here, "Yes, Zorba ", OfferPolicy(0.0, 0.05)).startswith("Grill")


def test_a_higher_price_of_false_offers_offers_no_less_sure_text(mixture: Mixture):
    completions = completing(mixture)

    bold, careful = (completions.complete("Your", OfferPolicy(price, 0.1)) for price in (0.0, 500.0))

    assert bold is not None
    assert careful is None or careful.probability >= bold.probability


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.sampled_from(REPLIES), st.integers(0, 30))
def test_the_same_draft_has_the_same_completion_whatever_was_asked_before(
    mixture: Mixture, odd: str, reply: str, cut: int
):
    warm = completing(mixture, "hello", odd)
    for end in range(len(reply)):
        warm.complete(reply[:end], SURE)

    for typed in (reply[:cut], reply[:cut] + odd, odd):
        assert warm.complete(typed, SURE) == completing(mixture, "hello", odd).complete(typed, SURE)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REPLIES), st.integers(0, 30), st.floats(0.5, 100), st.floats(0.5, 100))
def test_no_other_price_finds_what_is_worth_more_at_this_one(
    mixture: Mixture, reply: str, cut: int, price: float, other: float
):
    completions, policy = completing(mixture), OfferPolicy(price, 0.3)

    def worth(asked: OfferPolicy) -> float:
        found = completions.complete(reply[:cut], asked)
        return policy.value(found.probability, len(found.text)) if found else 0.0

    assert worth(policy) >= worth(OfferPolicy(other, 0.3)) - 0.02  # probabilities are rounded


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_a_draft_falls_into_words_and_the_beginning_of_one(text: str):
    done, partial = split_draft(text)

    assert not any(character.isspace() for character in partial)
    assert [*done, partial] == text.split() or [*done, partial] == [*text.split(), ""]


def test_probabilities_of_the_next_word_sum_to_one(mixture: Mixture):
    sentences = completing(mixture, "My name is Szymborska").sentences

    for words in ([], ["Your"], ["Your", "parcel"], ["never", "said"]):
        assert sentences.outlook(sentences.at(words)).chances.sum() == pytest.approx(1, abs=2e-3)


def test_places_looked_at_together_say_what_each_says_alone(mixture: Mixture):
    random = np.random.default_rng(3)
    sizes = shapes(len(mixture.vocabulary), context=4, embedding=6, hidden=5, topic=3)
    word_model = WordModel({name: random.normal(0, 0.4, size) for name, size in sizes.items()})
    seeing = mixture_of(learn_tables(messages(), 2), REPLIES, word_model)
    context: Context = [{"role": "customer", "text": "My name is Szymborska, is my parcel late?"}]
    turn = Turn(seeing, context, np.ones(len(REPLIES), np.float32), np.ones(4, np.float32))
    drafts = ["", "Your", "Your parcel", "never said", "is my", "Please call us at", "Szymborska", "Your parcel"]

    sentences = Sentences(turn)
    together = outlooks([sentences.at(draft.split()) for draft in drafts])

    for draft, found in zip(drafts, together, strict=True):
        apart = Sentences(turn)
        alone = apart.outlook(apart.at(draft.split()))
        assert np.allclose(found.chances, alone.chances, atol=1e-5), draft
        assert (found.end, found.unknown) == pytest.approx((alone.end, alone.unknown), abs=1e-5)


def test_fitting_keeps_to_the_limit_on_false_offers_and_saves_keys(mixture: Mixture):
    held_out: list[tuple[Context, str]] = [([{"role": "customer", "text": "hi"}], text) for text in REPLIES * 10]
    weights = np.ones(len(REPLIES), np.float32)
    own = mixture_of(learn_tables(messages(), 2), REPLIES)

    fitted = fit_completion(own, held_out, lambda context: Turn(own, context, weights), 0.2, 50)

    result = type_all([(Sentences(Turn(own, context, weights)), text) for context, text in held_out], fitted.policy)
    assert result.false_share <= 0.2
    assert result.saved > 0.5


def test_where_no_policy_keeps_to_the_limit_the_least_wrong_one_is_chosen(mixture: Mixture):
    others = ["Please call us at the station.", "Your parcel is on its way to the moon.", "Your parcel is late."]
    typed = [(completing(mixture, "hi").sentences, text) for text in others]

    chosen = type_all(typed, choose_policy(typed, 0.02, are_few=True))

    assert chosen.offers > 0
    assert 0.02 < chosen.false_share < type_all(typed, OfferPolicy(price=20.0, least_chance=0.5)).false_share / 2


def test_with_few_messages_the_defaults_stay(mixture: Mixture):
    assert fit_completion(mixture, [], lambda _: completing(mixture).sentences.turn, 0.2, 50) is NOT_FITTED
