"""The whole of Earpiece on one machine: Google's emulators, stand-ins for what has none, and every unit as its own process."""
