"""What a model holds only while somebody asks it: made from its files, and made again after it was let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

from earpiece.engine.encoder import EncoderArrays
from earpiece.engine.word_model import Floats, State, WordModel, Words

Value = TypeVar("Value")


class Remade(Generic[Value]):
    """Made at once, so that what cannot be made is noticed at once. Safe for many threads: two may make the same."""

    def __init__(self, make: Callable[[], Value], held_bytes: Callable[[Value], int]) -> None:
        self._make, self._held_bytes = make, held_bytes
        self._value: Value | None = make()

    def get(self) -> Value:
        value = self._value
        if value is None:
            value = self._value = self._make()
        return value

    def let_go(self) -> None:
        """Whoever has the value goes on with it."""
        self._value = None

    @property
    def held_bytes(self) -> int:
        value = self._value
        return 0 if value is None else self._held_bytes(value)


class StoredHeads:
    """The heads of an encoder: the tables as they are stored, the rest in 32 bits while it is needed."""

    def __init__(self, make: Callable[[], Sequence[EncoderArrays]]) -> None:
        self.in_32_bits = Remade(make, lambda heads: sum(head.widened_bytes for head in heads))

    def __iter__(self) -> Iterator[EncoderArrays]:
        return iter(self.in_32_bits.get())


class StoredWordModel:
    """A word model that is in 32 bits while it is needed; twice the bytes of its arrays in 16."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.in_32_bits = Remade(lambda: WordModel(arrays), lambda model: model.resident_bytes)
        self.word_count = self.in_32_bits.get().word_count

    def begin(self, context: Floats, recent: Words) -> State:
        return self.in_32_bits.get().begin(context, recent)

    def seen(self, word_ids: Sequence[int]) -> Floats:
        return self.in_32_bits.get().seen(word_ids)

    def read(self, states: Sequence[State], seen: Floats) -> Sequence[State]:
        return self.in_32_bits.get().read(states, seen)

    def predict(self, states: Sequence[State]) -> Floats:
        return self.in_32_bits.get().predict(states)
