"""What stands beside a name and says that it is nobody's: a shop, a shade, a crate, a product's noun, a firm's word."""

from __future__ import annotations

import re

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded
from earpiece.privacy.last_names import may_be_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.things import COLOURS, FIRM_WORDS, NAMED_THINGS, PRODUCT_NOUNS, SHADES, SHOPS

_REACH = 64  # code points before a name that are looked at
# "costs 39 euro at ...", "the machine at ...", "it's behind ...": where something is sold or stands.
_AT_SHOP = re.compile(
    r"(?<!\w)(?:(?:costs?|priced?|kostet|kosten|kost|preis|prijs|cheaper|g(?:ü|ue)nstiger|billiger|goedkoper|declined"
    r"|refused|charged|abgelehnt|geweigerd|abgebucht|afgeschreven|machine|atm|cash ?point|automat(?:en)?|automaat"
    r"|terminal|kasse|kassa|checkout|vouchers?|gift ?cards?|gutscheine?|cadeaukaart)(?: \S{1,12}){0,3} (?:at|bei|bij)"
    r"|(?:get|buy|order|hole?|haal|kaufe?|koop|bestelle?|bestel) (?:it|one|them|es|ihn|sie|hem|het|ze|die|er een)"
    r"(?: \S{2,8})? (?:from|at|bei|bij|von|van)"
    r"|(?:bought|gekauft|gekocht|kocht|kaufte)(?: \S{1,16}){1,4} (?:at|bei|bij)"
    r"|(?:machine|automat(?:en)?|automaat|entrance|eingang|ingang|it'?s|het (?:is|zit)|er ist|es ist|parked"
    r"|parkeerplaats|parkplatz) (?:behind|next to|opposite|above|beside|hinter|neben|gegen(?:ü|ue)ber|achter|naast"
    r"|tegenover))"
    r" (?:the |de |het |dem |der )?(?:[^\W\d_]{2,16} )?$"
)
_LED = re.compile(
    r"(?<!\w)(?:at|bei|bij|from|von|van|behind|next to|opposite|above|beside|hinter|neben|gegen(?:ü|ue)ber|achter|naast"
    r"|tegenover) (?:the |de |het |dem |der )?(?:[^\W\d_]{2,16} )?$"
)
_SHOP_LED = re.compile(
    r"(?<!\w)(?:at|from|behind|near|opposite|next to|in|to|by|bei|von|vom|neben|hinter|zu|zum|im|bij|van|naast|achter"
    r"|naar|by|with|mit|met|via|or|oder|of|and|und|en) $"
)
# "any Trader store", "jede Filiale von Müller", "Geschenkkarte von", "Update: ... hat Ihr Paket".
_ANY_SHOP = re.compile(
    r"(?<!\w)(?:(?:any|every|each|jede[mnrs]?|elke?) (?:[^\W\d_]{2,16} )?"
    r"|(?:filialen?|filiaal|branch(?:es)?|stores?|geschenkkarten?|gift ?cards?|gutscheine?"
    r"|cadeau(?:kaart|bon)(?:nen|en)?) (?:von|van|from|of|at|bei|bij) )$"
)
_CARRIES = re.compile(
    r"(?:'s)?(?: [^\W\d_]{2,16})? (?:has|hat|heeft) (?:your|ihr|dein|euer|uw|je|jullie) (?:parcel|package|pa[kc]k?et)"
)
_UPDATE = re.compile(r"(?<!\w)(?:update|news|nieuws|nieuwtje|info): (?:[^\W\d_]{2,16} )?$")
# "the Barbour Beaufort": no article leads to a full name.
_ARTICLE = re.compile(
    r"(?<!\w)(?:the|het|beim|(?:bought|ordered|got|need|returned|kocht|kochte|bestelde|kaufte|bestellte)"
    r" (?:an?|een|eine?n?)) $"
)
# "where is my Stanley Quencher", "over de Stanley Quencher", with a second word that is no last name.
_OURS = re.compile(
    r"(?<!\w)(?:(?:my|mijn|mein(?:e[mnrs]?)?|your|uw|our|onze|unser(?:e[mnrs]?)?)"
    r"(?: (?:new|nieuwe|neue[mnrs]?|old|oude|alte[mnrs]?|second|replacement|vervangende|tweede|zweite[mnrs]?))?|de) $"
)
_OF_PEOPLE = re.compile(r"(?:'s)? (?:family|account|booking|estate|wedding|party|household|case|file)(?!\w)")
_CRATE = re.compile(
    r"(?<!\w)(?:kisten?|krat(?:ten)?|kasten|crates? of|flaschen?|fles(?:sen)?|bottles? of|dosen?|blik(?:ken)?"
    r"|cans? of|six-?packs?|packung(?:en)?|pakken?|packs? of|jars? of|tubes? of|tuben?|gläser) $"
)
# "the Mark Hill curler", "Marks & Spencer concession"; what is also a verb ("Anna app mij") does not tell.
_NOUN_AFTER = re.compile(r" (?:[^\W\d_]{3,16} )?([^\W\d_]{3,16})(?!\w)")
_VERBS = frozenset("app plan ring watch iron film game print record kit stand boek set paint match tie top".split())  # noqa: SIM905
_AFTER = re.compile(r" ([^\W\d_]{2,16})(?!\w)")
_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{2,16}) (?:& |und |and |en )?$")
# "in Jade, Amber or Rose", where colours or kinds are told.
_SHADE_BESIDE = re.compile(r"(?:,? (?:or|and|of|oder|und|en|&) |[,/] ?| )([^\W\d_]{3,12})(?!\w)")
_SHADE_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{3,12})(?:,? (?:or|and|of|oder|und|en|&) |[,/] ?| )$")
_SHADED = re.compile(
    r"(?<!\w)(?:colou?rs?|farbe?n?|kleur(?:en)?|shades?|finish(?:es)?|t(?:ö|o)ne?|stock|sto(?:k|kc)|sold out"
    r"|ausverkauft"
    r"|uitverkocht|available|verf(?:ü|ue)gbar|lieferbar|leverbaar|tea|thee|tee|grey|gray|flavou?rs?|smaken|smaak"
    r"|geschmack|sorten?|scents?|geur(?:en)?|duft|variant\w{0,3}|versions?)(?!\w)"
)
_KING = re.compile(r"(?:kunde ist|klant is|customer is) $")
_KINGS = frozenset(("könig", "koenig", "koning", "king", "queen"))


def is_nobody(reading: Reading, start: int, end: int) -> bool:
    """Whether what stands beside the name at `start` says that it is a thing's."""
    lower = reading.lower
    words = lower[start:end].replace(",", " ").split()
    if not words or any(map(str.isdecimal, lower[start:end])):
        return False
    near = max(0, start - _REACH)
    if words[0] in SHADES and _is_shade(reading, start, end):
        return True
    is_shop = words[0] in SHOPS and (len(words) == 1 or words[1] in FIRM_WORDS)
    if is_shop and _SHOP_LED.search(lower, max(0, start - 14), start):
        return True
    if len(words) > 1 and _ARTICLE.search(lower, max(0, start - 24), start) and not _OF_PEOPLE.match(lower, end):
        return True
    is_led = _LED.search(lower, max(0, start - 28), start) is not None  # the cheap half of the question
    if (is_led and _AT_SHOP.search(lower, near, start)) or _CRATE.search(lower, max(0, start - 16), start):
        return True
    if _ANY_SHOP.search(lower, max(0, start - 40), start):
        return True
    if _CARRIES.match(lower, end) and _UPDATE.search(lower, max(0, start - 28), start):
        return True
    if len(words) > 1 and not may_be_last_name(folded(words[-1])) and _OURS.search(lower, max(0, start - 28), start):
        return True
    if words[0] in _KINGS and _KING.search(lower, max(0, start - 14), start):
        return True
    return _is_named(lower, start, end, words) or _is_firm(lower, end, words) or _is_before_noun(reading, end)


def _is_named(lower: str, start: int, end: int, words: list[str]) -> bool:
    """Whether it is of the works and brands that bear two names, or one of the two."""
    first = folded(words[0])
    if len(words) > 1:
        return f"{first} {folded(words[1])}" in NAMED_THINGS
    after, before = _AFTER.match(lower, end), _BEFORE.search(lower, max(0, start - 22), start)
    if after and f"{first} {folded(after.group(1))}" in NAMED_THINGS:
        return True
    return before is not None and f"{folded(before.group(1))} {first}" in NAMED_THINGS


def _is_firm(lower: str, end: int, words: list[str]) -> bool:
    """Whether a word that only firms have ends the name or follows it: "Penny Markt", "Christ Juwelier"."""
    after = _AFTER.match(lower, end)
    if after and after.group(1) in FIRM_WORDS:
        return True
    is_first = folded(words[0]) in FIRST_NAMES and words[0] not in WORD_NAMES
    return words[-1] in FIRM_WORDS and not (is_first and words[-1] not in PRODUCT_NOUNS)


def _is_before_noun(reading: Reading, end: int) -> bool:
    for noun in (_AFTER.match(reading.lower, end), _NOUN_AFTER.match(reading.text, end)):
        if noun is None or noun.group(1) not in PRODUCT_NOUNS or noun.group(1) in _VERBS:
            continue
        between = reading.text[end + 1 : noun.start(1)]
        if not between or between[0].isupper():
            return True
    return False


def _is_shade(reading: Reading, start: int, end: int) -> bool:
    """Whether another shade stands beside it, and a word for colours or kinds near."""
    beside = _SHADE_BESIDE.match(reading.lower, end), _SHADE_BEFORE.search(reading.lower, max(0, start - 18), start)
    if not any(one and (one.group(1) in SHADES or one.group(1) in COLOURS) for one in beside):
        return False
    return _SHADED.search(reading.lower, max(0, start - 96), end + 48) is not None
