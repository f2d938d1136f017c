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
    """What is imported, connected and loaded by now stays: walking it, the collector stops all threads for 150 ms.

    A model that leaves is freed all the same, since nothing in it holds itself.
    """
    gc.collect()
    gc.freeze()
