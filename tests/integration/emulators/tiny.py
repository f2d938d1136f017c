"""Tiny units in a temporary folder, for tests of the runtime itself."""

from __future__ import annotations

import json

from earpiece_emulators.units import Kind, Unit

FUNCTION = Unit("conversation_writer", Kind.FUNCTION)
RELAY = Unit("outbox_relay", Kind.FUNCTION)
SERVICE = Unit("suggestion_api", Kind.SERVICE)
JOB = Unit("trainer", Kind.JOB)
UNITS = (FUNCTION, RELAY, SERVICE, JOB)

# Notes every request in a file; answers 500 while a file named `refuse` lies beside it
# and to paths that end so, and late with `slow`.
_FUNCTION = """
import json, os, pathlib, time
import functions_framework
HERE = pathlib.Path(__file__).parent

@functions_framework.http
def TARGET(request):
    if request.path in ("/readyz", "/healthz"):
        return "", 200
    if (HERE / "slow").exists():
        time.sleep(0.5)
    with (HERE / "requests.jsonl").open("a") as file:
        file.write(json.dumps({"path": request.path, "body": request.get_json(silent=True)}) + "\\n")
    return "", 500 if (HERE / "refuse").exists() or request.path.endswith("/refused") else 204
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
import os, sys, time
time.sleep(float(os.environ.get("SECONDS", "0")))
print("trains", os.environ.get("ACCOUNT_ID"), flush=True)
sys.exit(int(os.environ.get("EXIT", "0")))
"""


def write_units(root, *, service=_SERVICE):
    """The root of a repository that holds these units."""
    functions = {unit: _FUNCTION.replace("TARGET", unit.name) for unit in (FUNCTION, RELAY)}
    for unit, source in (functions | {SERVICE: service, JOB: _JOB}).items():
        unit.folder(root).mkdir(parents=True)
        (unit.folder(root) / "main.py").write_text(source)
    return root


def requests_of(unit, root):
    """The requests that a tiny function has had."""
    file = unit.folder(root) / "requests.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
