"""Bodies that come in."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from flask import Flask, request
from pydantic import Field

from earpiece.domain.errors import InvalidInput, MalformedBody, PayloadTooLarge, UnsupportedMediaType
from earpiece.web.bodies import MAX_BODY_BYTES, Body, checked, read_body


class Inner(Body):
    name: str


class Wanted(Body):
    count: int
    inner: list[Inner] = Field(default=[])


def read_in_chunks(data: bytes) -> Wanted:
    """Without a length, as a server hands on what comes in chunks."""
    with Flask("test").test_request_context(
        "/",
        method="POST",
        input_stream=BytesIO(data),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    ):
        return read_body(request, Wanted)


def read(data: bytes, content_type: str = "application/json", **headers: str) -> Wanted:
    with Flask("test").test_request_context(
        "/", method="POST", data=data, headers={**headers, "Content-Type": content_type}
    ):
        return read_body(request, Wanted)


def test_fields_that_we_do_not_know_are_passed_over():
    assert read(b'{"count": 1, "__proto__": {"x": 1}, "account_id": "other"}') == Wanted(count=1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/count"),
        ({"count": "1"}, "/count"),
        ({"count": True}, "/count"),
        ({"count": 1.5}, "/count"),
        ({"count": None}, "/count"),
        ({"count": 1, "inner": [{"name": "a"}, {"name": 2}]}, "/inner/1/name"),
    ],
)
def test_what_is_wrong_is_pointed_at(body, pointer):
    with pytest.raises(InvalidInput) as refusal:
        checked(body, Wanted)

    assert [error["pointer"] for error in refusal.value.facts["errors"]] == [pointer]


def test_what_was_sent_is_never_repeated():
    with pytest.raises(InvalidInput) as refusal:
        checked({"count": "my secret text", "inner": [{"name": ["my secret text"]}]}, Wanted)

    assert "secret" not in json.dumps(refusal.value.facts) + refusal.value.detail


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"1", b'{"count": 1, "count": 2}', b"\xff{}", b'{"count": NaN}'])
def test_what_is_no_object_is_malformed(data):
    with pytest.raises(MalformedBody):
        read(data)


def test_a_depth_bomb_is_malformed():
    with pytest.raises(MalformedBody):
        read(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)


def test_a_number_beyond_all_bounds_is_refused():
    with pytest.raises(InvalidInput):
        read(b'{"count": 1e400}')


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "application/json-patch+json"])
def test_another_content_type_is_refused(content_type):
    with pytest.raises(UnsupportedMediaType):
        read(b'{"count": 1}', content_type)


def test_a_compressed_body_is_refused_unread():
    with pytest.raises(UnsupportedMediaType):
        read(b"\x1f\x8b", **{"Content-Encoding": "gzip"})


@pytest.mark.parametrize("read", [read, read_in_chunks])
def test_a_body_of_64_kib_is_read_and_a_byte_more_is_refused(read):
    padding = MAX_BODY_BYTES - len('{"count": 1}')

    assert read(b'{"count": 1' + b" " * padding + b"}") == Wanted(count=1)
    with pytest.raises(PayloadTooLarge):
        read(b'{"count": 1' + b" " * (padding + 1) + b"}")
