"""An account whose customers write Dutch, German and English: each is answered in the language of the last message."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from earpiece.engine import load
from earpiece.engine.conversation_files import read_files
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.features import Context
from earpiece.engine.language import conversation_language, reply_language
from earpiece.engine.model import Model
from earpiece.engine.protocol import examples
from earpiece.engine.training import TrainingSettings, train
from earpiece.engine.word_languages import word_weights
from earpiece_emulators.samples import SampleConversation, generate, held_out, to_canonical

QUICK = TrainingSettings(has_word_model=False)
GREETINGS = {
    "nl": "Goedemorgen, waar kan ik u mee helpen?",
    "de": "Guten Morgen, womit kann ich Ihnen helfen?",
    "en": "Good morning, what can I help you with?",
}
TOPICS = {
    "nl": [
        ("waar blijft mijn pakket, ik wacht al een week", "Ik kijk meteen voor u waar het pakket nu is."),
        ("de factuur van deze maand klopt niet", "Ik laat de factuur door onze collega's nakijken."),
        ("hoe kan ik mijn wachtwoord veranderen", "Dat kan op de website, onder uw eigen gegevens."),
        ("mijn internet doet het sinds vanmorgen niet", "Wilt u het modem even uitzetten en weer aan?"),
    ],
    "de": [
        ("wo bleibt mein Paket, ich warte schon eine Woche", "Ich sehe sofort für Sie nach, wo das Paket ist."),
        ("die Rechnung von diesem Monat stimmt nicht", "Ich lasse die Rechnung von unseren Kollegen prüfen."),
        ("wie kann ich mein Passwort ändern", "Das geht auf der Website, unter Ihren eigenen Daten."),
        ("mein Internet geht seit heute früh nicht mehr", "Würden Sie das Modem kurz aus- und wieder einschalten?"),
    ],
    "en": [
        ("where is my parcel, i have been waiting for a week", "I will look at once where your parcel is now."),
        ("the invoice of this month is not right", "I will have the invoice checked by our colleagues."),
        ("how can i change my password", "You can do that on the website, with your own details."),
        ("my internet has not been working since this morning", "Would you switch the modem off and on again?"),
    ],
}
EVERY_TOPIC = [(code, question, answer) for code, pairs in TOPICS.items() for question, answer in pairs]


def conversations(count: int = 240) -> Iterator[TrainingConversation]:
    chance = random.Random(4)
    for number in range(count):
        code = ("nl", "de", "en")[number % 3]
        question, answer = chance.choice(TOPICS[code])
        agent = f"agent-{number % 7}"
        said = [("customer", question), ("agent", GREETINGS[code]), ("customer", question), ("agent", answer)]
        turns = tuple(Turn(role, text, agent, 1000.0 * number + place) for place, (role, text) in enumerate(said))
        yield TrainingConversation(f"c-{number}", f"u-{number}", turns)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    out = tmp_path_factory.mktemp("three")
    train(corpus_of(conversations()), out, QUICK)
    return load(out)


def asked(*said: str) -> Context:
    """`a: …` is of the agent, all else of the customer."""
    return [{"role": "agent" if text[:3] == "a: " else "customer", "text": text.removeprefix("a: ")} for text in said]


def languages(model: Model, context: Context) -> set[str | None]:
    offers = model.suggest(context, "", 10)
    assert offers
    return {reply_language(offer["text"]) for offer in offers}


@pytest.mark.parametrize(("code", "question", "answer"), EVERY_TOPIC)
def test_a_question_is_answered_in_its_language_and_no_other(model: Model, code: str, question: str, answer: str):
    context = asked(question, "a: " + GREETINGS[code], question)

    assert model.suggest(context, "", 1)[0]["text"] == answer
    assert languages(model, context) <= {code, None}


@pytest.mark.parametrize("short", ["ok", "ja", "no", "nein", "thanks", "super", "👍", "12345", "Jan de Vries"])
@pytest.mark.parametrize("code", TOPICS)
def test_a_short_answer_does_not_change_the_language(model: Model, code: str, short: str):
    context = asked(TOPICS[code][0][0], "a: " + GREETINGS[code], short)

    assert languages(model, context) <= {code, None}


@pytest.mark.parametrize("after", TOPICS)
@pytest.mark.parametrize("before", TOPICS)
def test_a_change_of_language_is_followed_within_one_message(model: Model, before: str, after: str):
    question, answer = TOPICS[after][1]
    context = asked(TOPICS[before][0][0], "a: " + GREETINGS[before], question)

    assert languages(model, context) <= {after, None}
    assert answer in [offer["text"] for offer in model.suggest(context, "", 2)]


@pytest.mark.parametrize(("code", "question", "answer"), EVERY_TOPIC)
def test_the_first_letter_is_completed_in_the_language_of_the_customer(
    model: Model, code: str, question: str, answer: str
):
    found = model.completion(asked(question, "a: " + GREETINGS[code], question), answer[0], threshold=0.2)

    assert found is not None
    assert answer.startswith(answer[0] + found.text)


def test_a_reply_in_another_language_is_found_by_who_types_its_beginning(model: Model):
    context = asked(TOPICS["nl"][0][0])

    assert [offer["text"] for offer in model.suggest(context, "Good mor", 3)] == [GREETINGS["en"]]


@pytest.fixture(scope="module")
def sample_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Of one account with the conversations of both samples, one after another."""
    folder = tmp_path_factory.mktemp("samples")
    file = written(folder / "said.jsonl", chain(generate("lumen", count=60), generate("fietsplein", count=60)))
    train(corpus_of(read_files([file]).conversations), folder / "model", QUICK)
    return load(folder / "model")


def written(file: Path, conversations: Iterator[SampleConversation]) -> Path:
    file.write_text("\n".join(json.dumps(to_canonical(one)) for one in conversations))
    return file


@pytest.mark.parametrize(("account", "code"), [("lumen", "en"), ("fietsplein", "nl")])
def test_sample_customers_are_answered_and_completed_in_their_language(
    sample_model: Model, account: str, code: str, tmp_path: Path
):
    new = read_files([written(tmp_path / "new.jsonl", held_out(account, count=12))]).conversations
    offered, completed = [], []
    for example in examples(new):
        if conversation_language(example.context) is None:
            continue  # "Hi" alone may be anybody's
        offered += [offer["text"] for offer in sample_model.suggest(example.context, "", 3)]
        for typed in (example.text[:1], example.text[:2]):
            found = sample_model.completion(example.context, typed, threshold=0.3)
            completed += [typed + found.text] if found else []

    spoken = [reply_language(text) for text in offered]
    assert spoken.count(code) > 60, spoken
    assert set(spoken) <= {code, None}
    begun = [reply_language(text) for text in completed]
    assert begun.count(code) > 20
    assert set(begun) <= {code, None}


def test_a_word_is_another_languages_when_it_is_common_there_or_only_replies_of_it_have_it():
    replies = ["Ik kijk naar uw bestelling.", "Ihre Bestellung ist unterwegs.", "Lumen"]
    words = ["", "", "Bestellung", "Lumen", "bestelling.", "het", "ist", "onbekend"]

    weights = word_weights(words, replies, [1, 2, -1])

    assert set(weights) == {"nl", "de"}
    assert [word for word, kept in zip(words, weights["nl"], strict=True) if kept < 1] == ["Bestellung", "ist"]
    assert [word for word, kept in zip(words, weights["de"], strict=True) if kept < 1] == ["bestelling.", "het"]


def test_an_account_of_one_language_weighs_no_word():
    assert word_weights(["", "", "the"], ["Thank you for that.", "Lumen"], [0, -1]) == {}
