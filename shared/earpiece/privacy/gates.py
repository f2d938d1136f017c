"""Whether a text can hold one of some phrases at all: cheaper to ask than to look for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from earpiece.privacy.first_letters import beginnings
from earpiece.privacy.reading import Reading

_MOST = 16  # signs of a phrase that are looked at
_FIRST_WORD = re.compile(r"[\W_]*([^\W_]+)([\W_]?)")


@dataclass(frozen=True, slots=True)
class Gate:
    """Open for a text that has one of the words, or one of the parts anywhere."""

    words: frozenset[str]
    parts: tuple[str, ...]

    def is_open(self, reading: Reading) -> bool:
        return not self.words.isdisjoint(reading.words) or (
            bool(self.parts) and any(map(reading.lower.__contains__, self.parts))
        )


def gate(phrases: str, *, are_words: bool = True) -> Gate:
    """The gate of a pattern of phrases in lower case. `are_words`: what begins and ends them are whole words."""
    firsts = [_FIRST_WORD.match(one) for one in beginnings(f"(?:{phrases})" + " " * are_words, _MOST)]
    told = [first for first in firsts if first]
    whole = frozenset(first[1] for first in told if first[2] and are_words)
    parts = {first[1] for first in told if not (first[2] and are_words)} if len(told) == len(firsts) else {""}
    return Gate(whole, tuple(sorted(one for one in parts if one not in whole)))


@dataclass(frozen=True, slots=True)
class Gated:
    """A pattern that is tried only on texts which its gate is open for."""

    gate: Gate
    pattern: re.Pattern[str]

    def finditer(self, reading: Reading) -> Iterator[re.Match[str]]:
        """Its matches in the text in lower case."""
        return self.pattern.finditer(reading.lower) if self.gate.is_open(reading) else iter(())


def gated(phrases: str, rest: str = "", *, before: str = r"(?<!\w)") -> Gated:
    """Phrases in lower case, each a word or more, with `rest` behind them and `before` before them."""
    return Gated(gate(phrases), re.compile(f"{before}(?:{phrases}){rest}"))
