"""What does not fit the OpenAPI documents is refused, and nobody gets in without credentials."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from tests.integration.services.conftest import ready

from conversation_api.app import create_app as conversation_app
from conversation_api.settings import Settings as ConversationSettings
from suggestion_api.app import create_app as suggestion_app
from suggestion_api.settings import Settings as SuggestionSettings

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
)
SERVICES = {
    "conversation_api": (conversation_app, ConversationSettings),
    "suggestion_api": (suggestion_app, SuggestionSettings),
}


@pytest.mark.parametrize("name", SERVICES)
def test_what_the_document_forbids_is_refused(place, somebody, name):
    create_app, service_settings = SERVICES[name]
    app = ready(create_app(service_settings.model_validate(place.environment)))
    headers = somebody(agent_requests_per_minute=100_000, account_requests_per_minute=100_000).bearer()
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if not (operation.body or operation.path_parameters):
            continue

        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def refuse(case):
            case.call_and_validate(headers=headers, checks=list(CHECKS))

        refuse()
        tried += 1

    assert tried >= 2
