"""Publishes what waits in the outboxes, oldest first."""
