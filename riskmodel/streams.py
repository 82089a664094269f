"""Named, seeded random generators: the only place that makes one.

A stream is named by seed, purpose and replicate, never by scenario, so that scenarios share their
draws and the difference between two of them is not noise. Streams are independent: one more draw
in one place changes nothing in another.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError

__all__ = ["stream", "uniforms"]

_BLOCK = 512


def stream(seed: int, purpose: str, replicate: int = 0) -> np.random.Generator:
    """The random generator of that name.

    Parameters
    ----------
    seed
        The user's seed, 0 or more, any size.
    purpose
        What the numbers are for, such as ``"cohort/factors"``.
    replicate
        Replicate or chunk, 0 or more.

    Notes
    -----
    SFC64 seeded through ``numpy.random.SeedSequence`` with the seed as entropy and
    (SHA-256 of the purpose, replicate) as spawn key, which keeps streams apart (O'Neill 2015; NumPy
    documentation, "Parallel random number generation").

    Examples
    --------
    >>> bool(stream(1, "a").random() == stream(1, "a").random())
    True
    >>> bool(stream(1, "a").random() == stream(1, "b").random())
    False
    """
    for name, value in (("seed", seed), ("replicate", replicate)):
        if value < 0:
            raise DataError(f"{name} must be 0 or more, got {value}")
    digest = hashlib.sha256(purpose.encode("utf-8")).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    sequence = np.random.SeedSequence(seed, spawn_key=(*words, replicate))
    return np.random.Generator(np.random.SFC64(sequence))


def uniforms(seed: int, purpose: str, replicates: int) -> npt.NDArray[np.float64]:
    """One number from 0 to 1 for each simulation, shape (replicate,).

    More simulations leave the first ones as they are.
    """
    blocks = range((replicates + _BLOCK - 1) // _BLOCK)
    drawn = [stream(seed, purpose, block).random(_BLOCK) for block in blocks]
    return np.concatenate(drawn)[:replicates]
