"""What the engine sees of a text and of a conversation: hashed words, pairs, letters, and a context's fields."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple, TypedDict

MOST_CHARACTERS = 4_000  # of one turn: what comes after cannot change what it is about
MOST_WORDS = 60
MOST_TURNS = 60
LETTERS = 4
KNOWN_WORDS = 8_192
KNOWN_TEXTS = 20_000  # of all accounts that a process serves
FIELDS = 5  # of a context, as `context_fields` gives them
_WORD = re.compile(r"[\w']+|[?!]")
_DIGIT = re.compile(r"\d")


class ContextTurn(TypedDict):
    """One turn of a conversation; `role` is customer or agent."""

    role: str
    text: str


Context = Sequence[ContextTurn]


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, digits kept; at most 60."""
    return tuple(_WORD.findall(text[:MOST_CHARACTERS].lower())[:MOST_WORDS])


@lru_cache(maxsize=256)
def grams(text: str) -> tuple[int, ...]:
    """32-bit hashes of the words, pairs of words and runs of four letters of a text; every digit counts as 0."""
    found = [_word_grams(word) for word in words(_DIGIT.sub("0", text[:MOST_CHARACTERS]))]
    pairs = [zlib.crc32(other.read, one.begun) for one, other in pairwise(found)]
    return (*(word.whole for word in found), *pairs, *chain.from_iterable(word.runs for word in found))


class _Word(NamedTuple):
    """The hash of a word and those of its runs of letters; for pairs the hash begun with it, and what is read of it."""

    whole: int
    runs: tuple[int, ...]
    begun: int
    read: bytes


@lru_cache(maxsize=KNOWN_WORDS)
def _word_grams(word: str) -> _Word:
    """Of a word by itself. Few words make most of what is said."""
    edged = f"<{word}>" if len(word) >= LETTERS else ""
    runs = (edged[start : start + LETTERS] for start in range(len(edged) - LETTERS + 1))
    read = _bytes(word)
    return _Word(
        zlib.crc32(b"w" + read), tuple(zlib.crc32(_bytes("c" + run)) for run in runs), zlib.crc32(b"b%b " % read), read
    )


def _bytes(gram: str) -> bytes:
    return gram.encode("utf-8", "surrogatepass")


def shortened(context: Context) -> Context:
    """The same with what is read of each turn alone: what is remembered of it is no larger, whatever was sent."""
    if all(len(turn["text"]) <= MOST_CHARACTERS for turn in context):
        return context
    return [{"role": turn["role"], "text": turn["text"][:MOST_CHARACTERS]} for turn in context]


def context_fields(context: Context) -> tuple[tuple[int, ...], ...]:
    """The grams of five fields: last customer turn, last agent turn, older ones of each, and where we are."""
    found = (tuple(gram for text in texts for gram in grams(text)) for texts in context_texts(context))
    return (*found, context_tags(context))


def context_texts(context: Context) -> tuple[Sequence[str], ...]:
    """What was said, by field: last customer turn, last agent turn, and older ones of each.

    The first is empty when the agent spoke last: then the customer's turn is an older one.
    """
    turns = context[-MOST_TURNS:]
    last_agent = max((place for place, turn in enumerate(turns) if turn["role"] == "agent"), default=-1)
    is_customer_last = bool(turns) and turns[-1]["role"] == "customer"
    older = turns[:-1] if is_customer_last else turns
    return (
        [turns[-1]["text"]] if is_customer_last else [],
        [turns[last_agent]["text"]] if last_agent >= 0 else [],
        [turn["text"] for turn in older if turn["role"] == "customer"],
        [turn["text"] for place, turn in enumerate(older) if turn["role"] == "agent" and place != last_agent],
    )


def context_tags(context: Context) -> tuple[int, ...]:
    """Where we are in the conversation, as grams."""
    agent_turns = sum(turn["role"] == "agent" for turn in context)
    waiting = 0
    for turn in reversed(context):
        if turn["role"] != "customer":
            break
        waiting += 1
    role = context[-1]["role"] if context else "nobody"
    return _tags(min(len(context), 14), role, min(waiting, 3), min(agent_turns, 9))


@lru_cache(maxsize=1_000)
def _tags(turns: int, last_role: str, waiting: int, said: int) -> tuple[int, ...]:
    tags = f"#turns {turns}", f"#last {last_role}", f"#waiting {waiting}", f"#said {said}"
    return tuple(zlib.crc32(tag.encode()) for tag in tags)


def agent_position(context: Context) -> int:
    """How many times the agent has spoken, up to 3: greetings come first, closings late."""
    return min(sum(turn["role"] == "agent" for turn in context), 3)
