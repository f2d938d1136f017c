"""Promotes a trained model that is no worse than the one in service; else it stays a candidate, with the reason."""
