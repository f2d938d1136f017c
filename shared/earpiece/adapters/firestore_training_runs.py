"""Training runs in Firestore: `accounts/{id}/training_runs/{run_id}`, and the lease that one of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import READ_TIMEOUT_S, account_collection, store_errors
from earpiece.domain.accounts import Account
from earpiece.domain.errors import AlreadyRunning, NotFound, StaleVersion
from earpiece.domain.models import RunState, TrainingRun

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentReference, Transaction

_OPEN = (RunState.REQUESTED, RunState.RUNNING)


class FirestoreTrainingRuns:
    """Training runs of one account. Whoever changes one reads the lease in the same transaction."""

    def __init__(self, account: Account, client: Client) -> None:
        self._client = client
        self._runs = account_collection(account, client, "training_runs")
        self._lease = account_collection(account, client, "training_lease").document("current")

    def start(self, run_id: str, now: datetime, *, lease_s: int) -> TrainingRun:
        until = now + timedelta(seconds=lease_s)

        def take(transaction: Transaction) -> TrainingRun:
            run, lease = self._read(run_id, transaction)
            holder = lease.get("run_id")
            if run and (run.state not in _OPEN or (holder == run_id and lease["until"] > now)):
                return run
            if holder not in (None, run_id) and lease["until"] > now:
                raise AlreadyRunning(f"training run {holder} is running", run_id=holder)
            started = TrainingRun(run_id, RunState.REQUESTED, run.requested_at if run else now, until)
            transaction.set(self._lease, {"run_id": run_id, "until": until})
            transaction.set(self._runs.document(run_id), _body(started))
            return started

        taken: TrainingRun = self._transact(take)
        return taken

    def heartbeat(self, run_id: str, now: datetime, *, lease_s: int, state: RunState = RunState.RUNNING) -> None:
        until = now + timedelta(seconds=lease_s)

        def hold(transaction: Transaction) -> None:
            run, lease = self._read(run_id, transaction)
            if run is None:
                raise NotFound(f"there is no training run {run_id}")
            if run.state not in _OPEN or lease.get("run_id") != run_id:
                raise StaleVersion(f"training run {run_id} may not go on")
            transaction.set(self._lease, {"run_id": run_id, "until": until})
            transaction.update(self._runs.document(run_id), {"state": state.value, "lease_until": until})

        self._transact(hold)

    def finish(self, run_id: str, state: RunState, now: datetime, **details: Any) -> None:
        own: dict[str, Any] = {name: details.pop(name) for name in ("reason", "model_version") if name in details}

        def end(transaction: Transaction) -> None:
            run, lease = self._read(run_id, transaction)
            if run is None or run.state not in _OPEN:
                return
            if lease.get("run_id") == run_id:
                transaction.delete(self._lease)
            changed: dict[str, Any] = {
                **own,
                "state": state.value,
                "lease_until": now,
                "finished_at": now,
                "details": details,
            }
            transaction.update(self._runs.document(run_id), changed)

        self._transact(end)

    def find(self, run_id: str) -> TrainingRun | None:
        with store_errors("training_runs"):
            return _run(run_id, self._runs.document(run_id).get(timeout=READ_TIMEOUT_S).to_dict())

    def all(self) -> Sequence[TrainingRun]:
        with store_errors("training_runs"):
            found = queries.newest_first(self._runs, "requested_at").stream(timeout=60)
            return [run for one in found if (run := _run(one.id, one.to_dict()))]

    def _read(self, run_id: str, transaction: Transaction) -> tuple[TrainingRun | None, dict[str, Any]]:
        document: DocumentReference = self._runs.document(run_id)
        run = _run(run_id, document.get(transaction=transaction).to_dict())
        return run, self._lease.get(transaction=transaction).to_dict() or {}

    def _transact(self, work: Any) -> Any:
        from google.cloud.firestore import transactional

        with store_errors("training_runs"):
            return transactional(work)(self._client.transaction())


def _body(run: TrainingRun) -> dict[str, Any]:
    body = {name: value for name, value in asdict(run).items() if name != "run_id"}
    return {**body, "state": run.state.value}


def _run(run_id: str, body: dict[str, Any] | None) -> TrainingRun | None:
    if body is None:
        return None
    known = {name: body[name] for name in TrainingRun.__dataclass_fields__ if name in body}
    return TrainingRun(run_id=run_id, **{**known, "state": RunState(body["state"])})
