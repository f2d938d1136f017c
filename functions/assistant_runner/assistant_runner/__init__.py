"""Runs an account's assistants when a conversation ends, is handed over, or an agent asked in vain."""
