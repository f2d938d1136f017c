"""Street and house number, in the order of each language, and post boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.capitals import has_capitals_near
from earpiece.privacy.gates import gate, gated
from earpiece.privacy.place_words import (
    AMBIGUOUS_KINDS,
    CAPITAL_KINDS,
    COUNTED,
    DOOR_AFTER,
    DOOR_BEFORE,
    IN_STREETS,
    KNOWN_STREETS_LAST,
    NOT_STREET,
    STREET_KINDS,
    STREET_WORDS,
)
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import PARTICLES, SENTENCE_WORDS, STOP_WORDS

# The search starts at the house number, which is rare, and looks at the words beside it.
_HOUSE = re.compile(
    r"[nh\d](?<= .)(?:(?<=\d)\d{0,3}|(?<=n)(?:r\.? ?|o\.? ?|ummer )\d{1,4}|(?<=h)ausnummer \d{1,4})"
    r"(?: ?- ?(?:\d{1,2} ?hoog|\d{1,4}|hs|huis|bis|[ivx]{1,3}|[a-h])(?!\w)| ?(?:bis|hs|huis|rood|zwart|\d ?hoog"
    r"|[ivx]{1,3}|[a-h])\d{0,3}(?!\w)"
    r"| 1/2(?!\w))?"
    r"(?:/\d{1,3}){0,2}(?:,? (?:bus|bte|top|stiege|t(?:ü|ue)r|haus|whg\.?) ?(?:\d{1,3}|[a-h])(?!\w)){0,2}"
    r"(?!\w|[.,:]\d|[%€]|-\d)"
)
_ENGLISH_KINDS = (
    r"street|road|avenue|lane|drive|close|court|way|crescent|blvd|boulevard|square|terrace|place|gardens|mews"
    r"|grove|walk|view|hill|row|rise|gate|quay|wharf|circle|trail|loop|pike|plaza|green|park|vale|croft|path"
    r"|fields|meadows?|heights|approach|bend|ridge|cottages|terr|pl|blvd|cir|parade|parkway|highway|st|rd|ave|ln"
    r"|dr|ct|cres|sq|pkwy|hwy|gdns"
    r"|ter(?=,? (?:apt|unit|suite|ste|#)|,? [^\W\d_]{3,20},? [a-z]{2},? \d{5})"
)
_ENGLISH_KIND = gate(_ENGLISH_KINDS)
_ENGLISH = re.compile(
    rf"(?:{DOOR_BEFORE},? )?(?<![\w.,#$€£/-])\d{{1,5}}[a-d]?(?: ?[/-] ?\d{{1,4}})?,? "
    r"(?P<name>(?:[^\W\d_][\w'.-]{0,20} |\d{1,3}(?:st|nd|rd|th) ){1,4}?)"
    rf"(?P<kind>{_ENGLISH_KINDS})\b\.?"
    r"(?: (?:street|road|avenue|lane|drive|close|court|way|crescent|terrace|gardens|walk|boulevard|place|square|circle"
    r"|trail|st|rd|ave|dr|ln|ct|pl|cir|blvd|north|south|east|west|upper|lower|[nsew]|[ns][ew])\b\.?)?"
    r"(?:(?:(?<=county road)|(?<=county rd)|(?<=state road)|(?<=highway)|(?<=hwy)) \d{1,4}(?![\w.]))?"
    rf"(?:,? {DOOR_AFTER})?"
)
_BOX = gated(r"p\.? ?o\.? ?box|postbus|postfach", r" \d{1,3}(?: ?\d{1,3}){0,2}", before=r"\b")
_TOLD = gated(
    r"(?:bezorg|aflever|post|woon)?adres|address|(?:liefer)?adresse|(?:liefer)?anschrift"
    r"|woon(?:achtig)? (?:op|aan)|live at|wohne (?:in der|am|an der|im|auf der|in)|wohnhaft",
    r"(?: is| ist| lautet|:)? ?:? "
    r"(?P<name>(?:[^\W\d_][\w'.-]{0,24} ){1,4})\d{1,4}[a-h]?(?![\w-]|[.,:]\d)",
    before=r"\b",
)
_SURE_KINDS = frozenset(("street", "road", "avenue", "lane"))
_LONGEST_WORD = 30
_ARTICLES = PARTICLES - STREET_WORDS
_CAPITAL_ARTICLES = frozenset(("zum", "zur", "im", "van", "von", "den"))  # "Van Speijkstraat"
_CENTRES = re.compile(r"(?:cent(?:rum|er|re)|zentrum|depot|hub|hal|halle) (?:baan|ring|hof|park)")
_WALLS = ("firewall", "paywall")  # nouns have capitals in German, like streets
_DIRECTIONS = frozenset(("noord", "zuid", "oost", "west", "nord", "süd", "ost"))


def streets(reading: Reading) -> Iterator[Span]:
    for house in _HOUSE.finditer(reading.lower):
        start = _start_of_street(reading, house.start() - 1)
        if start is not None and not COUNTED.match(reading.lower, house.end()):
            yield Span(start, house.end(), Label.ADDRESS)
    for match in _ENGLISH.finditer(reading.lower) if _ENGLISH_KIND.is_open(reading) else ():
        if _is_english(reading, match):
            yield Span(match.start(), match.end(), Label.ADDRESS)
    for match in _BOX.finditer(reading):
        yield Span(match.start(), match.end(), Label.ADDRESS)
    for match in _TOLD.finditer(reading):
        if not any(word in SENTENCE_WORDS for word in match["name"].split()):
            yield Span(match.start("name"), match.end(), Label.ADDRESS)


def _start_of_street(reading: Reading, end: int) -> int | None:
    """Where the name of the street begins that ends at `end`; None if no street ends there."""
    while end and reading.text[end - 1] == " ":
        end -= 1
    last = _start_of_word(reading.text, end)
    word = reading.lower[last:end]
    if word in _DIRECTIONS and last:
        last = _start_of_word(reading.text, last - 1)  # "Rijksweg Noord 7"
        word = reading.lower[last : _end_of_word(reading.text, last)]
    if word in KNOWN_STREETS_LAST and (reading.text[last].isupper() or not has_capitals_near(reading, last)):
        return last
    is_kind = word.endswith(STREET_KINDS) and not word.endswith(_WALLS)
    if not is_kind and not (word.endswith(CAPITAL_KINDS) and _is_capital_inside(reading, last)):
        return None
    is_bare = word in STREET_KINDS
    first = _start_of_name(reading, last, is_needed=is_bare)
    if is_bare and _CENTRES.search(reading.lower, max(0, last - 12), end):
        return None  # "Sortierzentrum Ring 4"
    is_named = reading.text[last].isupper() and reading.text[max(0, last - 2) : last].strip().isalpha()
    is_alone = all(before in _ARTICLES for before in reading.lower[first:last].split())
    is_other = is_alone and not is_named and NOT_STREET.search(word) is not None  # "De levering 3"
    return None if is_other or (is_bare and first == last) else first


def _start_of_name(reading: Reading, last: int, *, is_needed: bool) -> int:
    """The words left of `last` that belong to the name; `is_needed`: one does, whatever it looks like."""
    words = [last]
    while len(words) < 5 and reading.text[words[-1] - 1 : words[-1]] == " ":
        before = _start_of_word(reading.text, words[-1] - 1)
        if reading.text.startswith("an ", before) and reading.text[words[-1]].isupper():
            break  # "Rechnung an Schulgasse 5"
        if not _is_of_name(reading.text[before : words[-1] - 1], is_needed=is_needed and len(words) == 1):
            break
        words.append(before)
    while len(words) > 1 and (article := _word_at(reading.lower, words[-1])) in _ARTICLES:
        is_capital = reading.text[words[-1]].isupper()
        is_written = is_capital and (article in _CAPITAL_ARTICLES or _is_led_to_article(reading, words[-1]))
        if is_written or (is_needed and article == "van"):
            break  # "Zum Sportplatz", "op De Dreef", "Van Gogh laan"
        words.pop()  # "in de Kerkstraat": the street's name begins after the article
    return words[-1]


def _is_capital_inside(reading: Reading, start: int) -> bool:
    """Whether a word has a capital and begins no sentence."""
    return reading.text[start].isupper() and not reading.is_shouted and reading.text[start - 2 : start - 1].isalpha()


def _is_led_to_article(reading: Reading, start: int) -> bool:
    """Whether a capital article begins a name and no sentence: "op De Dreef 12"."""
    if not reading.lower.startswith(("de ", "het "), start):
        return False
    # ... or the name of a line of its own, as in an address.
    return reading.text[start - 1 : start] in ("", "\n") or reading.text[start - 2 : start - 1].islower()


def _is_of_name(word: str, *, is_needed: bool) -> bool:
    lower = word.lower()
    if lower in STREET_WORDS or lower in PARTICLES:
        return True
    return lower not in STOP_WORDS and word[:1].isalpha() and (is_needed or word[:1].isupper())


def _start_of_word(text: str, end: int) -> int:
    start = end
    while start > max(0, end - _LONGEST_WORD) and (text[start - 1].isalnum() or text[start - 1] in "'.-"):
        start -= 1
    return start


def _end_of_word(text: str, start: int) -> int:
    return text.index(" ", start)


def _word_at(text: str, start: int) -> str:
    return text[start : text.index(" ", start)]


def _is_english(reading: Reading, match: re.Match[str]) -> bool:
    names = match["name"].split()
    is_written = len(names) == 1 and reading.text[match.start("name")].isupper() and not reading.is_shouted
    is_sentence = any(name in SENTENCE_WORDS and name not in IN_STREETS for name in names)
    if "von" in names or (is_sentence and not (is_written and match["kind"] in _SURE_KINDS)):
        return False  # but "24 Shop Street"
    # "10 transfers taking place": a kind that is also a word needs a name in capitals, where there are capitals.
    has_capitals = has_capitals_near(reading, match.start("name"))
    is_named = not has_capitals or reading.text[match.start("name")].isupper()
    return match["kind"] not in AMBIGUOUS_KINDS or (is_named and len(names) <= 3)
