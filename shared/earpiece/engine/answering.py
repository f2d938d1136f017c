"""The answers of an account: its model's, with the replies beside them that the account wrote itself.

The suggestion API answers so, with what it knows of blocked and edited replies; here evaluation asks the two as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earpiece.engine.canned import CannedReplies
from earpiece.engine.features import Context
from earpiece.engine.model import Model
from earpiece.engine.suggestions import Offer, beside


@dataclass(frozen=True, slots=True)
class Answering:
    """A model's questions, asked of it and of the account's own replies."""

    model: Model
    own: CannedReplies

    def suggest(self, context: Context, prefix: str, k: int) -> list[Offer]:
        return beside(self.model.suggest(context, prefix, k), self.own.suggest(context, prefix, k), prefix, k)

    def complete(self, context: Context, prefix: str) -> str | None:
        return self.model.complete(context, prefix) or self.own.complete(context, prefix)

    def score(self, context: Context, candidates: Sequence[str]) -> list[float]:
        return self.model.score(context, candidates)

    def urls(self, context: Context, k: int) -> list[str]:
        return self.model.urls(context, k)
