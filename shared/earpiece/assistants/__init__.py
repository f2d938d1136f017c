"""Assistants: what they are told, how their answers are checked, and how a run is done once."""
