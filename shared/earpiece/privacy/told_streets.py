"""Streets that no ending gives away, where a word says that somebody lives there or that something is brought there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.place_words import COUNTED, NUMBERED_THINGS
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import BRANDS, PRODUCT_NOUNS
from earpiece.privacy.words import SENTENCE_WORDS

_LIVED = re.compile(
    r"(?<!\w)(?:adres\w{0,6}|address\w{0,4}|anschrift|moved|moving|relocat\w{2,4}|verhui\w{2,6}|(?:um)?gezogen|umzug"
    r"|liv(?:e|es|ed|ing)|resid(?:e|es|ing|ent)|wo(?:o?n|hn)\w{0,8}|deliver\w{0,4}|bezorg\w{0,4}|(?:ge)?lever\w{0,4}"
    r"|(?:ge|aus)?liefer\w{0,5}|visit\w{0,3}|langs|monteur|engineer|techniker|technician|\w{0,8}meter\w{0,6}"
    r"|z(?:ä|ae)hler\w{0,6}|supply|property|house|flat|huis|haus|located|staying|shipp?(?:ed|ing)?|verify|confirm"
    r"|collect(?:ed)?|pick(?:ed)? ?up|ophalen|opgehaald|abholen|abgeholt|outage|storing|st(?:ö|oe)rung"
    r"|aansluiting|gas|power|water|electricity|stroom|strom|insure|verzekeren|versichern|leave it|i'?m at|neighbou?r"
    r"|broadband|internet|fib(?:re|er)|glasvezel|glasfaser|depot|collect|kade)(?!\w)"
)
_REACH = 64  # code points between such a word and the street
_WORD = r"[^\W\d_][\w'.-]{0,24}"
_HOUSE_NUMBER = (
    r"\d{1,3}[a-h]?(?:(?:/| ?- ?)(?:\d{1,3}|hs|huis|bis|[a-h]|[ivx]{1,3})(?!\w)){0,2}"
    r"(?: (?:hs|huis|bis|[a-h]|[ivx]{2,3})(?!\w))?(?:,? (?:bus|bte|top|app\.?) ?\d{1,3})?(?!\w|[.,:/-]\d|[%€])"
)
# "langs op de Korte Poten 27-hs": what leads to a street, its name, its number.
_NUMBER_LAST = re.compile(
    r"(?<!\w)(?P<lead>(?:op|aan|naar|in|nach|an|auf|te|is|ist|von|aus|bei|bij|voor|adres|adresse|anschrift|langs"
    r"|meterstand|z(?:ä|ae)hlerstand):? (?:(?:de|het|der|dem|den|die) )?)"
    rf"(?P<name>(?:{_WORD} ){{1,4}}?)(?P<number>{_HOUSE_NUMBER})"
)
# "at 112 Broadway", "live at 70 the green".
_NUMBER_FIRST = re.compile(
    r"(?<!\w)(?:at|to|from|against|address(?: is)?|of|for|is)(?::|,)? "
    r"(?P<street>(?:(?:flat|apt\.?|apartment|unit|suite) \w{1,5},? )?\d{1,5}[a-d]?(?: ?- ?\d{1,4})?,? "
    rf"(?P<name>(?:{_WORD} ?){{1,3}})(?:,? (?:apt|apartment|flat|unit|suite|#) ?\w{{1,5}})?)"
)
# "Burchtwal 12-hs", "Meir 35 bus 3": nothing but a house has such a number.
_UPSTAIRS = re.compile(
    rf"(?<![\w.'-])(?P<name>(?:{_WORD} ){{1,3}})"
    r"\d{1,4}[a-h]?(?:[ -]?(?:hs|bis)|-(?:i|ii|iii|iv)|,? bus \d{1,4})(?!\w)"
)
_STAIRS = re.compile(r"\d[a-h]?(?:[ -]?(?:hs|bis)|-i|,? bus )")
_PARTICLES = frozenset(
    """
    the de het der dem den an am im auf in op aan ter ten zum zur hinter unter vor ob lange korte oude nieuwe van von la
    le grote kleine hoge lage obere untere alte neue
    """.split()  # noqa: SIM905
)
_LEAD = re.compile(r"(?:(?:op|aan|in|naar|auf) )?(?:(?:de|het|der|dem|den) )?")
_ARTICLES = frozenset(("de", "het", "der", "den", "dem"))
_LEADS = frozenset(("op", "aan", "naar", "in", "nach", "auf", "bij"))
_KINDS = frozenset("street road avenue lane st rd ave blvd ln court terrace gardens mews".split())  # noqa: SIM905


def told_streets(reading: Reading) -> Iterator[Span]:
    for match in _UPSTAIRS.finditer(reading.lower) if _STAIRS.search(reading.lower) else ():
        start = _start_of_name(reading, match)
        if start < match.end("name"):
            yield Span(start, match.end(), Label.ADDRESS)
    if not _LIVED.search(reading.lower):
        return
    for match in _NUMBER_LAST.finditer(reading.lower):
        if _is_told(reading, match) and _is_street(reading, match) and not COUNTED.match(reading.lower, match.end()):
            yield Span(match.start("name") + _size_of_lead(match["name"]), match.end(), Label.ADDRESS)
    for match in _NUMBER_FIRST.finditer(reading.lower):
        end = _end_of_name(reading, match)
        if end and _is_told(reading, match):
            yield Span(match.start("street"), end, Label.ADDRESS)


def _is_told(reading: Reading, match: re.Match[str]) -> bool:
    near = max(0, match.start() - _REACH)
    return any(True for _ in _LIVED.finditer(reading.lower, near, match.end()))


def _size_of_lead(name: str) -> int:
    """Of "op de " before a name that another such word led to."""
    lead = _LEAD.match(name)
    return lead.end() if lead else 0


def _is_street(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the words are no part of a sentence, and written like a name where the text has capitals."""
    words = match["name"].split()
    if any(_is_other(word) for word in words):
        return False
    has_capitals = reading.text != reading.lower
    named = [word for word in words if word not in _PARTICLES]
    return bool(named) and (not has_capitals or reading.text[match.start("number") - len(words[-1]) - 1].isupper())


def _start_of_name(reading: Reading, match: re.Match[str]) -> int:
    """Where the name begins after the words of a sentence that lead to it."""
    start = match.start("name")
    for word in re.finditer(r"\S+", match["name"]):
        place = match.start("name") + word.start()
        is_article = place == start and word.group() in _ARTICLES and reading.text[place].islower()
        if is_article or word.group() in _LEADS or _is_other(word.group()):
            start = place + len(word.group()) + 1
    return start


def _end_of_name(reading: Reading, match: re.Match[str]) -> int:
    """Where the street ends that begins with its number; 0 if no name follows the number."""
    has_capitals = reading.text != reading.lower
    end = 0
    for word in re.finditer(r"\S+", match["name"]):
        start = match.start("name") + word.start()
        key = word.group().rstrip(".")
        is_led = key in _PARTICLES and not end
        if not is_led and (_is_other(key) or (has_capitals and not reading.text[start].isupper())):
            return end
        if not is_led:
            end = start + len(key)
        if key in _KINDS:
            return end
    return match.end("street")


def _is_other(word: str) -> bool:
    if word in _PARTICLES:
        return False
    return word in SENTENCE_WORDS or word in BRANDS or word in PRODUCT_NOUNS or word in NUMBERED_THINGS
