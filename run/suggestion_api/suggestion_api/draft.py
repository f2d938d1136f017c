"""What an agent has typed so far. The widget counts in UTF-16 code units, as a browser does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """`cursor` lies between 0 and `length`, both in UTF-16 code units."""

    text: str
    cursor: int

    @classmethod
    def at(cls, text: str, cursor: int | None) -> Draft:
        """A cursor past the end stands at the end: the widget may have sent it a key too early."""
        length = utf16_length(text)
        return cls(text, length if cursor is None else min(cursor, length))

    @property
    def length(self) -> int:
        return utf16_length(self.text)

    @property
    def before_cursor(self) -> str:
        """A cursor within a surrogate pair stands before it."""
        return self.text.encode("utf-16-le")[: self.cursor * 2].decode("utf-16-le", "ignore")

    @property
    def is_cursor_at_end(self) -> bool:
        """Whether nothing but white space follows the cursor."""
        return not self.text[len(self.before_cursor) :].strip()


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
