"""An earlier model of the account as the start of the next: what was learned once is not learned again from nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.completion_tables import vocabulary_of
from earpiece.engine.encoder_training import FIRST_SCALE
from earpiece.engine.files import read_array, verified
from earpiece.engine.layers import loaded_layers

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class EarlierModel:
    """The arrays of a model's folder by name."""

    arrays: Mapping[str, Array]

    @classmethod
    def of(cls, folder: Path) -> EarlierModel | None:
        """None when it cannot be used: then training begins anew."""
        try:
            names = [name.removesuffix(".npy") for name in verified(folder)["files"] if name.endswith(".npy")]
            return cls({name: np.asarray(read_array(folder, name)) for name in names})
        except (ModelUnusable, OSError, ValueError):
            return None

    def encoder(self, head: int, hashes: Array, first: Mapping[str, Array]) -> dict[str, Array]:
        """The weights of a head: known grams keep their rows, new ones begin as in `first`."""
        stored = self._named(f"encoder{head}_")
        known = loaded_layers({name: array for name, array in stored.items() if name not in ("table", "scale")})
        layers = {name: array for name, array in first.items() if name != "table"}
        if any(name != "temperature" and known.get(name, array).shape != array.shape for name, array in layers.items()):
            return dict(first)
        if "table" not in stored or stored["table"].shape[1] != first["table"].shape[1]:
            return dict(first)
        table = np.array(first["table"], np.float32)
        _, here, there = np.intersect1d(hashes, self.arrays["gram_hashes"], return_indices=True)
        table[here] = stored["table"][there] * stored["scale"][there].astype(np.float32)[:, None]
        started = {name: known.get(name, array).astype(np.float32) for name, array in layers.items()}
        return {**started, "table": table, "temperature": np.array([FIRST_SCALE], np.float32)}

    def word_model(self) -> dict[str, Array] | None:
        """The word model with its vocabulary, None when there is none."""
        known = self._named("word_model_")
        if not known:
            return None
        words = vocabulary_of(self._named("completion_")).of_word_model().words
        listed = "\n".join(words).encode("utf-8", "surrogatepass")
        return {**known, "vocabulary": np.frombuffer(listed, np.uint8)}

    def _named(self, prefix: str) -> dict[str, Array]:
        return {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}
