"""Memory that a process no longer uses, back to the machine."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back_memory() -> None:
    """What allocators hold for later; without this, the bytes of a model that left stay with the process.

    Costs milliseconds without the interpreter's lock. Does nothing where the C library is not GNU's.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def spare_what_stays() -> None:
    """What is imported and connected by now stays for ever: walking it, the collector stops all threads for 50 ms."""
    gc.collect()
    gc.freeze()


def collect_cycles() -> None:
    """The places of a sentence and their turn hold each other, and through the turn a model that left."""
    gc.collect()
