"""E-mail addresses as they are said: "jan punt bakker apenstaartje ziggo punt nl", "ann dot lee at live dot com"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, is_plain_word
from earpiece.privacy.gates import Gate
from earpiece.privacy.last_names import is_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import SENTENCE_WORDS

_SAID_DOT = r"(?: (?:dot|punt|punkt|point) | ?[(\[] ?(?:dot|punt|punkt) ?[)\]] ?)"
_SAID_LINE = (
    r" (?:(?:low |lage? |liggende? )?(?:streepje|strich)|under ?score|unterstrich|dash|hyphen|minus|koppelteken"
    r"|bindestrich|plus) "
)
_JOINT = rf"(?:{_SAID_DOT}|{_SAID_LINE})"
_SURELY_AT = r"(?:at[ -]sign|at-?(?:teken|zeichen)|ape?n?staart(?:je)?|klammeraffe|affenschwanz|(?:ä|ae)tt?)"
_AT = re.compile(
    rf"(?P<sure> {_SURELY_AT} | ?[(\[{{] ?(?:at|{_SURELY_AT}) ?[)\]}}] ?| ?@ ?|%40)| at (?!sign|the |a |an )"
)
_LABEL = r"[^\W_][^\W_-]{0,62}(?:-[^\W_-]{1,62}){0,4}"
# Nobody ends a sentence so: what no word proves otherwise must end in one of these.
_TOP_LEVEL = (
    r"(?:com?|net|org|edu|gov|info|biz|email|name|eu|uk|ie|us|ca|au|nz|nl|be|de|at|ch|li|lu|fr|es|it|pt|pl|cz|sk|hu|dk"
    r"|se|no|fi|ee|lv|lt|gr|tr|ro|bg|hr|rs|si|ba|ua|ru|in|me|io|tv|cc|nu|frl|amsterdam|berlin|wien|swiss|app|dev|shop"
    r"|online|cloud|xyz|pro)(?![\w-])"
)
_DOMAIN = re.compile(rf"(?=[^\W_]{{0,24}}[^\W\d_])(?:{_LABEL}(?:{_JOINT}|\.)){{1,5}}{_TOP_LEVEL}")
_PART = r"[\w.+%'-]{1,64}"
_LOCAL = re.compile(rf"(?<![\w.+%'-]){_PART}(?:{_JOINT}(?:(?:van|de|der|den|von) ){{0,2}}{_PART}){{0,6}}$")
_REACH = 160  # code points of a name before the sign
_IS_SAID = re.compile(rf"{_JOINT}| {_SURELY_AT} ")
_MAY_BE_SAID = Gate(frozenset(("dot", "punt", "punkt", "point", "klammeraffe", "affenschwanz")), ("staart",))
_HAS_SIGN = Gate(frozenset(("at", "ät", "ätt", "atteken", "atzeichen")), ("@", "%40", "staart", "affe"))
# What may stand before "at page dot com", and is nobody's mailbox.
_BEFORE_SITES = frozenset(
    """
    account advertised available back best book bookings browse browsing buy buys catalogue check checked cheaper
    checkout click code customer customers deal deals direct directly download easily else enquire everything exists
    find found free go goes here instructions item items join list listed listing live login look looked looks manual
    more offer offers official online order orders page pages paid password pay portal price priced prices product
    products purchase read register registered sale sales saw search see seen sell sells shop shopper shops sign signup
    site sites sold something stock store stores subscribe support team terms that them there these things this those
    track up us view visit web website webshop website's you
    """.split()  # noqa: SIM905
)


def spoken_emails(reading: Reading) -> Iterator[Span]:
    """The ones with a sign that is said; `emails` finds those that are written."""
    if not _MAY_BE_SAID.is_open(reading) or not _HAS_SIGN.is_open(reading):
        return
    for sign in _AT.finditer(reading.lower):
        domain = _DOMAIN.match(reading.lower, sign.end())
        local = _LOCAL.search(reading.lower, max(0, sign.start() - _REACH), sign.start()) if domain else None
        if not domain or not local or not _IS_SAID.search(reading.lower, local.start(), domain.end()):
            continue
        if sign["sure"] or not _is_ordinary(local.group()):
            yield Span(local.start(), domain.end(), Label.EMAIL)


def written(address: str) -> str:
    """An address in lower case as it would be written, with the signs in the place of their names."""
    signed = _AT.sub("@", address)
    for said, sign in ((_SAID_DOT, "."), (r" (?:under ?score|unterstrich) ", "_"), (r" plus ", "+"), (_SAID_LINE, "-")):
        signed = re.sub(said, sign, signed)
    return signed


def _is_ordinary(local: str) -> bool:
    """Whether a word before "at" may be one of a sentence: "look at page dot com"."""
    if not local.isalpha() or local in FIRST_NAMES or local in WORD_NAMES or is_last_name(local):
        return False
    return local in _BEFORE_SITES or local in SENTENCE_WORDS or is_plain_word(local) or local.endswith(("ed", "ing"))
