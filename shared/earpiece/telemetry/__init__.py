"""Logs, traces, and the catalogue of their names."""
