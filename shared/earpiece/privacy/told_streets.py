"""Streets that no ending gives away, where a word says that somebody lives there or that something is brought there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.capitals import has_capitals_near
from earpiece.privacy.gates import Gate
from earpiece.privacy.numbers import matches_at
from earpiece.privacy.place_words import CITIES, COUNTED, DOOR_AFTER, DOOR_BEFORE, KNOWN_STREETS, NUMBERED_THINGS
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import BRANDS, PRODUCT_NOUNS
from earpiece.privacy.words import CALENDAR, SENTENCE_WORDS

_LIVED = re.compile(
    r"(?<!\w)(?:adres\w{0,6}|address\w{0,4}|anschrift|moved|moving|relocat\w{2,4}|verhui\w{2,6}|(?:um)?gezogen|umzug"
    r"|liv(?:e|es|ed|ing)|resid(?:e|es|ing|ent)|wo(?:o?n|hn)\w{0,8}|deliver\w{0,4}|bezorg\w{0,4}|(?:ge)?lever\w{0,4}"
    r"|(?:ge|aus)?liefer\w{0,5}|visit\w{0,3}|langs|monteur|engineer|techniker|technician|\w{0,8}meter\w{0,6}"
    r"|z(?:ä|ae)hler\w{0,6}|supply|property|house|flat|huis|haus|located|staying|shipp?(?:ed|ing)?|verify|confirm"
    r"|collect(?:ed)?|pick(?:ed)? ?up|ophalen|opgehaald|abholen|abgeholt|outage|storing|st(?:ö|oe)rung"
    r"|aansluiting|gas|power|water|electricity|stroom|strom|insure|verzekeren|versichern|leave it|i'?m at|neighbou?r"
    r"|broadband|internet|fib(?:re|er)|glasvezel|glasfaser|depot|collect|kade"
    r"|hausnummer|huisnummer|busnummer|flat number|house number|(?:grund|grond)\w{0,6}steuer|ozb|\w{0,12}heffing"
    r"|\w{0,6}m(?:ü|ue)ll\w{0,8}|grofvuil|bulky|ingeschreven|uitgeschreven|melden|afmelden|bewoner|nachbarhaus|buren"
    r"|findet|vindt|geh(?:ö|oe)rt|hoort|belongs|(?:first|second) line|line|exchange|erreichbar|nachbarn"
    r"|(?:strom|wasser|heizung|stroom|water)\w{0,12}|gas(?:geruch|lucht|lek|leck|anschluss|aansluiting|leitung|leiding)"
    r"|warmwasser|hot water|heating"
    r"|verwarming|cv-?ketel|boiler|smell|leak|ziehe?n?|lived|lebt?e?|wohnung|woning|appartement|apartment"
    r"|verbrauchsstelle|lieferadresse|council tax|bins?|rubbish|m(?:ü|ue)ll\w{0,8}|afval\w{0,8}|vuilnis\w{0,6}"
    r"|courier|koerier|kurier|drop ?off|dropped off|pickups?|fetch|premises|tenan(?:t|cy)|rent(?:ed|ing)?"
    r"|come (?:round|over|out|by)|kommen|komen|moves?|vertrekt|zieht|uitschrijven|inschrijven|collection day"
    r"|fuse ?box|sicherungskasten|meterkast|schl(?:ü|ue)sseldienst|locksmith|slotenmaker"
    r"|parking|parkeer\w{0,12}|park(?:ausweis|platz|verbot)\w{0,2}|pothole|schlagloch|street ?lights?|\w{0,8}laternen?"
    r"|lantaarn\w{0,6}|huren|key|sleutel|pavement|stoep\w{0,6}|gehweg|sewer|drain|riool\w{0,6}|kanalisation|porch|doorstep|shed|schuur"
    r"|garage|garten|garden|tuin|landlord|landlady|verhuurder|vermieter|mortgage|hypotheek|hypothek\w{0,2}|estate agent"
    r"|makelaar|makler|roof|dak|dach|solar|zonnepanelen|laadpaal|wallbox|alarm\w{0,6}|noise|overlast|l(?:ä|ae)rm"
    r"|taxi|uber"
    r"|ride|movers|umz(?:ü|ue)ge|verhuizing|einzug|auszug|move-?(?:in|out)|registered|keeper|halter|kentekenhouder"
    r"|statement|afschrift|kontoauszug|brieven?|briefe?|letters?|post|mail|shop|winkel|laden|business|zaak|firma|pand"
    r"|find|vinden|gefunden|finden|drop it|safe place|hinterlegen|permit|vergunning|ausweis|c/o|p/a|send|stuur"
    r"|schick\w{0,4}|tenants|mieter\w{0,2}|huurders?|mieten|huren|huur|rent"
    r"|doorzend\w{0,3}|nachsend\w{0,5}|forward\w{0,3}|redirect\w{0,3}|(?:klingel|klopf)\w{0,4}|aanbellen|belde aan"
    r"|door ?bell"
    r"|rang the bell|sleutels?|schl(?:ü|ue)ssel|keys?|keuken|k(?:ü|ue)che|kitchen|bathroom|badkamer|verbouwing"
    r"|renovation"
    r"|tree|boom|baum|denkmal\w{0,6}|conservation|council|schoonmoeder|schwiegermutter|mother-in-law|gehuurd|gemietet"
    r"|hier (?:aus|van)|here from"
    # After a date of birth: what somebody gives to be recognised.
    r"|(?:19\d\d|200\d),)(?!\w)"
)
# "the courier went to 12 Bishopsgate when I live at ...".
_LIVED_AFTER = re.compile(
    r"[^\n\d]{0,24}(?<!\w)(?:liv(?:e|es|ing)|wohne|wohnt|wohnen|woon|woont|wonen|glasfaser|glasvezel|fib(?:re"
    r"|er)|internet|nachbar\w{0,6}|buren|neighbours?|neighbors?|conservation|angemeldet|abgemeldet)(?!\w)"
    r"|[^\n]{0,64}(?<!\w)(?:verhuisd|umgezogen)(?!\w)"
)
_REACH = 64  # code points between such a word and the street
_WORD = r"[^\W\d_][\w'.-]{0,24}"
_ENGLISH_NUMBER = r"\d{1,5}[a-d]?(?: ?[/-] ?\d{1,4})?,?"
_FIRST_NUMBER = r"\d(?<![\w.,/#€$£-].)\d{0,4}[a-d]?(?: ?[/-] ?\d{1,4})?,?"  # the same, with nothing before it
_HOUSE_NUMBER = (
    r"(?:nr\.? ?)?\d{1,3}[a-h]?(?:(?:/| ?- ?)(?:\d{1,2} ?hoog|\d{1,3}[a-h]?|hs|huis|bis|[a-h]|[ivx]{1,3})(?!\w)){0,2}"
    r"(?: (?:hs|huis|bis|rood|zwart|[a-h]\d{0,3}|[ivx]{2,3})(?!\w))?"
    r"(?:(?:,? |/)(?:bus|bte|top|app\.?|whg\.?|wohnung|t(?:ü|ue)r|stiege) ?\d{1,3}){0,2}(?!\w|[.,:/-]\d"
    r"|[%€])"
)
# "langs op de Korte Poten 27-hs": what leads to a street, its name, its number.
_NUMBER_LAST = re.compile(
    r"(?<!\w)(?P<lead>(?:op|aan|naar|in|nach|an|auf|te|is|ist|von|aus|bei|bij|voor|f(?:ü|ue)r|vor"
    r"|tegenover|gegen(?:ü|ue)ber|neben"
    r"|naast|hinter|achter|uit|van|adres|adresse|anschrift|langs|verbrauchsstelle"
    r"|alt|neu|oud|nieuw|mehr|meer|moet|findet|vindt|finde|vind|zu[rm]|dat hij|grundsteuer|ozb|abgemeldet|angemeldet"
    r"|meterstand|z(?:ä|ae)hlerstand):? (?:(?:de|het|der|dem|den|die) )?|(?:19\d\d|200\d), |(?<=[:>?]) )"
    rf"(?P<name>(?:{_WORD} ){{1,4}}?)(?P<number>{_HOUSE_NUMBER})"
)
# "at 112 Broadway", "live at 70 the green".
_NUMBER_FIRST = re.compile(
    r"(?<!\w)(?:(?:19\d\d|200\d),|at|to|from|against|address(?: is)?|please|of|for|is|outside|near|opposite|behind"
    r"|reached"
    r"|by|pick ?up|drop ?off|find|be|>"
    r"|collect|next to|in front of|across|rent|are)(?::|,)? "
    rf"(?P<street>(?:{DOOR_BEFORE},? )?{_ENGLISH_NUMBER} "
    rf"(?P<name>(?:{_WORD} ?){{1,3}})(?:,? {DOOR_AFTER})?)"
)
# "Flat 3, 12 Bishopsgate", "12 Bishopsgate, Apt 3": a house and a door in it.
_DOOR_FIRST = re.compile(
    rf"(?P<street>(?!no|block|level|floor){DOOR_BEFORE},? {_ENGLISH_NUMBER} "
    rf"(?P<name>(?:{_WORD} ?){{1,3}})(?:,? {DOOR_AFTER})?)"
)
_DOOR_LAST = re.compile(
    rf"(?P<street>{_FIRST_NUMBER} (?P<name>(?:{_WORD} ){{0,2}}{_WORD}),? "
    r"(?:apt\.?|apartment|flat|unit|suite|ste\.?|floor|#) ?#?\d{1,4}[a-z]?(?!\w))"
)
# "57 Broadway", "9 The Paddocks".
_KNOWN = re.compile(rf"{_FIRST_NUMBER} (?P<name>(?P<one>[a-z]{{4,16}}|the(?= ))(?: [a-z]{{3,14}}(?![\w-]))?)(?![\w-])")
# "Flat 2, Kelham House".
_HOUSE = re.compile(
    rf"(?P<street>{DOOR_BEFORE}(?<=\w),? (?P<name>(?:{_WORD} ){{1,2}}"
    r"(?:house|court|lodge|mansions?|towers?|point|apartments|buildings?|heights|wharf|mill|works|gardens)(?!\w)))"
)
# "Ann Berg, 12 Bishopsgate, Leeds": a town after it.
_TOWNED = re.compile(
    rf"(?P<street>{_FIRST_NUMBER} (?P<name>(?:{_WORD} ){{0,2}}{_WORD})), "
    r"(?P<town>[^\W\d_]{3,24})(?!\w)"
)
_LONGEST, _LONGEST_NUMBER = 136, 64  # code points from what leads to a street to its number, and of the number
_BEFORE_HOUSE = frozenset(" .r")  # "Meir 3", "Meir nr. 3", "Meir nr3"
_DOOR = Gate(frozenset(("ste",)), ("flat", "apt", "apartment", "unit", "suite", "room", "studio", "floor", "#"))
# "Burchtwal 12-hs", "Meir 35 bus 3": nothing but a house has such a number.
_UPSTAIRS = re.compile(
    rf"(?<![\w.'-])(?P<name>(?:{_WORD} ){{1,3}})"
    r"(?:\d{1,4}[a-h]?(?:[ -]?(?:hs|bis(?: [a-h])?)|,? \d{1,2}\. (?:stock|og|etage|verdieping)|-(?:i|ii|iii|iv)"
    r"|,? bus \d{1,4}|(?:,? |/)(?:stiege \d{1,2},? )?top \d{1,3}|, (?:whg\.?|wohnung) \d{1,3}"
    r"|,? haus (?:[a-h]|\d{1,2}))|(?!(?:[0-2]?\d|3[01])/(?:0?\d|1[0-2])/\d\d)\d{1,3}/\d{1,2}/\d{1,3})(?![\w/])"
)
_STAIRS = re.compile(
    r"\d[a-h]?(?:[ -]?(?:hs|bis)|,? \d{1,2}\. [soev]|-i|(?:,? |/)(?:bus|top|stiege|haus|whg|wohnung)[. ]|/\d{1,2}/\d)"
)
# "Obere Au 94 - 94a": two doors of a house.
_PAIR = re.compile(r"\d(?<=(\d)) ?[-+] ?\d{0,2}\1[a-h]")
_TWO_DOORS = re.compile(rf"(?<![\w.'-])(?P<name>(?:{_WORD} ){{1,4}})(?P<door>\d{{1,3}}) ?[-+] ?(?P=door)[a-h](?!\w)")
_DOORED = re.compile(
    r"(?:nr\.? ?)?\d{1,3}(?:[a-h](?!\w)| [a-h](?!\w)|(?:/| ?- ?)\d|(?:,? |/)(?:top|whg|bus|t(?:ü|ue)r|stiege))"
)
_TOWN = re.compile(r",? (?:(?:te|in) )?([^\W\d_]{3,24})(?!\w)")
_SHORT_NUMBER = re.compile(r"\d(?<![\w.,:#€$£-].)\d{0,4}(?!\d|[.,:]\d|[%€]|-\d+-)")
_WHERE = re.compile(r"outside |opposite |behind |next to |in front of ")
_PARTICLES = frozenset(
    """
    the de het der dem den an am im auf in op aan ter ten zum zur hinter unter vor ob lange korte oude nieuwe van von la
    le grote kleine hoge lage obere untere alte neue
    """.split()  # noqa: SIM905
)
_LEAD = re.compile(r"(?:(?:op|aan|in|naar|auf) )?(?:(?:de|het|der|dem|den) )?")
_ARTICLE_LAST = re.compile(r"(?<= )(?:de|het) $")
_IS_LED = re.compile(
    r"(?:aan|in|an|voor|f(?:ü|ue)r|vor|bei|bij|dat hij|findet|vindt|moet|van|zu[rm]|alt|neu|oud|nieuw) "
)
_LATER_LEAD = re.compile(r"(?<= )(?:op|aan|in|naar|auf|an|am|bei|bij|nach|vor|voor) (?:(?:de|het|der|dem|den|die) )?")
_ARTICLES = frozenset(("de", "het", "der", "den", "dem"))
_LEADS = frozenset(("an", "op", "aan", "naar", "in", "nach", "auf", "bij"))
_KINDS = frozenset("street road avenue lane st rd ave blvd ln court terrace gardens mews".split())  # noqa: SIM905


def told_streets(reading: Reading) -> Iterator[Span]:
    if not _SHORT_NUMBER.search(reading.lower):
        return
    upstairs = _UPSTAIRS.finditer(reading.lower) if _STAIRS.search(reading.lower) else ()
    two_doors = _TWO_DOORS.finditer(reading.lower) if _PAIR.search(reading.lower) else ()
    for match in (*upstairs, *two_doors):
        start = _start_of_name(reading, match)
        if start < match.end("name"):
            yield Span(start, match.end(), Label.ADDRESS)
    for pattern in (_DOOR_FIRST, _DOOR_LAST, _HOUSE) if _DOOR.is_open(reading) else ():
        for match in pattern.finditer(reading.lower):
            end = _end_of_name(reading, match)
            if end > match.start("name"):
                yield Span(match.start("street"), match.end() if pattern is _HOUSE else end, Label.ADDRESS)
    yield from _number_last(reading)
    yield from _number_first(reading)


def _number_last(reading: Reading) -> Iterator[Span]:
    sizes = reading.numbers.of_size(1, 2, 3)
    houses = [start for start in sizes if reading.lower[start - 1 : start] in _BEFORE_HOUSE]
    if not houses:
        return
    place, end = max(0, houses[0] - _LONGEST), houses[-1] + _LONGEST_NUMBER
    while match := _NUMBER_LAST.search(reading.lower, place, end):
        place = match.start("name")  # what leads to the street may stand in what was taken for its name
        if (
            _is_street(reading, match)
            and (_is_doored(reading, match) or _is_before_town(reading, match) or _is_told(reading, match))
            and not COUNTED.match(reading.lower, match.end())
        ):
            place = match.end()
            yield Span(_after_leads(reading, match), place, Label.ADDRESS)


def _number_first(reading: Reading) -> Iterator[Span]:
    for match in matches_at(_TOWNED, reading.lower, reading.numbers.starts):
        is_whole = _end_of_name(reading, match) == match.end("street")
        if match["town"] in CITIES and is_whole and reading.text[match.start("town")].isupper():
            yield Span(match.start("street"), match.end("street"), Label.ADDRESS)
    for match in matches_at(_KNOWN, reading.lower, reading.numbers.starts):
        if match["one"] in KNOWN_STREETS or match["name"] in KNOWN_STREETS:
            end = match.end("name") if match["name"] in KNOWN_STREETS else match.end("one")
            yield Span(match.start(), end, Label.ADDRESS)
    begin = max(0, reading.numbers.starts[0] - _REACH)
    for match in _NUMBER_FIRST.finditer(reading.lower, begin):
        end = _end_of_name(reading, match)
        if end and (_is_placed(reading, match) or _is_told(reading, match)):
            yield Span(match.start("street"), end, Label.ADDRESS)


def _is_doored(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a capital has a number that things of a firm do not have: "bei Tulpenhof 12-3", "op Spaarne 7b"."""
    return _DOORED.match(match["number"]) is not None and not reading.is_shouted and reading.text != reading.lower


def _is_before_town(reading: Reading, match: re.Match[str]) -> bool:
    town = _TOWN.match(reading.lower, match.end())
    return town is not None and town.group(1) in CITIES


def _is_placed(reading: Reading, match: re.Match[str]) -> bool:
    """Whether it is told where: "outside 12 Bishopsgate", with a capital."""
    start = match.start("name")
    is_written = reading.text[start].isupper() and reading.text[start + 1 : start + 2].islower()
    return is_written and _WHERE.match(match.group()) is not None


def _is_told(reading: Reading, match: re.Match[str]) -> bool:
    near = max(0, match.start() - _REACH)
    if _LIVED.search(reading.lower, near, match.end()):
        return True
    return _LIVED_AFTER.match(reading.lower, match.end()) is not None


def _after_leads(reading: Reading, match: re.Match[str]) -> int:
    """Where the name begins after "op de " that another such word led to: "is müllabfuhr in der Ahornweg 38"."""
    start, end = match.span("name")
    led = _ARTICLE_LAST.search(reading.lower, match.start("lead"), start)
    if led and not reading.text[start].isupper():
        return led.start()  # "voor de sikkel 12": the article belongs to the name, and does no harm where it does not
    if led is None and _IS_LED.match(match["lead"]):
        return start  # "hij vindt op de bies 60 niet"
    lead = _LEAD.match(reading.lower, start)
    first = lead.end() if lead else start
    later = [one.end() for one in _LATER_LEAD.finditer(reading.text, first, end - 1)]
    return later[-1] if later and reading.text[later[-1]].isupper() else first


def _is_street(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the words are no part of a sentence, and written like a name where the text has capitals."""
    words = match["name"].split()
    if _is_led_to_capital(reading, match):
        return True
    if any(_is_other(word) for word in words):
        return False
    has_capitals = has_capitals_near(reading, match.start("name"))
    named = [word for word in words if word not in _PARTICLES]
    return bool(named) and (not has_capitals or reading.text[match.start("number") - len(words[-1]) - 1].isupper())


def _is_led_to_capital(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a capital that begins no sentence leads to a word of the language: "in der Im Grund 12"."""
    first, *others = match["name"].split()
    is_written = reading.text[match.start("name")].isupper() or not has_capitals_near(reading, match.start("name"))
    is_led = first in ("im", "am", "zum", "zur", "hinterm", "beim") and is_written and len(others) == 1
    return is_led and others[0] not in CALENDAR and others[0] not in NUMBERED_THINGS


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
    has_capitals = has_capitals_near(reading, match.start("street"))
    end = 0
    for word in re.finditer(r"\S+", match["name"]):
        start = match.start("name") + word.start()
        key = word.group().rstrip(".")
        is_led = key in _PARTICLES and not end
        if not is_led and (key in _PARTICLES or _is_other(key) or (has_capitals and not reading.text[start].isupper())):
            return end
        if not is_led:
            end = start + len(key)
        if key in _KINDS:
            return end
    return match.start("street") + len(match["street"].rstrip())


def _is_other(word: str) -> bool:
    if word in _PARTICLES:
        return False
    if any(map(str.isdecimal, word)):
        return True  # "205/55 R16"
    return (
        word.endswith(("adres", "adresse", "anschrift", "address"))
        or word in SENTENCE_WORDS
        or word in BRANDS
        or word in PRODUCT_NOUNS
        or word in NUMBERED_THINGS
    )
