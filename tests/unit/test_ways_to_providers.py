"""Only llm_gateway has what a provider of language models asks for; staff's commands alone put it there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SDKS = {"openai", "anthropic", "azure", "vertexai", "litellm"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """What is deployed: the folder, to the depth of a unit or of a part of what all share."""
    for file in (*ROOT.glob("functions/**/*.py"), *ROOT.glob("run/**/*.py"), *ROOT.glob("shared/**/*.py")):
        if "node_modules" not in file.parts:
            parts = file.relative_to(ROOT).parts
            yield "/".join(parts[: 3 if parts[0] == "shared" else 2]), ast.parse(file.read_bytes())


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)


def test_nobody_else_reads_a_provider_s_key():
    readers = {folder for folder, module in sources() if "earpiece.domain.llm.secret_name" in imported(module)}

    assert readers == {"run/llm_gateway", "shared/earpiece/cli"}


def test_nobody_speaks_to_a_provider_with_its_own_client():
    found = {folder for folder, module in sources() for name in imported(module) if name.partition(".")[0] in SDKS}

    assert found == set()
