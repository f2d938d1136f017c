"""What Earpiece speaks of, and its rules. The standard library only."""
