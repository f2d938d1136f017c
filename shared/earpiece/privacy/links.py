"""What links carry in their query strings: personal values, and secrets that open someone's session."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span

_PARAMETER = re.compile(r"[?&#;]([\w.\[\]-]{1,40})=([^\s&#;<>\"\ufffc]{1,2000})")
_USER = re.compile(r"://([^\s/@?#\ufffc]{1,128})@")
_NAMED = re.compile(
    r"(?:.*[_.\[-])?(?:"
    r"(?P<EMAIL>e?mail(?:_?address)?)|(?P<PHONE>(?:tele)?phone|tel|mobile|msisdn|telefoon|telefon)"
    r"|(?P<PERSON>(?:first|last|full|sur|user|customer|family|contact)?_?name|(?:voor|achter)?naam|(?:vor|nach)name)"
    r"|(?P<DOB>dob|birth_?da(?:te|y)|geboortedatum|geburtsdatum)|(?P<IBAN>iban)"
    r"|(?P<POSTCODE>zip(?:code)?|post_?code|postal_?code|plz)|(?P<ADDRESS>street|address|adres|strasse|straat)"
    r"|(?P<NATIONAL_ID>bsn|ssn|nino)|(?P<IP>ip)"
    r"|(?P<MASKED>\w*token|\w*session|s?sid|\w*secret|sig|signature|auth|\w*passw?(?:or)?d?|pwd|\w*key|jwt|otp|hash|code)"
    r")\]?",
    re.I,
)
_RANDOM = re.compile(r"(?=[^a-zA-Z]*[a-zA-Z])(?=\D*\d)[\w~.%+=-]{20,}")


def links(reading: Reading) -> Iterator[Span]:
    if "=" in reading.text:
        for parameter in _PARAMETER.finditer(reading.text):
            value = parameter.group(2).rstrip(".,)!'?")
            label = _label(parameter.group(1), value)
            if label and value:
                yield Span(parameter.start(2), parameter.start(2) + len(value), label)
    for user in _USER.finditer(reading.text):
        yield Span(*user.span(1), Label.MASKED)


def _label(key: str, value: str) -> Label | None:
    named = _NAMED.fullmatch(key)
    if named and named.lastgroup:
        return Label(named.lastgroup)
    return Label.MASKED if _RANDOM.fullmatch(value) else None
