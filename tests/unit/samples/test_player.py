"""The player against an intake that fails: nothing is lost, order is kept, and what is hopeless ends at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from earpiece.domain.deliveries import Delivery as Received
from earpiece.domain.errors import AccountDeleted, InvalidInput, NotAuthentic, NotFound, Unavailable
from earpiece.platforms.standard_webhooks import verify
from earpiece_emulators.player import Misbehaviour, Player, deliveries
from earpiece_emulators.samples import SampleConversation, generate

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DROP = -1


def conversations(count: int = 12) -> list[SampleConversation]:
    return list(generate("lumen", count=count))


def a_player(intake: Any, **options: Any) -> Player:
    return Player(intake.url, "lumen", SECRET, **{"deadline_s": 20.0, **options})


def ids_by_conversation(intake: Any) -> dict[str, list[str]]:
    taken: dict[str, list[str]] = defaultdict(list)
    for headers, body in intake.taken:
        taken[json.loads(body)["data"]["conversation"]["id"]].append(headers["webhook-id"])
    return taken


def told(played: list[SampleConversation]) -> dict[str, list[str]]:
    return {one.conversation_id: [delivery.delivery_id for delivery in deliveries(one)] for one in played}


def test_all_is_taken_in_order_signed_and_over_one_connection_per_worker(intake: Any):
    played = conversations()

    result = a_player(intake, workers=3).play(played)

    assert ids_by_conversation(intake) == told(played)
    assert intake.paths == {"/v1/deliveries/lumen/custom"}
    assert intake.connection_count <= 3
    assert result.conversations == 12
    assert result.sent == result.acknowledged == result.attempts == sum(len(ids) for ids in told(played).values())
    for headers, body in intake.taken:
        verify(Received("custom", headers, body, datetime.now(UTC)), [SECRET])


def test_an_intake_that_fails_and_drops_connections_loses_nothing_and_keeps_the_order(intake: Any):
    played = conversations(6)
    intake.answer = lambda number, _body: {3: 503, 7: DROP, 11: 429}.get(number % 20, 200)

    result = a_player(intake, workers=4).play(played)

    assert ids_by_conversation(intake) == told(played)
    assert result.acknowledged == result.sent
    assert result.attempts > result.sent


def test_an_attempt_after_a_failure_carries_the_same_id_and_body(intake: Any):
    seen: list[bytes] = []
    intake.answer = lambda number, body: seen.append(body) or (503 if number == 1 else 200)
    player = a_player(intake, workers=1)

    player.play([{"conversation_id": "c-1", "turns": []}])

    first, second, *_ = player.history.attempts
    assert (first.status, second.status) == (503, 200)
    assert (first.number, second.number) == (1, 2)
    assert first.delivery == second.delivery
    assert seen[0] == seen[1]


def test_retry_after_is_waited_for(intake: Any):
    intake.headers = {"retry-after": "1"}
    intake.answer = lambda number, _body: 503 if number == 1 else 200
    player = a_player(intake, workers=1)

    player.play([{"conversation_id": "c-1", "turns": []}])

    first, second, *_ = player.history.attempts
    assert second.started_at - first.ended_at >= 0.99


@pytest.mark.parametrize(("status", "error"), [(401, NotAuthentic), (404, NotFound), (410, AccountDeleted)])
def test_an_answer_that_will_not_change_ends_playing_at_once(intake: Any, status: int, error: type[Exception]):
    intake.answer = lambda _number, _body: status

    with pytest.raises(error, match=str(status)):
        a_player(intake, workers=2).play(conversations())

    assert intake.request_count <= 2


def test_a_new_account_may_become_known_before_a_401_is_believed(intake: Any):
    intake.answer = lambda number, _body: 401 if number <= 3 else 200

    result = a_player(intake, workers=2, becomes_known_s=10.0).play(conversations(2))

    assert result.acknowledged == result.sent == result.attempts - 3


def test_a_401_is_believed_once_the_account_must_be_known(intake: Any):
    intake.answer = lambda _number, _body: 401

    with pytest.raises(NotAuthentic):
        a_player(intake, workers=1, becomes_known_s=0.3).play(conversations(1))

    assert intake.request_count > 1


def test_a_refused_delivery_is_counted_and_the_others_go_on(intake: Any):
    intake.answer = lambda number, _body: 400 if number == 2 else 200
    played = conversations(2)

    result = a_player(intake, workers=1).play(played)

    assert result.refused == 1
    assert result.acknowledged == result.sent - 1 == len(intake.taken)


def test_playing_ends_when_nothing_is_taken_until_the_deadline(intake: Any):
    intake.answer = lambda _number, _body: 503
    player = a_player(intake, workers=2, deadline_s=0.3)

    with pytest.raises(Unavailable, match=r"answers 503; gave up after 0\.3 s"):
        player.play(conversations())

    assert {attempt.status for attempt in player.history.attempts} == {503}


def test_an_intake_that_is_not_there_is_named():
    with pytest.raises(Unavailable, match="cannot be reached"):
        Player("http://127.0.0.1:9", "lumen", SECRET, deadline_s=0.2).play(conversations(2))


def test_what_reading_the_conversations_raises_reaches_the_caller(intake: Any):
    def torn() -> Iterator[SampleConversation]:
        yield conversations(1)[0]
        raise InvalidInput("line 2 is torn")

    with pytest.raises(InvalidInput, match="line 2 is torn"):
        a_player(intake).play(torn())


def test_misbehaviour_reaches_the_intake_and_every_event_arrives(intake: Any):
    played = conversations()

    result = a_player(intake, misbehaviour=Misbehaviour(duplicates=0.2, out_of_order=0.2)).play(played)

    arrived, expected = ids_by_conversation(intake), told(played)
    assert {name: set(ids) for name, ids in arrived.items()} == {name: set(ids) for name, ids in expected.items()}
    assert result.sent > sum(map(len, expected.values()))
    assert any([*dict.fromkeys(ids)] != expected[name] for name, ids in arrived.items())


def test_a_rate_is_kept(intake: Any):
    player = a_player(intake, workers=4, rate_per_s=50.0)

    result = player.play([{"conversation_id": f"c-{number}", "turns": []} for number in range(10)])

    assert result.sent == 20
    assert result.elapsed_s >= 19 / 50


def test_progress_ends_with_the_final_counts(intake: Any):
    shown: list[tuple[int, int, float]] = []

    result = a_player(intake, progress=lambda *counts: shown.append(counts)).play(conversations(3))

    assert shown[-1][:2] == (result.sent, result.acknowledged)
    assert shown[-1][2] > 0


def test_the_history_says_what_was_sent_and_what_came_back(intake: Any, tmp_path: Path):
    intake.answer = lambda number, _body: 503 if number == 1 else 200
    player = a_player(intake, workers=1)

    player.play(conversations(1))
    player.history.write(tmp_path / "history.jsonl")

    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [row["status"] for row in rows[:2]] == [503, 200]
    assert [row["acknowledged"] for row in rows[:2]] == [False, True]
    assert [row["delivery_id"] for row in rows if row["acknowledged"]] == [
        delivery.delivery_id for delivery in deliveries(conversations(1)[0])
    ]
    assert all(row["started_at"] <= row["ended_at"] for row in rows)


@pytest.mark.parametrize("options", [{"workers": 0}, {"rate_per_s": 0.0}])
def test_impossible_options_are_refused(options: dict[str, Any]):
    with pytest.raises(InvalidInput):
        Player("http://127.0.0.1:9", "lumen", SECRET, **options)


@pytest.mark.parametrize("secret", ["", "nonsense", "whsec_abc", "whsec_\u00e9\u00e9\u00e9\u00e9", "whsec_A"])
def test_what_is_no_secret_is_refused_before_anything_is_sent(intake: Any, secret: str):
    with pytest.raises(InvalidInput, match="whsec_ and the base64"):
        Player(intake.url, "lumen", secret).play(conversations(1))

    assert intake.request_count == 0


def test_an_address_without_a_scheme_is_refused():
    with pytest.raises(InvalidInput, match="give one like http"):
        Player("127.0.0.1:9", "lumen", SECRET)
