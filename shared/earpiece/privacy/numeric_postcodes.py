"""Postcodes of digits only: German, Austrian, Swiss, Belgian and American. What stands beside them must tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from earpiece.privacy.cues import Cue
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.place_words import AMERICAN_STATES, CITIES, NUMBERED_THINGS
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import SENTENCE_WORDS

_END = r"(?![\w/%€-]|[.,]\d)"
_NUMERIC = re.compile(rf"(?<![\w.,/#€$£-])(?:[a-z]{{1,2}}-)?\d{{4,5}}(?:-\d{{4}})?{_END}", re.ASCII)
# As on letters from abroad: "D-80331", "CH-8001 Zürich".
_WITH_COUNTRY = re.compile(rf"(?<![\w.,/#-])(?:(?:d|de|f)-\d{{5}}|(?:a|at|b|be|ch|l|lu)-\d{{4}}){_END}")
# "D 80331 München", as written before hyphens were: a town must follow.
_SPACED = re.compile(r"(?:d \d|ch |[ab] )\d{4}(?= [^\W\d_]{3,24}(?!\w))")
_BEFORE_SPACED = re.compile(r"(?:^|\n|[,\d] )$")
_WITH_STATE = re.compile(rf"(?<![\w-])(?:{AMERICAN_STATES}),? (?P<zip>\d{{5}}(?:-\d{{4}})?){_END}")
# A line that holds nothing else answers a question; five and four digits are written for nothing else.
_ALONE = re.compile(r"(?m)^\d{5}(?=[.!]?$)|(?<![\w.,/#-])\d{5}-\d{4}(?![\w-])", re.ASCII)
NEAR_STREET = 32  # code points between a street and its postcode: room for ", Frankfurt am Main, "
_BESIDE_STREET = 3
_REACH = 20
_CITY = re.compile(r"(?:,? | [(-] ?|\n)(?:st\.? |sankt )?([^\W\d_]{3,24})")
_CITY_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{3,24})(?:,? | ?\(|\n| - )$")
_STATE = re.compile(r"(?<![A-Za-z])[A-Z]{2},? $")
_SAID_AFTER = re.compile(
    r"(?:,|:)? (?:is|as|ist|was|war|=) (?:the |my |our |de |mijn |onze |die |meine |unsere )?"
    r"(?:post ?code|zip|plz|postleitzahl)"
)
# "Name, date of birth, postcode": what somebody gives to be recognised.
_AFTER_BIRTH = re.compile(
    r"(?:(?:19\d\d|200\d)(?:[-/]\d{1,2}[-/]\d{1,2})?|\d[-/.]\d{1,2}[-/.][3-9]\d)(?:,? | ?[/;|] ?| (?:and|en|und|&) )$"
)
# A house number before five digits, and a town after them, as on an envelope: "Hintere Au 8, 39395 Rostock".
_AFTER_HOUSE = re.compile(r"[^\W\d_](?:r\.?|[\w'.-]{2,24}) \d{1,4}(?: ?[a-h]|(?:/| ?- ?)\d{1,4}){0,3}(?:,? ?\n| ?, ?)$")
_ENDS = re.compile(r"[.!?]?[ ]{0,2}(?:$|\n|[^\w\s,.:;/-])")
_TOWN_AFTER = re.compile(r" (?!(?:naar|nach|und|en|and|to|is|ist)(?!\w))[^\W\d_]{3,24}(?!\w)")
# "4 Kingsway, Savannah 43718".
_SENTENCE = re.compile(r"(?:^|\n|[.!?] )$")
_SAYS = re.compile(
    r" (?:- |is |lost |needs |zit |sits |gets |verliert |has |had |still |hat |heeft |ist |noch "
    r"|nog |immer |with(?:out)? |ohne |zonder )"
)
# "meter reading for 12 Kelham Road: 43210", "Stand HT 24663".
_METERED = re.compile(
    r"(?<!\w)(?:(?:readings?|meterstand\w{0,2}|z(?:ä|ae)hlerst(?:a|ä|ae)nde?)(?: [^\n]{1,64}:| is| was| ist| war|:)"
    r"|stand(?: [hn]t)?|[hn]t|hoog|laag|day|night) $"
)
_YEAR = re.compile(r"19[4-9]\d|20[0-4]\d")
_LED_TO_SHORT = re.compile(
    r"(?:^|\n|, ?|\d ?|(?<!\w)(?:in|nach|naar|te|to|aus|uit|from|bei|bij|near|around|rond|um|nahe) )$"
)
_WORD = r"[^\W\d_][\w'.-]{0,24}"
_AFTER_TOWN = re.compile(
    rf"(?<![\w.,/#-])\d{{1,5}} (?P<name>(?:{_WORD} ){{0,3}}{_WORD}), (?:[^\W\d_]{{3,24}},? ){{1,2}}$"
)
# "do you deliver to 10115?"
_TO = re.compile(
    r"(?<!\w)(?:is|for|f(?:ü|ue)r|voor|rond|rund um|in|at|near|around|to|an|op|nach|bei|bij|naar|im raum|region"
    r"|area|gebiet|umkreis"
    r"|umgebung|bezirk"
    r"|ort|stadt"
    r"|(?:quote|coverage|prices?|availability|weather|forecast|delivery) for) (?:von )?$"
)
# "umzug nach 79221", "area 94754": nothing else has five digits after these.
_SURELY_TO = re.compile(
    r"(?<!\w)(?:nach|im raum|umkreis|umgebung|bezirk|area|region|(?:i'?m|we'?re|live|living"
    r"|based) in) $"
)
_PLACE_ASKED = re.compile(
    r"(?<!\w)(?:deliver\w{0,4}|ship\w{0,4}|(?:ge|aus)?liefer\w{0,4}|bezorg\w{0,4}|lever\w{0,4}|cover(?:age)?|available"
    r"|verf(?:ü|ue)gbar|beschikbaar|stores?|shops?|filialen?|winkels?|fib(?:re|er)|glasfaser|glasvezel|netz\w{0,8}"
    r"|signal|broadband|speed|snelheid\w{0,3}|geschwindigkeit\w{0,3}|internetsnelheid|schnell|snel|depot|coverage"
    r"|internet|liv(?:e|ing)|wohn\w{0,3}|woon|mov(?:e|ing|ed)|umgezogen|zieh\w{0,2}|verhui\w{2,4}|outage"
    r"|st(?:ö|oe)rung|storing|ausfall|strom|power|techni\w{0,6}|engineer|monteur|branch\w{0,2}|standort\w{0,2}|quote"
    r"|tarif\w{0,3}|weather|based|located|prices?|availability|closest|nearest|n(?:ä|ae)chsten|dichtst\w{0,3}"
    r"|bereik|kost(?:en|et)?|cost|umzug|versand|empfang|reception)(?!\w)"
)
_COUNTED_AFTER = re.compile(
    r" ?(?:kwh|km|m[23²³]?|l|kg|punkte|points|punten|steps|euro?|dollars?|pounds?|€|\$|£|mal|keer|times|st(?:ü|ue)ck"
    r"|stuks|units|items|people|users|customers|pieces|einheiten|personen|kunden|klanten|schritte)(?!\w)"
)
_NO_TOWN = SENTENCE_WORDS - {"an", "am", "in", "bei", "city", "stadt"}  # "Frankfurt an der Oder"

Ends = Mapping[int, int]  # from a place after a street to how far after it that is


def numeric_postcodes(reading: Reading, streets: Sequence[Span], ends: Ends) -> Iterator[Span]:
    starts = {street.start - gap for street in streets for gap in (1, 2)}  # where a postcode before a street ends
    places = reading.numbers.of_size(4, 5)
    if not places:
        return
    for pattern, before in ((_WITH_COUNTRY, (3, 2)), (_ALONE, (0,))):
        for match in matches_at(pattern, reading.lower, places, *before):
            if "-" in match.group()[-5:] or not is_reference(reading, match):
                yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in matches_at(_SPACED, reading.lower, places, 3, 2):
        if _BEFORE_SPACED.search(reading.lower, max(0, match.start() - 2), match.start()):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in matches_at(_WITH_STATE, reading.lower, reading.numbers.of_size(5), 4, 3):
        is_written = reading.text[match.start() : match.start() + 2].isupper() and not reading.is_shouted
        is_meant = is_written or match.start() in ends or is_told(reading, match)
        if is_meant and not is_reference(reading, match):
            yield Span(match.start("zip"), match.end(), Label.POSTCODE)
    for match in matches_at(_NUMERIC, reading.lower, places, 3, 2, 0):
        if _is_numeric(reading, match, ends.get(match.start()), starts):
            yield Span(match.start(), match.end(), Label.POSTCODE)


def is_told(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the word for it stands before, or after: "is my postcode"."""
    is_before = reading.cue_before(match.start(), reach=_REACH) is Cue.POSTCODE or _is_after_birth(reading, match)
    return is_before or _SAID_AFTER.match(reading.lower, match.end()) is not None


def _is_after_birth(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a date of birth stands before, as where somebody gives what they are known by; no year of four digits."""
    if _YEAR.fullmatch(match.group()):
        return False
    return _AFTER_BIRTH.search(reading.lower, max(0, match.start() - 18), match.start()) is not None


def is_reference(reading: Reading, match: re.Match[str]) -> bool:
    return reading.cue_before(match.start(), reach=_REACH) in (Cue.REFERENCE, Cue.VERSION)


def is_beside_city(reading: Reading, match: re.Match[str]) -> bool:
    after = _CITY.match(reading.lower, match.end())
    if after and after.group(1) in CITIES:
        return True
    before = _CITY_BEFORE.search(reading.lower, max(0, match.start() - 28), match.start())
    return before is not None and before.group(1) in CITIES


def _is_numeric(reading: Reading, match: re.Match[str], after_street: int | None, starts: set[int]) -> bool:
    digits = sum(map(str.isdecimal, match.group()))
    if is_told(reading, match):
        return True
    if _METERED.search(reading.lower, max(0, match.start() - 96), match.start()):
        return False
    if digits in (5, 9) and _is_given(reading, match.start()):
        return True
    if after_street is not None and _is_after_street(reading, match, after_street, digits):
        return True
    if digits == 5 and (_is_of_place(reading, match, starts) or _is_subject(reading, match)):
        return True
    if digits == 4 and _is_short(reading, match):
        return True
    return digits in (5, 9) and _STATE.search(reading.text, max(0, match.start() - 5), match.start()) is not None


def _is_after_street(reading: Reading, match: re.Match[str], after: int, digits: int) -> bool:
    """Whether it ends an address. Four digits must follow at once: "Kerkstraat 5, in 2024" has a year."""
    if after <= _BESIDE_STREET and not _COUNTED_AFTER.match(reading.lower, match.end()):
        return True
    gap = reading.lower[match.start() - after : match.start()]
    return digits > 4 and not any(word in _NO_TOWN for word in gap.replace(",", " ").split())


def _is_subject(reading: Reading, match: re.Match[str]) -> bool:
    """Whether five digits begin a sentence about a place: "10115 has no power"."""
    if not _SENTENCE.search(reading.lower, max(0, match.start() - 2), match.start()):
        return False
    return (
        _SAYS.match(reading.lower, match.end()) is not None
        and _PLACE_ASKED.search(reading.lower, match.end(), match.end() + 40) is not None
    )


def _is_short(reading: Reading, match: re.Match[str]) -> bool:
    """Whether four digits stand before or, in brackets, after a town of Austria, Belgium, Switzerland or the like."""
    if _YEAR.match(match.group()) or is_reference(reading, match):
        return False
    if _is_before_city(reading, match) or _is_in_address(reading, match):
        return True
    is_bracketed = (
        reading.text[match.start() - 1 : match.start()] == "(" and reading.text[match.end() : match.end() + 1] == ")"
    )
    return is_bracketed and is_beside_city(reading, match)


def _is_before_city(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a town follows: with a capital, or led to like a place, "in 6020 innsbruck"."""
    city = _CITY.match(reading.lower, match.end())
    if city is None or city.group(1) not in CITIES:
        return False
    if reading.text[city.start(1)].isupper() and not reading.is_shouted:
        return city.group().startswith(" ")
    return _LED_TO_SHORT.search(reading.lower, max(0, match.start() - 12), match.start()) is not None


def _is_given(reading: Reading, start: int) -> bool:
    """Whether five digits answer a question for the postcode."""
    return reading.is_announced(start, Cue.POSTCODE)


def _is_of_place(reading: Reading, match: re.Match[str], starts: set[int]) -> bool:
    if match.end() in starts or is_beside_city(reading, match):
        return True
    return not is_reference(reading, match) and (_is_in_address(reading, match) or is_asked(reading, match))


def _is_in_address(reading: Reading, match: re.Match[str]) -> bool:
    """Whether five digits stand as on an envelope, beside a house number and a town that no list has."""
    house = _AFTER_HOUSE.search(reading.lower, max(0, match.start() - 48), match.start())
    if house and (_TOWN_AFTER.match(reading.lower, match.end()) or _is_end_of_address(reading, match, house)):
        return True
    town = _AFTER_TOWN.search(reading.lower, max(0, match.start() - 96), match.start())
    return town is not None and not any(word in SENTENCE_WORDS for word in town["name"].split())


def _is_end_of_address(reading: Reading, match: re.Match[str], house: re.Match[str]) -> bool:
    """Whether five digits end the text or its line after a house: "Im Winkel 9, 55551"."""
    street = house.group().split(" ", 1)[0].rstrip(".")
    is_street = street == "nr" or (street not in SENTENCE_WORDS and street not in NUMBERED_THINGS)
    return is_street and "-" not in match.group() and _ENDS.match(reading.lower, match.end()) is not None


def is_asked(reading: Reading, match: re.Match[str]) -> bool:
    """Whether five digits are where something is brought or found: "do you deliver to 10115?"."""
    if _COUNTED_AFTER.match(reading.lower, match.end()):
        return False
    if _SURELY_TO.search(reading.lower, max(0, match.start() - 24), match.start()):
        return True
    if not _TO.search(reading.lower, max(0, match.start() - 24), match.start()):
        return False
    return _PLACE_ASKED.search(reading.lower, max(0, match.start() - 64), match.end() + 32) is not None
