"""Names that a conversation's form tells: answers to "what is your name?", who joins a chat, who is spoken to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, is_plain_word
from earpiece.privacy.gates import Gate, gate
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import COLOURS
from earpiece.privacy.words import PARTICLES

_QUESTION = re.compile(
    r"(?:(?:your|uw|je|jouw|ihren?|deinen?|the) (?:[a-zäöüß]{3,14} ){0,2}na(?:me|am|men)(?: [a-zäöüß]{2,14}){0,3}"
    r"|wie hei(?:ß|ss)(?:en sie|t du)|hoe heet (?:u|je|jij)|who am i (?:speaking|talking|chatting) (?:to|with)"
    r"|met wie (?:spreek|praat|chat) ik|mit wem (?:spreche|chatte|rede) ich|who(?: is|'s) this|wie is dit|wer ist da)"
    r" ?\?[\s/-]{1,4}"
    r"(?:(?:sure|yes|yeah|ja|jawohl|of course|(?:na)?tuurlijk|klar|gern|(?:it|that)(?: is|'s)|this is"
    r"|dat is|dit is|das ist)[ ,!.:]{1,2}){0,2}"
)
_ASKED = Gate(frozenset(("who", "wie", "wer")), ("name", "naam", "hei", "heet", "met wie", "mit wem"))
_WORD = re.compile(r"[^\W\d_]{2,24}(?:[-'][^\W\d_]{2,24}){0,2}(?![\w@])|'t(?!\w)|[^\W\d_]\.")
_ENDS = re.compile(r" ?(?:[,.!?;:)(\n/-]|$)")
_MOST_WORDS = 5
_SYSTEM = re.compile(
    r"(?m)(?:^|(?<=[.!?] ))(?P<name>[^\W\d_]{2,24}(?: [^\W\d_]{2,24}){0,2}?)(?= "
    r"(?:(?:has |have )?(?:joined|left|entered|ended) (?:the|this) (?:chat|conversation)"
    r"|neemt deel aan|heeft (?:de|het) (?:chat|gesprek)|(?:ist dem|hat den|hat das) (?:chat|gespr)))"
)
# Names that are words too, with a capital, where nothing but a name stands. The search is for the capital.
_ALONE = re.compile(r"(?m)[A-Z\u00c0-\u00de](?:(?<![^\n].)|(?<=[!?] .))[^\W\d_]{1,24}(?=[.!]?$)")
_VOCATIVE = re.compile(r"(?m)[A-Z\u00c0-\u00de](?<=[^\W\d_], .)[^\W\d_]{1,24}(?=[.!?]?$)")
_SPEAKER = re.compile(r"[A-Z](?<![^\n].)[^\W\d_]{1,24}(?=: )")
_CALLED = re.compile(
    r"(?m)^(?:[Ss]o|[Aa]nd|[Ee]n|[Uu]nd|[Aa]lso|[Dd]us|[Nn]ou|[Nn]a|[Ww]ell|[Ll]ook|[Ll]isten)"
    r" (?P<name>[A-Z][^\W\d_]{1,24})(?=, )"
)
_CALLED_BY = gate("so|and|en|und|also|dus|nou|na|well|look|listen")
_ACTING = re.compile(
    r"(?<!\w)(?:if|whether|that|of|dat|ob|dass|because|omdat|want|weil) (?P<name>[A-Z][^\W\d_]{1,24})(?= [a-z])"
)
_ACTING_AFTER = gate("if|whether|that|of|dat|ob|dass|because|omdat|want|weil")


def said_names(reading: Reading) -> Iterator[Span]:
    if "?" in reading.text and _ASKED.is_open(reading):
        for question in _QUESTION.finditer(reading.lower):
            yield from _answer(reading, question.end())
    if "chat" in reading.lower or "conversation" in reading.lower or "gespr" in reading.lower:
        for match in _SYSTEM.finditer(reading.lower):
            if not any(map(is_plain_word, match["name"].split())):
                yield Span(*match.span("name"), Label.PERSON)
    called = (_CALLED,) if _CALLED_BY.is_open(reading) else ()
    acting = (_ACTING,) if _ACTING_AFTER.is_open(reading) else ()
    for pattern in (_ALONE, _VOCATIVE, _SPEAKER, *called, *acting):
        for match in pattern.finditer(reading.text):
            start, end = match.span(match.lastgroup or 0)
            if _is_word_name(reading.text[start:end]):
                yield Span(start, end, Label.PERSON)


def _answer(reading: Reading, start: int) -> Iterator[Span]:
    """The name that an answer begins with; of small letters one word, or more if nothing follows them."""
    ends: list[int] = []
    place = start
    while len(ends) < _MOST_WORDS and (word := _WORD.match(reading.text, place)):
        key = word.group().lower()
        if is_plain_word(key) and key not in PARTICLES:
            break
        if ends and word.group().islower() and key not in PARTICLES and not reading.text[start].islower():
            break
        ends.append(word.end())
        place = word.end() + (1 if reading.text.startswith(" ", word.end()) else 0)
        if reading.text.startswith(", ", word.end()) and len(ends) == 1:
            place = word.end() + 2
    if not ends:
        return
    is_whole = _ENDS.match(reading.text, ends[-1]) is not None or reading.text[start].isupper()
    yield Span(start, ends[-1] if is_whole else ends[0], Label.PERSON)


def _is_word_name(word: str) -> bool:
    key = word.lower()
    is_name = key in WORD_NAMES or key in FIRST_NAMES
    return is_name and not word.isupper() and key not in COLOURS and not is_plain_word(key)
