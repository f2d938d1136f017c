"""Phrases after which a name comes, by how much they prove. In lower case: they are looked for in lower case."""

from __future__ import annotations

import re
from enum import StrEnum


class NameCue(StrEnum):
    TOLD = "told"  # "my name is": whatever follows is a name, also in lower case
    TITLE = "title"  # "Mrs": the next word is a name
    CLOSING = "closing"  # "Kind regards,"
    GREETING = "greeting"  # "Dear": a name, unless it is "Dear all"
    ASKED = "asked"  # "who is": a name if it is written like one and is no word
    HINT = "hint"  # "I'm": a name if it is written like one


_SOON = r"(?= \S{2,20}(?: \S{2,20}){0,3} "  # the verb that tells comes after the name: "met Jan gesproken"
_PHRASES: dict[NameCue, tuple[str, ...]] = {
    NameCue.TOLD: (
        r"(?:my |the |his |her )?(?:full |first |last |sur)?name(?: is|'s| ?-)|name on (?:the|my) \w{3,12} is",
        r"(?:account ?holder|card ?holder)(?: is)?|on behalf of|under the name(?: of)?",
        r"(?:signed|accepted|taken)(?: for)? by",
        r"(?:you are|you're) (?:speaking|chatting) with",
        r"(?:spoke|speaking|talked|spoken|chatted) (?:to|with)",
        r"(?:mijn |zijn |haar |de )?(?:voor|achter)?naam is|ik heet|(?:u )?spreekt met|op naam van",
        r"t\.?n\.?v\.?|t\.a\.v\.?|namens|rekeninghouder(?: is)?|(?:getekend|aangenomen|ondertekend) door",
        r"gesproken met|sprak met",
        rf"met{_SOON}gesproken)|mit{_SOON}(?:gesprochen|telefoniert))|von{_SOON}(?:angenommen|unterschrieben))",
        r"mein (?:vor|nach)?name(?: ist)?|ich hei(?:ß|ss)e|hier spricht|(?:sie )?sprechen mit|auf den namen",
        r"im namen von|kontoinhaber(?:in)?(?: ist)?|(?:angenommen|unterschrieben|entgegengenommen) von",
        r"(?:from|to|van|aan|von|an|customer|klant|kunde|name|naam|full name|contact(?:person)?|attn|afzender|ontvanger"
        r"|absender|empfänger|besteller|geadresseerde) ?:|c/o",
    ),
    NameCue.TITLE: (r"mr|mrs|ms|miss|mister|dhr|mevr|mw|meneer|mevrouw|heer|herrn?|frau",),
    NameCue.CLOSING: (
        r"(?:(?:kind(?:est)?|best|warm(?:est)?) )?regards|(?:best|kind|warm) wishes|sincerely(?: yours)?|cheers|signed",
        r"yours(?: sincerely| truly| faithfully)?|(?:met )?(?:vriendelijke |hartelijke |lieve )?groet(?:en|jes)?",
        r"mvg|grtz?",
        r"(?:mit )?(?:freundlichen?|herzlichen?|besten?|lieben?|vielen?|schönen?) gr(?:ü|ue)(?:ß|ss)en?",
        r"mfg|hochachtungsvoll|gruß|best(?=,)|(?:lg|vg|gr)(?=[,.\n])",
    ),
    NameCue.GREETING: (
        r"dear|hi(?: there)?|hello|hey|hiya|good (?:morning|afternoon|evening)",
        r"thx|thank(?:s| you)(?: so| very)?(?: much)?",
        r"beste|geachte|lieve|hoi|hallo|hai|dag|goede(?:morgen|middag|navond)|bedankt|dankuwel",
        r"dank(?:je|u)?(?: ?je)?(?: ?wel)?|sehr geehrte[rs]?|liebe[rs]?|guten (?:tag|morgen|abend)|moin|servus",
        r"(?:vielen )?danke?",
    ),
    NameCue.ASKED: (
        r"who is|is (?:this|that)|wie is|wer ist|spreek ik met|spreche ich mit|speaking (?:to|with)",
        r"can|could|will|kan|kann|k(?:ö|oe)nnte|eerst sprak ik|sprak ik|erst sprach ich mit|sprach ich mit",
        r"(?:and|en|und) (?:then|toen|dann|daarna|danach)(?: to| with| mit| met)?|vraag (?:maar )?naar",
        r"fragen sie nach|an der rezeption nach|(?:hier )?nochmal|hier wieder|weer met|met",
    ),
    NameCue.HINT: (
        r"this is|it's|it is|i am|i'm|(?:(?<=hi )|(?<=hey )|(?<=hello )|(?<=, ))im|call me",
        r"ik ben|dit is|je spreekt met|ich bin(?: übrigens| der| die)?",
        r"hier(?: ist)?|fam\.?|familie|family|dr\.?|prof\.?|professor|drs\.?|doctor|doktor",
        r"husband|wife|son|daughter|neighbou?r|colleague|partner|father|mother|brother|sister|friend|ask for",
        r"(?:man|vrouw|zoon|dochter) heet|(?:mann|frau|sohn|tochter) hei(?:ß|ss)t",
        r"man|vrouw|zoon|dochter|buurman|buurvrouw|collega|vader|moeder|broer|zus|vriend(?:in)?",
        r"mann|sohn|tochter|nachbarn?|nachbarin|kolleg(?:e|en|in)|vater|mutter|bruder|schwester|freund(?:in)?",
    ),
}
# What may stand between the phrase and the name, besides spaces: "Mrs.", "Thanks, Ann", but not "Thanks. Ann".
STOPS = {
    NameCue.TOLD: ":",
    NameCue.TITLE: ".",
    NameCue.CLOSING: ",",
    NameCue.GREETING: ",",
    NameCue.ASKED: "",
    NameCue.HINT: "",
}
NAME_CUE = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(f"(?P<{cue}>{'|'.join(phrases)})" for cue, phrases in _PHRASES.items())
    + r")(?P<stop>[.,:!]?)(?P<gap>\s{1,3})"
)
