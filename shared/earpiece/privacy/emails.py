"""E-mail addresses, also the ones written to fool a machine: (at), [at], "at ... dot", %40."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.gates import Gate
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

# The search starts at the sign and looks both ways, so that a text without one costs nothing and no part is read twice.
_AT = re.compile(r" ?[(\[{] ?at ?[)\]}] ?| at | ?@ ?|%40")
_HAS_SIGN = Gate(frozenset(("at",)), ("@", "%40"))
_LOCAL_BACKWARDS = re.compile(r"[\w.+%'-]{1,128}")
_DOMAIN = re.compile(r"[^\W_][\w-]{0,62}(?:(?:\.| dot | ?[(\[]dot[)\]] ?)[^\W_][\w-]{0,62}){0,5}")
_TOP_LEVEL = re.compile(r"(?:\.| dot | ?[(\[]dot[)\]] ?)[^\W\d_]{2,24}$")
_MAILBOX_PROVIDER = re.compile(
    r"(?:g(?:oogle)?mail|hotmail|outlook|yahoo|icloud|live|msn|aol|proton(?:mail)?|gmx|web|t-online|freenet|posteo"
    r"|ziggo|kpn(?:mail)?|planet|xs4all|btinternet|telenet|skynet)(?:\.| dot )"
)


def emails(reading: Reading) -> Iterator[Span]:
    if not _HAS_SIGN.is_open(reading):
        return
    for sign in _AT.finditer(reading.lower):
        before = reading.lower[max(0, sign.start() - 128) : sign.start()]
        local = _LOCAL_BACKWARDS.match(before[::-1])
        domain = _DOMAIN.match(reading.lower, sign.end())
        if not local or not domain:
            continue
        name = local.group()[::-1].lstrip("'.%-")
        if _is_address(name, sign.group(), domain.group()):
            yield Span(sign.start() - len(name), domain.end(), Label.EMAIL)


def _is_address(local: str, sign: str, domain: str) -> bool:
    has_letter = any(map(str.isalpha, local))
    if not _TOP_LEVEL.search(domain):
        # "jan@gmail" gives the name away too; "5@10" and "lunch @ noon" do not.
        return has_letter and not sign.startswith(" ") and domain[0].isalpha() and len(domain) > 2
    if sign.strip() != "at":
        return bool(local)
    # "look at acme.com" is no address: a bare "at" needs another sign that one is meant.
    is_mailbox = _MAILBOX_PROVIDER.match(domain) is not None
    return has_letter and (is_mailbox or any(char in "._+-" or char.isdigit() for char in local))
