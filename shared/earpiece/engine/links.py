"""Links in what agents said, without what could be a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'\[\]{}]{4,2000}", re.IGNORECASE)
_TOKEN = re.compile(r"(?=.*\d)[\w%+/=.-]{16,}|[0-9a-f]{12,}", re.IGNORECASE)
_PERSONAL = re.compile(r"token|key|sig|auth|session|mail|user|code|hash|secret|pass", re.IGNORECASE)


def links_of(text: str) -> Iterator[str]:
    """The http and https links of a text; parts of a query that look like a token or a person's are dropped."""
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".,;:!?)")
        link = link if "://" in link else f"http://{link}"
        try:
            parts = urlsplit(link)
        except ValueError:
            continue
        if not parts.hostname or "@" in parts.netloc:
            continue
        kept = [(name, value) for name, value in parse_qsl(parts.query) if not _is_private(name, value)]
        yield urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, urlencode(kept), parts.fragment))


def link_key(link: str) -> str:
    """The same for two links that lead to one page: without scheme, www, fragment and last slash, in lower case."""
    return re.sub(r"^https?://(?:www\.)?", "", link.lower()).split("#")[0].rstrip("/")


def _is_private(name: str, value: str) -> bool:
    return bool(_PERSONAL.search(name) or _TOKEN.fullmatch(value) or "@" in value)
