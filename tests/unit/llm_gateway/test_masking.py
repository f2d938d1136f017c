"""What of a request leaves, and what never does."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import InvalidInput
from earpiece.privacy import Known, MaskingUnavailable
from llm_gateway.calls import read_call
from llm_gateway.masking import Masker, TokensCannotBeMasked, read_known

EMAIL, PHONE, IBAN, NAME = "jan.jansen@example.org", "06-12345678", "NL91ABNA0417164300", "Wilhelmina Jansen"
SECRETS = (EMAIL, PHONE, IBAN, NAME, "Wilhelmina", "Jansen")


def sent(path: str, body: dict[str, Any], *known: Known, limit_s: float = 5) -> tuple[dict[str, Any], Any]:
    """The body as a provider would get it, and the vault."""
    call = read_call(path, json.dumps({"model": "chat", **body}).encode())
    masked, vault = asyncio.run(Masker(limit_s).mask(call, known))
    return dict(masked.body), vault


def leaks(body: object) -> list[str]:
    text = json.dumps(body, ensure_ascii=False).lower()
    return [secret for secret in SECRETS if secret.lower() in text]


def test_every_place_of_a_chat_that_holds_text_is_masked():
    arguments = json.dumps({"to": EMAIL, "note": f'"{NAME}"\n{PHONE}', "count": 2})
    called = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": arguments}}
    messages = [
        {"role": "system", "content": f"You help {NAME}."},
        {"role": "user", "name": NAME, "content": [{"type": "text", "text": f"I am at {EMAIL}"}]},
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "c1", "content": json.dumps({"iban": IBAN, "name": NAME})},
    ]

    body, vault = sent("chat/completions", {"messages": messages, "user": EMAIL, "metadata": {"mail": EMAIL}})

    assert leaks(body) == []
    assert body["messages"][2]["tool_calls"][0]["function"]["name"] == "send"
    assert body["messages"][3]["tool_call_id"] == "c1"
    inside = json.loads(body["messages"][2]["tool_calls"][0]["function"]["arguments"])
    assert inside["count"] == 2
    assert vault.restore(inside["note"]) == f'"{NAME}"\n{PHONE}'


@pytest.mark.parametrize(
    "more",
    [
        {"stop": [f"{NAME}:"]},
        {"prompt_cache_key": EMAIL},
        {"web_search_options": {"user_location": {"approximate": {"note": f"call {PHONE}"}}}},
        {"metadata": {"id": EMAIL, "url": f"https://crm.example/{EMAIL}", "model": IBAN}},
        {"metadata": {EMAIL: "1"}},
        {"a_field_of_tomorrow": [{"said": f"I am {NAME}"}]},
        {"text": f"I am {NAME}"},
    ],
)
def test_every_other_field_of_a_request_is_masked_as_well(more):
    body, _ = sent("chat/completions", {"messages": [{"role": "user", "content": f"I am {NAME}"}], **more})

    assert leaks(body) == []


def test_pictures_sound_and_files_pass_as_they_are_beside_words_that_do_not():
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "high"}},
        {"type": "input_audio", "input_audio": {"data": "0612345678", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-0612345678", "file_data": "0612345678"}},
    ]

    words = {"type": "text", "text": f"I am {NAME}"}
    body, _ = sent("chat/completions", {"messages": [{"role": "user", "content": [*parts, words]}]})

    assert body["messages"][0]["content"][:3] == parts
    assert leaks(body["messages"][0]["content"][3]) == []


def test_what_says_how_to_answer_passes_as_it_is():
    technical = {
        "tool_choice": {"type": "function", "function": {"name": "ask_Jansen"}},
        "reasoning": {"effort": "low"},
        "previous_response_id": "resp_0612345678",
        "service_tier": "auto",
        "temperature": 0.2,
        "stop": None,
        "logit_bias": {"612345678": -100},
    }

    body, vault = sent("responses", {"input": f"I am {NAME}", **technical})

    assert vault.values
    assert {name: body[name] for name in technical} == technical


def test_a_call_whose_arguments_are_named_after_people_is_masked_and_stays_json():
    arguments = json.dumps({EMAIL: {"times": 2}})
    called = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": arguments}}

    body, vault = sent("chat/completions", {"messages": [{"role": "assistant", "tool_calls": [called]}]})

    told = body["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert leaks(body) == []
    assert json.loads(vault.restore(told)) == json.loads(arguments)


SHORT, ACCENTED = "Zoë", "Jörg Müller"
KNOWN = (Known(ACCENTED, "PERSON"), Known(SHORT, "PERSON"))


@pytest.mark.parametrize("role", ["tool", "user"])
def test_values_in_json_are_found_however_it_is_escaped(role):
    result = {"by": ACCENTED, "note": f"\n{SHORT}\t{SHORT}\r\nmail {EMAIL}\n{PHONE}", "path": "C:\\new"}

    body, vault = sent("chat/completions", {"messages": [{"role": role, "content": json.dumps(result)}]}, *KNOWN)

    told = body["messages"][0]["content"]
    assert leaks(told) == []
    assert not [one for one in (SHORT, "Jörg", "Müller", "Zo\\u00eb", "J\\u00f6rg", "M\\u00fcller") if one in told]
    assert json.loads(vault.restore(told)) == result


@given(
    st.recursive(
        st.text() | st.sampled_from([SHORT, ACCENTED, EMAIL, f"\n{SHORT}", "\\", '"', "\u2028", "\x85"]),
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3),
        max_leaves=8,
    )
)
def test_masked_json_is_the_same_json_once_its_values_are_back(value):
    content = json.dumps({"value": value, "by": SHORT})

    body, vault = sent("chat/completions", {"messages": [{"role": "tool", "content": content}]}, *KNOWN)

    told = body["messages"][0]["content"]
    assert json.loads(vault.restore(told)) == json.loads(content)


def test_a_text_in_which_nothing_is_masked_keeps_its_escapes():
    messages = [{"role": "tool", "content": '{"a": "\\u00e9\\n"}'}, {"role": "user", "content": f"I am {EMAIL}"}]

    body, _ = sent("chat/completions", {"messages": messages})

    assert body["messages"][0] == messages[0]


def test_the_same_value_has_the_same_placeholder_in_every_message():
    messages = [{"role": "user", "content": f"mail {EMAIL}"}, {"role": "user", "content": f"again: {EMAIL}"}]

    body, _ = sent("chat/completions", {"messages": messages})

    assert [one["content"] for one in body["messages"]] == ["mail [EMAIL_1]", "again: [EMAIL_1]"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("embeddings", {"input": f"mail {EMAIL}"}),
        ("embeddings", {"input": [f"mail {EMAIL}", f"call {PHONE}"]}),
        ("responses", {"input": f"pay {IBAN}", "instructions": f"You help {NAME}"}),
        ("responses", {"input": [{"role": "user", "content": [{"type": "input_text", "text": f"I am {NAME}"}]}]}),
        ("responses", {"input": [{"type": "function_call_output", "call_id": "c", "output": f"{EMAIL}"}]}),
        ("responses", {"input": [{"type": "something_new", "unheard_of": f"{EMAIL}"}]}),
        ("chat/completions", {"messages": [], "tools": [{"function": {"name": "f", "description": f"as {EMAIL}"}}]}),
    ],
)
def test_the_other_requests_are_masked_as_well(path, body):
    told, vault = sent(path, body)

    assert leaks(told) == []
    assert vault.values


def test_known_participants_are_masked_however_they_are_written():
    content = "tell XYLO that xylo's parcel is here"

    body, _ = sent("chat/completions", {"messages": [{"role": "user", "content": content}]}, Known("Xylo", "PERSON"))

    assert "xylo" not in json.dumps(body).lower()


def test_a_request_without_personal_data_stays_the_same_object():
    call = read_call("embeddings", b'{"model": "chat", "input": "where is my order?"}')

    masked, vault = asyncio.run(Masker().mask(call))

    assert masked is call
    assert not vault.values


def test_tokens_are_refused_for_nobody_can_read_them():
    with pytest.raises(TokensCannotBeMasked):
        sent("embeddings", {"input": [[1, 2, 3]]})


@pytest.mark.parametrize("size", [10, 100_000])
def test_what_fails_or_takes_too_long_is_refused_without_its_text(monkeypatch, capsys, size):
    def broken(_reading):
        raise ValueError(EMAIL)

    monkeypatch.setattr("earpiece.privacy.finding.WORDY", (broken,))

    with pytest.raises(MaskingUnavailable) as refused:
        sent("embeddings", {"input": f"{EMAIL} {'x ' * size}"})

    assert EMAIL not in f"{refused.value!r} {refused.value.__cause__!r}" + "".join(capsys.readouterr())


def test_a_text_that_takes_longer_than_the_limit_is_refused():
    with pytest.raises(MaskingUnavailable):
        sent("embeddings", {"input": "Jan 06-1 NL01 a.b@c " * 100_000}, limit_s=0.05)


def test_the_header_of_known_participants_is_read():
    listed = [{"value": NAME, "label": "PERSON"}, {"value": "ÿ\u2713", "label": "EMAIL"}]
    header = base64.urlsafe_b64encode(json.dumps(listed).encode()).decode().rstrip("=")

    assert read_known(header) == (Known(NAME, "PERSON"), Known("ÿ\u2713", "EMAIL"))
    assert read_known("") == ()


@pytest.mark.parametrize(
    "told",
    [b"no json", b'{"value": 1}', b'[{"value": "Jansen"}]', b'[{"value": "Jansen", "label": "NAME"}]',
     json.dumps([{"value": "x", "label": "PERSON"}] * 257).encode(), b"[7]"],
)  # fmt: skip
def test_a_header_that_cannot_be_read_is_refused_without_its_text(told):
    with pytest.raises(InvalidInput) as refused:
        read_known(base64.urlsafe_b64encode(told).decode())

    assert "Jansen" not in str(refused.value)
