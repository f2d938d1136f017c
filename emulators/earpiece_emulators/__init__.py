"""The whole of Earpiece on one machine: Google's emulators, stand-ins for what has none, each unit a process."""
