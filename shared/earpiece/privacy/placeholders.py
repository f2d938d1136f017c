"""What stands in the place of a value: always the same for the same value under the same key, and no way back."""

from __future__ import annotations

import hashlib
import hmac
import re
from ipaddress import ip_address

from earpiece.privacy.letters import fold, plain
from earpiece.privacy.spans import Label
from earpiece.privacy.spoken_emails import written

MASKED = f"[{Label.MASKED}]"
PLACEHOLDER = re.compile(
    rf"\[(?:(?:{'|'.join(label for label in Label if label is not Label.MASKED)}):[0-9a-f]{{6}}|{Label.MASKED})\]"
)
_SHIELD = "\ufffc"  # no letter, digit, space or sign that any detector reads
_HEX_DIGITS = 6


def shielded(text: str) -> str:
    """The text with every placeholder replaced, code point for code point, by what no detector finds."""
    return PLACEHOLDER.sub(lambda match: _SHIELD * len(match.group()), text)


def placeholder(label: Label, value: str, key: bytes) -> str:
    """`[LABEL:<6 hex>]`, from HMAC-SHA256 under `key` over the label and the normal form of the value."""
    if label is Label.MASKED:
        return MASKED
    told = f"{label}\0{normal_form(label, value)}".encode("utf-8", "surrogatepass")
    return f"[{label}:{hmac.new(key, told, hashlib.sha256).hexdigest()[:_HEX_DIGITS]}]"


def normal_form(label: Label, value: str) -> str:
    """One spelling for all the ways to write the same value."""
    letters = fold(plain(value)).text
    match label:
        case Label.PHONE:
            # With or without country code: the digits that both have.
            return "".join(filter(str.isdecimal, letters))[-9:]
        case Label.EMAIL:
            return written(letters)
        case Label.IP:
            return _ip(letters)
        case Label.PERSON | Label.ADDRESS | Label.DOB:
            return " ".join(re.findall(r"[^\W_]+", letters))
        case _:
            return "".join(filter(str.isalnum, letters))


def _ip(letters: str) -> str:
    try:
        return str(ip_address(letters))
    except ValueError:
        return letters
