"""Suggestions and completions while an agent types."""
