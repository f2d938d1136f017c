"""What every platform's module must do. A new platform adds its samples and its way to sign, and nothing else here."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.conversations import fold
from earpiece.domain.deliveries import Delivery
from earpiece.domain.errors import InvalidInput, InvalidSignature, MissingSignature, NotAuthentic
from earpiece.domain.events import EventKind, event_from_json, event_to_json
from earpiece.platforms import PLATFORMS, Platform
from earpiece.platforms.standard_webhooks import sign

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 11, 20, 10, 31, 41, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"the secret that the sender keeps").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another account's secret, 32 b..").decode()

Sign = Callable[[bytes, str], Delivery]


def _custom(body: bytes, secret: str = SECRET) -> Delivery:
    timestamp = int(NOW.timestamp())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, "msg_1", timestamp, body),
    }
    return Delivery("custom", headers, body, NOW)


SIGN: dict[str, Sign] = {"custom": _custom}


@pytest.fixture(params=sorted(PLATFORMS))
def platform(request: pytest.FixtureRequest) -> Platform:
    return PLATFORMS[request.param]


def samples(platform: Platform) -> list[bytes]:
    return (SAMPLES / platform.name / "deliveries.jsonl").read_bytes().splitlines()


def test_a_signed_delivery_is_authentic_under_either_of_two_secrets(platform: Platform):
    delivery = SIGN[platform.name](samples(platform)[0], SECRET)

    platform.verify(delivery, [OTHER_SECRET, SECRET])
    platform.verify(delivery, [SECRET])


def test_another_secret_another_body_or_no_secret_is_refused(platform: Platform):
    delivery = SIGN[platform.name](samples(platform)[0], SECRET)

    for altered, secrets in (
        (delivery, [OTHER_SECRET]),
        (delivery, []),
        (replace(delivery, body=delivery.body + b" "), [SECRET]),
    ):
        with pytest.raises(InvalidSignature):
            platform.verify(altered, secrets)


def test_a_delivery_without_its_headers_is_refused(platform: Platform):
    with pytest.raises(MissingSignature):
        platform.verify(Delivery(platform.name, {}, samples(platform)[0], NOW), [SECRET])


@given(st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))
def test_no_header_makes_verification_fail_in_any_other_way(headers):
    for platform in PLATFORMS.values():
        with pytest.raises(NotAuthentic):
            platform.verify(Delivery(platform.name, headers, b"{}", NOW), [SECRET])


def test_every_sample_is_understood_and_makes_one_conversation(platform: Platform):
    told = [platform.normalise(SIGN[platform.name](body, SECRET), "lumen") for body in samples(platform)]

    events = [event for one in told for event in one.events]
    assert {event.kind for event in events} == set(EventKind)
    assert len({event.conversation_id for event in events}) == 1
    assert any(one.unknown_kinds for one in told)
    assert fold(events).has_started


def test_the_same_fact_has_the_same_id_whenever_it_is_told(platform: Platform):
    for body in samples(platform):
        first = SIGN[platform.name](body, SECRET)
        again = replace(first, received_at=NOW + timedelta(hours=3))
        ids = [[e.event_id for e in platform.normalise(one, "lumen").events] for one in (first, again)]
        assert ids[0] == ids[1]


def test_another_account_has_other_ids_for_the_same_delivery(platform: Platform):
    delivery = SIGN[platform.name](samples(platform)[0], SECRET)
    (mine,) = platform.normalise(delivery, "lumen").events
    (theirs,) = platform.normalise(delivery, "fietsplein").events

    assert mine.event_id != theirs.event_id
    assert mine.conversation_id != theirs.conversation_id


def test_ids_of_a_platform_never_become_ids_of_ours(platform: Platform):
    for body in samples(platform):
        for event in platform.normalise(SIGN[platform.name](body, SECRET), "lumen").events:
            assert set(event.event_id + event.conversation_id) <= set("0123456789abcdef")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_normalising_fail_in_any_other_way_than_invalid_input(body):
    for platform in PLATFORMS.values():
        with contextlib.suppress(InvalidInput):
            platform.normalise(Delivery(platform.name, {}, body, NOW), "lumen")


@given(st.data())
def test_a_sample_with_one_value_replaced_is_understood_or_refused(data):
    for platform in PLATFORMS.values():
        body = json.loads(data.draw(st.sampled_from(samples(platform))))
        holder = data.draw(st.sampled_from(_objects(body)))
        holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(json_values)
        try:
            told = platform.normalise(Delivery(platform.name, {}, json.dumps(body).encode(), NOW), "lumen")
        except InvalidInput:
            continue
        for event in told.events:
            json.dumps(event_to_json(event), ensure_ascii=False).encode()
            assert event_from_json(event_to_json(event)) == event


def _objects(value):
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value] * (isinstance(value, dict) and bool(value)) + [found for item in inner for found in _objects(item)]
