"""Words that say what a number beside them is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from earpiece.privacy.first_letters import by_first_letters, search_all


class Cue(StrEnum):
    PHONE = "PHONE"
    IBAN = "IBAN"
    CARD = "CARD"
    NATIONAL_ID = "NATIONAL_ID"
    AUTHORITY = "AUTHORITY"  # who knows people by their national id
    BIRTH = "BIRTH"
    POSTCODE = "POSTCODE"
    IP = "IP"
    VERSION = "VERSION"
    REFERENCE = "REFERENCE"  # of an order, a parcel, a product: a number that is nobody


_WORDS = {
    Cue.PHONE: r"tel|tele[fp]h?oo?n\w{0,12}|phone|mobiele?\w{0,8}|mobile|cell|handy\w{0,8}|gsm|landline|festnetz\w{0,8}"
    r"|call(?:ed|ing)?|bel(?:len|t)?|terugbel\w{0,4}|r(?:ü|ue)ckruf\w{0,6}|anruf\w{0,4}|zur(?:ü|ue)ckrufen|reach"
    r"|(?:try|ring|phone|contact) me|mob|ph|dial|(?:callback|alternative|best|direct) (?:number|line)"
    r"|contact(?= ?:)"
    r"|(?:he|she|they|i|we)(?:'?s|'?re|'?m| is| are| am) on(?= \+?[\d(])"
    r"|bereik\w{0,6}|erreich\w{0,6}|sms\w{0,5}|text(?: me)?|whats?app\w{0,4}|app(?:en|t)|app (?:me|mij)|fax"
    r"|(?:contact|daytime|home|work) (?:number|no)|contactnummer|rufnummer\w{0,2}"
    r"|(?:my|mijn|meine?) (?:06[ -]?)?(?:number|nummer)|regards|wishes|groet(?:en|jes)?|gr(?:ü|ue)(?:ß|ss)en?",
    Cue.IBAN: r"iban|rekening\w{0,10}|bankrekening\w{0,10}|konto\w{0,10}|bank account|account number",
    Cue.CARD: r"(?:credit|debit|bank|betaal|kredit)?(?:cards?|kaart|karte)\w{0,10}|visa|master ?card|amex|maestro"
    r"|(?:paid|pay(?:ing|ment)?) (?:with|by)|beta(?:ald|len) met|(?:be)?zahl(?:t|en) mit",
    Cue.NATIONAL_ID: r"bsn\w{0,8}|b\.s\.n|burger ?service ?\w{0,8}|(?:persoons|service)nummer"
    r"|sofi\w{0,8}|ssn|ss(?= ?[#:.])|social security|national insurance|nino"
    r"|pass?port\w{0,8}|paspoort\w{0,8}|(?:personal)?ausweis\w{0,8}|rijbewijs\w{0,8}|f(?:ü|ue)hrerschein\w{0,8}"
    r"|driv(?:er'?s|ing) licen[cs]e|pesel|dni|kimlik|codice fiscale|insee|ahv|personnummer|cpr"
    r"|pps(?:n|(?= ?(?:number|no|nr|[#:.\d])))(?: ?(?:number|no|nr))?|itin|rvnr|(?:svn|evnr)(?= ?[:#\d])"
    r"|(?:ni|ss) (?:number|no)|(?:my|mijn|mein) (?:social|ssn)|tax (?:ref\w{0,7}|number|code|no)|utr"
    r"|steuer\w{0,24}|idnr|tax id|tin|rijksregister\w{0,8}|insz|national id\w{0,8}|identi[a-z]{0,16}"
    r"|(?:sozial|renten|kranken)versicherungs-?(?:nummer|nr)|versicherten-?(?:nummer|nr)"
    r"|(?:credit|background|identity) check|payroll|tax (?:form|return)|form w-?[249]|loonheffing\w{0,16}"
    r"|belastingaangifte|lohnabrechnung|svnr|sv-?n(?:umme)?r|nhs(?: number| no)?|nationaal nummer|nationalnummer",
    Cue.AUTHORITY: r"hmrc|irs|dwp|belasting\w{0,12}|uwv|svb|finanzamt\w{0,2}|krankenkassen?|rentenversicherung"
    r"|pensions?|pensioen\w{0,6}|toeslag(?:en)?|kindergeld|kinderbijslag|elterngeld|uitkering|arbeitsagentur"
    r"|job ?cent(?:re|er)"
    r"|universal credit|itin|student loan|medicare|medicaid|zorgverzekeraar|payslip|loonstrook"
    r"|gehaltsabrechnung|b(?:ü|ue)rgeramt|gemeente|standesamt|town hall",
    Cue.BIRTH: r"born|ik ben van(?= \d)|birth\w{0,5}|bday|d\.?o\.?b|geboren|geboorte\w{0,8}|geb|geburts\w{0,6}"
    r"|geburtstag\w{0,2}|verjaardag|(?<!koning is )(?<!koningin is )jarig",
    Cue.POSTCODE: r"(?:post ?|eir)codes?|plz|post-?leitzahl|zip(?: ?code)?|postal(?: code| area)?|wohnort|wohnhaft in",
    Cue.IP: r"ip(?:-?ad\w{0,6})?|ipv[46]|log(?:ged|de|in|ins)?|sign(?:ed)?[ -]?in|(?:in|ein)gelogg?d?t?",
    Cue.VERSION: r"versi?ons?\w{0,6}|versie\w{0,8}|firmware|v|build|release|update|software|ios|android|windows|driver"
    r"|treiber|fout\w{0,5}|error|fehler\w{0,5}",
    Cue.REFERENCE: r"order\w{0,10}|bestel\w{0,14}|factu\w{0,10}|rechnung\w{0,10}|invoice\w{0,3}|ref|referen\w{0,8}"
    r"|ust\.?-?id\w{0,8}(?:[.-]{1,2}n\w{1,6})?|(?:vat|uid|mwst|btw)[ -]?(?:id|n[a-z]{1,5}|reg\w{0,9})(?: n[a-z]{1,5})?"
    r"|kenmerk|aktenzeichen|vorgang\w{0,8}|ticket\w{0,10}"
    r"|case(?=[ :#-]{0,3}(?:[#\d]|n|id))|zaak\w{0,8}|track\w{0,10}|trace|barcode|strichcode"
    r"|(?<!tal )(?<!tla )(?<!sms )code|account(?= ?#?\d)"
    r"|ean|sku|isbn|imei|art(?:ikel|icle)\w{0,8}|seri\w{0,12}|klantn\w{0,8}|kundenn\w{0,8}|customer (?:number|no|id)"
    r"|pakket\w{0,8}|paket\w{0,8}|parcel|package|sendung\w{0,16}|zustell\w{0,10}|shipment|zending\w{0,8}|model\w{0,8}|rma|inc"
    r"|polis\w{0,8}|vertrag(?!ing)\w{0,10}|contract\w{0,8}|policy|meter\w{0,8}|z(?:ä|ae)hler\w{0,8}|product\w{0,8}"
    r"|produkt\w{0,8}",
}
_CUES = by_first_letters(_WORDS.items(), r"(?![^\W_])")
_COMPOUNDS = re.compile(rf"(?P<{Cue.NATIONAL_ID}>\w{{0,10}}identifik\w{{0,20}})(?![^\W_])")

# These announce what has no proof of its own, so they are known with one slip of the finger too.
_SLIPPED = {
    Cue.POSTCODE: "postcode postleitzahl zipcode postal",
    Cue.NATIONAL_ID: "burgerservicenummer rijksregisternummer sofinummer identifikationsnummer"
    " steueridentifikationsnummer steuernummer sozialversicherungsnummer",
    Cue.PHONE: "telefoon telefon telefoonnummer telefonnummer handynummer mobiel nummer number mobile phone regards",
    Cue.BIRTH: "birth birthday geboren geboortedatum geburtsdatum geburtstag verjaardag",
    Cue.REFERENCE: "order bestelnummer bestellnummer bestellung bestelling reference referentie referenz rechnung"
    " factuur invoice ticket tracking klantnummer kundennummer",
}
_REAL_WORDS = frozenset(("moble", "mobil", "oder", "number", "nummer", "phoen", "phone", "ordre"))


def _slips(word: str) -> set[str]:
    """`word` without one of its inner letters, or with two of them exchanged."""
    left_out = {word[:i] + word[i + 1 :] for i in range(1, len(word))}
    return left_out | {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}


_SLIPS = {slip: cue for cue, words in _SLIPPED.items() for word in words.split() for slip in _slips(word) - _REAL_WORDS}
_WORD = re.compile(r"[^\W\d_]{4,30}")


def cues_in(lower: str, words: frozenset[str], starts: Sequence[int]) -> tuple[tuple[int, Cue], ...]:
    """Where each telling word of a text in lower case ends, and what it announces; its words begin at `starts`."""
    compounds = _COMPOUNDS if "identifik" in lower else None
    found = search_all(_CUES, compounds, lower, starts)
    heard = {match.end(): Cue(match.lastgroup) for match in found if match.lastgroup}
    if not _SLIPS.keys().isdisjoint(words):
        for word in _WORD.finditer(lower):
            if word.group() in _SLIPS:
                heard.setdefault(word.end(), _SLIPS[word.group()])
    return tuple(sorted(heard.items()))
