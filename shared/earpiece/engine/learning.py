"""From conversations to a model's folder that nobody sees before it is whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from earpiece.domain.errors import InvalidInput
from earpiece.engine.conversation_files import UNREADABLE, conversation_of
from earpiece.engine.corpus import Corpus, CountBounds, TrainingConversation, corpus_of
from earpiece.engine.files import read_manifest
from earpiece.engine.sampling import SampleBounds
from earpiece.engine.training import MOST_REPLIES, Report, TrainingSettings, train, unreported


def read_conversations(
    found: Iterable[TrainingConversation | Mapping[str, Any]],
) -> Sequence[TrainingConversation]:
    """Those that are mappings read as a file's lines are; raises InvalidInput naming the first that is none, from 1."""
    return tuple(_read(number, one) for number, one in enumerate(found, start=1))


def learned_from(
    conversations: Iterable[TrainingConversation], settings: TrainingSettings, report: Report = unreported
) -> Corpus:
    """All of them within the settings' bounds, none kept back: whoever measures has conversations of their own."""
    return corpus_of(
        conversations,
        test_share=0.0,
        bounds=SampleBounds(most_messages=settings.most_messages),
        counting=CountBounds(settings.min_agents, settings.min_customers, MOST_REPLIES),
        report=report,
    )


def learn(
    corpus: Corpus, out: Path, settings: TrainingSettings, report: Report = unreported, start: Path | None = None
) -> dict[str, Any]:
    """Train into the folder `out`, which must not exist, and return the manifest.

    Raises InvalidInput when it does, ModelUnusable when `start` is no model, InsufficientData.
    """
    if out.exists():
        raise InvalidInput(f"{out} exists; a model is written once")
    if start:
        read_manifest(start)  # what is no model is a slip of the hand, not a model to be passed over
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        manifest = train(corpus, part, settings, report, start)
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _read(number: int, found: TrainingConversation | Mapping[str, Any]) -> TrainingConversation:
    if isinstance(found, TrainingConversation):
        return found
    try:
        return conversation_of(found)
    except UNREADABLE as error:
        raise InvalidInput(f"conversation {number}: not a conversation ({type(error).__name__}: {error})") from error
