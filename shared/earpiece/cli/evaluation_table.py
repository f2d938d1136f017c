"""The report of an evaluation as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earpiece.engine.measures import MEASURES

Row = Sequence[str]
TITLES = {
    "score_100": "score 100 candidates",
    "suggest": "suggest, nothing typed",
    "suggest_typed": "suggest, 8 characters typed",
    "complete": "complete, each key",
    "urls": "links",
}


def table(report: Mapping[str, Any]) -> Iterator[str]:
    """One block for all conversations, and one for each language where there are several."""
    counts = report["counts"]
    yield (
        f"{counts['examples']} messages of agents in {counts['conversations']} conversations; asked: "
        f"{counts['rank']} ranked, {counts['retrieved']} suggested, {counts['typed']} typed, "
        f"{counts['links']} with links"
    )
    parts = report["parts"]
    for name, part in parts.items():
        if name == "overall" or len(parts) > 2:
            yield ""
            yield f"{name}, {part['conversation_count']} conversations"
            yield from _aligned([_heading(part), *_measure_rows(part), *_time_rows(part)])
    if len(parts) == 2:
        yield f"all of them are {list(parts)[1]}"


def _heading(part: Mapping[str, Any]) -> Row:
    is_compared = any("against" in figure for figure in part["measures"].values())
    beside = ["against", "95 %", "difference", "95 %", ""] if is_compared else []
    return ["", "value", "95 %", *beside]


def _measure_rows(part: Mapping[str, Any]) -> Iterator[Row]:
    for measure in MEASURES:
        figure = part["measures"].get(measure.name)
        if figure and figure["value"] is not None:
            # Shares are read in percent, and so are their differences in points.
            scale, unit = (100.0, " %") if measure.scale == 1 else (1.0, "")
            yield [measure.title, *_cells(figure, scale, unit), *_beside(figure, scale, unit)]


def _time_rows(part: Mapping[str, Any]) -> Iterator[Row]:
    for kind, quantiles in part["times_ms"].items():
        for name, figure in quantiles.items():
            if figure["value"] is not None:
                other = figure.get("against")
                beside = _cells(other, 1, " ms") if other else []
                yield [f"{TITLES[kind]}, {name} processor", *_cells(figure, 1, " ms"), *beside]


def _beside(figure: Mapping[str, Any], scale: float, unit: str) -> Sequence[str]:
    if "against" not in figure:
        return []
    less = figure["difference"]
    ours = _cells(figure["against"], scale, unit)
    return [*ours, *_cells(less, scale, "", "+"), less["verdict"]] if less else ours


def _cells(figure: Mapping[str, Any], scale: float, unit: str, sign: str = "") -> Sequence[str]:
    if figure["value"] is None:
        return ["-", ""]
    low, high = figure["low"], figure["high"]
    told = [f"{scale * value:{sign}.2f}" for value in (figure["value"], low, high) if value is not None]
    return [told[0] + unit, f"[{', '.join(told[1:])}]" if len(told) == 3 else ""]


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    widest = max(map(len, rows))
    padded = [[*row, *[""] * (widest - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in padded) for column in range(widest)]
    for row in padded:
        first, *rest = (
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *rest]).rstrip()
