"""The model of one stage: parameters that are standard normal before the data, and likelihood.

Starts are Poisson with a rate that is constant within steps of time; its logarithm reverts to a
level, or walks at random. Lengths are gamma, with a mean that drifts by date of start. Counts are
those of M_t/G/infinity, and each printed one carries an error. The likelihood of a few counts is
Gaussian with the exact mean and the full covariance of all of them together: stocks, starts and
ends of one history are not independent. That of many, such as own months, is taken apart month by
month, see :mod:`riskmodel.demand.calibration.sequential`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.cohorts import FiguresInSequence
from riskmodel.demand.calibration.grid import figures_on_grid
from riskmodel.demand.calibration.likelihood import JointLikelihood, Likelihood, safe_exp
from riskmodel.demand.calibration.observations import (
    Observation,
    check_observations,
    quantities,
)
from riskmodel.demand.calibration.priors import DemandPriors
from riskmodel.demand.calibration.sequential import SequentialLikelihood
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.moments import Moments, Presence
from riskmodel.demand.month_pattern import MonthPattern, month_pattern
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.projection import month_after, months_between

__all__ = [
    "OUTER",
    "Model",
    "Outer",
    "build_model",
    "step_kept",
    "step_size",
]

_LONGEST_STEPS = 60
_MOST_JOINT = 13
"""Dates of figures, besides one a year, up to which their joint covariance is worked with."""


_NUMBERS_AT_ONCE, _LEAST_AT_ONCE, _MOST_AT_ONCE = 6_000_000, 16, 512

OUTER = 6
"""Numbers of a point that lengths, movement and error take; the rest bear on starts and opening."""


@dataclass(frozen=True, slots=True, eq=False)
class Outer:
    """Lengths, movement and error on their own scale, one row a draw.

    Parameters
    ----------
    mean_days
        Mean length of those who start at the last figure.
    shape
        Gamma shape.
    drift
        Change of the log mean length a year.
    step_sd
        Standard deviation of the yearly change of log starts.
    persistence
        Share of a deviation left after a year; 1 under a random walk.
    error
        Relative standard deviation of the error of a printed count.
    """

    mean_days: Floats
    shape: Floats
    drift: Floats
    step_sd: Floats
    persistence: Floats
    error: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Observations and priors of one stage, ready for evaluation at many points at once.

    Made by :func:`build_model`. A point is a row of :attr:`size` numbers, standard normal and
    independent before the data: first the :data:`OUTER` ones, then the level of starts, the
    opening stock, and the moves of the level from step to step.
    """

    observations: tuple[Observation, ...]
    priors: DemandPriors
    origin: str
    last: str
    starts_log_mean: float
    starts_log_sd: float
    times: Floats
    step_of: npt.NDArray[np.intp]
    weights: Floats
    observed: Floats
    rounding: Floats
    sequence: FiguresInSequence | None
    pattern: MonthPattern | None = None

    @property
    def step_months(self) -> int:
        """Months for which the rate of starts is constant."""
        return self.priors.step_months

    @property
    def steps(self) -> int:
        """How many steps the rate of starts has."""
        return int(self.step_of.max()) + 1

    @property
    def inner_size(self) -> int:
        """Numbers of a point that bear on starts and opening."""
        return 2 + self.steps - (self.priors.process == "random_walk")

    @property
    def size(self) -> int:
        """How many numbers make a point."""
        return OUTER + self.inner_size

    def parts(self, draws: int) -> list[slice]:
        """Draws that are worked with at a time, so that memory does not grow with the history."""
        if self.sequence is None:
            return [slice(0, draws)]
        groups, columns = len(self.sequence.grid.group_first), len(self.sequence.solved_steps)
        numbers = len(self.times) * (2 * groups + 5 * columns + 40)
        at_once = min(max(_NUMBERS_AT_ONCE // numbers, _LEAST_AT_ONCE), _MOST_AT_ONCE)
        return [slice(first, first + at_once) for first in range(0, draws, at_once)]

    def outer(self, points: Floats) -> Outer:
        """Lengths, movement and error at each point."""
        p, z = self.priors, np.atleast_2d(points)
        tied = p.length_shape_correlation
        other = tied * z[:, 0] + np.sqrt(1 - tied**2) * z[:, 1]
        logit = p.persistence_logit_mean + p.persistence_logit_sd * z[:, 4]
        walks = self.priors.process == "random_walk"
        return Outer(
            np.exp(p.length_log_mean + p.length_log_sd * z[:, 0]),
            np.exp(p.shape_log_mean + p.shape_log_sd * other),
            p.length_drift_mean + p.length_drift_sd * z[:, 2],
            np.exp(p.step_log_mean + p.step_log_sd * z[:, 3]),
            np.ones(len(z)) if walks else 1 / (1 + np.exp(-logit)),
            np.exp(p.error_log_mean + p.error_log_sd * z[:, 5]),
        )

    def interval_means(self, outer: Outer) -> Floats:
        """Mean length of those who start in each interval, in days, (draw, interval).

        Lengths drift from interval to interval; where figures are many, from step to step.
        """
        begins, ends = self.times[:-1], self.times[1:]
        if self.sequence is not None:
            bounds = np.flatnonzero(np.diff(self.step_of, prepend=-1))
            begins = begins[bounds][self.step_of]
            ends = self.times[[*bounds[1:], -1]][self.step_of]
        before = (self.times[-1] - (ends + begins) / 2) / 12
        return np.asarray(outer.mean_days[:, None] * np.exp(-outer.drift[:, None] * before))

    def likelihood(self, outer: Outer) -> Likelihood:
        """The likelihood of the figures, given lengths and error."""
        if self.sequence is None:
            return JointLikelihood(self, outer)
        return SequentialLikelihood(self, self.sequence, outer)

    def presence(self, outer: Outer) -> Presence:
        """Who is still there at each time, given the lengths."""
        return Presence.of(self.times, self.interval_means(outer), outer.shape, by_interval=True)

    def log_linear(self, outer: Outer) -> tuple[Floats, Floats]:
        """Logs of starts a month in each step, and of the opening stock, as offset + matrix u.

        Returns
        -------
        tuple
            Offset, shape (draw, step + 1), and matrix, shape (draw, step + 1, inner size).
        """
        draws, steps = len(outer.shape), self.steps
        matrix = np.zeros((draws, steps + 1, self.inner_size))
        matrix[:, :steps, 0] = self.starts_log_sd
        kept = step_kept(outer.persistence, self.step_months)
        size = outer.step_sd * step_size(outer.persistence, self.step_months)
        moves = matrix[:, :steps, 2:]
        first = self.priors.process == "mean_reversion"
        if first:
            # The first step is drawn from where a level that reverts is found at any time.
            moves[:, 0, 0] = outer.step_sd / np.sqrt(np.maximum(1 - outer.persistence**2, 1e-6))
        for step in range(1, steps):
            moves[:, step] = kept[:, None] * moves[:, step - 1]
            moves[:, step, step - (not first)] = size
        matrix[:, steps] = matrix[:, 0]
        matrix[:, steps, 1] = self.priors.opening_log_sd
        offset = np.full((draws, steps + 1), self.starts_log_mean)
        offset[:, steps] += np.log(self.interval_means(outer)[:, 0] / DAYS_A_MONTH)
        return offset, matrix

    def log_rates(self, points: Floats, outer: Outer) -> Floats:
        """Logs of starts a month in each step, and last of the opening stock, at each point."""
        offset, matrix = self.log_linear(outer)
        return np.asarray(
            offset + np.einsum("nij,nj->ni", matrix, np.atleast_2d(points)[:, OUTER:])
        )

    def counts(self, presence: Presence, log_rates: Floats) -> Moments:
        """Exact moments of starts between the times and stocks at the times, one row a draw."""
        made = safe_exp(log_rates)
        rates = made[:, self.step_of]
        if self.sequence is not None:
            rates = rates * self.sequence.pattern
        return presence.moments(rates, made[:, -1])

    def printed(self, counts: Moments, error: Floats) -> tuple[Floats, Floats]:
        """Mean and covariance of the printed counts, errors included."""
        mean = counts.mean @ self.weights.T
        covariance = self.weights @ counts.covariance @ self.weights.T
        place = np.arange(len(self.observed))
        covariance[:, place, place] += (error[:, None] * mean) ** 2 + self.rounding
        return mean, covariance

    def expected(self, points: Floats) -> tuple[Floats, Floats]:
        """Mean and covariance of the printed counts at each point."""
        outer = self.outer(points)
        counts = self.counts(self.presence(outer), self.log_rates(points, outer))
        return self.printed(counts, outer.error)

    def log_posterior(self, points: Floats) -> Floats:
        """Log posterior density at each point, up to the constant of the prior."""
        outer = self.outer(points)
        likelihood = self.likelihood(outer).log_density(self.log_rates(points, outer))
        return np.asarray(likelihood - 0.5 * (np.asarray(points) ** 2).sum(axis=1))


def step_kept(persistence: Floats, step_months: int) -> Floats:
    """Share of a deviation that is left after a step."""
    return np.asarray(persistence ** (step_months / 12))


def step_size(persistence: Floats, step_months: int) -> Floats:
    """Standard deviation of a step's move over that of a year's, so that the years agree.

    With share φ left after a year and f of a year a step, √((1 - φ²ᶠ) / (1 - φ²)); √f for a
    random walk, where φ is 1.
    """
    share = step_months / 12
    lost = 1 - persistence**2
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (1 - persistence ** (2 * share)) / lost
    return np.asarray(np.sqrt(np.where(lost > 1e-9, ratio, share)))


def build_model(
    observations: Sequence[Observation], priors: DemandPriors, *, population: float | None = None
) -> Model:
    """Put observations and priors together.

    Parameters
    ----------
    observations
        Counts of one stage, in any order.
    priors
        What is believed before, and the process.
    population
        Children aged 0 to 17, to whom the prior of starts relates; None opens it.

    Raises
    ------
    DataError
        For no observations, a repeated one, a history of more than 60 steps, or a population
        that is not above 0.
    """
    step_months = priors.step_months
    sorted_observations = check_observations(observations)
    origin = min(each.begins for each in sorted_observations)
    last = max(each.month for each in sorted_observations)
    if origin == last:
        # One stock: a step before it, or there would be no history to speak of.
        origin = month_after(last, -step_months)
    length = months_between(origin, last)
    steps = -(-length // step_months)
    if steps > _LONGEST_STEPS:
        raise DataError(
            f"{length} months of history make {steps} steps; at most {_LONGEST_STEPS}: give longer "
            "steps or a shorter history"
        )
    asked = quantities(sorted_observations, origin)
    edges = [float(step * step_months) for step in range(steps)]
    times = np.unique([*edges, float(length), *(time for each in asked for time in each.times)])
    level, spread = _level(sorted_observations, priors, population)
    empty = Moments(times, np.zeros(2 * len(times) - 1), np.zeros((2 * len(times) - 1,) * 2))
    width = np.array([each.width for each in sorted_observations])
    # A rounded count is uniform in its interval; a whole number in half a child either way.
    rounding = np.maximum(width, 1.0) ** 2 / 12
    step_of = np.floor(times[:-1] / step_months).astype(np.intp)
    dates = {time for each in asked for time in each.times}
    many = len(dates) - 1 - length / 12 > _MOST_JOINT
    pattern = month_pattern(sorted_observations, priors.months) if many else None
    return Model(
        sorted_observations,
        priors,
        origin,
        last,
        level,
        spread,
        times,
        step_of,
        empty.weights(asked),
        np.array([each.middle for each in sorted_observations]),
        rounding,
        FiguresInSequence.of(
            times,
            step_of,
            figures_on_grid(sorted_observations, asked, times, step_of, rounding),
            pattern.by_interval(origin, times) if pattern else None,
        )
        if many
        else None,
        pattern,
    )


def _level(
    observations: tuple[Observation, ...], priors: DemandPriors, population: float | None
) -> tuple[float, float]:
    """Prior mean and standard deviation of the log of starts a month."""
    if population is not None:
        if not (np.isfinite(population) and population > 0):
            raise DataError(f"needs a number above 0, got {population:g}", field="population")
        if priors.starts_log_mean is not None:
            exposure = float(np.log(population / 10_000 / 12))
            return priors.starts_log_mean + exposure, priors.starts_log_sd
    elif priors.starts_log_mean is not None:
        priors = _without_population(priors)
    flows = [each for each in observations if each.counted != "stock" and each.middle > 0]
    if flows:
        a_month = flows[0].middle / flows[0].months
    else:
        stock = max(observations[0].middle, 1.0)
        a_month = stock / float(np.exp(priors.length_log_mean)) * DAYS_A_MONTH
    return float(np.log(a_month)), priors.starts_log_sd


def _without_population(priors: DemandPriors) -> DemandPriors:
    spread = parameter("demand_starts_log_sd_without_population").value
    return replace(priors, starts_log_mean=None, starts_log_sd=spread)
