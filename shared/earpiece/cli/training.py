"""`earpiece training`: start an account's training, and see how runs ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from earpiece.cli.printing import print_one, print_rows, with_format
from earpiece.cli.staff import StaffStores, staff_stores
from earpiece.domain.errors import AlreadyRunning, Conflict, InvalidInput, NotFound, Unavailable
from earpiece.domain.models import RunState, TrainingRun

_COLUMNS = ("run_id", "state", "requested_at", "lease_until", "model_version", "reason")
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")
TIMEOUT_S = 30.0


@click.group()
def training() -> None:
    """Training runs of an account."""


@training.command("start")
@_account_option
@with_format
def start_training(account_id: str, form: str) -> None:
    """Start a run now; refused, with its id, while another one runs."""
    stores = staff_stores()
    account = stores.account(account_id)
    print_one(_post(stores, f"/accounts/{account.account_id}/training"), form)


@training.command("list")
@_account_option
@with_format
def list_runs(account_id: str, form: str) -> None:
    """List the runs, newest first."""
    stores = staff_stores()
    runs = sorted(stores.training_runs(stores.account(account_id)).all(), key=lambda run: run.requested_at)
    print_rows([_row(run) for run in reversed(runs)], _COLUMNS, form)


def _post(stores: StaffStores, path: str) -> dict[str, Any]:
    """What `training_trigger` answers; raises our own errors for its problems."""
    import requests

    known = stores.surroundings
    url = known.units.get("training_trigger") or known.need("TRAINING_TRIGGER_URL")
    token = known.get("STAFF_ID_TOKEN")  # `gcloud auth print-identity-token`; Cloud Run's IAM asks for it
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        response = requests.post(f"{url.rstrip('/')}{path}", headers=headers, timeout=TIMEOUT_S)
        body = response.json()
    except requests.RequestException as error:
        raise Unavailable(f"training_trigger does not answer at {url}") from error
    if response.ok:
        return dict(body)
    raise _refused(response.status_code, body)


def _refused(status: int, problem: dict[str, Any]) -> Exception:
    detail = str(problem.get("detail", status))
    match status:
        case 404:
            return NotFound(detail)
        case 409 if "run_id" in problem:
            return AlreadyRunning(f"run {problem['run_id']} is running", run_id=problem["run_id"])
        case 409:
            return Conflict(detail)
        case 503:
            return Unavailable(detail)
        case _:
            return InvalidInput(f"refused with {status}: {detail}")


def _state(run: TrainingRun) -> str:
    is_open = run.state in (RunState.REQUESTED, RunState.RUNNING)
    return "abandoned" if is_open and not run.is_running(datetime.now(UTC)) else run.state.value


def _row(run: TrainingRun) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "state": _state(run),
        "requested_at": run.requested_at,
        "lease_until": run.lease_until,
        "model_version": run.model_version,
        "reason": run.reason,
        "details": dict(run.details),
    }


commands = {"training": training}
