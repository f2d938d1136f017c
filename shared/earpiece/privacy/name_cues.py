"""Phrases after which a name comes, by how much they prove. In lower case: they are looked for in lower case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial

from earpiece.privacy.first_letters import by_first_letters, search


class NameCue(StrEnum):
    TOLD = "told"  # "my name is": whatever follows is a name, also in lower case
    TITLE = "title"  # "Mrs": the next word is a name
    CLOSING = "closing"  # "Kind regards,"
    GREETING = "greeting"  # "Dear": a name, unless it is "Dear all"
    ASKED = "asked"  # "who is": a name if it is written like one and is no word
    SPOKEN_TO = "spoken_to"  # "sorry": the same, where the phrase ends after it
    HINT = "hint"  # "I'm": a name if it is written like one


_SOON = r"(?= \S{2,20}(?: \S{2,20}){0,3} "  # the verb that tells comes after the name: "met Jan gesproken"
_PHRASES: dict[NameCue, tuple[str, ...]] = {
    NameCue.TOLD: (
        r"(?:my |the |his |her )?(?:full |first |last |family |sur)?name(?: is|'s| ?-)|name on (?:the|my) \w{3,12} is",
        r"(?:account ?holder|card ?holder)(?: is)?|on behalf of|under the name(?: of)?",
        r"(?:signed|accepted|taken)(?: for)? by",
        r"(?:you are|you're)(?: now)? (?:speaking|chatting|connected) (?:with|to)"
        r"|(?:je|u) (?:chat|praat)(?: nu)? met|(?:sie chatten|du chattest)(?: jetzt| nun)? mit",
        r"(?:spoke|speaking|talked|spoken|chatted) (?:to|with)",
        r"(?:mijn |zijn |haar |de )?(?:voor|achter)?naam is|ik heet|(?:u )?spreekt met|op naam van",
        r"t\.?n\.?v\.?|t\.a\.v\.?|z\. ?hd\.?|attn"
        r"|namens|rekeninghouder(?: is)?|(?:getekend|aangenomen|ondertekend) door",
        r"gesproken met|sprak (?:(?:net|zojuist|gisteren|eerder|vanmorgen) )?met|sprach (?:gerade|eben|gestern) mit"
        r"|(?:my|the) (?:friends|family) call me|(?:noemen|nennen) mich|ze noemen me",
        rf"met{_SOON}gesproken)|mit{_SOON}(?:gesprochen|telefoniert))|von{_SOON}(?:angenommen|unterschrieben))",
        r"mein (?:vor|nach)?name(?: ist)?|name (?:ist|lautet)|(?:vor|nach|familien)name (?:ist|lautet)",
        r"ich hei(?:ß|ss)e|hier spricht|(?:sie )?sprechen mit|auf den namen",
        r"im namen von|kontoinhaber(?:in)?(?: ist)?|(?:angenommen|unterschrieben|entgegengenommen) von",
        r"(?:from|to|van|aan|von|an|customer|klant|kunde|name|naam|full name|contact(?:person)?|attn|afzender|ontvanger"
        r"|absender|empfänger|besteller|geadresseerde) ?:|c/o",
        r"(?:patient|passengers?|travell?ers?|guests?|insured|policy ?holder|applicant|claimant"
        r"|beneficiary|payee|payer|sender|recipient|(?:ship|bill|deliver|sold) to|caller|requested by|reported by"
        r"|assigned to|next of kin|emergency contact|spouse|witness|cardholder|borrower|guarantor|lessee|employee) ?:",
        r"(?:voornaam|achternaam|pati(?:ë|e)nt|reizigers?|passagiers?|verzekerde|polishouder|aanvrager|begunstigde"
        r"|betaler|bezorgen bij|factuur aan|toegewezen aan|melder|beller|getuige|kaarthouder|contactpersoon|huurder"
        r"|tenaamstelling|bewoner|gast(?:en)?|leerling) ?:",
        r"(?:vorname|nachname|patient(?:in)?|reisende[rn]?|fahrgast|passagiere?|versicherte[rn]?"
        r"|versicherungsnehmer(?:in)?"
        r"|antragsteller(?:in)?|begünstigte[rn]?|zahler(?:in)?|lieferung an|rechnung an|zugewiesen an"
        r"|anrufer(?:in)?|melder"
        r"|zeug(?:e|in)|karteninhaber(?:in)?|ansprechpartner(?:in)?|kontaktperson|mieter(?:in)?|gäste?"
        r"|schüler(?:in)?) ?:",
        r"(?:beneficiary|payee|begunstigde|beg(?:ü|ue)nstigte[rn]?) (?:should be|is|moet|wordt|soll|ist)",
        r"(?:joint|shared) (?:account|policy|mortgage|tenancy) with|rekening samen met|gemeinschafts(?:konto"
        r"|depot) mit",
        r"in (?:the )?name of|in het bezit van|you'?ve reached|you have reached|put me through to|may i speak (?:to"
        r"|with)"
        r"|(?:could|can) i (?:please )?(?:speak|talk) (?:to|with)|sie haben .{0,4}erreicht",
        r"name'?s|nama is|me llamo|i go by|mensen noemen me|mijn roepnaam is|mein rufname ist|de naam is|der name ist",
    ),
    NameCue.TITLE: (
        r"prof(?:essor)?|mr|mrs|ms|miss|mister|messrs|sir|dame|dr|dhr|mevr|mw|mej|meneer|mevrouw|heer|herrn?|hr"
        r"|frau|fr(?=\.)",
    ),
    NameCue.CLOSING: (
        r"(?:(?:kind(?:est)?|best|warm(?:est)?) )?regards|(?:best|kind|warm) wishes|sincerely(?: yours)?|cheers|signed",
        r"yours(?: sincerely| truly| faithfully)?|(?:met )?(?:vriendelijke |hartelijke |lieve )?groet(?:en|jes)?",
        r"mvg|grtz?",
        r"(?:mit )?(?:freundlichen?|herzlichen?|besten?|lieben?|vielen?|schönen?) gr(?:ü|ue)(?:ß|ss)en?",
        r"mfg|hochachtungsvoll|hoogachtend|getekend|unterzeichnet|gruß|best(?=[,\n])|(?:lg|vg|gr|bg)(?=[,.\n]"
        r"| [a-z]{3,14}(?:$|\n))",
        r"sent (?:from|via|with) my \w{2,12}|verzonden (?:vanaf|met|via) mijn \w{2,12}"
        r"|(?:von|mit) meinem \w{2,12} gesendet|gesendet (?:von|mit) meinem \w{2,12}",
        r"(?:talk|see you|speak) soon|tot snel|bis bald|all the best|(?:with )?(?:many|much|kind) thanks"
        r"|with gratitude",
        r"respectfully|warmly|cordially|faithfully|love(?=[,\n])|xoxo|rgds|kr(?=[,\n])|br(?=[,\n])|ta(?=[,\n])"
        r"|thx(?=[,\n])",
        r"(?:thanks|thank you)(?: in advance| again| so much| for your (?:help|time|understanding))?(?=[,.!]?\n)",
        r"(?:alvast |bij voorbaat )?(?:bedankt|dank(?: ?u)?(?: wel)?)(?=[,.!]?\n)|liefs|vr\.? ?gr\.?|(?:met )?(?:vr"
        r"|hart)\.? groet",
        r"(?:vielen )?danke?(?: im voraus| schon ?mal| vorab)?(?=[,.!]?\n)|gr(?:ü|ue)(?:ß|ss)e?(?=[,.!]?\n)|(?:ihr"
        r"|ihre|dein|deine)(?=\n)",
        r"(?:viele|liebe|beste|schöne|herzliche|freundliche|sonnige) gr(?:ü|ue)(?:ß|ss)e(?: aus \w{2,16})?",
    ),
    NameCue.GREETING: (
        r"dear|hi+(?: there)?|hello+(?: there| again)?|he+y+(?: there)?|hiya|howdy|good (?:morning|afternoon"
        r"|evening|day)",
        r"(?:mornin?g?|evening|afternoon|greetings|g'?day|welcome(?: back)?|hola|ciao|ta)|goeie(?:morgen|middag"
        r"|navond|dag)"
        r"|goedendag|hé|hee|heey|hallootjes|gr(?:ü|ue)(?:ß|ss) (?:gott|dich|sie|euch)|gr(?:ü|ue)(?:e)?zi|hallöchen"
        r"|huhu|tach|servas"
        r"|griaß di|salü|na(?=,? [a-z]{2,12}[,!?])",
        r"thx|thank(?:s| you)(?: so| very)?(?: much)?",
        r"beste|geachte|lieve|hoi|hallo|hai|dag|goede(?:morgen|middag|navond)|bedankt|dankuwel",
        r"dank(?:je|u)?(?: ?je)?(?: ?wel)?|sehr geehrte[rs]?|liebe[rs]?|guten (?:tag|morgen|abend)|moin|servus",
        r"(?:vielen )?danke?",
    ),
    NameCue.ASKED: (
        r"who(?: i|')?s|is (?:this|that)|wie is|wer ist|spreek ik met|spreche ich mit|speaking (?:to|with)",
        r"can|could|will|kan|kann|k(?:ö|oe)nnte|eerst sprak ik|sprak ik|erst sprach ich mit|sprach ich mit",
        r"(?:and|en|und) (?:then|toen|dann|daarna|danach)(?: to| with| mit| met)?|vraag (?:maar )?naar",
        r"(?:idea|suggestion|idee|vorschlag|voorstel) (?:of|from|van|von)|fragen sie nach|an der rezeption nach"
        r"|(?:hier )?nochmal|hier wieder|weer met|(?:(?<=hoi )|(?<=hallo )"
        r"|(?<=ja )|(?<=hai )|(?<=dag )|(?<=morgen )|(?<=avond )|(?<=middag )|(?<=, )|(?<=\n)|^)met",
        r"(?:full |first |last |family |sur|voor|achter|vor|nach|familien)?na(?:me|am)",
        r"heet|heten|hei(?:ß|ss)(?:t|en)|called|named|(?:wrote|writing) to|schreven naar"
        r"|an(?= \S{2,20} (?:geschrieben|gegeben))",
        r"(?:landlord|manager|contact|colleague|neighbour|partner|doctor|agent|boss|owner|driver|engineer) is",
        r"(?:huisbaas|contactpersoon|collega|partner|buurman|buurvrouw|baas|eigenaar|monteur) is",
        r"(?:vermieter|ansprechpartner|chef|nachbar|partner|kollege|kollegin|besitzer|techniker)(?:in)? ist",
        r"(?:contract|account|message|order|name|details|policy|booking|subscription|data) of"
        r"|(?:contract|account|bericht|bestelling|naam|gegevens|polis|boeking|abonnement) van"
        r"|(?:vertrag|konto|nachricht|bestellung|namen?|daten|police|buchung|abo) von"
        r"|name (?:should|must|has to|needs to) be|naam (?:moet|wordt)|name (?:soll|muss)|transferred to",
        r"(?:signature|handtekening|unterschrift)(?: [a-zäöü]{2,12}){1,4} (?:reads|says|is|is van|ist|ist von)"
        r"|(?:ordered|booked|registered) as|(?:besteld|geboekt) als|(?:bestellt|gebucht) als"
        r"|eigent(?:ü|ue)mer(?:in)? ist(?: jetzt)?|l(?:ä|ae)uft auf(?= [a-z]{1,3}\.? )"
        r"|ene|een zekere|ein gewisser|eine gewisse|a certain|cc|(?:appointment|meeting) for|afspraak voor|termin für",
        r"(?:gift|present|letter|call|message) from|(?:cadeau|brief|bericht) van|(?:geschenk|brief|nachricht) von",
        r"(?:reply|answer|deliver) to|(?:antwoord|bezorgen) aan|bezorgd bij|(?:antwort|zugestellt) an",
        r"passport says|(?:paspoort|factuur|bon|label) staat|(?:pass|rechnung|lieferschein|etikett) steht",
        r"payer|betaler|zahler(?:in)?|account ?name|accountnaam|kontoname|dealt? with|contact met|zu tun mit",
        # who is asked, called, told, given something
        r"ask(?:ed|ing)?(?: for)?|tell|told|gave|inform(?:ed)?|ring|rang|phone[dn]?|texte?d?|remind|notify|remove"
        r"|add|invoice",
        r"bill",
        r"(?:me|us|through|over|him|her|it|assigned|addressed|delivered|handed|given|belongs|registered) to",
        r"(?:chatting|chatted|dealt|dealing|met) with|(?:booked|placed|ordered|handled|opened|paid|received|made) by",
        r"spoke",
        r"(?:is|are|booked|reserved|registered|listed|filed|reservation|booking|it) under|(?:it|slip|label|form) says",
        r"(?:booked|ordered|bought|meant|is) for|authori[sz]ed?|authori[sz]e",
        r"(?:under|for|with|about|regarding|concerning|against|behalf of) (?:my|our|a|the) (?:colleague|client"
        r"|customer)",
        r"(?:for|from|by|with|to|about) (?:a |the )?(?:mr|mrs|ms)|(?:payable|payment|transfer(?:red)?|refund(?:ed)?"
        r"|forward"
        r"|escalate[d]?|pass(?:ed)?|hand(?:ed)?|release[d]?|rented|leased|sold|linked|issued|sent|shipped|posted"
        r"|credited) to",
        r"(?:overgemaakt|overgedragen|doorgegeven|uitgegeven|verkocht|verhuurd|gestuurd|gekoppeld|overgeschreven) aan",
        r"(?:überwiesen|übertragen|weitergegeben|ausgestellt|verkauft|vermietet|geschickt|weitergeleitet) an",
        r"(?:written|prepared|submitted|filed|reported|witnessed|issued|approved|referred|requested|checked|sent"
        r"|picked up"
        r"|collected|delivered|authori[sz]ed|performed|driven|owned|reviewed) by",
        r"(?:geschreven|ingediend|gemeld|goedgekeurd|verwezen|aangevraagd|gestuurd|opgehaald|bezorgd|uitgevoerd) door",
        r"(?:geschrieben|eingereicht|gemeldet|genehmigt|überwiesen|beantragt|geschickt|abgeholt|zugestellt"
        r"|ausgeführt) von",
        r"(?:vraag|bel|app|mail|vertel|gaf|informeer|verwijder|herinner)(?: het)?|verbonden met|doorverbinden met",
        r"er staat",
        r"(?:sleutel|pakket|factuur|brief|rekening)(?: kan)? (?:aan|naar)|(?:geboekt|besteld|betaald|ontvangen) door",
        r"(?:reservering|boeking|abonnement|contract|account) (?:staat )?op|(?:geboekt|besteld|bedoeld|is) voor|heb",
        r"(?:frage?n?|rufe?n?|fragt?)(?: sie)?|bitten sie|da steht|verbunden mit",
        r"(?:reservierung|buchung|vertrag) (?:l(?:ä|ae)uft )?auf",
        r"(?:schl(?:ü|ue)ssel|paket|rechnung|brief|lieferung)(?: geht)? an",
        r"(?:gebucht|bestellt|bezahlt|erhalten|quittiert) von",
        r"(?:gebucht|bestellt|gedacht|ist) f(?:ü|ue)r|habe|mit(?=(?: \S{2,20}){1,3} (?:verb[iu]nden|sprechen|reden))",
    ),
    NameCue.SPOKEN_TO: (
        r"(?:nice|pleased|good|lovely) to (?:meet|see|hear from) you|(?:no|not a) (?:problem|worries)(?: at all)?"
        r"|you'?re welcome"
        r"|i (?:fully |completely )?(?:understand|see|hear you)|ik (?:begrijp|snap) (?:het|u|je|dat)"
        r"|ich verstehe(?: sie| dich)?"
        r"|over to you|back to you|never mind|(?:don'?t|do not) worry|all good|my bad|bear with me"
        r"|maakt niet uit(?: hoor)?"
        r"|geeft niet(?: hoor)?"
        r"|geen zorgen|macht (?:doch )?nichts|keine sorge"
        r"|of course|certainly|absolutely|sure|gr(?:ea|ae)t|perfect|got it|one moment|hold on|take care|congratulations"
        r"|(?:a )?(?:good|nice|great|lovely) (?:day|evening|weekend)|(?:hear|know) that|moment|(?:please|pls)|xx+",
        r"aangenaam(?: kennis te maken)?|geen (?:probleem|dank)|graag gedaan|(?:na)?tuurlijk|prima|top|perfect|momentje"
        r"|fijne (?:dag|avond)(?: nog| verder)?|gefeliciteerd|(?:te|om dat te) horen|gelukt|alstublieft|alsjeblieft",
        r"freut mich|angenehm|(?:sie|dich) kennenzulernen|kein problem|gern(?:e)?(?: geschehen)?|nat(?:ü|ue)rlich|klar"
        r"|selbstverst(?:ä|ae)ndlich|super|sch(?:ö|oe)nen (?:tag|abend)(?: noch)?|(?:das )?zu h(?:ö|oe)ren"
        r"|bitte(?: sehr)?",
        r"sorry|(?:my )?apologies|ok(?:ay|é)?|alright|bye(?: bye)?|goodbye|welcome(?: back)?",
        r"(?:thanks|thank you|once) again",
        r"(?:your|the) (?:patience|understanding|help|assistance|message|call|reply|feedback|time|cooperation|support)",
        r"(?:je|uw|jouw|het) (?:geduld|begrip|hulp|bericht|telefoontje|reactie|wachten|tijd|medewerking|steun)",
        r"(?:ihre|deine|eure) (?:geduld|hilfe|nachricht|r(?:ü|ue)ckmeldung|antwort|zeit|unterst(?:ü|ue)tzung)"
        r"|(?:ihr|dein) (?:verst(?:ä|ae)ndnis|anruf)|(?:for|voor het|f(?:ü|ue)rs) (?:waiting|wachten|warten|calling"
        r"|bellen)",
        r"happy birthday|gl(?:ü|ue)ckwunsch|gefeliciteerd|alles gute|getting in touch|reaching out|many thanks"
        r"|(?:hope )?that helps|understood|noted|excuses|nogmaals (?:dank|bedankt)",
        r"tot (?:ziens|straks)|helpt dat|begrepen|entschuldigung|tsch(?:ü|ue)ss|nochmals (?:vielen )?danke?",
        r"bis (?:dann|später)|hilft das?|das hilft|verstanden|alvast bedankt|im voraus",
    ),
    NameCue.HINT: (
        r"this is|it's|it is|i am|i'm|(?:(?<=hi )|(?<=hey )|(?<=hello )|(?<=, ))im|call me|(?:(?<=hi )|(?<=hey )"
        r"|(?<=hello )|(?<=, ))its",
        r"ik ben|dit is|je spreekt met|ich bin(?: übrigens| der| die)?",
        r"hier(?: ist)?|fam\.?|familie|family|dr\.?|drs\.?|doctor|doktor",
        r"husband|wife|son|daughter|neighbou?r|colleague|partner|father|mother|brother|sister|friend|ask for",
        r"adults?|child(?:ren)?|volwassenen|kinderen|erwachsene",
        r"(?:man|vrouw|zoon|dochter) heet|(?:mann|frau|sohn|tochter) hei(?:ß|ss)t",
        r"man|vrouw|zoon|dochter|buurman|buurvrouw|collega|vader|moeder|broer|zus|vriend(?:in)?",
        r"mann|sohn|tochter|nachbarn?|nachbarin|kolleg(?:e|en|in)|vaters?|mutter|bruders?|schwester|freund(?:in)?",
        # what people are to each other, and to us
        r"passenger|guest|patient|recipient|addressee|driver|engineer|technician|courier|agent|advis[eo]r|manager"
        r"|tenant",
        r"supervisor|landlord|landlady|owner|boss|assistant|mum|mom|dad|nan|grand(?:ma|pa|mother|father|son|daughter)",
        r"aunt|uncle|cousin|niece|nephew|fianc[eé]e?|keeper|girlfriend|boyfriend|(?:flat|room|house)mate"
        r"|policy ?holder|dear",
        r"card ?holder|beneficiary|consultant|representative|doctor|nurse|teacher|visitor|receptionist",
        r"passagier|gast|pati(?:ë|e)nt|ontvanger|chauffeur|bezorger|monteur|medewerk(?:st)?er|adviseur|accountmanager",
        r"verzekerings?nemer|(?:ver)?huurder|eigenaar|oma|opa|tante|oom|neef"
        r"|(?:(?<=mijn )|(?<=zijn )|(?<=haar )|(?<=onze )|(?<=de )|(?<=een ))nicht|klein(?:zoon|dochter)"
        r"|kaarthouder|verzekerde|dokter|bezoeker",
        r"passagier|fahrgast|patientin|empf(?:ä|ae)nger(?:in)?|fahrer(?:in)?|techniker(?:in)?|mitarbeiter(?:in)?"
        r"|besucher(?:in)?",
        r"berater(?:in)?|betreuer(?:in)?|(?:ver)?mieter(?:in)?|chef(?:in)?|onkel|neffe|enkel(?:in|sohn|tochter)?"
        r"|partnerin",
        r"(?:(?:mother|father|sister|brother|son|daughter)-?in-?law|step(?:son|daughter|mother|father|dad|mum)"
        r"|ex(?:-wife"
        r"|-husband)?|late (?:husband|wife|mother|father)|twin|kid|child|baby|carer|solicitor|lawyer|accountant"
        r"|broker|plumber"
        r"|electrician|installer|inspector|surveyor|officer|midwife|dentist|vet|pharmacist|pilot|host|hostess|guide"
        r"|notary"
        r"|executor|attorney|employee|employer|trainee|intern|secretary|clerk|cashier|team ?lead(?:er)?|director|gp"
        r"|mechanic"
        r"|contractor|handler|case ?worker|handyman|caretaker|neighbour'?s|account manager|claimant|witness|spouse)",
        r"schoon(?:moeder|vader|zus|zoon|dochter)|zwager|stief(?:zoon|dochter|vader|moeder)|wijlen|advoca(?:at|te)"
        r"|boekhouder"
        r"|notaris|loodgieter|installateur|elektricien|inspecteur|verpleegkundige|tandarts|huisarts|apotheker|gids"
        r"|werknemer"
        r"|werkgever|stagiair|teamleider|directeur|filiaalmanager|leidinggevende|mantelzorger|kind|baby"
        r"|echtgeno(?:ot|te)",
        r"schwieger(?:mutter|vater|sohn|tochter)|schwager|schw(?:ä|ae)gerin|stief(?:sohn|tochter|vater|mutter)"
        r"|anwalt|anw(?:ä|ae)ltin"
        r"|steuerberater(?:in)?|notar(?:in)?|klempner|installateur|elektriker|gutachter(?:in)?|arzt|(?:ä|ae)rztin"
        r"|zahnarzt|hausarzt"
        r"|apotheker(?:in)?|pfleger(?:in)?|hebamme|arbeitgeber|praktikant(?:in)?|(?:team|filial)?leiter(?:in)?"
        r"|gesch(?:ä|ae)ftsf(?:ü|ue)hrer"
        r"|vorgesetzte[rn]?|kind|baby|ehemann|ehefrau|gatt(?:e|in)|lebensgef(?:ä|ae)hrt(?:e|in)|oma|opa|tante"
        r"|cousine?|zeug(?:e|in)",
        r"(?:karten|konto|versicherungs)inhaber(?:in)?|versicherte[rn]?|ansprechpartner(?:in)?|verlobte[rn]?",
    ),
}
# What may stand between the phrase and the name, besides spaces: "Mrs.", "Thanks, Ann", but not "Thanks. Ann".
STOPS = {
    NameCue.TOLD: ":",
    NameCue.TITLE: ".",
    NameCue.CLOSING: ",",
    NameCue.GREETING: ",",
    NameCue.ASKED: "",
    NameCue.SPOKEN_TO: ",",
    NameCue.HINT: ":,",
}
_AFTER = r"(?P<stop>[.,:!]?)(?P<gap>\s{1,3})"
_CUES = by_first_letters(((cue, "|".join(phrases)) for cue, phrases in _PHRASES.items()), _AFTER)
# These may begin with any letters: they are tried where the end of one stands in the text.
_COMPOUNDS = re.compile(
    rf"(?:(?P<{NameCue.TOLD}>(?:\w{{2,12}} )?names? ?:)|(?P<{NameCue.HINT}>\w{{2,10}}fahrer(?:in)?|\w{{0,8}}bestuurder"
    rf"|\w{{2,14}}(?:verpleegkundige|medewerk(?:st)?er))){_AFTER}"
)
_ENDS = ("name:", "name :", "names:", "names :", "fahrer", "bestuurder", "verpleegkundige", "medewerk")


def name_cues(lower: str, starts: Sequence[int]) -> Callable[[int], re.Match[str] | None]:
    """The search for the next phrase of a text in lower case, from a place on; the text's words begin at `starts`."""
    compounds = _COMPOUNDS if any(map(lower.__contains__, _ENDS)) else None
    return partial(search, _CUES, compounds, lower, starts)
