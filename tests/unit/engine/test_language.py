"""What language a text is in, and when it is better not to say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.engine.canned import STARTER_LANGUAGES
from earpiece.engine.corpus import Turn
from earpiece.engine.language import conversation_language, language_of, reply_language, spoken_language
from earpiece.engine.language_words import FUNCTION_WORDS, OTHER_WORDS
from earpiece_emulators.samples import generate, to_canonical

GERMAN = """
    Guten Morgen, ich habe gestern ein Paket bestellt und noch nichts gehört.
    wo bleibt meine Lieferung
    Ich möchte meinen Vertrag zum Monatsende kündigen
    die App stürzt beim Öffnen immer ab
    Können Sie mir bitte sagen, wann der Techniker kommt?
    das Internet ist seit heute früh weg
    habe die Rechnung doppelt bezahlt
    Wie kann ich mein Passwort zurücksetzen?
    Der Akku hält nur noch zwei Stunden
    Danke, das hat mir sehr geholfen
    nein, das war leider nicht dabei
    Es wurden 49,90 Euro zu viel abgebucht
    ich komme nicht in mein Konto rein
    Wann machen Sie morgen auf?
    mein Fahrrad klappert vorne links
    Ist die Jacke auch in Blau verfügbar?
    kann man das noch umtauschen
    Das ist jetzt schon das dritte Mal!
    Leider passt mir die Größe nicht
    was kostet der Versand nach Österreich
    Vielen Dank für die schnelle Antwort
    ok dann warte ich bis Montag
    Der Bildschirm bleibt einfach schwarz
    Gibt es dafür eine Garantie?
    Ich bin gerade umgezogen und brauche einen neuen Anschluss
    Bei mir kommt kein Wasser mehr aus der Maschine
    Welche Unterlagen brauchen Sie von mir?
    der Kollege hat mich einfach weggedrückt
    Bekomme ich das Geld zurück?
    das stimmt so nicht
    Könnten Sie das bitte noch einmal prüfen?
    ich sehe die Bestellung nirgends
    Die Nummer steht unten auf dem Karton
    Wir hatten doch einen Termin vereinbart
    alles klar, dann probiere ich es später wieder
    Ich rufe wegen der Mahnung an
    ihr habt mir den falschen Schlauch geschickt
    Wer ist denn dafür zuständig?
    Bitte löschen Sie meine Daten
    das Kabel war nicht in der Schachtel
    heute Abend bin ich ab sechs zu Hause
    Mir wurde am Telefon etwas anderes gesagt
    geht das auch ohne Anmeldung
    Der Fahrer hat nicht mal geklingelt
    Schönen Feierabend und bis bald
    Ihr Vertrag verlängert sich um zwölf Monate
    Dafür muss ich Sie kurz weiterverbinden
    Gern geschehen, melden Sie sich jederzeit wieder
    Ich habe Ihnen soeben eine Bestätigung geschickt
    Darf ich fragen, worum es genau geht?
"""
SAYS_NOTHING = """
    ok|okay!|Oké|thanks|top|super|ja|👍👍👍|😩|12345|€ 49,90|14:30|Jan de Vries|jan de vries|Anna van der Berg
    Klaus von Berg|Beatrice van Rooyen|NL91 FIET 2370 9088 14|https://example.com/the/way/to/what|iPhone 12 Pro Max
    jan@example.com|[PERSON:ab12cd] [EMAIL:ab12cd]|{PERSON} {ORDER}|FP-2509898|ok thanks|ok super
    hi|...|?!||Samsung Galaxy
    شكرا جزيلا لك على المساعدة|спасибо за помощь|ありがとうございます
"""


def said_in(account: str) -> Iterator[str]:
    """The messages of a sample account in which at least four words are neither names nor values."""
    for conversation in generate(account):
        for turn in to_canonical(conversation)["turns"]:
            words = turn["text"].split()
            telling = [word for word in words[1:] if word[0].islower() and word.strip(".,!?'").isalpha()]
            if len(telling) >= 3:
                yield turn["text"]


@pytest.mark.parametrize(("account", "language"), [("lumen", "en"), ("fietsplein", "nl")])
def test_what_the_sample_accounts_say_is_in_their_language(account: str, language: str):
    found = [language_of(text) for text in said_in(account)]

    assert len(found) > 2_000
    assert found.count(language) / len(found) >= 0.98
    assert set(found) <= {language, None}


def test_german_is_told_from_dutch_and_english():
    found = [language_of(text) for text in GERMAN.strip().splitlines()]

    assert len(found) == 50
    assert found.count("de") >= 49
    assert set(found) <= {"de", None}


@pytest.mark.parametrize("text", [text.strip() for line in SAYS_NOTHING.splitlines() for text in line.split("|")])
def test_what_is_short_or_no_language_decides_nothing(text: str):
    assert language_of(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Is het was?", "nl"),
        ("was ist das", "de"),
        ("is it what it was?", "en"),
        ("ik ben Klaus von Berg", "nl"),
        ("my name is Jan de Vries", "en"),
        ("Mein Name ist Jan de Vries", "de"),
        ("WO BLEIBT MEINE BESTELLUNG", "de"),
        ("WAAR BLIJFT MIJN BESTELLING", "nl"),
        ("de laptop doet het niet meer na de software update", "nl"),
    ],
)
def test_words_that_two_languages_share_do_not_mislead(text: str, language: str):
    assert language_of(text) == language


def a_context(*said: str) -> list[dict[str, str]]:
    """`a: …` is of the agent, all else of the customer."""
    roles = ["agent" if text.startswith("a: ") else "customer" for text in said]
    return [{"role": role, "text": text.removeprefix("a: ")} for role, text in zip(roles, said, strict=True)]


@pytest.mark.parametrize("short", ["ok", "thanks", "Jan de Vries", "12345", "👍", "", "ok thanks"])
def test_a_short_message_does_not_change_the_language_of_a_conversation(short: str):
    context = a_context("waar blijft mijn bestelling?", "a: What is your order number?", short, "a: Thank you.")

    assert conversation_language(context) == "nl"


def test_the_customers_last_clear_message_is_what_counts():
    context = a_context("waar blijft mijn bestelling?", "a: Dat zoek ik op.", "sorry, can we do this in English?", "ok")

    assert conversation_language(context) == "en"
    assert conversation_language(context[:2]) == "nl"
    assert conversation_language(a_context("a: Hoe kan ik je helpen?", "ok")) is None
    assert conversation_language([]) is None


def test_a_conversation_in_which_the_customer_says_little_is_in_the_agents_language():
    assert spoken_language([Turn("customer", "ok"), Turn("agent", "Dan help ik je graag verder.")]) == "nl"
    assert spoken_language([Turn("customer", "my bike is broken"), Turn("agent", "Dan help ik je.")]) == "en"
    assert spoken_language([Turn("customer", "ok")]) is None


@pytest.mark.parametrize(
    ("reply", "language"),
    [("Goedemiddag!", "nl"), ("Bedankt {PERSON}!", "nl"), ("Gerne!", "de"), ("Thank you!", "en"), ("Hallo!", None)],
)
def test_one_word_of_a_reply_of_the_house_may_tell(reply: str, language: str | None):
    assert reply_language(reply) == language


def test_every_starter_reply_is_in_its_language():
    from earpiece.engine.canned import starter_replies

    for code in STARTER_LANGUAGES:
        found = [reply_language(offer["text"]) for offer in starter_replies(code).suggest([], "", 50)]
        assert found.count(code) >= 0.95 * len(found)
        assert set(found) <= {code, None}


@given(st.text())
def test_any_text_has_a_language_or_none(text: str):
    assert language_of(text) in ("en", "nl", "de", None)
    assert reply_language("\ud800" + text) in ("en", "nl", "de", None)


def test_a_long_message_takes_no_longer_than_its_beginning():
    assert language_of("waar blijft mijn bestelling " * 50_000) == "nl"


@pytest.mark.parametrize("code", ["en", "nl", "de"])
def test_no_word_is_listed_twice(code: str):
    listed = FUNCTION_WORDS[code].split()

    assert len(listed) == len(set(listed)), sorted(word for word in set(listed) if listed.count(word) > 1)
    assert not set(OTHER_WORDS[code].split()) & set(listed)
