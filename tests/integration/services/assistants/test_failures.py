"""What becomes of a run that cannot be made, or not now: nothing is lost, and nothing is paid twice."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.integration.services.assistants.conftest import Desk
from tests.integration.services.conftest import Somebody
from tests.integration.training.pushes import a_push
from tests.waiting import until

from earpiece.adapters.firestore_dead_letters import FirestoreDeadLetters
from earpiece.adapters.firestore_outbox import FirestoreOutboxes
from earpiece.domain.dead_letters import Origin
from earpiece.domain.events import Role
from earpiece.domain.ids import digest
from earpiece.ports.events import Waiting
from earpiece_emulators.model_behaviour import Fault


def test_while_no_provider_answers_the_agent_may_write_and_the_run_is_made_later(desk: Desk, who: Somebody):
    desk.behave(who, fault=Fault.UNAVAILABLE)

    asked = desk.ask(who).json
    written = desk.api.put(
        f"/v1/conversations/{who.conversation()}/assistants/summarizer",
        json={"text": "By hand: sent again."},
        headers=who.bearer(),
    )
    who.ends()
    refused = desk.push(who, "ended")
    desk.behave(who)
    accepted = _until_taken(lambda: desk.push(who, "asked", code="summarizer"))

    assert (asked["state"], refused, accepted) == ("waiting", 503, 204)
    assert written.status_code == 200
    shown = desk.shown(who)["summarizer"]
    assert (shown["state"], shown["final_text"]) == ("done", "By hand: sent again.")


def test_while_a_row_cannot_be_published_the_agent_has_the_summary_and_the_row_waits_in_the_outbox(
    desk: Desk, who: Somebody
):
    cut_off = desk.afresh(ASSISTANT_RUNS_TOPIC="there-is-none")

    asked = cut_off.ask(who)
    path = f"/v1/conversations/{who.conversation()}/assistants/summarizer"
    written = cut_off.api.put(path, json={"text": "By hand: sent again."}, headers=who.bearer())

    assert (asked.status_code, asked.json["state"], written.status_code) == (200, "done", 200)
    waiting = _outbox_emptied(desk, who)
    rows = [json.loads(message.data) for one in waiting for message in one.messages]
    assert [one.topic for one in waiting] == ["there-is-none"] * 2
    assert [(row["run_id"], row["edited_word_count"] is None) for row in rows] == [
        (rows[0]["run_id"], True),
        (rows[0]["run_id"], False),
    ]
    row = rows[0]
    assert (row["model_name"], row["upstream_model"], row["call_count"]) == ("assistants", "extractive", 1)
    assert row["settings_version"] == desk.place.registry.find(who.account_id).settings_version
    assert row["input_tokens"] > 0
    assert row["cost_usd"] == pytest.approx((row["input_tokens"] + 2 * row["output_tokens"]) / 1e6)
    assert row["latency_ms"] > 0
    assert "LX-20417" not in json.dumps(row)


def _outbox_emptied(desk: Desk, who: Somebody) -> list[Waiting]:
    """What waited in the account's outbox, taken out of it: other tests look at all outboxes of these stores."""
    found = [
        (waiting, remove)
        for waiting, remove in FirestoreOutboxes(desk.place.clients).oldest(10_000)
        if waiting.messages[0].attributes.get("account_id") == who.account_id
    ]
    for _, remove in found:
        remove()
    return [waiting for waiting, _ in found]


def _until_taken(push: Callable[[], int]) -> int:

    # The gateway rests a provider that failed.
    return 204 if until(lambda: push() == 204, 60, "the run was not made") else 0


def test_an_invalid_answer_fails_after_one_repair_and_is_not_paid_again(desk: Desk, who: Somebody):
    desk.behave(who, text="As an AI model, I would rather talk.")

    failed, again = desk.ask(who).json, desk.ask(who).json

    assert (failed["state"], failed["reason"], failed["result"]) == ("failed", "invalid_answer", None)
    assert again["run_id"] == failed["run_id"]
    assert len(desk.provider(who).received) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"conversation_id": "no"},
        {"conversation_id": "f" * 32, "account_id": "another"},
        {"conversation_id": digest("nobody", "knows")},
    ],
)
def test_what_can_never_be_run_becomes_a_dead_letter_at_once(desk: Desk, who: Somebody, body: dict[str, str]):
    pushed = a_push({"account_id": who.account_id, **body}, who.account_id)
    pushed["message"]["attributes"]["kind"] = "ended"

    assert desk.runner.post("/runs", json=pushed).status_code == 204
    kept = FirestoreDeadLetters(who.account, desk.place.clients.of(who.account)).all()
    assert [one.origin for one in kept] == [Origin.ASSISTANT_RUN]


@pytest.mark.parametrize(
    ("code", "path"), [("summarizer", "f" * 32), ("nothing-such", None), ("summarizer", "not-an-id")]
)
def test_what_is_not_there_is_not_found(desk: Desk, who: Somebody, code: str, path: str | None):
    conversation = path or who.conversation()

    answer = desk.api.post(f"/v1/conversations/{conversation}/assistants/{code}", json={}, headers=who.bearer())

    assert answer.status_code == 404


def test_another_account_s_conversation_is_unknown(desk: Desk, who: Somebody, somebody: Callable[..., Somebody]):
    other = desk.connect(somebody())
    path = f"/v1/conversations/{who.conversation()}/assistants/summarizer"

    assert desk.api.post(path, json={}, headers=other.bearer()).status_code == 404
    assert desk.api.put(path, json={"text": "x"}, headers=other.bearer()).status_code == 404


def test_without_a_model_nothing_is_asked_and_it_works_once_there_is_one(desk: Desk, somebody: Callable[..., Somebody]):
    bare = somebody()
    for text in ("Hello, I wait for parcel AB-12345", "Are you there?"):
        bare.says(Role.CUSTOMER, text)

    before = desk.ask(bare).json
    desk.connect(bare)

    assert (before["state"], before["reason"]) == ("skipped", "no_model")
    bare.ends()
    assert desk.push(bare, "ended") == 204
