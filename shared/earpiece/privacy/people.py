"""People by their first and last names, wherever these stand, and what belongs to the name on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded
from earpiece.privacy.last_names import is_last_name, may_be_last_name
from earpiece.privacy.name_extent import is_name, last_of, start_of, with_first_after, word_after
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import (
    ARTICLES,
    BRANDS,
    NAMED_THINGS,
    PLACE_NOUNS,
    PLACE_WORDS,
    PLACES_NAMED_ALIKE,
    PRODUCT_NOUNS,
)
from earpiece.privacy.words import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]{2,24}(?:-[^\W\d_]{2,24}){0,2}")
_JOINED_BEFORE, _JOINED_AFTER = "@./\\_#&=-+%0123456789", "@_/\\=&%0123456789"
_NUMBERED = re.compile(
    r" \d{1,4}(?![\d ./-]*\d)| v?\d{1,3}(?:\.\d{1,3}){1,3}(?![\d.])|-[A-Z]?\d|[ -](?:mk|gen|pro|plus|xl)\b",
    re.IGNORECASE,
)
# "gift cards at Müller or Douglas": where something is sold, a shop.
_SOLD = re.compile(
    r"(?<!\w)(?:(?:gift ?|top-?up )?(?:cards?|vouchers?)|gutschein\w{0,3}|geschenkkarten?|cadeau\w{0,6}"
    r"|waardebon\w{0,3}|sell|sold|buy|bought|shop(?:ped)?|(?:ver)?kauf\w{0,2}|gekauft|verkoop\w{0,2}"
    r"|(?:ver)?kope?n?|koop"
    r"|gekocht|kassen?|declined|abgelehnt|geweigerd|refused|abgebucht|afgeschreven)"
    r"(?: \S{1,16}){0,2} (?:at|bei|bij) (?:[^\W\d_]{2,16} (?:or|of|oder|and|und|en) )?$"
)
# "Passt das Bett zu Madison?", "past de Stanley".
_FITS = re.compile(
    r"(?<!\w)(?:passt|passen|past)(?:(?: \S{1,20}){1,5} (?:zu|zum|zur|bij))?(?: de| het| dem| den| der| das| die)? $"
)
# "Does it come in Ruby or Olive?".
_SHADED = re.compile(
    r"(?<!\w)(?:comes?|available|stock|verf(?:ü|ue)gbar|erh(?:ä|ae)ltlich|gibt es|verkrijgbaar|leverbaar|komt)"
    r"(?: \S{1,16}){0,3} in (?:[^\W\d_]{2,16} (?:or|and|of|oder|und|en) )?$"
)
# "Watson won't sync", "how many seats does Claude include", "My Karl Kani came in the wrong size": nobody does this.
_DOES = re.compile(
    r"(?: (?!(?:can|could|would|should|may|might|did|has|had|kann|konnte|kan|kon|zou|and|en|und|who|die|der|de|to"
    r"|te)(?!\w))"
    r"[^\W\d_]{2,16}){0,2} (?:(?:won'?t|will not|does ?n[o']t|doesn'?t|refuses to|keeps) )?"
    r"(?:not |nicht |niet )?(?:sync\w{0,10}|load(?:s|ing)?|launch\w{0,3}|crash\w{0,3}|freez(?:es|ing)|includes?|lags?"
    r"|log(?:s|ging) (?:me|us) (?:out|off)|buffer\w{0,3}|compile\w{0,2}|synchroni[sz]\w{1,6}|st(?:ü|ue)rzt|h(?:ä|ae)ngt"
    r"|crasht|laadt|meldet mich|logt me|(?:i|we) (?:got|bought|ordered|received)"
    r"|(?:den|das|die|dat) (?:ich|ik|wir|we) (?:gekauft|bekam|bestellt|kocht|kreeg|bestelde|bestellte|kaufte|bekommen)"
    r"|(?:came|comes|arrived|kwam|kam|is|was|ist|hat|heeft) (?:\w{1,8} ){0,2}?(?:wrong|falsche|verkeerde)"
    r" (?:size|colou?r|gr(?:ö|oe)(?:ß|ss)e|farbe|maat|kleur)|(?:came|arrived|kam|kwam) (?:broken|damaged|scratched"
    r"|kaputt"
    r"|zerkratzt|besch(?:ä|ae)digt|kapot|beschadigd|binnen met)|(?:ist|is) (?:kaputt|defekt|kapot|stuk))(?!\w)"
)
# "I updated to Hudson": software and plans have people's names.
_UPDATED = re.compile(
    r"(?:updat\w{0,4}|upgrad\w{0,4}|switch\w{0,3}|migrat\w{0,4}|chang\w{0,3}|overstap\w{0,4}|overgestapt|wechsel\w{0,2}"
    r"|(?:does|do|will|werkt|funktioniert|works?|compatible|compatibel|kompatibel"
    r"|sync\w{0,10})(?: \S{1,20}){0,4} (?=with|met|mit)"
    r"|(?:seats|licen[cs]es|lizenzen|licenties|users)(?: does| for| of)?|(?:hey|ok)(?= google| siri| alexa)"
    r"|(?:screen|scherm|bildschirm|page|pagina|seite|app|(?<!joint )(?<!shared )account|login)"
    r"|gewechselt|umgestiegen|umsteigen|install\w{0,6}|versi\w{0,6}|plugin|tarif|plan|vorzeitig|tussentijds"
    r"|(?:fail(?:s|ed|ing)?|runs?|running|deploy\w{0,4}) (?=on|to)|(?:l(?:ä|ae)uft|draait) (?=auf|op))"
    r"(?: (?:my|the|mijn|de|den|meinen|mid))? ?(?:to|naar|auf|zu|from|von|van|of|on|op|with|met|mit)?(?: the| de| het"
    r"| den| das)? $"
)
# Each with words without one of which it leads to nothing.
_LEADS = (
    (frozenset(("at", "bei", "bij")), _SOLD),
    (frozenset(("in",)), _SHADED),
    (frozenset(("passt", "passen", "past")), _FITS),
)
_FIRM = re.compile(
    r"(?<!\w)(?:marks|johnson|johnston|barnes|crabtree|procter|smith|abercrombie|dolce|peek|fortnum) (?:and|&) $"
)
_IN = re.compile(r"(?<!\w)(?:via|in|near|to|from|around|nach|naar|uit|aus|outside|über) $")
_LISTED = FIRST_NAMES | WORD_NAMES
_ARTICLES = frozenset(("the", "a", "an", "de", "het", "een"))
_OF_PEOPLE = frozenset(
    "family account booking policy order file reservation party household estate residence case claim wedding".split()  # noqa: SIM905
)
_BESIDE = re.compile(r" (?:and|en|und|&|or|of|oder) (?P<name>[^\W\d_a-zß-ÿ][^\W\d_]{2,24})(?=[ ,.!?\n]|$)(?! [A-Z])")
_PLACES_OR_NAMES = frozenset(("hall", "park", "lane", "bay", "beach", "hills"))


def people(reading: Reading) -> Iterator[Span]:
    """Names that hold a listed first or last name."""
    listed = set(filter(_may_be_listed, reading.words))
    if not listed:
        return
    words = list(_WORD.finditer(reading.lower))
    place = 0
    while place < len(words):
        word = words[place].group()
        if (word in listed or "-" in word) and _is_person(reading, words, place):
            last = with_first_after(reading, words, last_of(reading, words, place))
            yield Span(start_of(reading, words, place), words[last].end(), Label.PERSON)
            yield from beside(reading.text, words[last].end())
            place = last
        place += 1


def _may_be_listed(word: str) -> bool:
    """The cheap half of the question: most words are in no list, and end otherwise."""
    return word in _LISTED or not word.isascii() or is_last_name(word)


def beside(text: str, end: int) -> Iterator[Span]:
    """The second of two: "Anna and Xandra", where a name ends at `end`."""
    match = _BESIDE.match(text, end)
    if match and is_name(match["name"]) and match["name"].lower() not in BRANDS:
        yield Span(*match.span("name"), Label.PERSON)


def _is_person(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    word = words[place]
    key = folded(word.group())
    is_listed = key in FIRST_NAMES or ("-" in key and _is_double(key)) or is_last_name(key)
    if not is_listed and not (key in WORD_NAMES and _is_full_name(reading, words, place)):
        return False
    return _stands_alone(reading.text, word) and not _is_thing(reading, words, place)


def _is_double(key: str) -> bool:
    """Whether all parts are names: "Karl-Heinz", and not "Alfred-Bildschirm"."""
    first, *others = key.split("-")
    return first in FIRST_NAMES and all(part in FIRST_NAMES or may_be_last_name(part) for part in others)


def _is_full_name(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    """Whether a name that is also a word begins a line that holds nothing but a full name: "Rose Miller"."""
    start = words[place].start()
    if start and reading.text[start - 1] != "\n":
        return False
    line = reading.text[start:].split("\n", 1)[0].split(",", 1)[0].strip()
    parts = line.split(" ")
    return 2 <= len(parts) <= 3 and all(is_name(part) for part in parts[1:])


def _stands_alone(text: str, word: re.Match[str]) -> bool:
    before, after = text[word.start() - 1 : word.start()], text[word.end() : word.end() + 2]
    if before and before in _JOINED_BEFORE:
        return False
    return not after or (after[0] not in _JOINED_AFTER and not (after[0] in ".!" and after[1:].isalnum()))


def _is_thing(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    word = words[place]
    following = word_after(reading.text, words, place)
    if _is_before_noun(reading, words, place) or _is_firm(reading, words, place):
        return True
    if following and (
        f"{folded(word.group())} {folded(following.group())}" in NAMED_THINGS
        or following.group() in PRODUCT_NOUNS
        or (following.group() in PLACE_NOUNS and not _may_be_last(word, following))
    ):
        return True
    if place and reading.text[words[place - 1].end() : word.start()] in (" ", ". ", " & "):
        before = words[place - 1].group()
        if word.group() in BRANDS and folded(word.group()) not in FIRST_NAMES and folded(before) not in FIRST_NAMES:
            return True
        if before in PLACE_WORDS or f"{folded(before)} {folded(word.group())}" in NAMED_THINGS:
            return True
    if is_led_as_thing(reading, word.start(), word.end()):
        return True
    return _is_place(reading, word) or _is_of_article(reading, words, place)


def _is_before_noun(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    """Whether two capitals lead to a product's or a place's noun: "Barbour Beadnell jacket", "John Lennon Airport"."""
    following = word_after(reading.text, words, place)
    if following is None or not (reading.text[following.start()].isupper() or _is_after_article(words, place)):
        return False
    noun = word_after(reading.text, words, place + 1)
    if noun is None:
        return False
    is_place = noun.group() in PLACE_NOUNS and noun.group() not in _PLACES_OR_NAMES
    return is_place or (noun.group() in PRODUCT_NOUNS and not reading.text[noun.start()].isupper())


def _is_after_article(words: list[re.Match[str]], place: int) -> bool:
    return place > 0 and words[place - 1].group() in ARTICLES


def _is_firm(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    """Whether the name is the first of a firm's two: "Jack & Jones"."""
    if place + 1 >= len(words) or reading.text[words[place].end() : words[place + 1].start()] != " & ":
        return False
    return f"{folded(words[place].group())} {folded(words[place + 1].group())}" in NAMED_THINGS


def is_led_as_thing(reading: Reading, start: int, end: int) -> bool:
    """Whether a number ends the name, or an update or a firm's other name leads to it."""
    if _NUMBERED.match(reading.text, end) or _FIRM.search(reading.lower, max(0, start - 14), start):
        return True
    for needed, pattern in _LEADS:
        if not needed.isdisjoint(reading.words) and pattern.search(reading.lower, max(0, start - 64), start):
            return True
    if _DOES.match(reading.lower, end):
        return True
    return _UPDATED.search(reading.lower, max(0, start - 48), start) is not None


def _is_place(reading: Reading, word: re.Match[str]) -> bool:
    """Whether a name that is a town's too is led to like a town: "via Charlotte"."""
    return (
        word.group() in PLACES_NAMED_ALIKE
        and _IN.search(reading.lower, max(0, word.start() - 10), word.start()) is not None
    )


def _is_of_article(reading: Reading, words: list[re.Match[str]], place: int) -> bool:
    """Whether an article leads to the name and a noun ends it: "the Stanley tumbler", "the Karl Kani tee"."""
    begin = place - 1 if place and words[place - 1].group() not in _ARTICLES else place
    if not begin or words[begin - 1].group() not in _ARTICLES:
        return False
    if "," in reading.text[words[begin - 1].end() : words[place].start()]:
        return False  # "the solicitor, Ann Berg"
    last = place
    while (following := word_after(reading.text, words, last)) and reading.text[following.start()].isupper():
        last += 1
    noun = word_after(reading.text, words, last)
    if noun is None or noun.group() in STOP_WORDS or noun.group() in _OF_PEOPLE:
        return False
    return not is_last_name(folded(noun.group())) or noun.group() in PRODUCT_NOUNS


def _may_be_last(word: re.Match[str], following: re.Match[str]) -> bool:
    """Whether both make a name: "Laura Hall" is somebody, "Ingersoll Hall" a place."""
    return following.group() in _PLACES_OR_NAMES and folded(word.group()) in FIRST_NAMES
