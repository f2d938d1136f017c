"""Trains one immutable model version of one account, and measures it beside the one in service."""
