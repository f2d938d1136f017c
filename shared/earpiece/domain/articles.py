"""An article: something the account wrote for its customers or agents, in pieces small enough to quote."""

from __future__ import annotations

from dataclasses import dataclass

from earpiece.domain.ids import digest


@dataclass(frozen=True, slots=True)
class Article:
    """`article_id` is `article_id_of` its name; a longer text is several articles of one title."""

    article_id: str
    title: str
    text: str
    url: str = ""
    language: str = ""


def article_id_of(name: str, part: int = 0) -> str:
    """The same file imported again is the same article."""
    return digest("article", name, str(part))
