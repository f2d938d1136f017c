"""What the desk tells its visitor to type brings up grey text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earpiece.engine.pack_completing import Pack
from earpiece.engine.packing import pack
from earpiece_emulators.desk.beginning import beginning

REPLIES = [
    ("Thank you for your patience while I look into this for you.", 5.0),
    ("Thanks, that is all.", 5.0),
    ("I have issued the refund, it takes three to five days.", 3.0),
]


@pytest.fixture
def packed() -> dict[str, Any]:
    return dict(json.loads(pack(REPLIES, 0.3)))


def test_it_is_the_shortest_beginning_that_the_pack_goes_on_from(packed):
    typed = beginning(packed, [text for text, _ in REPLIES])

    assert typed is not None
    assert len(Pack(packed).complete(typed) or "") >= 8
    assert all(len(Pack(packed).complete(typed[:end]) or "") < 8 for end in range(3, len(typed)))


def test_nothing_is_told_where_nothing_would_come_up(packed):
    assert beginning(packed, ["Zebra crossings are many.", "Hi {PERSON}, you're chatting with me.", "Ok"]) is None
    assert beginning(packed, []) is None
