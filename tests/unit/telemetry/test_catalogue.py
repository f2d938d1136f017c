"""Every name that is logged stands in the catalogue, and the catalogue names nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from earpiece.telemetry.catalogue import LOG_EVENTS

ROOT = Path(__file__).parents[3]
LOGGED = re.compile(r"\blog\.(?:debug|info|warning|error|exception)\(\s*[\"']([^\"']+)[\"']")


def test_the_catalogue_and_the_code_name_the_same_events():
    sources = [path for kind in ("shared", "functions", "run") for path in (ROOT / kind).rglob("*.py")]
    logged = {name for path in sources for name in LOGGED.findall(path.read_text())}

    assert logged == set(LOG_EVENTS)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in logged)
