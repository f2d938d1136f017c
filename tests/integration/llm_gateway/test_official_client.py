"""The official Python client works unchanged, over OpenAI's, Azure's and compatible upstreams."""

from __future__ import annotations

import json

import openai
import pytest
from tests.integration.llm_gateway.place import a_provider
from tests.waiting import until

SCHEMA = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "topic", "strict": True, "schema": SCHEMA}}
TOOL = {"type": "function", "function": {"name": "find_order", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture
def name() -> str:
    return a_provider()


@pytest.fixture(params=["openai", "azure", "compatible"])
def one(request, caller, place, name):
    """A caller with one upstream of that kind."""
    return caller(name, upstreams=[place.upstream(name, kind=request.param)])


def test_a_chat_is_answered_with_its_usage_and_says_who_served(one, place, name):
    raw = one.ask("Hello there")

    answer = raw.parse()
    assert answer.choices[0].message.content == "You said: Hello there"
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("stop", 4)
    assert raw.headers["x-earpiece-upstream"] == name
    assert raw.headers["x-earpiece-attempts"] == "1"
    (received,) = place.provider(name).received
    assert received.body == {"model": "small", "messages": [{"role": "user", "content": "Hello there"}]}


def test_a_stream_comes_piece_by_piece_and_has_usage_only_where_it_was_asked_for(one):
    client = one.client()
    asked = {"model": "chat", "messages": [{"role": "user", "content": "one two"}], "stream": True}

    plain = list(client.chat.completions.create(**asked))
    counted = list(client.chat.completions.create(**asked, stream_options={"include_usage": True}))

    for chunks in (plain, counted):
        pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
        assert "".join(pieces) == "You said: one two"
        assert sum(bool(piece) for piece in pieces) == 4
    assert all(chunk.usage is None for chunk in plain)
    assert [chunk.usage.completion_tokens for chunk in counted if chunk.usage] == [4]


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_offered_called_and_answered(caller, name, stream):
    client = caller(name).client()
    asked = [{"role": "user", "content": "Where is my order?"}]

    if stream:
        with client.chat.completions.stream(
            model="chat", messages=asked, tools=[TOOL], tool_choice="required"
        ) as events:
            first = events.get_final_completion()
    else:
        first = client.chat.completions.create(model="chat", messages=asked, tools=[TOOL], tool_choice="required")
    message = first.choices[0].message
    (called,) = message.tool_calls
    answered = {"role": "tool", "tool_call_id": called.id, "content": "It is on its way"}
    said = message.model_dump(include={"role", "tool_calls", "content"})
    second = client.chat.completions.create(model="chat", messages=[*asked, said, answered], tools=[TOOL])

    assert (called.function.name, called.function.arguments) == ("find_order", "{}")
    assert second.choices[0].message.content == "You said: It is on its way"


def test_structured_output_and_vision_parts_are_passed_on_as_they_are(caller, place, name):
    one = caller(name)
    place.providers.behave(name, text='{"topic": "returns"}')
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    parts = [{"type": "text", "text": "What is this about?"}, image]

    answer = one.client().chat.completions.create(
        model="chat", messages=[{"role": "user", "content": parts}], response_format=FORMAT, temperature=0.2, seed=7
    )

    assert json.loads(answer.choices[0].message.content) == {"topic": "returns"}
    (received,) = place.provider(name).received
    assert received.body["response_format"] == FORMAT
    assert received.body["messages"][0]["content"] == parts
    assert (received.body["temperature"], received.body["seed"]) == (0.2, 7)


def test_embeddings_come_as_floats_and_packed(one):
    packed = one.client().embeddings.create(model="chat", input=["one", "two"])
    plain = one.client().embeddings.create(model="chat", input="one", encoding_format="float")

    assert [found.embedding for found in packed.data] == [[0.25, -0.5, 0.125]] * 2
    assert plain.data[0].embedding == [0.25, -0.5, 0.125]


def test_the_responses_api_answers_whole_and_streamed(one):
    client = one.client()

    whole = client.responses.create(model="chat", input="Hello")
    events = list(client.responses.create(model="chat", input="Hello", stream=True))

    assert whole.output_text == "You said: Hello"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "You said: Hello"
    assert events[-1].type == "response.completed"


def test_models_are_the_accounts_own_names(one):
    client = one.client()

    assert [model.id for model in client.models.list()] == ["chat"]
    assert client.models.retrieve("chat").id == "chat"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")


def test_azure_gets_its_deployment_its_version_and_its_key(caller, place, name):
    upstream = place.upstream(name, kind="azure", api_version="2025-01-01-preview")
    one = caller(name, upstreams=[upstream])
    one.keep_secret(name, "azure-key")

    until(lambda: one.ask().parse() and place.provider(name).received[-1].headers["api-key"] == "azure-key")

    received = place.provider(name).received[-1]
    assert received.path == f"/{name}/openai/deployments/small/chat/completions?api-version=2025-01-01-preview"
    assert "Authorization" not in received.headers


def test_azures_filter_results_reach_the_caller(caller, place, name):
    one = caller(name, upstreams=[place.upstream(name, kind="azure")])

    chunks = list(
        one.client().chat.completions.create(model="chat", messages=[{"role": "user", "content": "a"}], stream=True)
    )

    assert chunks[0].choices == []
    assert chunks[0].model_extra["prompt_filter_results"][0]["content_filter_results"]["hate"]["severity"] == "safe"
    assert all("content_filter_results" in chunk.choices[0].model_extra for chunk in chunks if chunk.choices)


def test_settings_and_keys_change_without_a_restart(caller, place, name):
    other = a_provider()
    one = caller(name)
    assert one.ask().headers["x-earpiece-upstream"] == name

    one.keep_secret(other)
    routes = [{"upstream": other, "model": "large"}]
    one.change(upstreams=[place.upstream(other)], models=[{"name": "chat", "routes": routes}])

    until(lambda: one.ask().headers["x-earpiece-upstream"] == other, 30)
    assert place.provider(other).received[-1].body["model"] == "large"
