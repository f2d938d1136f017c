"""What an account set is read back as it was, and what must not come into a header is not read at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earpiece.domain.errors import InvalidInput
from earpiece.domain.settings import AccountSettings, Feature

CHOSEN = AccountSettings(
    allowed_origins=("https://desk.example",),
    frame_ancestors=("https://*.lightning.force.com",),
    link_hosts=("shop.example",),
    widget_features=(Feature.SUGGESTIONS, Feature.SEARCH),
    default_language="nl",
)


def test_settings_are_read_back_as_they_were_written():
    assert AccountSettings.from_json(CHOSEN.to_json()) == CHOSEN
    assert AccountSettings.from_json({}) == AccountSettings()
    assert AccountSettings().checked() == AccountSettings()
    assert CHOSEN.checked() == CHOSEN


def test_of_an_older_version_all_features_are_on_and_of_a_newer_one_those_that_we_know():
    assert AccountSettings.from_json({"suggestion_count": 2}).widget_features == tuple(Feature)
    assert AccountSettings.from_json({"widget_features": ["search", "telepathy"]}).widget_features == (Feature.SEARCH,)
    assert AccountSettings.from_json({"widget_features": []}).widget_features == ()


def test_an_address_that_would_break_a_header_is_passed_over_whoever_wrote_it():
    body = {"frame_ancestors": ["https://a.example; script-src *", "https://b.example"], "allowed_origins": ["null"]}

    read = AccountSettings.from_json(body)

    assert read.frame_ancestors == ("https://b.example",)
    assert read.allowed_origins == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"suggestion_threshold": 1.4},
        {"suggestion_count": -1},
        {"agent_requests_per_minute": -1},
        {"default_language": "English"},
        {"allowed_origins": ("https://*.example.com",)},
        {"frame_ancestors": ("https://desk.example/path",)},
        {"link_hosts": ("https://shop.example",)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_cannot_be_meant_is_named(changed):
    with pytest.raises(InvalidInput, match=next(iter(changed))):
        replace(AccountSettings(), **changed).checked()
