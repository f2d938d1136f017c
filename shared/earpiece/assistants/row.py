"""A run as a row of the warehouse: what it took and how it ended, and none of what was said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from earpiece.domain.assistant_runs import FinalText, Run
from earpiece.domain.ids import digest
from earpiece.domain.times import format_instant


def warehouse_row(run: Run, account_id: str, now: datetime, final: FinalText | None = None) -> dict[str, Any]:
    """The row of `earpiece_raw.assistant_runs` (adapters/schemas/assistant_runs.json)."""
    outcome, spent = run.outcome, run.outcome.spent
    return {
        "event_id": digest("assistant-row", run.run_id, outcome.state.value, format_instant(final.at) if final else ""),
        "run_id": run.run_id,
        "account_id": account_id,
        "conversation_id": run.conversation_id,
        "assistant_code": run.code,
        "assistant_version": run.assistant_version,
        "trigger": run.trigger.value,
        "state": "edited" if final else outcome.state.value,
        "reason": outcome.reason or None,
        "model_name": run.model,
        "upstream_model": spent.upstream_model or None,
        "settings_version": run.settings_version,
        "call_count": spent.call_count,
        "segment_count": outcome.segment_count,
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "cost_usd": spent.cost_usd,
        "latency_ms": spent.latency_ms,
        "is_trimmed": outcome.is_trimmed,
        "is_repaired": outcome.is_repaired,
        "dropped_statement_count": outcome.dropped_statements,
        "dropped_entity_count": outcome.dropped_entities,
        "edited_word_count": final.edited_words if final else None,
        "occurred_at": format_instant(final.at if final else (run.finished_at or run.started_at)),
        "received_at": format_instant(now),
    }
