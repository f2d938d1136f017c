"""Keeps each conversation event once, and tells everyone downstream."""
