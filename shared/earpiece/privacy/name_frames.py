"""Names between the two halves of a phrase: "is ... still on shift?", "... from your branch", "it's ... with a k"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded, is_plain_word
from earpiece.privacy.gates import Gate, Gated, gate, gated
from earpiece.privacy.last_names import is_last_name, may_be_last_name
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import ARTICLES, DEPARTMENT, NAMED_THINGS
from earpiece.privacy.words import CALENDAR, MONTH, PARTICLES, SENTENCE_WORDS

_WORD = r"[^\W\d_](?:\.|[^\W\d_]{1,24}(?:['-][^\W\d_]{1,24})?)"
_NAME = rf"(?P<name>{_WORD}(?:,? (?:(?:van|von|de|den|der|el|al|da|di|dos|ten|ter|zu|in|'t) ){{0,2}}{_WORD}){{0,2}}?)"
_YOUR = r"(?:your|the|our|uw|jullie|je|de|het|onze|der|dem|den|ihre[rmn]?|eure[rmn]?|unsere[rmn]?)"

# Whatever stands after these is a name, also in small letters and if it is a word.
_AFTER_SURELY = (
    Gated(
        gate(r"spell|gespeld|schrijf|schreibt|buchstabiert", are_words=False),
        re.compile(
            r"(?:spell(?:ed|t)(?: as| like)?|spelling is|gespeld als|(?:je |men )?schrijf(?:t)? (?:je )?(?:het "
            r"|dat )?(?:als )?"
            r"|schreibt (?:man |sich )?(?:es |das |sich )?|buchstabiert)(?::? ?)(?<=[ :])"
            rf"{_NAME}(?=[,.!?;\n]|$| (?:with|met|mit)(?!\w))"
        ),
    ),
    gated(
        r"termin|afspraak|appointment|reservation|booking|table|room|reservering|boeking|reservierung|buchung|tisch|zimmer|abo|konto"
        r"|account"
        r"|contract|vertrag|police|policy|polis|abonnement",
        r" (?:is |staat |l(?:ä|ae)uft |steht )?(?:now |nog |noch )?"
        rf"(?:under|op|auf|unter|onder)(?: the name(?: of)?| de naam| den namen)? {_NAME}(?=[,.!?;:\n]|$)",
    ),
)
# A form's field without a word between: "surname Fox, first name Ann".
_FIELD = re.compile(
    r"(?<!\w)(?:surname|last name|family name|first name|given name|maiden name|achternaam|voornaam|meisjesnaam"
    r"|(?:guest|passenger|customer|client|lead|full|holder|cardholder|patient|contact|tenant|gast|klant|kunden"
    r"|g(?:ä|ae)ste)"
    r"[ -]?na(?:me|am)"
    rf"|nachname|familienname|vorname|geburtsname|m(?:ä|ae)dchenname)(?: is| ist)?:? {_NAME}(?=[,.;\n]|$)"
)
# Two names, the wrong and the right one: "name on the ticket Ann Day should be Anne Day".
_CORRECTED = re.compile(
    r"(?<!\w)(?:sur|last |first |full |achter|voor|nach|vor)?na(?:me|am)"
    r"(?: (?:on|op|auf|in|im) (?:(?:the|my|het|de|mijn|dem|der|meinem|meiner) )?\w{3,16})?(?: is| ist)?:? "
    rf"{_NAME} (?:(?:should|must|needs to|ought to) (?:be|read|say)|instead of|in plaats van|statt|moet|muss"
    rf"|soll(?:te)?)"
    rf"(?: zijn| worden| sein| lauten)? {_NAME.replace('name', 'right', 1)}"
    r"(?=[,.!?;\n]|$| (?:zijn|worden|heten|lauten|hei(?:ß|ss)en|sein|please|pls|aub|bitte)(?!\w))"
)
# The same, with what tells after the name.
_BEFORE_SURELY = (
    (
        gated(
            r"with|without|met|zonder|mit|ohne",
            r" (?:an? |een |één |einem |zwei |two |twee |the )?"
            r"(?:[a-z](?!\w)|double|dubb?ele?|doppel\w{0,3}|hyphen|umlaut|trema|streepje|bindestrich|silent|capital"
            r"|letter)",
            before=",? ",
        ),
        re.compile(rf"(?<!\w)(?:it'?s|it is|is|het is|es ist|ist|name|naam) {_NAME}$"),
    ),
    (
        gated(
            r"spell?(?:ed|t)|written|gespeld|geschreven|buchstabiert|geschrieben",
            r" (?:with|met|mit)(?!\w)",
            before=" ",
        ),
        re.compile(rf"(?<!\w)(?:is|ist|was|wird|wordt) {_NAME}$"),
    ),
    (
        gated(r"dob|d\.o\.b|date of birth|born|geb|geboren|geboortedatum|geburtsdatum", r"(?!\w)"),
        re.compile(rf"(?<!\w){_NAME},? ?\(? ?$"),
    ),
)
_ANY = Gate(frozenset(), ("",))
# A name beside a date of birth, and beside an address for e-mail.
_BEFORE_DATE = (
    Gated(
        _ANY,
        re.compile(
            r"[,/(|;] ?(?:\d{1,2}([-/. ])\d{1,2}\1(?:19\d\d|200\d)|(?:19\d\d|200\d)[-/]\d{1,2}[-/]\d{1,2}"
            rf"|\d{{1,2}}(?:st|nd|rd|th|\.)? {MONTH}\.? (?:19\d\d|200\d)|{MONTH}\.? \d{{1,2}}(?:st|nd|rd"
            rf"|th)?,? (?:19\d\d|200\d))"
            r"(?!\d)"
        ),
    ),
    re.compile(
        rf"(?m)(?:^|(?<=[.!?:;,] )|(?<= of )|(?<= is )|(?<= van )|(?<= von )|(?<=name )|(?<=naam )"
        rf"|(?<=pflege )){_NAME} ?$"
    ),
)
_BEFORE_EMAIL = (
    Gated(_ANY, re.compile(r" [(<][^\s@()<>]{1,64}@")),
    re.compile(rf"(?<!\w){_NAME}$"),
)
# After these stands a listed name in any case, or two capitals that are no words.
_AFTER_LIKELY = (
    gated(
        r"verify|verified|validate|identify|locate|reach|contact|match|find|thank|blame|meet|add|visit|help"
        r"|(?:left|leave (?:it|them)) with|(?:afgegeven|bezorgd) (?:zijn )?bij|abgegeben bei|deliver to"
        r"|overboeking naar"
        r"|(?:ü|ue)berweisung an|roll:|called|afzender|ontvanger|absender|empf(?:ä|ae)nger|sender is|recipient(?: is)?"
        r"|this is|copied in|looped in|cc'?ed|believe|trust|introduce|register|enrol|list|name|authori[sz]e|appoint"
        r"|nominate"
        r"|vermelden|bereiken|bedanken|spreken|vinden|verwijderen|benennen|eintragen|erreichen"
        r"|tragen sie|trage|nenne|sprechen",
        rf" '?{_NAME}"
        r"(?= (?:against|as|als|in accounts|for (?:the|your|her|his)|and|or|on|via|at|ein|toevoegen|voor|with|op"
        r"|van (?!de[nr]? )|no longer|\d+)(?!\w)"
        r"|[,.!?;\n']|$)",
    ),
    gated(
        r"voeg|kunt u|kun je|kan ik|wil ik|k(?:ö|oe)nnen sie|kannst du|bitte|please",
        rf" {_NAME}(?= (?:toe(?:voegen)?"
        r"|machtigen|verwijderen|doorverbinden|spreken|terugbellen|bellen|mailen|eintragen|hinzuf(?:ü|ue)gen"
        r"|entfernen|l(?:ö|oe)schen|ausrichten|sprechen|verbinden|anrufen|zur(?:ü|ue)ckrufen|als)(?!\w))",
    ),
    gated(
        r"says|shows|staat|steht|reads|lists|printed|gedruckt|zeigt|toont",
        rf" {_NAME}"
        r"(?= (?:but|instead|and|maar|en|aber|statt|in plaats|und|on the|not|niet|nicht)(?!\w)|[,.;])",
    ),
)
_BEFORE_LIKELY = (
    (
        gated(
            r"looked|seen|checked|replied|answered|gone|finished|called|rung|had (?:a|the|time)|sent|got|read|been"
            r"|geschaut|geantwortet|angerufen|gekeken|gereageerd|gebeld|geantwoord",
            r"(?!\w)",
            before=" ",
        ),
        re.compile(rf"(?<!\w)(?:has|have|did|hat|heeft) {_NAME}$"),
    ),
    (gated("family|household", r"(?!\w)", before=" "), re.compile(rf"(?<!\w)the {_NAME}$")),
    (
        gated(
            r"(?:(?:still|nog|noch|back|wieder|weer|er|here|there|hier|da|also|ook|auch|currently|even) )*"
            r"(?:on (?:shift|duty|leave|holiday|the line)|available|around|working|there|here|back|still|off"
            r"|vandaag|today"
            r"|heute|aanwezig|werkzaam|bereikbaar|beschikbaar|erreichbar|verf(?:ü|ue)gbar|da|im (?:haus|dienst"
            r"|b(?:ü|ue)ro"
            r"|team)|in (?:dienst|de buurt|gesprek|the office)|er|vrij|krank|ziek|at (?:the|your))",
            r"(?![\w-])",
            before=" ",
        ),
        re.compile(
            r"(?<!\w)(?:is|ist|was|has|hat|heeft|does|will|can|kan|kann|where(?: i|')s|waar is|wo ist) "
            rf"{_NAME}$"
        ),
    ),
    (
        gated(
            r"from|at|of|in|over at|aus|von|vom|van|bij|bei|on",
            rf" (?:{_YOUR} )?(?:[^\W\d_]{{2,20}} )?(?:{DEPARTMENT})(?!\w)",
            before=",? ",
        ),
        re.compile(rf"(?<!\w){_NAME}$"),
    ),
    (
        gated(
            r"from your|handled|approved|promised|assured|advised|told|said|called|rang|phoned|emailed|texted"
            r"|signed"
            r"|wrote|explained|confirmed|helped|booked|ordered|paid|lives|works|passed away|is (?:my|our|moving"
            r"|not at home"
            r"|on (?:shift|holiday|leave))|was (?:very|so|really) (?:helpful|kind|rude|friendly)|(?:would"
            r"|will) (?:call|ring"
            r"|visit|pick|sign)|zei|zegt|belde|beloofde|vertelde|schreef|hielp|tekende|betaalde|bestelde|woont|werkt"
            r"|zou (?:mij|me|ons|het|bellen)|meinte|sagte?|rief|versprach|schrieb|half|unterschrieb|bezahlte"
            r"|bestellte|wohnt"
            r"|arbeitet|wollte (?:mich|uns|sich)",
            r"(?!\w)",
            before=" ",
        ),
        re.compile(
            rf"(?:^|(?<=[.!?,;] )|(?<=\n)|(?<=that )|(?<=dat )|(?<=dass )|(?<=because )|(?<=and )|(?<=en )"
            rf"|(?<=und )){_NAME}$"
        ),
    ),
)
Frame = tuple[Gated, re.Pattern[str]]  # what stands after the name, and what leads to its end
_LONGEST = 56  # code points of a name before what tells it
_LEADS = frozenset(
    (
        "hello", "hi", "hey", "hiya", "dear", "hallo", "hoi", "dag", "beste", "moin", "and", "en", "und",
        "please", "pls", "add", "invite", "remove", "voeg", "nodig", "verwijder", "bitte",
    )
)  # fmt: skip
_DEPARTMENT = re.compile(DEPARTMENT)
_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{2,12}) $")
_FIRST = re.compile(r"[^\W\d_]{2,24}")


def name_frames(reading: Reading) -> Iterator[Span]:
    if "nam" in reading.lower or "naam" in reading.lower:
        yield from _fields(reading)
    beside = [_BEFORE_DATE] if _has_old_year(reading) else []
    beside += [_BEFORE_EMAIL] if "@" in reading.lower else []
    for match in _matches(reading, _AFTER_SURELY, (*_BEFORE_SURELY, *beside)):
        yield from _told(reading, match)
    for match in _matches(reading, _AFTER_LIKELY, _BEFORE_LIKELY):
        if _is_likely(reading, match):
            yield from _told(reading, match)


def _has_old_year(reading: Reading) -> bool:
    return any(reading.text.startswith(("19", "200"), start) for start in reading.numbers.of_size(4))


def _fields(reading: Reading) -> Iterator[Span]:
    for match in _FIELD.finditer(reading.lower):
        yield from _told(reading, match)
    for match in _CORRECTED.finditer(reading.lower):
        for name in ("name", "right"):
            yield from _told(reading, match, name)


def _matches(reading: Reading, after: Iterable[Gated], before: Iterable[Frame]) -> Iterator[re.Match[str]]:
    for phrases in after:
        yield from phrases.finditer(reading)
    for second, first in before:
        for half in second.finditer(reading):
            match = first.search(reading.lower, max(0, half.start() - _LONGEST), half.start())
            if match:
                yield match


def _told(reading: Reading, match: re.Match[str], group: str = "name") -> Iterator[Span]:
    start, end = _without_lead(reading, *match.span(group)), match.end(group)
    words = [word.rstrip(".") for word in reading.lower[start:end].replace(",", "").split()]
    told = [word for word in words if word not in PARTICLES]
    is_written = reading.text[start].isupper() and not reading.is_shouted
    is_full = len(told) > 1 and _is_first(told[0]) and may_be_last_name(folded(told[-1]))
    is_word = not is_full and any(_is_word(word, is_written=is_written) for word in told)
    is_word = is_word or any(_DEPARTMENT.fullmatch(word) for word in told)
    before = _BEFORE.search(reading.lower, max(0, start - 14), start)
    is_thing = " ".join(told[:2]) in NAMED_THINGS
    is_thing = is_thing or (before is not None and before.group(1) in ARTICLES and not match.group().startswith("the "))
    is_date = told[:1] and told[0] in CALENDAR and reading.text[max(0, start - 3) : start].strip(" .").isdecimal()
    if told and not is_word and not is_thing and not is_date:
        yield Span(start, end, Label.PERSON)


def _without_lead(reading: Reading, start: int, end: int) -> int:
    """Where the name begins after what leads to it: "Hello Ann, Crystal from ...", "please add Ann"."""
    word, space, _ = reading.lower[start:end].partition(" ")
    return _without_lead(reading, start + len(word) + 1, end) if space and word in _LEADS else start


def _is_first(word: str) -> bool:
    return folded(word) in FIRST_NAMES or word in WORD_NAMES


def _is_word(word: str, *, is_written: bool) -> bool:
    """Whether a word is no name here; a last name that is also a word may be one, with a capital."""
    if is_written and (may_be_last_name(folded(word)) or word in WORD_NAMES):
        return False
    return word in SENTENCE_WORDS or is_plain_word(word)


def _is_likely(reading: Reading, match: re.Match[str]) -> bool:
    words = match["name"].replace(",", "").split()
    named = [folded(word) for word in words if word not in PARTICLES]
    if any(word in FIRST_NAMES or is_last_name(word) or word in WORD_NAMES for word in named):
        return True
    if match.group().startswith("the "):
        return all(map(may_be_last_name, named))
    starts = [word.start() for word in _FIRST.finditer(reading.lower, *match.span("name"))]
    is_written = all(reading.text[start].isupper() for start in starts) and not reading.is_shouted
    return is_written and len(words) > 1
