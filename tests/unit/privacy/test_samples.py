"""Our own labelled messages, in the three languages: what is found, and what is left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from earpiece.privacy import Label, Span, find

FOLDER = Path(__file__).parents[2] / "samples" / "privacy"
MARK = re.compile(r"<<([A-Z_]+) (.+?)>>", re.DOTALL)


def samples() -> Iterator[tuple[str, str]]:
    """Language and message of every line, with `<<LABEL value>>` around what must be found."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)["marked"]


def unmarked(marked: str) -> tuple[str, list[Span]]:
    """The message and the spans that its marks stand for."""
    text, spans, place = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[place : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), Label(mark[1])))
        text += mark[2]
        place = mark.end()
    return text + marked[place:], spans


SAMPLES = list(samples())


@pytest.mark.parametrize("marked", [marked for _, marked in SAMPLES])
def test_exactly_what_is_marked_is_found(marked):
    text, spans = unmarked(marked)

    assert find(text) == spans


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_the_samples_of_a_language_hold_every_label_and_clean_messages(language):
    told = [unmarked(marked)[1] for each, marked in SAMPLES if each == language]

    assert {span.label for spans in told for span in spans} >= set(Label) - {Label.MASKED}
    assert sum(not spans for spans in told) >= 6
