"""Memory that a process no longer uses, back to the machine."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

COLLECT_EVERY = (5_000, 10, 50)  # Python has 700, 10, 10


def give_back_memory() -> None:
    """What allocators hold for later; without this, the bytes of a model that left stay with the process.

    Costs milliseconds without the interpreter's lock. Does nothing where the C library is not GNU's.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def spare_what_stays() -> None:
    """What is imported, connected and loaded by now stays: walking it, the collector stops all threads for 150 ms.

    A model that leaves is freed all the same, and a context that is forgotten, since nothing in them holds itself: what
    the collector is still for are the few rings of failed requests. Those of a load are young; to look through all that
    is remembered of thousands of conversations would stop the threads for a third of a second.
    """
    gc.collect(1)
    gc.freeze()
    gc.set_threshold(*COLLECT_EVERY)
