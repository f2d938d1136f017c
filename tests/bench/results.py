"""Results of a bench: shown as a table, and kept as JSON in tests/output/bench."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / "output" / "bench"


def tell(name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print the rows as a table with the columns of the first, and keep them."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"{name}.json").write_text(json.dumps(list(rows), indent=1))
    columns = list(rows[0])
    shown = [[_cell(row[column]) for column in columns] for row in rows]
    widths = [max(len(column), *(len(row[place]) for row in shown)) for place, column in enumerate(columns)]
    print(f"\n{name}")
    for line in (columns, *shown):
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
