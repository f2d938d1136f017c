"""What of a conversation has come to the warehouse: rows, and what its assistants took."""

from __future__ import annotations

import threading
import time
from typing import Any

from earpiece.domain.accounts import valid_account_id

FRESH_S = 4.0
_COUNTS = ("messages", "suggestion_events")
_RUN = (
    "assistant_code", "assistant_version", "state", "upstream_model", "latency_ms", "cost_usd", "input_tokens",
    "output_tokens",
)  # fmt: skip


class Rows:
    """Counts in BigQuery, asked for at most every few seconds a conversation."""

    def __init__(self, project_id: str) -> None:
        self._project_id = project_id
        self._client: Any = None
        self._asking = threading.Lock()  # one after the other: the stand-in is slow, and pages ask again
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    def of(self, account_id: str, conversation_id: str) -> dict[str, Any]:
        """`messages`, `suggestion_events`: rows so far of this conversation, by Earpiece's id. `runs`: its assistants'.

        The newest run is last; None in place of what cannot be had now.
        """
        with self._asking:
            asked_s, known = self._known.get(conversation_id, (0.0, {}))
            if not known or time.monotonic() - asked_s > FRESH_S:
                known = self._ask(account_id, conversation_id)
                self._known[conversation_id] = (time.monotonic(), known)
            return known

    def _ask(self, account_id: str, conversation_id: str) -> dict[str, Any]:
        named = f"account_id = '{valid_account_id(account_id)}' AND conversation_id = '{conversation_id}'"
        table = f"SELECT COUNT(DISTINCT event_id) FROM earpiece_raw.{{}} WHERE {named}"  # noqa: S608
        ids = ", ".join(f"({table.format(name)})" for name in _COUNTS)
        runs = f"SELECT {', '.join(_RUN)} FROM earpiece_raw.assistant_runs WHERE {named} ORDER BY occurred_at"  # noqa: S608
        counted = self._query(f"SELECT {ids}")
        found = self._query(runs)
        counts = dict(zip(_COUNTS, counted[0] if counted else (None, None), strict=True))
        return {**counts, "runs": None if found is None else [dict(zip(_RUN, row, strict=True)) for row in found]}

    def _query(self, sql: str) -> list[tuple[Any, ...]] | None:
        from earpiece.adapters.bigquery_client import bigquery_client

        try:
            self._client = self._client or bigquery_client(self._project_id)
            return [tuple(row.values()) for row in self._client.query(sql).result(timeout=10)]
        except Exception:  # whatever it was: these figures are decoration, and come later
            return None
