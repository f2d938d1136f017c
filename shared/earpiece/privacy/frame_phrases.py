"""The halves of phrases with a name between them: what leads to it, and what stands after it."""

from __future__ import annotations

import re

from earpiece.privacy.gates import Gate, Gated, gate, gated
from earpiece.privacy.things import DEPARTMENT
from earpiece.privacy.words import MONTH

_WORD = r"[^\W\d_](?:\.|[^\W\d_]{1,24}(?:['-][^\W\d_]{1,24})?)"
_NAME = rf"(?P<name>{_WORD}(?:,? (?:(?:van|von|de|den|der|el|al|da|di|dos|ten|ter|zu|in|'t) ){{0,2}}{_WORD}){{0,2}}?)"
_YOUR = r"(?:your|the|our|uw|jullie|je|de|het|onze|der|dem|den|ihre[rmn]?|eure[rmn]?|unsere[rmn]?)"

# Whatever stands after these is a name, also in small letters and if it is a word.
AFTER_SURELY = (
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
FIELD = re.compile(
    r"(?<!\w)(?:surname|last name|family name|first name|given name|maiden name|achternaam|voornaam|meisjesnaam"
    r"|(?:guest|passenger|customer|client|lead|full|holder|cardholder|patient|contact|tenant|gast|klant|kunden"
    r"|g(?:ä|ae)ste)"
    r"[ -]?na(?:me|am)"
    rf"|nachname|familienname|vorname|geburtsname|m(?:ä|ae)dchenname)(?: is| ist)?:? {_NAME}(?=[,.;\n]|$)"
)
# Two names, the wrong and the right one: "name on the ticket Ann Day should be Anne Day".
CORRECTED = re.compile(
    r"(?<!\w)(?:sur|last |first |full |achter|voor|nach|vor)?na(?:me|am)"
    r"(?: (?:on|op|auf|in|im) (?:(?:the|my|het|de|mijn|dem|der|meinem|meiner) )?\w{3,16})?(?: is| ist)?:? "
    rf"{_NAME} (?:(?:should|must|needs to|ought to) (?:be|read|say)|instead of|in plaats van|statt|moet|muss"
    rf"|soll(?:te)?)"
    rf"(?: zijn| worden| sein| lauten)? {_NAME.replace('name', 'right', 1)}"
    r"(?=[,.!?;\n]|$| (?:zijn|worden|heten|lauten|hei(?:ß|ss)en|sein|please|pls|aub|bitte)(?!\w))"
)
# The same, with what tells after the name.
BEFORE_SURELY = (
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
BEFORE_DATE = (
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
BEFORE_EMAIL = (
    Gated(_ANY, re.compile(r" [(<][^\s@()<>]{1,64}@")),
    re.compile(rf"(?<!\w){_NAME}$"),
)
# After these stands a listed name in any case, or two capitals that are no words.
AFTER_LIKELY = (
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
BEFORE_LIKELY = (
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
