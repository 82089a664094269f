"""Arrays of numbers: the names of their types, and copies that cannot be written to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Bools", "Floats", "Integers", "lock", "locked"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def locked(values: npt.ArrayLike, kind: npt.DTypeLike | None = None) -> npt.NDArray[Any]:
    """A copy of that kind, rows together in memory, that cannot be written to.

    Examples
    --------
    >>> locked([1, 2], float)
    array([1., 2.])
    """
    made = np.array(values, dtype=kind, order="C")
    made.flags.writeable = False
    return made


def lock(owner: object, *names: str, kind: npt.DTypeLike | None = np.float64) -> None:
    """Put locked copies in place of a frozen dataclass's arrays; for its ``__post_init__``."""
    for name in names:
        object.__setattr__(owner, name, locked(getattr(owner, name), kind))
