"""Many conversations out of few, as an account's own would grow: later, of other people, in ever more words.

    .venv/bin/python tests/bench/multiply.py 100000 OUT.jsonl.gz --from TRAIN.jsonl.gz

The first round is what is there; each later one says it again, a span of time later. Numbers change. Replies that were
said often are canned: they stay, but a few are revised in each round. In everything else some words are replaced, half
of them by words of the same account and half by invented ones, which are drawn so that their number grows as a language
does (Heaps: as a power of the text). The same arguments write the same conversations.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from earpiece.engine.conversation_files import read_files
from earpiece.engine.corpus import TrainingConversation, Turn
from earpiece.engine.normal import text_key
from earpiece_emulators.samples import generate, to_canonical

CANNED = 3  # times said
REVISED = 0.02  # of the canned replies, in each round
CHANGED = 0.04  # of the words of four letters and more in what is not canned
GROWTH = 0.7  # different invented words: the number invented to this power
DAY_S = 86_400.0
SYLLABLES = [first + vowel for first in "bdfgklmnprstvw" for vowel in ("a", "e", "i", "o", "u", "ee", "oo")]
_NUMBER = re.compile(r"\d{2,}")
_WORD = re.compile(r"\b[^\W\d_]{4,}\b")


@dataclass(slots=True)
class Account:
    """What is multiplied, with its canned replies and its words, each as often as it is used."""

    said: Sequence[TrainingConversation]
    keys: Mapping[str, str]  # of the canned replies, by how they are written
    words: Sequence[str]
    span_s: float

    @classmethod
    def of(cls, said: Sequence[TrainingConversation]) -> Account:
        texts = [turn.text for one in said for turn in one.turns]
        keys = [(turn.text, text_key(turn.text)) for one in said for turn in one.turns if turn.role == "agent"]
        counts = Counter(key for _, key in keys)
        words = [word for text in texts for word in _WORD.findall(text)]
        return cls(said, {text: key for text, key in keys if counts[key] >= CANNED}, words, _span_s(said))


def _span_s(said: Sequence[TrainingConversation]) -> float:
    times = [turn.ts for one in said for turn in one.turns if turn.ts is not None]
    return max(times) - min(times) + DAY_S if times else 0.0


def multiplied(account: Account, count: int, seed: int = 0) -> Iterator[TrainingConversation]:
    """So many conversations, the account's own first."""
    revisions: dict[str, int] = {}
    for number in range(count):
        place, turn = number % len(account.said), number // len(account.said)
        if number and not place:
            _revise(revisions, set(account.keys.values()), random.Random(f"{seed} {turn}"))
        one = account.said[place]
        yield _again(one, turn, account, revisions, random.Random(f"{seed} {number}")) if turn else one


def _revise(revisions: dict[str, int], canned: Iterable[str], chance: random.Random) -> None:
    for key in sorted(canned):
        revisions[key] = revisions.get(key, 0) + (chance.random() < REVISED)


def _again(
    one: TrainingConversation, turn: int, account: Account, revisions: dict[str, int], chance: random.Random
) -> TrainingConversation:
    """A conversation told again in a later round."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return numbers.setdefault(match[0], str(chance.randrange(10 ** len(match[0]))).zfill(len(match[0])))

    def text(said: Turn) -> str:
        key = account.keys.get(said.text) if said.role == "agent" else None
        changed = _revised(said.text, key, revisions[key]) if key is not None else _changed(said.text, account, chance)
        return _NUMBER.sub(number, changed)

    later = turn * account.span_s
    turns = tuple(
        replace(
            said,
            text=text(said),
            agent_id=f"{said.agent_id}-{turn // 8}" if said.agent_id else None,
            ts=None if said.ts is None else said.ts + later,
        )
        for said in one.turns
    )
    return TrainingConversation(f"{one.conversation_id}-{turn}", f"{one.customer_id}-{turn}", turns)


@cache
def _revised(text: str, key: str, revision: int) -> str:
    """One word of it is another for each time that it was revised, the same one wherever it is said."""
    for number in range(revision):
        chance = random.Random(f"{key} {number}")
        words = list(_WORD.finditer(text))
        if words:
            match = chance.choice(words)
            text = text[: match.start()] + _invented(chance) + text[match.end() :]
    return text


def _changed(text: str, account: Account, chance: random.Random) -> str:
    """Some words of it are others."""

    def word(match: re.Match[str]) -> str:
        if chance.random() >= CHANGED:
            return match[0]
        return chance.choice(account.words) if chance.random() < 0.5 else _invented(chance)

    return _WORD.sub(word, text)


def _invented(chance: random.Random) -> str:
    rank = min(int((1 - chance.random()) ** (-1 / GROWTH)), 10**9) + len(SYLLABLES)
    found = ""
    while rank:
        rank, place = divmod(rank, len(SYLLABLES))
        found += SYLLABLES[place]
    return found


def write(conversations: Iterable[TrainingConversation], path: Path) -> None:
    with gzip.open(path, "wt", compresslevel=1) if path.suffix == ".gz" else path.open("w") as file:
        for one in conversations:
            file.write(json.dumps(_line(one), ensure_ascii=False) + "\n")


def _line(one: TrainingConversation) -> dict[str, Any]:
    turns = [
        {"role": turn.role, "text": turn.text}
        | ({"agent_id": turn.agent_id} if turn.agent_id else {})
        | ({"ts": turn.ts} if turn.ts is not None else {})
        for turn in one.turns
    ]
    return {"conversation_id": one.conversation_id, "customer_id": one.customer_id, "turns": turns}


def account_of(files: Sequence[Path], scratch: Path) -> Account:
    """Of files, or where there are none, of a sample account."""
    if not files:
        files = [scratch / "sample.jsonl"]
        files[0].write_text("".join(json.dumps(to_canonical(one)) + "\n" for one in generate("lumen", count=1000)))
    return Account.of(read_files(files).conversations)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("count", type=int)
    asked.add_argument("out", type=Path, help="JSONL, compressed where the name ends on .gz")
    asked.add_argument("--from", dest="files", type=Path, nargs="+", default=(), help="conversations to multiply")
    asked.add_argument("--seed", type=int, default=0)
    told = asked.parse_args()
    write(multiplied(account_of(told.files, told.out.parent), told.count, told.seed), told.out)


if __name__ == "__main__":
    main()
