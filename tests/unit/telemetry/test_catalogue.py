"""Every name that is logged stands in the catalogue, and the catalogue names nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from earpiece.telemetry.catalogue import LOG_EVENTS

ROOT = Path(__file__).parents[3]
LEVELS = {"debug", "info", "warning", "warn", "error", "critical", "fatal", "exception", "msg", "log"}


def logged_names(source: str) -> Iterator[str]:
    """What each call on a logger names first; "?" where that is not a plain text, for it cannot be checked."""
    tree = ast.parse(source)
    loggers = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "get_logger" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            called_on = ast.unparse(node.func.value)
            if "get_logger" in called_on or re.split(r"\W", called_on)[0] in loggers:
                yield _text(node.args[0]) if node.args else "?"


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "?"


def test_the_catalogue_and_the_code_name_the_same_events():
    sources = [path for kind in ("shared", "functions", "run") for path in (ROOT / kind).rglob("*.py")]
    logged = {name for path in sources for name in logged_names(path.read_text())}

    assert logged == set(LOG_EVENTS)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in logged)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('log.info("a_b", count=1)', ["a_b"]),
        ('log.bind(count=1).error(\n    "a_b"\n)', ["a_b"]),
        ('structlog.get_logger().warning("a_b")', ["a_b"]),
        ('log.info(f"a_{what}")', ["?"]),
        ("log.info(name)", ["?"]),
        ('other.info("a_b")', []),
    ],
)
def test_this_check_sees_every_way_to_log(line: str, names: list[str]):
    assert list(logged_names(f"log = structlog.get_logger()\n{line}")) == names
