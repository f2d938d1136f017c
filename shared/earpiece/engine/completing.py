"""The rest of the sentence: word by word, from the replies that fit this context and from how agents write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earpiece.engine.ngrams import END, FIRST_WORD, NextWords
from earpiece.engine.prefixes import fold

MOST_WORDS = 14
REPLIES_SHARE = 0.65  # how far the replies are trusted while they still match what was typed
DOUBT = 0.02
MANY = 8


@dataclass(frozen=True, slots=True)
class Completion:
    """Text to append to what was typed, and how likely it is to be right."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class LiveReply:
    """A reply of this context: its words as written and as compared, and its probability."""

    words: tuple[str, ...]
    folded: tuple[str, ...]
    weight: float


def split_words(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a reply as written and as compared."""
    words = tuple(text.split())
    return words, tuple(fold(word) for word in words)


@dataclass(slots=True)
class _Walk:
    """Where we are in the sentence: the words that are whole, folded, and the beginning of the next."""

    done: list[str]
    partial: str


def complete(typed: str, live: Sequence[LiveReply], next_words: NextWords, threshold: float) -> Completion | None:
    """The extension with the largest expected saving, probability times the keys it saves; None under the threshold."""
    cut = max(typed.rfind(" "), typed.rfind("\n")) + 1
    walk = _Walk(typed[:cut].split(), typed[cut:])
    text, probability, best, saving = "", 1.0, None, 0.0
    for step in range(MOST_WORDS):
        word, chance = _likeliest(walk, live, next_words)
        probability *= chance
        if not word or probability < threshold or "{" in word:
            break
        space = " " if (step or (typed and not walk.partial and not typed[-1:].isspace())) else ""
        text += space + word[len(walk.partial) :]
        walk = _Walk([*walk.done, word], "")
        if probability * (len(text) - 1) > saving:
            best, saving = Completion(text, round(probability, 4)), probability * (len(text) - 1)
    return best if best and len(best.text.strip()) > 1 else None


def _likeliest(walk: _Walk, live: Sequence[LiveReply], next_words: NextWords) -> tuple[str, float]:
    from_replies, mass = _in_replies(walk, live)
    from_language = _in_language(walk, next_words)
    trust = REPLIES_SHARE * mass / (mass + DOUBT) if mass else 0.0
    if not from_language:
        trust = mass / (mass + DOUBT) if mass else 0.0
    mixed = {
        word: trust * from_replies.get(word, 0.0) + (1 - trust) * from_language.get(word, 0.0)
        for word in {*from_replies, *from_language}
    }
    return max(mixed.items(), key=lambda item: (item[1], item[0]), default=("", 0.0))


def _in_replies(walk: _Walk, live: Iterable[LiveReply]) -> tuple[dict[str, float], float]:
    """The next words of the replies that begin as typed, and how likely those replies were before a key was pressed."""
    done = tuple(fold(word) for word in walk.done)
    count, partial = len(done), fold(walk.partial)
    found: dict[str, float] = {}
    for reply in live:
        if reply.folded[:count] == done:
            following = reply.words[count] if len(reply.words) > count else ""
            if not partial or (following and reply.folded[count].startswith(partial)):
                found[following] = found.get(following, 0.0) + reply.weight
    mass = sum(found.values())
    return ({word: weight / mass for word, weight in found.items()} if mass else {}), mass


def _in_language(walk: _Walk, next_words: NextWords) -> dict[str, float]:
    said = next_words.encode(walk.done)
    found: dict[str, float] = {}
    total = 0.0
    for followers, probabilities in next_words.after(said):
        for number, probability in zip(followers.tolist(), probabilities.tolist(), strict=True):
            word = next_words.words[number] if number >= FIRST_WORD else ""
            if word in found or (number == END and walk.partial) or not word.startswith(walk.partial):
                continue
            found[word] = probability
            total += probability
        if len(found) >= MANY or (found and not walk.partial):
            break
    if not walk.partial or not total:
        return found
    return {word: probability / (total * 1.02) for word, probability in found.items()}
