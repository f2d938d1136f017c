"""The engine while an account is small, beside the account's own replies alone, by search and by what was typed.

    .venv/bin/python tests/bench/small_accounts.py
    .venv/bin/python tests/bench/small_accounts.py --train TRAIN.jsonl.gz --new DEV.jsonl.gz --counts 0 10 100 1000

By default the sample accounts, each with the replies that it wrote. Of a file nobody knows which those are: the 50 that
were said most often in the conversations stand in for them, and while there are none the starter set does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.engine import load
from earpiece.engine.answering import Answering
from earpiece.engine.canned import CannedReplies, starter_replies
from earpiece.engine.conversation_files import read_files
from earpiece.engine.corpus import TrainingConversation, corpus_of, count_replies
from earpiece.engine.evaluation import evaluate, measured
from earpiece.engine.training import InsufficientData, train
from earpiece_emulators.samples import SampleConversation, canned_replies, generate, held_out, to_canonical

from results import tell  # isort: skip

COUNTS = (0, 10, 100, 1000)
OWN = 50
MEASURED = ("recall_at_3", "recall_at_3_typed", "saved_keystrokes", "false_offers")


@dataclass(frozen=True, slots=True)
class Account:
    """Conversations oldest first, newer ones to measure on, and the replies that it wrote, None where nobody knows."""

    name: str
    said: Sequence[TrainingConversation]
    new: Sequence[TrainingConversation]
    own: CannedReplies | None


class Silent:
    """A system of which only suggestions and completions are asked."""

    def __init__(self, system: Any) -> None:
        self.suggest, self.complete = system.suggest, system.complete


def sample_account(name: str, count: int = max(COUNTS), new_count: int = 120) -> Account:
    """A sample account, with the replies that its people wrote by hand."""
    own = [Reply(one["id"], one["text"], ReplyState.APPROVED) for one in canned_replies(name)]
    said = _conversations(generate(name, count=count))
    return Account(name, said, _conversations(held_out(name, count=new_count)), CannedReplies(own))


def file_account(trained_on: Path, new: Path) -> Account:
    said = sorted(read_files([trained_on]).conversations, key=lambda one: one.turns[0].ts or 0.0 if one.turns else 0.0)
    return Account(trained_on.parent.name, said, read_files([new]).conversations, None)


def compare(account: Account, counts: Iterable[int], limit: int = 600, typing_limit: int = 150) -> list[dict[str, Any]]:
    """Two rows for each number of conversations: what the account's own replies do, and what the engine does."""
    rows = []
    for count in counts:
        newest = account.said[len(account.said) - min(count, len(account.said)) :]
        own = account.own or _most_said(newest)
        engine = _engine(newest, own)
        for name, system in (("own replies", own), ("engine", engine)):
            done = evaluate(Silent(system), account.new, limit=limit, typing_limit=typing_limit)
            found = measured(done, done.everything)
            rows.append(
                {"account": account.name, "conversations": len(newest), "system": name}
                | {measure: 100 * (found[measure] or 0.0) for measure in MEASURED}
                | {"has_model": isinstance(system, Answering)}
            )
    return rows


def _engine(newest: Sequence[TrainingConversation], own: CannedReplies) -> Answering | CannedReplies:
    with tempfile.TemporaryDirectory() as folder:
        try:
            train(corpus_of(newest), Path(folder))
        except InsufficientData:
            return own
        return Answering(load(folder), own)


def _most_said(conversations: Sequence[TrainingConversation]) -> CannedReplies:
    counted = count_replies(conversations)[:OWN]
    return CannedReplies(Reply(reply_id_of(one.text_key), one.text) for one in counted) if counted else _starter()


def _starter() -> CannedReplies:
    return starter_replies("en")


def _conversations(samples: Iterable[SampleConversation]) -> Sequence[TrainingConversation]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.jsonl"
        file.write_text("\n".join(json.dumps(to_canonical(one)) for one in samples))
        return read_files([file]).conversations


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--train", type=Path, help="JSONL, gzip allowed; the newest conversations are learned from")
    asked.add_argument("--new", type=Path, help="JSONL of newer conversations, to measure on")
    asked.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    asked.add_argument("--limit", type=int, default=600, help="suggestions asked for")
    asked.add_argument("--typing-limit", type=int, default=150, help="messages typed key by key")
    told = asked.parse_args()
    if (told.train is None) != (told.new is None):
        asked.error("--train and --new go together")
    accounts = [file_account(told.train, told.new)] if told.train else map(sample_account, ("lumen", "fietsplein"))
    rows = [row for one in accounts for row in compare(one, told.counts, told.limit, told.typing_limit)]
    tell("small_accounts", rows)


if __name__ == "__main__":
    main()
