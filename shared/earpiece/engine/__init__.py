"""The suggestion engine: what an account's conversations teach, and what it offers from that. No cloud, no network.

`train` and `load` are its door. What they need is imported when they are called: who wants the normaliser alone does
not load numpy.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earpiece.engine.conversations import TrainingConversation
    from earpiece.engine.model import Model

# One BLAS thread, set before numpy is first imported: the same data then gives the same bytes on any machine, and
# products as small as ours are slower on several, much slower where other processes want the cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


def train(
    conversations: Iterable[TrainingConversation | Mapping[str, Any]],
    out: Path | str,
    *,
    start: Path | str | None = None,
) -> dict[str, Any]:
    """Learn a model into the folder `out`, which must not exist, and return its manifest: all of it or nothing.

    A conversation is {"conversation_id", "agent_id"?, "customer_id"?, "turns": [{"role", "text", "ts"?}]}; `start` is
    the folder of the last model, from which learning goes on. Raises InvalidInput for what is no conversation, by its
    number, and InsufficientData where there is too little to learn from.
    """
    from earpiece.engine.learning import learn, learned_from, read_conversations
    from earpiece.engine.training import TrainingSettings

    settings = TrainingSettings()
    corpus = learned_from(read_conversations(conversations), settings)
    return learn(corpus, Path(out), settings, start=Path(start) if start else None)


def load(model: Path | str) -> Model:
    """The model of a folder; raises ModelUnusable when it is missing, corrupt or of another format."""
    from earpiece.engine.model import Model

    return Model(Path(model))
