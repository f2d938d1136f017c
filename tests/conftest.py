"""What every ring may use: the stores, started once a session and only when a test asks for them."""

pytest_plugins = ["earpiece_emulators.pytest_stores"]
