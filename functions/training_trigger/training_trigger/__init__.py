"""Starts training for the accounts that are due, one run at a time for each."""
