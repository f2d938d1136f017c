"""The widget completes in TypeScript what the engine completes in Python: any draft alike, not the samples alone."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from earpiece.engine.pack_completing import Pack
from earpiece.engine.packing import pack

WEB = Path(__file__).parents[3] / "run" / "widget" / "web"
WORDS = (
    *("I", "don’t", "don't", "know", "Know", "KNOW", "café", "cafe", "CAFÉ", "Straße", "STRASSE", "ßa", "😀", "😀😁"),
    *("naïve", "你好", "said:", "“Yes”", '"yes"', "it’s", "İstanbul", "e\u0301t\u00e9", "ﬁne", "Σας", "ως", "ı"),
    *("\ufeffx", "a", "aa", "aaa", "aab", "ab.", "ab,", "3-5", "x–y"),
)
SPACES = (" ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u2003", "\x1c", "\x85", "\u200b")
DRAFTS, PACKS = 60, 60


def test_both_readers_complete_any_draft_alike(tmp_path: Path):
    rng = random.Random(20)
    for number in range(PACKS):
        (tmp_path / f"{number}.json").write_text(json.dumps(a_sample(rng)), encoding="utf-8")

    ran = subprocess.run(
        [str(shutil.which("npx")), "vitest", "run", "--reporter=verbose", "tests/completing/pack.test.ts"],
        cwd=WEB, check=False, timeout=240, text=True, capture_output=True,
        env={**os.environ, "PACK_VECTORS": str(tmp_path)},
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-4000:]
    assert f"{PACKS - 1}.json" in ran.stdout


def a_sample(rng: random.Random) -> dict[str, Any]:
    replies = [(words(rng, rng.randint(1, 9)), rng.random()) for _ in range(rng.randint(1, 40))]
    begun = " ".join(replies[0][0].split()[: rng.choice((0, 0, 1, 2))])
    body = json.loads(pack(replies, rng.choice((0.01, 0.05, 0.3, 0.6)), begun, rng.choice((0, 0, 2))))
    body["policy"] |= {"price": rng.choice((0.0, 2.0, 4.0)), "least_characters": rng.choice((1, 2, 4))}
    body["refused"] = [text.swapcase() for text, _ in rng.sample(replies, rng.randint(0, 1))]
    body["match"] |= {"goes_on": rng.choice((0.2, 0.9, 1.0)), "due_within_over": rng.choice((0.1, 0.3, 0.7))}
    if rng.random() < 0.4:
        body["begun"] = a_beginning(rng, body)
    leave_out(rng, body["places"])
    reader = Pack(body)
    drafts = [a_draft(rng, body["after"], [text for text, _ in replies]) for _ in range(DRAFTS)]
    return {
        "pack": body,
        "cases": [{"typed": one, "expected": reader.complete(one), "is_due": reader.is_due(one)} for one in drafts],
    }


def leave_out(rng: random.Random, place: list[Any]) -> None:
    """Words that are not listed, and places that are not looked at."""
    place[0] = rng.choice((0, 900, 9_000))
    if rng.random() < 0.1:
        del place[2:]
    for later in place[2].values() if len(place) > 2 else ():
        leave_out(rng, later)


def a_beginning(rng: random.Random, body: dict[str, Any]) -> str:
    """Of a word that may come next, or of another."""
    listed = [body["words"][number] for number in body["places"][1][::2]]
    word = str(rng.choice([*listed, *WORDS]))
    return word[: rng.randint(1, max(len(word), 1))]


def words(rng: random.Random, many: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(many))


def a_draft(rng: random.Random, after: Sequence[str], replies: Sequence[str]) -> str:
    """The beginning of a reply, or of other words, in other letters and spaces now and then."""
    said = rng.choice(replies) if rng.random() < 0.8 else " ".join([*after, words(rng, 3)])
    draft = said[: rng.randint(0, len(said))]
    draft = rng.choice((str, str, str, str.lower, str.upper, str.capitalize))(draft)
    return draft.replace(" ", rng.choice(SPACES)) + rng.choice(("", "", "", *SPACES))
