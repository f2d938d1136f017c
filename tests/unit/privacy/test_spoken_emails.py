"""E-mail addresses that are said: found whole, in three languages, and not in a sentence about a web site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.privacy import Label, conversation_key, find, mask

KEY = conversation_key(b"k" * 32, "c-1")
DOTS, SIGNS = ("dot", "punt", "punkt"), ("at", "apenstaartje", "klammeraffe", "ätt")
parts = st.text("bcdfghjklmnpqrstvwxz", min_size=3, max_size=9)


def emails(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.label is Label.EMAIL]


@pytest.mark.parametrize(
    "address",
    [
        "x punt y apenstaartje z punt nl",
        "sanne liggend streepje bos apenstaartje kpn punt nl",
        "tamsin dot okafor at live dot co dot uk",
        "tamsin underscore okafor at proton dot me",
        "h punkt brodersen at chello punkt at",
        "henrike bindestrich lena klammeraffe web punkt de",
        "henrike unterstrich b ätt brodersen-bau punkt de",
        "wietske.jong@kpnmail punt nl",
        "wietske punt jong@kpnmail.nl",
        "wietske apenstaartje kpnmail.nl",
        "wietske (at) kpnmail (punt) nl",
    ],
)
def test_an_address_that_is_said_is_found_whole(address):
    assert emails(f"noteer maar: {address}, alles klein") == [address]


@given(parts, parts, parts, st.sampled_from(DOTS), st.sampled_from(SIGNS), st.sampled_from(["nl", "de", "com", "at"]))
def test_nothing_of_an_address_that_is_said_is_left(first, last, firm, dot, sign, top_level):
    masked = mask(f"it's {first} {dot} {last} {sign} {firm} {dot} {top_level}!", key=KEY)

    assert masked.startswith("it's [EMAIL:")
    assert masked.endswith("]!")


@pytest.mark.parametrize(
    "text",
    [
        "look at page dot com",
        "i ordered it at shop dot nl yesterday",
        "see the prices at nordvik dot com",
        "we met at 5 dot com",
        "sign up at the site dot com",
        "der Punkt at the end dot",
        "I looked at dot matrix printers",
        "een aap met een staart, punt uit",
        "tamsin at nordvik dot nowhere",
    ],
)
def test_a_sentence_about_a_site_or_a_dot_is_left_alone(text):
    assert emails(text) == []


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("jan punt bakker apenstaartje kpn punt nl", "jan.bakker@kpn.nl"),
        ("jan underscore bakker at kpn dot nl", "jan_bakker@kpn.nl"),
        ("jan bindestrich bakker klammeraffe kpn punkt nl", "jan-bakker@kpn.nl"),
        ("jan plus post at kpn dot nl", "jan+post@kpn.nl"),
    ],
)
def test_said_and_written_it_has_one_placeholder(said, written):
    assert mask(said, key=KEY) == mask(written, key=KEY)
