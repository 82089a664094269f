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

__all__ = ["keyed_uniforms", "keys_of", "stream", "uniforms"]

_BLOCK = 512
_GOLDEN = 0x9E3779B97F4A7C15
Keys = npt.NDArray[np.uint64]


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


def keys_of(keys: Keys, numbers: npt.ArrayLike) -> Keys:
    """A key for each pair of a key and a number: of a child, say, within a simulation."""
    return _mixed(keys ^ _mixed(np.asarray(numbers).astype(np.uint64) + np.uint64(1)))


def keyed_uniforms(keys: Keys, draw: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A number from 0 to 1, without 1, for each key and number of the draw.

    What one key draws never depends on how many others there are, so that a child meets the same
    luck in every scenario.

    Parameters
    ----------
    keys
        From a stream, or of :func:`keys_of`.
    draw
        Which draw of that key, 0 or more.

    Notes
    -----
    SplitMix64 (Steele, Lea and Flood 2014) at the place that the draw has in the sequence which
    begins at the key; the highest 53 bits are taken.
    """
    places = np.asarray(draw).astype(np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        drawn = _mixed(keys + places * np.uint64(_GOLDEN)) >> np.uint64(11)
    return drawn.astype(np.float64) * 2.0**-53


def _mixed(values: Keys) -> Keys:
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))
