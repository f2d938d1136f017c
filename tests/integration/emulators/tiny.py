"""Tiny units in a temporary folder, for tests of the runtime itself."""

from __future__ import annotations

import time

from earpiece_emulators.units import Kind, Unit

FUNCTION = Unit("conversation_writer", Kind.FUNCTION)
SERVICE = Unit("suggestion_api", Kind.SERVICE)
JOB = Unit("trainer", Kind.JOB)
UNITS = (FUNCTION, SERVICE, JOB)

# Notes every request in a file; answers 500 while a file named `refuse` lies beside it.
_FUNCTION = """
import json, os, pathlib
import functions_framework
HERE = pathlib.Path(__file__).parent

@functions_framework.http
def conversation_writer(request):
    if request.path in ("/readyz", "/healthz"):
        return "", 200
    with (HERE / "requests.jsonl").open("a") as file:
        file.write(json.dumps({"path": request.path, "body": request.get_json(silent=True)}) + "\\n")
    return "", 500 if (HERE / "refuse").exists() else 204
"""
_SERVICE = """
import os
from flask import Flask
app = Flask("suggestion_api")
app.add_url_rule("/readyz", "ready", lambda: "")
app.add_url_rule("/healthz", "healthy", lambda: "")
app.add_url_rule("/environment", "environment", lambda: dict(os.environ))
"""
_JOB = """
import os, sys
print("trains", os.environ.get("ACCOUNT_ID"), flush=True)
sys.exit(int(os.environ.get("EXIT", "0")))
"""


def write_units(root, *, function=_FUNCTION, service=_SERVICE, job=_JOB):
    """The root of a repository that holds the three."""
    for unit, source in ((FUNCTION, function), (SERVICE, service), (JOB, job)):
        unit.folder(root).mkdir(parents=True)
        (unit.folder(root) / "main.py").write_text(source)
    return root


def until(condition, patience_s=30):
    """Wait for a condition, and return what it gave."""
    deadline = time.monotonic() + patience_s
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return result
