"""Every port behind which something is kept is in the sets of adapters, and asked there by a suite."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import get_args, get_type_hints

from tests.contract.adapter_sets import Adapters

import earpiece.ports

# Others behind which nothing is kept, and where they are tried.
ELSEWHERE = {
    "AccountLookup": "a part of AccountRegistry",
    "Secrets": "tests/contract/test_integrations.py and test_google_rest.py",
    "Jobs": "tests/contract/test_google_rest.py",
    "PlatformUsers": "tests/integration/services/test_sign_in.py",
    "LanguageModel": "tests/integration/services/assistants/test_runs.py",
    "SuggestedReplies": "tests/integration/services/assistants/test_runs.py",
}


def ports() -> set[str]:
    modules = [
        importlib.import_module(f"earpiece.ports.{one.name}") for one in pkgutil.iter_modules(earpiece.ports.__path__)
    ]
    return {
        name
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and getattr(kind, "_is_protocol", False)
    }


def ports_of_a_set() -> dict[str, str]:
    """The fields of a set that give a port, with the port's name."""
    gives = {field: get_args(hint)[-1] for field, hint in get_type_hints(Adapters).items() if get_args(hint)}
    return {field: port.__name__ for field, port in gives.items() if getattr(port, "_is_protocol", False)}


def test_every_port_is_in_the_sets_or_is_tried_elsewhere():
    assert ports() == set(ports_of_a_set().values()) | ELSEWHERE.keys()


def test_every_port_of_the_sets_is_asked_by_a_suite():
    suites = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))

    unasked = [field for field in ports_of_a_set() if not re.search(rf"adapters\.{field}\b", suites)]

    assert unasked == []
