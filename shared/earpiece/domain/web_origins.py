"""Addresses that an account may name to browsers: pages that may call us, pages that may frame us, hosts of links.

They end in headers (CORS, `frame-ancestors` of CSP Level 3), so nothing passes but what is written out here.
"""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})+"  # two labels at least: `https://*.com` would be half of the web
_PORT = r"(?::(?P<port>[1-9][0-9]{0,4}))?"
_LOCAL = re.compile(rf"http://(?:localhost|127\.0\.0\.1){_PORT}")
_ORIGIN = re.compile(rf"https://{_HOST}{_PORT}")
_HOST_SOURCE = re.compile(rf"https://(?:\*\.)?{_HOST}{_PORT}")
_LINK_HOST = re.compile(rf"(?:\*\.)?{_HOST}")
_PAGE = re.compile(rf"https://{_HOST}{_PORT}(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
MOST_CHARACTERS = 300


def is_origin(text: str) -> bool:
    """Whether a browser would send this as `Origin`: https, or http of this machine; the default port is left out."""
    return _fits(text, _ORIGIN, _LOCAL)


def is_frame_ancestor(text: str) -> bool:
    """Whether this is an origin, or one whose host begins with `*.`: a host source of CSP without a path."""
    return _fits(text, _HOST_SOURCE, _LOCAL)


def is_link_host(text: str) -> bool:
    """Whether this is a host, or `*.` and one, in lower case."""
    return len(text) <= MOST_CHARACTERS and bool(_LINK_HOST.fullmatch(text))


def is_page(text: str) -> bool:
    """Whether this is the https address of a page, with a path and a query if it has them."""
    return _fits(text, _PAGE)


def _fits(text: str, *patterns: re.Pattern[str]) -> bool:
    if len(text) > MOST_CHARACTERS:
        return False
    found = next((match for match in (pattern.fullmatch(text) for pattern in patterns) if match), None)
    if found is None:
        return False
    port = found["port"]
    default = "443" if text.startswith("https") else "80"
    return port is None or (port != default and int(port) <= 65_535)
