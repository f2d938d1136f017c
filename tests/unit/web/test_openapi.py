"""The document says what the service does."""

from __future__ import annotations

import pytest

from conversation_api.app import create_app as conversation_app
from conversation_api.settings import Settings as ConversationSettings
from earpiece.web.openapi import Operation, Parameter, Problem
from suggestion_api.app import create_app as suggestion_app
from suggestion_api.settings import Settings as SuggestionSettings

SETTINGS = {
    "PROJECT_ID": "p",
    "TOKEN_SIGNING_KEY_FILE": "none",
    "TOKEN_KEY_ID": "k",
    "TOKEN_PUBLIC_KEYS_FILE": "none",
    "MODELS_BUCKET": "b",
}


def app_of(name: str):
    if name == "conversation_api":
        return conversation_app(ConversationSettings.model_validate(SETTINGS))
    return suggestion_app(SuggestionSettings.model_validate(SETTINGS))


@pytest.fixture(params=["conversation_api", "suggestion_api"])
def app(request):
    return app_of(request.param)


def test_every_route_is_in_the_document_and_nothing_else_is(app):
    document = app.test_client().get("/openapi.json").get_json()

    described = {(method, path) for path, item in document["paths"].items() for method in item}
    served = {
        (method.lower(), rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/")
    }
    assert described == served
    assert document["openapi"] == "3.1.0"


def test_every_operation_names_the_problems_of_a_caller(app):
    document = app.test_client().get("/openapi.json").get_json()

    for item in document["paths"].values():
        for operation in item.values():
            assert {"400", "401", "403", "410", "429", "500", "503"} <= operation["responses"].keys()
            schema = operation["responses"]["401"]["content"]["application/problem+json"]["schema"]
            assert "urn:earpiece:problem:invalid-token" in schema["allOf"][1]["properties"]["type"]["enum"]


def test_no_reference_in_the_document_points_at_nothing(app):
    document = app.test_client().get("/openapi.json").get_json()

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            yield from (found for item in value.values() for found in references(item))
        if isinstance(value, list):
            yield from (found for item in value for found in references(item))

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    found = set(references(document))
    assert found
    assert found <= known


def test_a_parameter_that_spans_slashes_takes_the_rest_of_the_path():
    parameters = (Parameter("a", "path", ""), Parameter("b", "path", "", spans_slashes=True))
    operation = Operation("get", "/x/{a}/y/{b}", "n", "s", Problem, (), parameters=parameters)

    assert operation.rule == "/x/<a>/y/<path:b>"


@pytest.mark.parametrize("path", ["/admin", "/.env", "/metrics", "/debug", "/v1/assistants"])
def test_what_is_not_described_is_not_there(app, path):
    for method in ("get", "post"):
        answer = getattr(app.test_client(), method)(path)

        assert answer.status_code == 404
        assert answer.get_json()["type"] == "urn:earpiece:problem:not-found"


def test_a_method_that_a_route_does_not_have_is_refused_and_said_in_words(app):
    answer = app.test_client().delete("/openapi.json")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.mimetype == "application/problem+json"


def test_a_method_cannot_be_smuggled_in(app):
    answer = app.test_client().get("/openapi.json", headers={"X-HTTP-Method-Override": "DELETE"})

    assert answer.status_code == 200
