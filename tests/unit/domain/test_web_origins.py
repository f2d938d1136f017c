"""Nothing comes into a header but an address that is written out in full."""

from __future__ import annotations

import pytest

from earpiece.domain.web_origins import is_frame_ancestor, is_link_host, is_origin

ORIGINS = ["https://desk.example", "https://a.b-c.example:8443", "http://localhost", "http://localhost:8940"]
ORIGINS += ["http://127.0.0.1:80" + "00", "https://xn--bcher-kva.example", "https://apps.mypurecloud.de"]
WILD = ["https://*.lightning.force.com", "https://*.desk.example:8443"]
NEVER = [
    "",
    "*",
    "null",
    "https:",
    "https://",
    "https://*",
    "https://*.com",
    "https://localhost",
    "http://desk.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://10.0.0.1:8080",
    "https://desk.example/",
    "https://desk.example/path",
    "https://desk.example?x",
    "https://desk.example#x",
    "https://user@desk.example",
    "https://desk.example;script-src *",
    "https://desk.example https://evil.example",
    "https://desk.example\n",
    "https://desk.example\r\nX: y",
    "\thttps://desk.example",
    "https://desk.example,https://evil.example",
    "https://Desk.example",
    "https://desk.example:443",
    "https://desk.example:0443",
    "https://desk.example:65536",
    "https://desk.example:",
    "http://localhost:80",
    "https://desk..example",
    "https://-desk.example",
    "https://a.*.example",
    "https://dësk.example",
    "https://desk.example\u2028",
    "https://" + "a." * 200 + "example",
    "data:",
    "'self'",
    "https://desk.example'",
]


@pytest.mark.parametrize("text", ORIGINS)
def test_what_a_browser_sends_as_its_origin_is_one(text):
    assert is_origin(text)
    assert is_frame_ancestor(text)


@pytest.mark.parametrize("text", WILD)
def test_any_page_of_a_host_may_frame_but_not_call(text):
    assert is_frame_ancestor(text)
    assert not is_origin(text)


@pytest.mark.parametrize("text", NEVER)
def test_nothing_else_passes(text):
    assert not is_origin(text)
    assert not is_frame_ancestor(text)


@pytest.mark.parametrize(("text", "expected"), [("shop.example", True), ("*.shop.example", True), ("shop", False)])
def test_a_link_may_lead_to_a_host_or_all_below_it(text, expected):
    assert is_link_host(text) is expected
    assert not is_link_host(f"https://{text}")
    assert not is_link_host(f"{text}/path")
    assert not is_link_host("*.*.example")
