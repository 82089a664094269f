"""The process that a stock follows in an authority: sizes of its parts, and how long they last.

On the log scale, and apart from the course that authorities have in common, an authority's stock is
the sum of four independent Gaussian parts, whose sizes are the same for all authorities:

- *level*: what the authority always has more or less of than others;
- *deviation*: comes and goes, an Ornstein-Uhlenbeck process;
- *wander*: the level itself drifting, a random walk;
- *size*: what the finite number of children does, with a variance of (sibling factor) / stock, and
  remembered as long as a stay lasts, as in an M/G/infinity queue;

and of reporting noise. Some authorities vary more than others: the whole is scaled by an
inverse-gamma draw for each authority, which makes it a Student-t process (Shah, Wilson and
Ghahramani, AISTATS 2014; Rasmussen and Williams 2006, chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Bools, Floats
from riskmodel.errors import DataError

__all__ = ["Prediction", "Process", "covariance", "log_likelihood", "predict", "size_scale"]


_SIZE_OFFSET = 5.0
"""Added to a stock that is divided by, so that a stock of nought has a finite variance."""


@dataclass(frozen=True, slots=True)
class Process:
    """Sizes of the parts, and how long they last.

    Parameters
    ----------
    level, deviation, noise
        Standard deviations on the log scale.
    wander
        Standard deviation of the random walk over one year.
    deviation_memory
        Correlation over one year, between 0 and 1.
    size
        Sibling factor: variance of the stock over its mean if there were no other part.
    tail
        Degrees of freedom of the Student-t process, above 2.
    """

    level: float
    deviation: float
    deviation_memory: float
    wander: float
    size: float
    noise: float
    tail: float

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            memory = entry.name.endswith("_memory")
            lowest = 2.0 if entry.name == "tail" else 0.0
            if not (np.isfinite(value) and value > lowest and (not memory or value < 1)):
                allowed = "between 0 and 1" if memory else f"above {lowest:g}"
                raise DataError(f"must be {allowed}, got {value!r}", field=entry.name)

    @classmethod
    def from_vector(cls, vector: Floats) -> Process:
        """From seven unbounded numbers: logarithms, log-odds for a memory, log(tail - 2)."""
        found = {
            name: _expit(value) if name.endswith("_memory") else float(np.exp(value))
            for name, value in zip(NAMES, vector, strict=True)
        }
        return cls(**{**found, "tail": 2 + found["tail"]})

    def to_vector(self) -> Floats:
        """The reverse of :meth:`from_vector`."""
        values = []
        for name in NAMES:
            value = float(getattr(self, name))
            if name == "tail":
                value -= 2
            values.append(
                np.log(value / (1 - value)) if name.endswith("_memory") else np.log(value)
            )
        return np.array(values)


NAMES = tuple(entry.name for entry in fields(Process))


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What authorities' own history says about later times, apart from the common course.

    Parameters
    ----------
    mean
        Shape (authority, time), log scale.
    covariance
        Shape (authority, time, time), of the predictive Student-t with each authority's own scale,
        so that its diagonal is the variance.
    degrees
        Degrees of freedom, shape (authority,).
    """

    mean: Floats
    covariance: Floats
    degrees: Floats

    @property
    def variance(self) -> Floats:
        """Shape (authority, time)."""
        return np.diagonal(self.covariance, axis1=1, axis2=2)


def size_scale(stock: Floats) -> Floats:
    """The factor on the size part's standard deviation: 1 / sqrt(stock + 5)."""
    return 1 / np.sqrt(stock + _SIZE_OFFSET)


def covariance(process: Process, times: Floats, scale: Floats, stay_years: float) -> Floats:
    """Covariance between times for each authority, all parts and noise.

    Parameters
    ----------
    process
        Sizes and memories.
    times
        Years since the first observation, shape (time,).
    scale
        Scale of the size part, shape (authority, time); see :func:`size_scale`. A scale of 0 marks
        an expected stock, without size part and noise.
    stay_years
        Mean length of a stay.

    Returns
    -------
    numpy.ndarray
        Shape (authority, time, time).
    """
    apart = np.abs(times[:, None] - times[None, :])
    earlier = np.minimum(times[:, None], times[None, :])
    shared = (
        process.level**2
        + process.deviation**2 * process.deviation_memory**apart
        + process.wander**2 * earlier
    )
    sizes = scale[:, :, None] * scale[:, None, :] * np.exp(-apart / stay_years)
    found: Floats = shared[None] + process.size * sizes
    places = np.arange(len(times))
    found[:, places, places] += process.noise**2 * (scale > 0)
    return found


def log_likelihood(
    process: Process,
    times: Floats,
    values: Floats,
    scale: Floats,
    stay_years: float,
    *,
    vague: Floats | None = None,
) -> float:
    """Log density of the observed values, up to a constant; NaN is not observed.

    Parameters
    ----------
    values
        Log stock less exposure and common course, shape (authority, time).
    vague
        Variance of a level about which nothing is known beforehand, shape (authority,); 0 where the
        level is that of the process. Where it is above 0, the first figure only fixes the level.
    """
    from scipy.special import gammaln

    distance, log_determinant, number = _whiten(process, times, values, scale, stay_years, vague)
    if vague is not None:
        number = number - ((vague > 0) & (number > 0))
    tail = process.tail
    each = (
        gammaln((tail + number) / 2)
        - gammaln(tail / 2)
        - number / 2 * np.log(tail - 2)
        - log_determinant
        - (tail + number) / 2 * np.log1p(distance / (tail - 2))
    )
    return float(each.sum())


def predict(  # noqa: PLR0913  the arrays of one calculation
    process: Process,
    times: Floats,
    values: Floats,
    scale: Floats,
    later: Floats,
    later_scale: Floats,
    stay_years: float,
    *,
    added: Floats | None = None,
    spent: npt.ArrayLike | None = None,
) -> Prediction:
    """What the history says about later times.

    Parameters
    ----------
    times, values, scale
        As observed; see :func:`log_likelihood`.
    later
        Years since the first observation, shape (later,).
    later_scale
        Scale of the size part at these times, shape (authority, later).
    stay_years
        Mean length of a stay.
    added
        Covariance in addition to the process's, such as errors of observation, shape (authority or
        1, time + later, time + later).
    spent
        Number of observations that only fixed an unknown level, shape (authority,); they say
        nothing about how much the authority varies.
    """
    seen = np.isfinite(values)
    known = np.where(seen, values, 0.0)
    told = seen.sum(axis=1) - (0.0 if spent is None else np.asarray(spent, dtype=np.float64))
    count = len(times)
    whole = covariance(
        process, np.concatenate([times, later]), np.hstack([scale, later_scale]), stay_years
    )
    if added is not None:
        whole = whole + added
    history = _of_observed(whole[:, :count, :count], seen)
    across = whole[:, :count, count:] * seen[:, :, None]
    solved = np.linalg.solve(history, np.concatenate([across, known[:, :, None]], axis=2))
    weights, whitened = solved[:, :, :-1], solved[:, :, -1]
    mean = np.einsum("nth,nt->nh", weights, known)
    remaining = whole[:, count:, count:] - np.einsum("nth,ntk->nhk", across, weights)
    distance = (whitened * known).sum(axis=1)
    livelier = (process.tail - 2 + distance) / (process.tail - 2 + told)
    return Prediction(mean, remaining * livelier[:, None, None], process.tail + told)


def _whiten(
    process: Process,
    times: Floats,
    values: Floats,
    scale: Floats,
    stay_years: float,
    vague: Floats | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Squared distance, half log determinant and number of observations of each authority."""
    seen = np.isfinite(values)
    whole = covariance(process, times, scale, stay_years)
    if vague is not None:
        whole = whole + vague[:, None, None]
    factor = np.linalg.cholesky(_of_observed(whole, seen))
    whitened = np.linalg.solve(factor, np.where(seen, values, 0.0)[:, :, None])[:, :, 0]
    log_determinant = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return (whitened**2).sum(axis=1), log_determinant, seen.sum(axis=1).astype(np.float64)


def _of_observed(whole: Floats, seen: Bools) -> Floats:
    """A missing observation stands apart, with variance 1: it adds nothing to any sum."""
    found: Floats = np.where(seen[:, :, None] & seen[:, None, :], whole, 0.0)
    places = np.arange(seen.shape[1])
    found[:, places, places] += ~seen
    return found


def _expit(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
