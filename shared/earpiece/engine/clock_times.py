"""Times of day in texts: a reply that names one belongs to a conversation that asks for a time near it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import KNOWN_TEXTS

MOST_TIMES = 4  # of one text, its first
NO_TIME = -1
SEARCHED = 1_000  # characters of one text
DAY_MINUTES = 24 * 60
_TIME = re.compile(
    r"(?<![\w:.])(?:(?P<half>\d{1,2})(?:[:.](?P<half_minutes>[0-5]\d))?\s?(?P<sign>[ap])\.?m\b"
    r"|(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d))(?![\w:])",
    re.IGNORECASE,
)
Minutes = NDArray[np.int16]


@lru_cache(maxsize=KNOWN_TEXTS)
def clock_times(text: str) -> tuple[int, ...]:
    """The times of a text in minutes after midnight, as `17:05`, `5:05 pm` or `5pm` write them; at most 4."""
    found = (_minutes(match) for match in _TIME.finditer(text[:SEARCHED]))
    return tuple(minutes for minutes in found if minutes < DAY_MINUTES)[:MOST_TIMES]


def padded_times(texts: Sequence[str]) -> Minutes:
    """(texts, 4): the times of each, then NO_TIME."""
    rows = np.full((len(texts), MOST_TIMES), NO_TIME, np.int16)
    for row, text in zip(rows, texts, strict=True):
        times = clock_times(text)
        row[: len(times)] = times
    return rows


def nearness(rows: Minutes, times: Sequence[int]) -> NDArray[np.float32]:
    """How near each row has a time to one of `times`: 1 for the same, 1/e for an hour apart, 0 where there is none."""
    near = np.zeros(len(rows), np.float32)
    has_time = np.flatnonzero(rows[:, 0] != NO_TIME)
    if times and len(has_time):
        some = rows[has_time]
        apart = np.abs(some[:, :, None] - np.array(times)).min(axis=2)
        near[has_time] = np.exp(-np.where(some == NO_TIME, DAY_MINUTES, apart).min(axis=1) / 60)
    return near


def _minutes(match: re.Match[str]) -> int:
    if match["sign"]:
        afternoon = 12 * (match["sign"].lower() == "p")
        return (int(match["half"]) % 12 + afternoon) * 60 + int(match["half_minutes"] or 0)
    return int(match["hours"]) * 60 + int(match["minutes"])
