"""Canaries: values that a caller gets back and that no provider, no log and no usage record ever sees."""

from __future__ import annotations

import base64
import json
from typing import Any

import openai
import pytest
from tests.integration.llm_gateway.place import a_provider, events_of, running
from tests.waiting import until

EMAIL, PHONE, IBAN, NAME = "canary.vogel@example.org", "06-28451937", "NL91ABNA0417164300", 'Xiquan "Q" Bortholey'
CANARIES = (EMAIL, PHONE, "0628451937", IBAN, "Xiquan", "Bortholey")
SAID = f"my name is Xiquan Bortholey, mail {EMAIL}, call {PHONE} or pay {IBAN}"


@pytest.fixture
def name() -> str:
    return a_provider()


@pytest.fixture
def one(caller, name):
    return caller(name, masks_personal_data=True)


def a_chat(content: str = SAID, **more: Any) -> dict[str, Any]:
    return {"model": "chat", "messages": [{"role": "user", "content": content}], **more}


def leaked(told: object) -> list[str]:
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    return [canary for canary in CANARIES if canary.lower() in text.lower()]


def seen_by(place, name: str) -> list[Any]:
    return [dict(one.body) for one in place.provider(name).received]


def header(*known: tuple[str, str]) -> str:
    listed = [{"value": value, "label": label} for value, label in known]
    return base64.urlsafe_b64encode(json.dumps(listed).encode()).decode()


def test_a_whole_answer_has_the_values_that_only_the_caller_knows(one, place, name, records):
    answer = one.ask(SAID)

    assert answer.parse().choices[0].message.content == f"You said: {SAID}"
    assert "[EMAIL_1]" in seen_by(place, name)[0]["messages"][0]["content"]
    assert leaked(seen_by(place, name)) == []
    assert leaked(records.of(answer)) == []
    assert leaked(place.gateway.log.read_text()) == []


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Mail [EMAIL_1], or [EMAIL_2]!", f"Mail {EMAIL}, or [EMAIL_2]!"),
        ("[EM AIL_1] [EMAIL_1", "[EM AIL_1] [EMAIL_1"),
        ("Dear [PERSON_1]", "Dear Xiquan Bortholey"),
    ],
)
def test_a_stream_has_them_too_and_what_a_model_invents_stays(one, place, name, text, heard):
    place.providers.behave(name, text=text)

    *events, last = events_of(one.post(a_chat(stream=True)))

    said = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
    assert (said, last) == (heard, "[DONE]")
    assert leaked(seen_by(place, name)) == []


@pytest.mark.parametrize("length", [1, 3, 5])
def test_a_placeholder_that_comes_in_many_pieces_is_put_together(one, place, name, length):
    place.providers.behave(name, text="[Dear] [PERSON_1], [EMAIL_1] [EMAIL_2", piece_length=length)
    heard = f"[Dear] Xiquan Bortholey, {EMAIL} [EMAIL_2"

    *events, last = events_of(one.post(a_chat(stream=True)))
    responded = list(one.client().responses.create(model="chat", input=SAID, stream=True))

    said = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
    assert (said, last) == (heard, "[DONE]")
    assert "".join(each.delta for each in responded if each.type.endswith(".delta")) == heard
    assert responded[-1].response.output_text == heard


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_answer_by_a_schema_stays_json_with_values_that_hold_quotes(one, place, name, stream):
    place.providers.behave(name, text='{"for": "[PERSON_1]", "mail": "[EMAIL_1]"}', piece_length=4)
    schema = {"type": "object", "properties": {"for": {"type": "string", "description": f"such as {NAME}"}}}
    asked = a_chat(f"for {NAME}, {EMAIL}", response_format={
        "type": "json_schema", "json_schema": {"name": "who", "strict": True, "schema": schema},
    })  # fmt: skip

    answer = one.post({**asked, "stream": stream}, **{"x-earpiece-known": header((NAME, "PERSON"))})

    if stream:
        *events, _ = events_of(answer)
        told = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
    else:
        told = answer.json()["choices"][0]["message"]["content"]
    assert json.loads(told) == {"for": NAME, "mail": EMAIL}
    assert leaked(seen_by(place, name)) == []


def test_values_that_a_tool_s_result_escapes_do_not_leave(one, place, name):
    result = json.dumps({"by": "Zqxö Bortholéy", "note": f"\nZqxö\t{PHONE}"})
    messages = [{"role": "tool", "tool_call_id": "c1", "content": result}]

    answer = one.post(
        {"model": "chat", "messages": messages}, **{"x-earpiece-known": header(("Zqxö Bortholéy", "PERSON"))}
    )

    told = answer.json()["choices"][0]["message"]["content"].removeprefix("You said: ")
    assert json.loads(told) == json.loads(result)
    assert not [one for one in ("zqx", "borthol", PHONE) if one in json.dumps(seen_by(place, name)).lower()]


@pytest.mark.parametrize("length", [0, 3])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_arguments_of_a_tool_are_json_with_the_values(one, place, name, stream, length):
    place.providers.behave(name, text='{"to": "[PERSON_1]", "mail": "[EMAIL_1]"}', piece_length=length)
    tools = [{"type": "function", "function": {"name": "send", "parameters": {"type": "object"}}}]
    asked = a_chat(f"send it to {EMAIL}", tools=tools, tool_choice={"type": "function", "function": {"name": "send"}})

    client = one.client()
    headers = {"x-earpiece-known": header((NAME, "PERSON"))}
    asked["messages"].append({"role": "user", "content": f"for {NAME}"})
    answer = client.chat.completions.create(**asked, stream=stream, extra_headers=headers)
    if stream:
        pieces = [call for chunk in answer for each in chunk.choices for call in each.delta.tool_calls or ()]
        arguments = "".join(call.function.arguments or "" for call in pieces)
    else:
        arguments = answer.choices[0].message.tool_calls[0].function.arguments

    assert json.loads(arguments) == {"to": NAME, "mail": EMAIL}
    assert leaked(seen_by(place, name)) == []


def test_known_participants_are_masked_whatever_a_message_calls_them(one, place, name):
    answer = one.post(a_chat("hi zqx, zqx here"), **{"x-earpiece-known": header(("Zqx", "PERSON"))})

    assert "zqx" not in json.dumps(seen_by(place, name)).lower()
    assert answer.json()["choices"][0]["message"]["content"] == "You said: hi zqx, zqx here"


def test_embeddings_and_responses_leave_masked(one, place, name):
    one.client().embeddings.create(model="chat", input=[SAID, EMAIL])
    answer = one.client().responses.create(model="chat", input=SAID)
    streamed = list(one.client().responses.create(model="chat", input=SAID, stream=True))

    assert leaked(seen_by(place, name)) == []
    assert answer.output_text == f"You said: {SAID}"
    assert "".join(each.delta for each in streamed if each.type.endswith(".delta")) == f"You said: {SAID}"
    assert streamed[-1].response.output_text == f"You said: {SAID}"


def test_a_kept_answer_is_masked_and_gives_each_caller_its_own_values(caller, place, name):
    models = [{"name": "chat", "cache_s": 60, "routes": [{"upstream": name, "model": "small"}]}]
    one = caller(name, masks_personal_data=True, models=models)

    answers = [one.post(a_chat(f"mail {mail} please")) for mail in (EMAIL, "bob@example.org")]

    assert [each.json()["choices"][0]["message"]["content"] for each in answers] == [
        f"You said: mail {EMAIL} please",
        "You said: mail bob@example.org please",
    ]
    assert len(place.provider(name).received) == 1


def test_what_cannot_be_masked_in_time_goes_nowhere(one, place, name, surroundings, tmp_path):
    with running(surroundings, tmp_path, MASKING_S="0.001") as hasty:
        with pytest.raises(openai.InternalServerError) as refused:
            one.client(hasty).chat.completions.create(**a_chat(f"{SAID} " * 2_000))

        assert leaked(hasty.log.read_text()) == []
    assert (refused.value.status_code, refused.value.code) == (503, "masking_unavailable")
    assert leaked(str(refused.value)) == []
    assert place.provider(name).received == []


def test_an_account_may_switch_it_off(one, place, name):
    one.change(
        upstreams=[place.upstream(name)], models=[{"name": "chat", "routes": [{"upstream": name, "model": "s"}]}]
    )

    def is_off() -> bool:
        one.ask(SAID)
        return EMAIL in json.dumps(seen_by(place, name)[-1])

    until(is_off, 30, "the new settings took no effect")


def test_a_header_of_participants_that_cannot_be_read_is_refused(one, place, name):
    answer = one.post(a_chat(), **{"x-earpiece-known": "bm8ganNvbg"})

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:earpiece:problem:invalid-input")
    assert place.provider(name).received == []
