"""People's names after the phrases that announce them. A list of names is `people`'s business."""

from __future__ import annotations

import re
from collections.abc import Iterator

from earpiece.privacy.first_names import FIRST_NAMES, WORD_NAMES, folded, is_plain_word
from earpiece.privacy.last_names import may_be_last_name
from earpiece.privacy.name_cues import STOPS, NameCue, name_cues
from earpiece.privacy.name_extent import END_OF_NAME
from earpiece.privacy.people import beside
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.things import DEPARTMENT, NAMED_THINGS
from earpiece.privacy.words import NAMES_AND_WORDS, PARTICLES, SENTENCE_WORDS, STOP_WORDS

_WORD = re.compile(
    r"(?:in|op|aan|van) 't(?= )|(?:[^\W\d_]\.(?=[^\W\d_]\.| )){1,3}"
    r"|[^\W\d_]{1,24}(?:['-][^\W\d_]{1,24}){0,3}(?!\w)|'t"
)
_BETWEEN = re.compile(r" ?(?:[,;)]|$)")  # "the solicitor, Ann Berg, needs ..."
_PAUSE = re.compile(r"[,.!?;\n]|$")
_AFTER_NAME = re.compile(r"\s?(?:[,.!?;:)\n-]|$)")
_GOES_ON = re.compile(
    r" (?:this is|je spreekt|u spreekt|met|hier|ich|i'm|i am|it's|can you|could you|kun je|kunt u)(?!\w)"
)
_NUMBERED = re.compile(r" ?[A-Z]{0,3}\d")
_COUNTED = re.compile(r" \d{1,4} (?![\d./-])")
_MOST_WORDS = 6
_DEPARTMENT = re.compile(DEPARTMENT)
_CAPITAL_PARTICLES = frozenset(
    ("van", "de", "von", "el", "al", "di", "da", "la", "le", "ten", "ter", "du", "dos", "mc")
)

_FAMILY = re.compile(r"fam|do[ck]tor|dokter|dr", re.IGNORECASE)  # after these a last name stands alone
# The few of those that ask for somebody which ask for nothing else.
_OF_PEOPLE = frozenset(
    (
        "called", "named", "heet", "heißt", "heisst", "spoke", "asked", "told", "rang", "texted", "phoned", "who's",
        "who is", "wie is", "wer ist", "is this", "speaking to", "speaking with", "weer met", "spreek ik met",
        "spreche ich mit",
    )
)  # fmt: skip

_ON_ONE_LINE = (NameCue.ASKED, NameCue.HINT)  # "my new phone", and a sentence under it
_FULL = (NameCue.TOLD, NameCue.TITLE)  # a last name with its particles may follow: "Mrs van der Meulen"

Words = list[re.Match[str]]


def names(reading: Reading) -> Iterator[Span]:
    next_cue = name_cues(reading.lower, reading.starts)
    place = 0
    while cue := next_cue(place):
        place = cue.end()
        words = _name(reading.text, cue)
        if words:
            place = words[-1].end()
            yield Span(cue.end(), place, Label.PERSON)
            yield from beside(reading.text, place)


def _name(text: str, cue: re.Match[str]) -> Words:
    """The words of the name after the cue; none if what follows is no name."""
    kind = NameCue(next(name for name in cue.re.groupindex if cue[name] is not None))
    if cue["stop"] not in STOPS[kind] and not (kind is NameCue.CLOSING and "\n" in cue["gap"]):
        return []
    if kind in _ON_ONE_LINE and "\n" in cue["gap"] and not cue["stop"]:
        return []
    first = _WORD.match(text, cue.end())
    if first is None:
        return []
    is_word = _key(first) in SENTENCE_WORDS and not _is_written_name(text, first, kind)
    if is_word and not _is_addressed(text, first):
        return []
    phrase = text[cue.start(kind) : cue.end(kind)]
    is_full = kind in _FULL or phrase.lower().startswith("fam")
    is_low = first.group()[0].islower() and not (is_full and _is_before_capital(text, first))
    if is_low or (first.group().isupper() and phrase.isupper() and len(phrase) > 1):
        words = _lower_run(text, first, kind)
        return words if words and _is_believed(text, cue, kind, words[-1].end()) else []
    words = _capital_run(text, first, kind)
    if words and kind in (NameCue.CLOSING, NameCue.GREETING) and _is_counted(text, words):
        return []
    return words if words and _is_written(text, cue, kind, words[-1].end()) else []


def _is_written(text: str, cue: re.Match[str], kind: NameCue, end: int) -> bool:
    """Whether capitals are believed to be a name after this phrase."""
    match kind:
        case NameCue.HINT if cue["stop"] == ",":
            return _BETWEEN.match(text, end) is not None and _is_no_thing(text, cue.end(), end)
        case NameCue.ASKED | NameCue.HINT:
            return _is_no_thing(text, cue.end(), end)
        case NameCue.SPOKEN_TO:
            return _AFTER_NAME.match(text, end) is not None and _is_no_thing(text, cue.end(), end)
        case NameCue.TITLE:
            return not _is_named_thing(text[cue.start() : end])
        case NameCue.GREETING if cue["stop"]:
            return _AFTER_NAME.match(text, end) is not None  # "Thanks, Ann!", not "Thanks, Problem gelöst"
        case _:
            return True


def _is_counted(text: str, words: Words) -> bool:
    """Whether a number of its own follows a sign or a room: "Thanks IMEI 8694...", "bedankt Kamer 214 heeft"."""
    is_sign = len(words) == 1 and words[0].group().isupper() and text[words[0].end() + 1 :][:1].isdecimal()
    return is_sign or _COUNTED.match(text, words[-1].end()) is not None


def _is_named_thing(phrase: str) -> bool:
    """Whether title and name are a brand's: "Dr. Martens", "Dr. Oetker Pizza"."""
    return " ".join(phrase.lower().split()[:2]) in NAMED_THINGS


def _is_no_thing(text: str, start: int, end: int) -> bool:
    """Whether capitals are no word of ours, no brand and no product: "It's Galaxy 15"."""
    name = text[start:end]
    told = [word for word in name.lower().split() if word not in PARTICLES]
    is_ours = (any(map(is_plain_word, told)) and name not in NAMES_AND_WORDS) or name.lower() in NAMED_THINGS
    return not name.isupper() and not is_ours and _NUMBERED.match(text, end) is None


def _is_written_name(text: str, word: re.Match[str], kind: NameCue) -> bool:
    """Whether a word of the language is written as a name: "Mrs Day", "ms love, ...", "Love, Rhys", "Hope Baker"."""
    if kind is NameCue.TITLE and may_be_last_name(folded(_key(word))):
        return word.group().istitle() or _PAUSE.match(text, word.end()) is not None
    if kind not in (NameCue.TITLE, NameCue.TOLD, NameCue.HINT) or not word.group().istitle():
        return False
    following = _next_word(text, word, comma=False)
    is_first = _key(word) in WORD_NAMES and following is not None and following.group().istitle()
    return _is_turned(text, [word]) or (is_first and may_be_last_name(folded(_key(following or word))))


def _is_addressed(text: str, word: re.Match[str]) -> bool:
    """Whether a name that is also a word of the language stands alone, with a capital: "Thanks Will!"."""
    return word.group() in NAMES_AND_WORDS and _AFTER_NAME.match(text, word.end()) is not None


def _is_before_capital(text: str, word: re.Match[str]) -> bool:
    """Whether particles lead to a capital: "de Wit", "van der Meulen"."""
    following: re.Match[str] | None = word
    while following is not None and _key(following) in PARTICLES and following.group()[0].islower():
        following = _next_word(text, following, comma=False)
    return following is not None and following is not word and following.group()[0].isupper()


def _key(word: re.Match[str]) -> str:
    return word.group().lower().rstrip(".").removesuffix("'s")


def _is_believed(text: str, cue: re.Match[str], kind: NameCue, end: int) -> bool:
    """Whether a name that is not written like one is believed after this phrase."""
    match kind:
        case NameCue.TITLE:
            return not _is_named_thing(text[cue.start() : end])
        case NameCue.TOLD:
            return True
        case NameCue.CLOSING:
            return "\n" in cue["gap"] or bool(cue["stop"]) or _AFTER_NAME.match(text, end) is not None
        case NameCue.GREETING:
            is_done = _AFTER_NAME.match(text, end) or _GOES_ON.match(text, end)
            return not cue["stop"] and is_done is not None
        case NameCue.ASKED if text[cue.start(kind) : cue.end(kind)].lower() not in _OF_PEOPLE:
            return False
        case NameCue.ASKED | NameCue.HINT | NameCue.SPOKEN_TO:
            # "i'm fleur, ...": a name that is also a word, told and done.
            name = text[cue.end() : end].lower().split(" ")[0]
            if _FAMILY.match(text, cue.start(kind), cue.end(kind)):
                return may_be_last_name(folded(name))
            return name in WORD_NAMES and name not in STOP_WORDS and END_OF_NAME.match(text, end) is not None


def _capital_run(text: str, first: re.Match[str], kind: NameCue) -> Words:
    """The words from `first` on that are written like a name: capitals, with particles only between them."""
    run = [first]
    while len(run) < _MOST_WORDS:
        # Where a full name is told, the last may stand before the first: "Jansen, Piet".
        is_single = "," not in text[first.start() : run[-1].end()]
        is_last = kind is NameCue.TOLD or (kind is NameCue.HINT and _is_turned(text, run))
        word = _next_word(text, run[-1], comma=is_last and is_single)
        if word is None or not _goes_on(word, after=run[-1]) or _DEPARTMENT.fullmatch(_key(word)):
            break
        run.append(word)
    return _without_last_particles(run)


def _is_turned(text: str, run: Words) -> bool:
    """Whether a last name stands before the first: "my husband Jansen, Piet"."""
    following = _next_word(text, run[-1], comma=True)
    if following is None or not may_be_last_name(folded(_key(run[-1]))):
        return False
    return folded(_key(following)) in FIRST_NAMES or _key(following) in WORD_NAMES


def _goes_on(word: re.Match[str], *, after: re.Match[str]) -> bool:
    key = _key(word)
    if key in PARTICLES:
        # "Anna Der Barcode ..." begins a sentence; "Anna Van Der Linden" does not.
        return not word.group()[0].isupper() or key in _CAPITAL_PARTICLES or _key(after) in PARTICLES
    if key in STOP_WORDS and not (folded(_key(after)) in FIRST_NAMES and word.group().istitle()):
        return False
    return word.group()[0].isupper() and (key not in STOP_WORDS or may_be_last_name(folded(key)))


def _lower_run(text: str, first: re.Match[str], kind: NameCue) -> Words:
    """First and last name with what stands between them; only one of them after a title or a greeting."""
    wanted = 1 if kind in (NameCue.TITLE, NameCue.GREETING) else 2
    run: Words = []
    word: re.Match[str] | None = first
    while word is not None and wanted and len(run) < _MOST_WORDS:
        is_last = len(run) == 1 and _is_first_and_last(text, run[0], word)
        if (_key(word) in SENTENCE_WORDS and not is_last and (run or kind is not NameCue.TITLE)) or (
            run and _DEPARTMENT.fullmatch(_key(word))
        ):
            break
        run.append(word)
        wanted -= len(_key(word)) > 1 and _key(word) not in PARTICLES
        word = _next_word(text, word, comma=False)
    return _without_last_particles(run)


def _is_first_and_last(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Whether a word of the language ends a name in small letters: "this is rohan mann, ..."."""
    is_first = folded(_key(first)) in FIRST_NAMES or _key(first) in WORD_NAMES
    return is_first and may_be_last_name(folded(_key(last))) and _AFTER_NAME.match(text, last.end()) is not None


def _without_last_particles(run: Words) -> Words:
    while run and _key(run[-1]) in PARTICLES:
        run = run[:-1]
    return run


def _next_word(text: str, word: re.Match[str], *, comma: bool) -> re.Match[str] | None:
    if comma and text.startswith(", ", word.end()):
        return _WORD.match(text, word.end() + 2)
    return _WORD.match(text, word.end() + 1) if text.startswith(" ", word.end()) else None
