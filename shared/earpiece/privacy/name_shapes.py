"""Names that no list holds, by how they are written: initials, letters of other languages, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded, is_plain_word
from earpiece.privacy.foreign_names import foreign_names
from earpiece.privacy.last_names import is_last_name, may_be_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import (
    BEFORE_THINGS,
    BRANDS,
    COLOURS,
    NAMED_THINGS,
    PLACE_WORDS,
)
from earpiece.privacy.words import STOP_WORDS

_PARTICLES = r"(?:(?:van|von|de|den|der|el|al|da|di|dos|ten|ter|'t) ){0,2}"
_INITIALS = re.compile(
    rf"(?<![\w.@&])(?<!\bz\. )(?:[A-Z]\. ?){{1,3}}{_PARTICLES}"
    r"(?P<last>[^\W\d_a-zß-ÿ][^\W\d_]{2,24}(?:[-'][^\W\d_]{1,24})?)"
)
_LOW_INITIALS = re.compile(
    rf"(?<![\w.])(?:[^\W\d_]\. ?){{1,3}}{_PARTICLES}"
    r"(?P<last>[^\W\d_]{3,24}(?:-[^\W\d_]{2,24})?)(?=[,.!]?$|[,.!]| [<(]"
    r"| (?:in|op|at|am|aan|speaking|tel|mail|phone|email|born|geb|geboren) )",
    re.MULTILINE,
)
_LED_TO_INITIALS = re.compile(
    r"(?:^|\n|[,:] | (?:is|by|met|mit|von|bin|ben|door|op|auf) |(?:spricht|name|naam|recipient|passenger|patient"
    r"|ontvanger|empfänger|inhaber|houder|dear|mr|mrs|frau|herr|heer) )$"
)
# "k. mulder": a last name that is known, and no abbreviation before it ("z. b. klein").
_LOW_INITIAL = re.compile(
    rf"(?<![\w.])(?<!\. )[^\W\d_]\. (?:[^\W\d_]\. )?{_PARTICLES}"
    r"(?P<last>[^\W\d_]{3,24})(?!\w)"
)
_CAP = r"(?P<name>[A-Z\u00c0-\u00de\u0100-\u0178][^\W\d_]{1,24}(?:[-'][^\W\d_]{1,24})?)"
_LAST = _CAP.replace("name", "last")


def _capital(after: str) -> str:
    """The same where one of the look-behinds `after` holds, which end with the capital: it is what is looked for."""
    return _CAP.replace("]", f"](?:{after})", 1)


_FIRST_OF_LINE = r"(?<![^\n].)"
_HERE = re.compile(rf"(?m)^(?:\w+(?: \w+)?, )?{_CAP}(?: {_LAST})?,? (?:here|hier)(?!\w)")
_CALLED_ON = re.compile(
    _capital(_FIRST_OF_LINE)
    + r", (?:kun|kan|could|can|would|will|kannst|k(?:ö|oe)nn(?:t?est|ten)|hast|heb|do|did|are|ben) "
)
_LINE = re.compile(rf"(?m){_capital(_FIRST_OF_LINE)} {_LAST}(?=$| [|-] )")
# Both are names, words or not: "my surname changes from Day to King".
_RENAMED = re.compile(
    r"(?:(?:last|sur|first|family|maiden|achter|voor|meisjes)[ ]?na(?:me|am)|[Nn]ach-?name[n]?|[Vv]orname[n]?)"
    rf"(?: \w+){{0,4}}?,? (?:from|van|von) (?P<name>{_PARTICLES}[A-Z\u00c0-\u00de]\w{{1,24}})"
    rf" (?:to|naar|in|auf|zu) (?P<last>{_PARTICLES}[A-Z\u00c0-\u00de]\w{{1,24}})"
)
# "..., not Lori Marsili,": two capitals that are no words of ours, with the end of a phrase after them.
_PAIR = re.compile(
    _capital(r"(?<=[\w,.:;-] .)|(?<=\(.)") + rf" {_LAST}(?=[,.!?;:)\n<]| [(<-]|$"
    r"| (?:here|hier|not|zijn|is|ist|has|heeft|hat|op|at|on|and|en|und|to|was|will|can|kan|kann|should|moet|soll|muss"
    r"|sein|lives|woont|wohnt|k(?:ü|ue)ndigen|opzeggen)(?!\w))"
)
_BEFORE_THINGS = BEFORE_THINGS | BRANDS | PLACE_WORDS
_BEFORE_PEOPLE = frozenset(
    (
        "of",
        "von",
        "van",
        "by",
        "with",
        "to",
        "from",
        "mit",
        "met",
        "and",
        "en",
        "und",
        "or",
        "oder",
        "naar",
        "aan",
        "an",
    )
)
_SHADES = frozenset(
    ("black", "braun", "brown", "bruin", "gold", "gray", "green", "grey", "groen", "schwarz", "white", "wit", "zwart")
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[.,:;-]? $")
_RENAMED_LOW = re.compile(
    r"na(?:me|am|men|mens)(?: \w+){0,3}? (?:from|van|von) (?P<name>(?:(?:van|de|der|den|da) ){0,2}[^\W\d_]{3,24})"
    r" (?:to|naar|auf|in|zu)"
    r" (?P<last>(?:(?:van|de|der|den|da) ){0,2}[^\W\d_]{3,24})"
)
# Who speaks or acts: "Xandra from your team", "Xandra and I", "Xandra speaking".
_ACTING = re.compile(
    _capital(rf"{_FIRST_OF_LINE}|(?<=[.!?,;:/] .)|(?<=und .)|(?<=and .)|(?<=en .)") + rf"(?: {_LAST})?"
    r"(?= (?:from your|from the (?:team|shop|store|office)|in your|at your|(?:and|en|und) (?:I|ik|ich)(?!\w)"
    r"|speaking(?!\w)"
    r"|(?:is|ist) (?:my|mijn|mein) (?:maiden|last|first|sur|meisjes|achter|voor|[Mm](?:ä|ae)dchen|[Nn]ach|[Vv]or)"
    r"|wants (?:to|a|his|her|me)(?!\w)|would like|möchte(?!\w)|wil (?:de|het|een|graag|niet|mijn|zijn|haar)(?!\w)"
    r"|(?:and|en|und) [A-Z]\w{1,24} (?:both|live|have|are|allebei|wonen|hebben|zijn|beide|wohnen|haben|sind)(?!\w)"
    r"|am (?:apparat|Apparat)|aan de (?:lijn|telefoon)|van jullie|van uw|van de (?:winkel|helpdesk|klantenservice)"
    r"|aus (?:Ihrem|eurem|dem Team)|vom (?:Team|Support|Kundenservice)|von (?:Ihnen|euch)"
    r"|(?:just |already )?(?:told|promised|assured|advised|helped|said|emailed|called) (?:me|us|that|i|I)(?!\w)"
    r"|(?:heeft|beloofde|vertelde|zei|hielp) (?:mij|me|ons|dat|ik)(?!\w)"
    r"|(?:sagte|meinte|versprach) (?:mir|uns|dass|ich)(?!\w)))"
)
_PLACED = (_CALLED_ON, _LINE, _ACTING)
# "the technician (Xander)", "my mother, Xandra Berg": the search starts at the sign, which is rare.
_BESIDE = re.compile(rf"(?:,| \() ?{_CAP}(?: {_LAST})?")
_PERSON_WORD = re.compile(
    r"(?<!\w)(?:technician|driver|engineer|courier|agent|advis[oe]r|monteur|bezorger|chauffeur|medewerk(?:st)?er"
    r"|techniker|fahrer|mitarbeiter(?:in)?|berater(?:in)?|mother|moeder|mutter|father|vader|vater|wife|husband|vrouw"
    r"|man|frau|mann|daughter|son|dochter|zoon|tochter|sohn|partner|sister|brother|zus|broer|schwester|bruder"
    r"|freund(?:in)?|friend|vriend(?:in)?|colleague|collega|kolleg(?:e|in))$"
)
_INITIAL = re.compile(r"\.(?<=[^\W\d_]\.)(?<![\w.].\.) ?[^\W\d_]")


def shaped_names(reading: Reading) -> Iterator[Span]:
    """Names of initials and a last name, with letters of another language, or in a place where only a name stands."""
    if "." in reading.text and _INITIAL.search(reading.text):
        yield from _with_initials(reading)
        yield from _with_low_initial(reading)
    if not reading.text.isascii():
        yield from foreign_names(reading)
    yield from _placed(reading)
    yield from _beside(reading)
    yield from _pairs(reading)
    if "name" in reading.lower or "naam" in reading.lower:
        yield from _renamed(reading)


def _renamed(reading: Reading) -> Iterator[Span]:
    for match in _RENAMED.finditer(reading.text):
        yield Span(*match.span("name"), Label.PERSON)
        yield Span(*match.span("last"), Label.PERSON)
    for match in _RENAMED_LOW.finditer(reading.lower):
        yield from _named(match)


def _with_initials(reading: Reading) -> Iterator[Span]:
    low = (match for match in _LOW_INITIALS.finditer(reading.lower) if _is_led(reading.lower, match))
    for match in (*_INITIALS.finditer(reading.text), *low):
        if match["last"].lower() not in STOP_WORDS or may_be_last_name(match["last"].lower()):
            yield Span(match.start(), match.end(), Label.PERSON)


def _is_led(text: str, match: re.Match[str]) -> bool:
    start = match.start()
    is_beside = text.startswith((" <", " ("), match.end()) and len(match["last"]) + 3 < len(match.group())
    return not start or is_beside or _LED_TO_INITIALS.search(text[max(0, start - 12) : start]) is not None


def _with_low_initial(reading: Reading) -> Iterator[Span]:
    for match in _LOW_INITIAL.finditer(reading.lower):
        if may_be_last_name(folded(match["last"])):
            yield Span(match.start(), match.end(), Label.PERSON)


def _placed(reading: Reading) -> Iterator[Span]:
    here = () if reading.words.isdisjoint(("here", "hier")) else (_HERE,)
    for pattern in (*here, *_PLACED):
        for match in pattern.finditer(reading.text):
            yield from _named(match)


def _pairs(reading: Reading) -> Iterator[Span]:
    for match in _PAIR.finditer(reading.text):
        before = _WORD_BEFORE.search(reading.lower, max(0, match.start() - 26), match.start())
        is_thing = before is not None and before.group(1) in _BEFORE_THINGS
        is_thing = is_thing and not (before and before.group(1) in _BEFORE_PEOPLE and _is_full(match))
        if not is_thing and _is_pair(match["name"], match["last"]):
            yield from _named(match)


def _is_full(match: re.Match[str]) -> bool:
    """Whether both are names: "of Dean Marsh", where a preposition alone would lead to a thing."""
    name, last = match["name"].lower(), match["last"].lower()
    return (name in WORD_NAMES or name in FIRST_NAMES) and may_be_last_name(last) and last not in _SHADES


def _is_pair(name: str, last: str) -> bool:
    """One of the two must be somebody's name; two capitals alone are a product, a menu or the end of a title."""
    is_shouted = name.isupper() or last.isupper()
    return not is_shouted and last.lower() not in COLOURS and (_is_named(name) or _is_named(last))


def _is_named(word: str) -> bool:
    key = word.lower()
    return key in WORD_NAMES or key in FIRST_NAMES or is_last_name(key)


def _beside(reading: Reading) -> Iterator[Span]:
    for match in _BESIDE.finditer(reading.text):
        if _PERSON_WORD.search(reading.lower, max(0, match.start() - 24), match.start()):
            yield from _named(match)


def _named(match: re.Match[str]) -> Iterator[Span]:
    if not _is_ours(match):
        for group in ("name", "last"):
            if group in match.re.groupindex and match[group]:
                yield Span(*match.span(group), Label.PERSON)


def _is_ours(match: re.Match[str]) -> bool:
    """Whether one of the words is a word of the language, or of a product."""
    found = " ".join(word for word in match.groupdict().values() if word)
    if found.lower() in NAMED_THINGS:
        return True
    return found.isupper() or any(is_plain_word(word) for word in found.lower().split(" "))
