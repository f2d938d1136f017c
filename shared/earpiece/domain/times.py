"""Instants are UTC with microseconds, and travel as RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from earpiece.domain.errors import InvalidInput

SUSPECT_AFTER = timedelta(minutes=5)
SUSPECT_BEFORE = timedelta(days=3650)


def parse_instant(value: object) -> datetime:
    """An RFC 3339 text, as UTC; raises InvalidInput, also for a time without an offset."""
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        if instant is None or instant.tzinfo is None:
            raise InvalidInput("a time must be RFC 3339 with an offset, like 2026-11-20T10:15:21.904Z")
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("a time must be RFC 3339 with an offset, like 2026-11-20T10:15:21.904Z") from error


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with six decimals: texts sort as the instants do."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def is_suspect(occurred_at: datetime, received_at: datetime) -> bool:
    """Whether a platform's clock cannot be right: over five minutes ahead of us, or ten years behind."""
    return occurred_at > received_at + SUSPECT_AFTER or occurred_at < received_at - SUSPECT_BEFORE
