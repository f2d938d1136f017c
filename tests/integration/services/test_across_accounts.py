"""Every route of both services' OpenAPI documents, with the ids of another account: as if they never were."""

from __future__ import annotations

import json

import pytest
from tests.integration.services.conftest import ready

from conversation_api.app import create_app as conversation_app
from conversation_api.settings import Settings as ConversationSettings
from earpiece.domain.events import Role
from suggestion_api.app import create_app as suggestion_app
from suggestion_api.settings import Settings as SuggestionSettings

SECRET = "a secret of theirs"
BODIES = {
    "suggest": {"draft": "", "deadline_ms": 2000},
    "complete": {"draft": "a sec", "deadline_ms": 2000},
    "run_assistant": {},
    "keep_final_text": {"text": "By hand."},
}
AGENT = {"X-Agent-Id": "agent-1"}
# These name no conversation in their address; their bodies are tried below.
WITHOUT_AN_OBJECT = {"create_token", "get_capabilities", "record_feedback", "search_replies"}


@pytest.fixture(scope="module")
def apps(place):
    return [
        ready(conversation_app(ConversationSettings.model_validate(place.environment))),
        ready(suggestion_app(SuggestionSettings.model_validate(place.environment))),
    ]


def operations(app):
    document = app.test_client().get("/openapi.json").get_json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation["operationId"]


def shown(answer) -> tuple[int, list, dict]:
    """The answer without what names this very request."""
    body = {name: value for name, value in answer.get_json().items() if name != "instance"}
    headers = [(name, value) for name, value in answer.headers if name not in ("X-Request-Id", "Date")]
    return answer.status_code, headers, body


@pytest.mark.parametrize("credentials", ["bearer", "key_bearer"])
def test_every_route_answers_for_another_accounts_ids_as_for_unknown_ones(apps, somebody, credentials):
    mine, theirs = somebody(), somebody()
    foreign = theirs.says(Role.CUSTOMER, SECRET, "their-1")
    headers = getattr(mine, credentials)() | AGENT
    tried = set()
    for app in apps:
        for method, path, name in operations(app):
            if name in WITHOUT_AN_OBJECT:
                continue
            answers = [
                app.test_client().open(
                    path.format(conversation_id=ours, platform="custom", platform_id=platforms, code="summarizer"),
                    method=method,
                    json=BODIES.get(name),
                    headers=headers,
                )
                for ours, platforms in ((foreign, "their-1"), ("f" * 32, "never-1"))
            ]
            assert answers[0].status_code == 404, (name, answers[0].text)
            assert shown(answers[0]) == shown(answers[1])
            assert SECRET not in json.dumps(answers[0].get_json())
            tried.add(name)

    assert tried == {"get_conversation", "find_conversation", *BODIES}


def test_the_owner_sees_what_the_matrix_hides(apps, somebody):
    """Else the matrix could pass because nothing is there."""
    theirs = somebody()
    foreign = theirs.says(Role.CUSTOMER, SECRET, "their-1")
    for app in apps:
        for method, path, name in operations(app):
            if name not in WITHOUT_AN_OBJECT:
                answer = app.test_client().open(
                    path.format(conversation_id=foreign, platform="custom", platform_id="their-1", code="summarizer"),
                    method=method,
                    json=BODIES.get(name),
                    headers=theirs.bearer(),
                )
                assert answer.status_code == 200, (name, answer.text)


def test_feedback_on_another_accounts_conversation_is_a_row_of_ones_own(apps, somebody, place):
    from google.cloud import pubsub_v1

    mine, theirs = somebody(), somebody()
    foreign = theirs.says(Role.CUSTOMER, SECRET, "their-1")
    project = place.environment["PROJECT_ID"]
    subscriber, topic = pubsub_v1.SubscriberClient(), f"projects/{project}/topics/warehouse-suggestion-events"
    subscription = f"projects/{project}/subscriptions/{mine.account_id}"
    subscriber.create_subscription(name=subscription, topic=topic)
    event = {"event_id": "e", "conversation_id": foreign, "kind": "shown", "occurred_at": "2026-11-20T10:00:00Z"}

    answer = (
        apps[0]
        .test_client()
        .post("/v1/feedback", json={"events": [{**event, "account_id": theirs.account_id}]}, headers=mine.bearer())
    )

    pulled = subscriber.pull(subscription=subscription, max_messages=10, timeout=20).received_messages
    rows = [json.loads(one.message.data) for one in pulled]
    subscriber.delete_subscription(subscription=subscription)
    assert answer.get_json() == {"accepted": 1}
    assert [row["account_id"] for row in rows] == [mine.account_id]
