"""The measures against the protocol written out by hand, and what their intervals say."""

from __future__ import annotations

import difflib
import json
import random
import re

import numpy as np
import pytest

from earpiece.engine.corpus import TrainingConversation, Turn
from earpiece.engine.evaluation import GATED, differences, estimates, evaluate, measured, metrics_of
from earpiece.engine.evaluation_report import report
from earpiece.engine.intervals import Verdict
from earpiece.engine.likeness import is_near, link_key, plain
from earpiece.engine.protocol import links_said

QUESTIONS = {
    "en": ["where is my parcel", "i want my money back", "the app does not work for me", "how do i reset it"],
    "nl": ["waar blijft mijn pakket", "ik wil mijn geld terug", "de app werkt niet meer", "hoe stel ik het opnieuw in"],
}
ANSWERS = {
    "en": [
        "I will look where your parcel {n} is.",
        "You get your money back within {n} days, see https://help.example/refunds for more.",
        "Please install version {n} of the app again.",
        "Thank you, is there anything else?",
    ],
    "nl": [
        "Ik kijk waar uw pakket {n} is.",
        "U krijgt uw geld binnen {n} dagen terug, zie www.hulp.example/geld?van=mij.",
        "Wilt u versie {n} van de app opnieuw installeren?",
        "Dank u wel, kan ik nog iets doen?",
    ],
}


def conversations(count: int = 60, seed: int = 3) -> list[TrainingConversation]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        language = "nl" if number % 3 == 0 else "en"
        turns = []
        for _ in range(chance.randint(1, 4)):
            topic = chance.randrange(4)
            turns += [
                Turn("customer", QUESTIONS[language][topic]),
                Turn("agent", " " + ANSWERS[language][topic].format(n=chance.randint(2, 40))),
            ]
        made.append(TrainingConversation(f"c-{number}", f"u-{number}", tuple(turns)))
    return made


class Parrot:
    """A system that knows the answers and errs in ways that the protocol must notice; `skill` is how seldom."""

    def __init__(self, skill: float = 0.7) -> None:
        self.skill = skill

    def _says(self, *about: object) -> random.Random:
        return random.Random(json.dumps(about))

    def suggest(self, context, prefix, k):
        chance = self._says(context[-1]["text"], len(context), prefix)
        if chance.random() < 0.1:
            return []
        known = [text.format(n=7) for texts in ANSWERS.values() for text in texts]
        right = [text for text in known if text.startswith(prefix[:4])]
        return [{"text": text} for text in chance.sample(right or known, min(k + 1, len(right or known)))]

    def complete(self, context, prefix):
        chance = self._says(context[-1]["text"], prefix, self.skill)
        known = [text.format(n=7) for texts in ANSWERS.values() for text in texts]
        rest = next((text[len(prefix) :] for text in known if prefix and text.startswith(prefix)), None)
        if rest is None or chance.random() < 0.3:
            return None
        length = chance.randint(1, 12)
        return rest[:length] if chance.random() < self.skill else rest[:length][::-1]

    def score(self, context, candidates):
        chance = self._says(context[-1]["text"], self.skill)
        scores = [float(chance.randint(0, 3)) for _ in candidates]
        return [float("nan") if chance.random() < 0.02 else score for score in scores]

    def urls(self, context, k):
        known = ["https://www.help.example/refunds/", "http://hulp.example/geld?van=mij#top", "https://other.example"]
        return self._says(len(context), self.skill).sample(known, 2)[:k]


# What follows is the protocol once more, written as plainly as can be and without a line of the engine.
def the_examples(made):
    found = []
    for conversation in made:
        turns = [{"role": turn.role, "text": turn.text} for turn in conversation.turns]
        for place, turn in enumerate(turns):
            if place > 0 and turn["role"] == "agent" and turn["text"].strip():
                found.append((turns[:place], turn["text"].strip()))
    random.Random(13).shuffle(found)
    return found


def the_normal(text):
    text = text.lower()
    text = re.sub(r'(?:https?://|www\.)[^\s<>"]+', " <url> ", text)
    text = re.sub(r"\S+@\S+\.\w+", " <email> ", text)
    text = re.sub(r"[$€£]?\d[\d,.]*", " <num> ", text)
    text = re.sub(r"[^\w<>']+", " ", text)
    return " ".join(text.replace("'", "").split())


def the_likeness(one, other):
    return one == other or difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.85


def the_ranking(system, found, *, is_distinct):
    found = list(found)
    random.Random(13).shuffle(found)
    batches = []
    if is_distinct:
        while True:
            batch, rest = [], []
            for example in found:
                is_new = the_normal(example[1]) not in [the_normal(text) for _, text in batch]
                (batch if len(batch) < 100 and is_new else rest).append(example)
            if len(batch) < 100:
                break
            batches.append(batch)
            found = rest
    else:
        batches = [found[start : start + 100] for start in range(0, len(found), 100) if start + 100 <= len(found)]
    ranks = []
    for batch in batches:
        for place, (context, _) in enumerate(batch):
            scores = [-np.inf if np.isnan(s) else s for s in system.score(context, [text for _, text in batch])]
            better = sum(s > scores[place] for s in scores)
            ranks.append([better + tie for tie in range(1, 1 + sum(s == scores[place] for s in scores))])
    shares = {f"at_{k}": np.mean([np.mean([rank <= k for rank in tied]) for tied in ranks]) for k in (1, 3, 5)}
    return shares | {"mrr": np.mean([np.mean([1 / rank for rank in tied]) for tied in ranks])}


def the_retrieval(system, found, characters):
    found = [one for one in found if not characters or len(one[1]) > characters]
    hits = dict.fromkeys(("coverage", "exact_at_1", "exact_at_3", "recall_at_1", "recall_at_3"), 0)
    for context, text in found:
        offered = [the_normal(offer["text"]) for offer in system.suggest(context, text[:characters], 3)][:3]
        same = [the_normal(text) == one for one in offered]
        near = [the_likeness(one, the_normal(text)) for one in offered]
        hits["coverage"] += bool(offered)
        hits["exact_at_1"] += any(same[:1])
        hits["exact_at_3"] += any(same)
        hits["recall_at_1"] += any(near[:1])
        hits["recall_at_3"] += any(near)
    return {name: count / len(found) for name, count in hits.items()}


def the_typing(system, found):
    characters = keys = offers = accepted = 0
    for context, text in found:
        characters += len(text)
        typed, ghost = "", None
        while typed != text:
            offer = system.complete(context, typed)
            if offer and typed + offer != ghost:
                offers += 1
            ghost = typed + offer if offer else None
            keys += 1
            if offer and len(offer) > 1 and text.startswith(typed + offer):
                typed, ghost = typed + offer, None
                accepted += 1
            else:
                typed += text[len(typed)]
    return {
        "saved_keystrokes": 1 - keys / characters,
        "false_offers": 1 - accepted / offers,
        "false_offers_per_100": 100 * (offers - accepted) / characters,
    }


def the_links(system, found):
    hits, count = {1: 0, 3: 0, 5: 0}, 0
    for context, text in found:
        said = [one for one in ("help.example/refunds", "hulp.example/geld?van=mij") if one in text]
        if said:
            count += 1
            offered = [
                "".join(re.findall(r"[a-z]+\.example[^#]*", link)).strip("/") for link in system.urls(context, 5)
            ]
            for k in hits:
                hits[k] += any(one in offered[:k] for one in said)
    return {f"links_at_{k}": hit / count for k, hit in hits.items()}


def test_the_measures_are_those_of_the_protocol():
    made = conversations(120)
    system = Parrot()
    found = the_examples(made)
    assert len(found) > 250

    values = metrics_of(evaluate(system, made, limit=230, typing_limit=40))

    expected = {
        **{f"rank_{name}": value for name, value in the_ranking(system, found[:230], is_distinct=False).items()},
        **the_retrieval(system, found[:230], 0),
        **{f"{name}_typed": value for name, value in the_retrieval(system, found[:230], 8).items()},
        **the_typing(system, found[:40]),
        **the_links(system, found),
    }
    assert {name: values[name] for name in expected} == pytest.approx(expected, abs=0.00005)
    assert (values["rank_count"], values["retrieved_count"], values["typed_count"]) == (200, 230, 40)
    assert values["distinct_at_1"] is None  # there are no hundred different replies


def test_distinct_batches_hold_no_reply_twice():
    made = [
        TrainingConversation(
            f"c-{number}",
            "u",
            (Turn("customer", f"question {number}"), Turn("agent", f"{'abc'[number % 3] * (1 + number // 6)} says so")),
        )
        for number in range(330)
    ]
    system = Parrot()

    values = metrics_of(evaluate(system, made, limit=0, typing_limit=1))

    expected = the_ranking(system, the_examples(made), is_distinct=True)
    assert values["distinct_count"] == 300
    assert {name: values[f"distinct_{name}"] for name in expected} == pytest.approx(expected, abs=0.00005)


def test_a_limit_of_nothing_asks_all():
    made = conversations(20)

    counts = evaluate(Parrot(), made, limit=0, typing_limit=0).counts()

    assert counts["retrieved"] == counts["typed"] == counts["examples"] == len(the_examples(made))


def test_links_that_were_sent_in_training_are_measured_apart():
    made = conversations(60)
    assert links_said(made) == {"help.example/refunds", "hulp.example/geld?van=mij"}

    values = metrics_of(evaluate(Parrot(), made, limit=1, typing_limit=1, seen_links={"help.example/refunds"}))

    assert values["links_at_5_seen"] > values["links_at_5"]
    assert metrics_of(evaluate(Parrot(), made, limit=1, typing_limit=1))["links_at_5_seen"] is None


def test_each_language_is_measured_by_itself():
    made = conversations()
    done = evaluate(Parrot(), made, limit=0, typing_limit=0)

    parts = done.parts()

    dutch = [one for one, is_dutch in zip(made, parts["nl"], strict=True) if is_dutch]
    alone = evaluate(Parrot(), dutch, limit=0, typing_limit=0)
    assert {name: int(chosen.sum()) for name, chosen in parts.items()} == {"en": 40, "nl": 20}
    # Ranks depend on the others in the batch; all else is the same as without the English ones.
    among = measured(done, parts["nl"])
    assert {name: among[name] for name in GATED} == {name: measured(alone, alone.everything)[name] for name in GATED}
    assert among["recall_at_3"] != measured(done, parts["en"])["recall_at_3"]
    assert set(metrics_of(done)["languages"]["nl"]) == set(GATED)


def test_an_interval_holds_the_value_and_narrows_with_more_conversations():
    few, many = (evaluate(Parrot(), conversations(count), limit=0, typing_limit=0) for count in (30, 480))

    narrow, wide = (estimates(done, done.everything)["recall_at_3"] for done in (many, few))

    assert wide.low < wide.value < wide.high
    assert narrow.low < narrow.value < narrow.high
    # Sixteen times as many: a quarter of the width.
    assert 3 < (wide.high - wide.low) / (narrow.high - narrow.low) < 5.5


def test_an_interval_is_as_wide_as_theory_says():
    # One example a conversation: a share of independent draws, whose standard error is known.
    made = [
        TrainingConversation(f"c-{number}", "u", (Turn("customer", f"q {number}"), Turn("agent", "Said before now")))
        for number in range(400)
    ]

    class Coin:
        def suggest(self, context, prefix, k):
            return [{"text": "Said before now" if int(context[0]["text"][2:]) % 4 == 0 else "Something else"}]

    done = evaluate(Coin(), made, limit=0)

    found = estimates(done, done.everything)["recall_at_1"]

    half = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert found.value == 0.25
    assert found.low == pytest.approx(0.25 - half, abs=0.006)
    assert found.high == pytest.approx(0.25 + half, abs=0.006)


def test_one_conversation_has_a_value_and_no_interval():
    done = evaluate(Parrot(), conversations(1), limit=0)

    found = estimates(done, done.everything)["recall_at_3"]

    assert found.value is not None
    assert (found.low, found.high) == (None, None)


def test_the_same_system_does_not_differ_from_itself():
    made = conversations()
    one, other = (evaluate(Parrot(), made, limit=0) for _ in range(2))

    found = differences(one, other, one.everything)

    assert {(each.value, each.low, each.high, each.verdict) for each in found.values()} == {
        (0.0, 0.0, 0.0, Verdict.NO_DIFFERENCE)
    }


def test_a_worse_system_is_called_worse_also_where_less_is_better():
    made = conversations()
    good, poor = (evaluate(Parrot(skill), made, limit=0, typing_limit=0) for skill in (0.95, 0.2))

    found = differences(poor, good, poor.everything)
    turned = differences(good, poor, poor.everything)

    assert found["saved_keystrokes"].verdict is Verdict.WORSE
    assert found["saved_keystrokes"].high < 0
    assert found["false_offers"].verdict is Verdict.WORSE
    assert found["false_offers"].low > 0
    assert turned["saved_keystrokes"].verdict is turned["false_offers"].verdict is Verdict.BETTER
    assert found["recall_at_3"].verdict is Verdict.NO_DIFFERENCE


class Closing:
    """Finishes one sentence, after so many characters of it."""

    def __init__(self, after: int) -> None:
        self.after = after

    def complete(self, context, prefix):
        text = ANSWERS["en"][3]
        return text[self.after :] if prefix == text[: self.after] else None


def test_pairs_show_a_difference_that_two_intervals_hide():
    made = conversations()
    later, sooner = (evaluate(Closing(after), made, typing_limit=0) for after in (11, 9))

    apart = [estimates(done, done.everything)["saved_keystrokes"] for done in (later, sooner)]
    found = differences(sooner, later, later.everything)["saved_keystrokes"]

    assert apart[1].low < apart[0].value < apart[1].value < apart[0].high
    assert found.verdict is Verdict.BETTER


def test_a_ghost_text_that_stays_while_it_is_typed_into_is_one_false_offer():
    said = "Thank you so much"
    made = [TrainingConversation(f"c-{n}", "u", (Turn("customer", "hi"), Turn("agent", said))) for n in range(3)]

    class Stubborn:
        def complete(self, context, prefix):
            whole = "Thank you so kindly" if len(prefix) < 15 else "Thank you so much, dear"
            return whole[len(prefix) :] if whole.startswith(prefix) else None

    done = evaluate(Stubborn(), made, typing_limit=0)

    # The first stays until "Thank you so " is typed and the next letter is another; the second comes two letters on.
    assert (done.tally.total("offers"), done.tally.total("false_offers")) == (6, 6)
    assert metrics_of(done)["saved_keystrokes"] == 0


def test_a_system_is_not_asked_for_what_it_cannot_do():
    class Mute:
        def complete(self, context, prefix):
            return None

    values = metrics_of(evaluate(Mute(), conversations(10)))

    assert values["saved_keystrokes"] == 0
    assert values["recall_at_3"] is values["rank_at_1"] is values["false_offers"] is None


def test_without_examples_there_are_only_counts():
    done = evaluate(Parrot(), [])

    assert metrics_of(done)["examples_count"] == 0
    assert "recall_at_3" not in metrics_of(done)
    assert report(done)["parts"]["overall"]["measures"] == {}


def test_a_report_is_plain_data_with_times_and_verdicts():
    made = conversations(30)
    one, other = (evaluate(Parrot(skill), made, limit=0, typing_limit=20) for skill in (0.9, 0.2))

    told = json.loads(json.dumps(report(one, other), allow_nan=False))

    assert set(told["parts"]) == {"overall", "en", "nl"}
    saved = told["parts"]["overall"]["measures"]["saved_keystrokes"]
    assert saved["difference"]["verdict"] == "better"
    assert saved["value"] - saved["against"]["value"] == pytest.approx(saved["difference"]["value"], abs=0.0002)
    for kind in ("suggest", "suggest_typed", "complete", "urls"):
        for quantile in told["parts"]["overall"]["times_ms"][kind].values():
            assert 0 < quantile["low"] <= quantile["high"]
            assert quantile["low"] / 1.06 <= quantile["value"] <= quantile["high"] * 1.06


def test_what_a_manifest_keeps_is_small_and_always_the_same():
    made = conversations(40)

    one, other = (json.dumps(metrics_of(evaluate(Parrot(), made))) for _ in range(2))

    assert one == other
    assert len(one) < 3_000


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Your order A 123 is 45.50, at 10:15 a.m.!", "your order a <num> is <num> at <time>"),
        ("See https://x.example/a?b=c, mail me@x.example", "see <url> mail <email>"),
        ("I'm at 'Old Town Inn' now", "im at <value> now"),
        ("", ""),
    ],
)
def test_texts_are_compared_without_case_punctuation_and_values(text: str, same: str):
    assert plain(text) == same


def test_near_is_a_likeness_of_85_in_100():
    assert is_near("abcdefghij" * 2, "abcdefghij" * 2 + "xyz")
    assert not is_near("abcdefghij", "abcdefxxxx")
    assert is_near("", "")


@pytest.mark.parametrize(
    "link", ["https://www.X.example/a/", "http://x.example/a#top", "www.x.example/a).", "x.example/a"]
)
def test_links_are_the_same_whatever_stands_around_them(link: str):
    assert link_key(link) == "x.example/a"
