"""The arguments of benches that type messages under a model of one's own: the model, and what is typed."""

from __future__ import annotations

import argparse
from pathlib import Path

from earpiece.engine import load, protocol
from earpiece.engine.conversation_files import read_files
from earpiece.engine.model import Model


def told_model_and_examples(description: str | None) -> tuple[Model, list[protocol.Example]]:
    asked = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--model", type=Path, required=True, help="a folder that `earpiece train` made")
    asked.add_argument("--conversations", type=Path, required=True, help="JSONL, gzip allowed, not learned from")
    asked.add_argument("--limit", type=int, default=150, help="messages typed")
    told = asked.parse_args()
    conversations = read_files([told.conversations]).conversations
    return load(told.model), protocol.shuffled(protocol.examples(conversations), 0)[: told.limit]
