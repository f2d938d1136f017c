"""IP addresses of both versions; a software version of four numbers is not one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from earpiece.privacy.cues import Cue
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_V4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", re.ASCII)
_V6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?![\w:])")
_LARGEST_VERSION = 24  # of a part of a version number: 7.3.12.0


def ip_addresses(reading: Reading) -> Iterator[Span]:
    starts = reading.numbers.of_digits(4) if reading.text.count(".") > 2 else ()
    for match in matches_at(_V4, reading.text, starts):
        if _is_v4(match.group()) and _is_meant(reading, match):
            yield Span(match.start(), match.end(), Label.IP)
    if reading.text.count(":") > 1:
        for match in _V6.finditer(reading.lower):
            if _is_v6(match.group()):
                yield Span(match.start(), match.end(), Label.IP)


def _is_v4(value: str) -> bool:
    try:
        return bool(IPv4Address(value))
    except AddressValueError:
        return False


def _is_meant(reading: Reading, match: re.Match[str]) -> bool:
    match reading.cue_before(match.start(), reach=20):
        case Cue.IP:
            return True
        case Cue.VERSION if reading.is_announced(match.start(), Cue.VERSION):
            return False
        case _:
            return max(map(int, match.group().split("."))) > _LARGEST_VERSION


def _is_v6(value: str) -> bool:
    # "a::b" is an address by the rules and a smiley or a C++ name in a conversation.
    if sum(char.isalnum() for char in value) < 4 or not any(char.isdigit() for char in value):
        return False
    try:
        return bool(IPv6Address(value))
    except AddressValueError:
        return False
