"""Gives widgets their tokens and conversations, and takes their feedback."""
