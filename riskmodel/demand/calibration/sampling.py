"""Draws from a posterior: adaptive importance sampling with Pareto-smoothed weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.conditional import Near, condition_near
from riskmodel.demand.calibration.model import Model
from riskmodel.demand.calibration.outer_mode import outer_mode
from riskmodel.demand.calibration.pareto import pareto_smooth

__all__ = ["Sampled", "sample_posterior", "systematic"]


_FREEDOM = 7.0
_WIDER = 1.15
_ROUNDS = 8
_SHARE_OF_MODE = 0.4
"""Share of the time that finding the mode takes, about, for telling how far the work is."""


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Points with equal weights, and how far the weights that chose them can be trusted.

    Parameters
    ----------
    points
        Shape (draw, size); some may stand more than once.
    pareto_k
        Tail of the importance weights: their variance is finite below 0.5, and estimates are
        reliable below 0.7.
    effective
        Effective sample size of the weights, 1 / Σ w².
    proposed
        How many points were weighed.
    """

    points: Floats
    pareto_k: float
    effective: float
    proposed: int


@dataclass(slots=True)
class _Weighed:
    """All points proposed so far: outer numbers, whole points, and log weights but for q(outer)."""

    points: Floats
    partial: Floats

    def add(self, points: Floats, partial: Floats) -> None:
        self.points = np.concatenate([self.points, points])
        self.partial = np.concatenate([self.partial, partial])


def sample_posterior(
    model: Model,
    generator: np.random.Generator,
    *,
    draws: int,
    proposals: int,
    pareto_k_limit: float,
    effective_at_least: float,
    share_done: Callable[[float], None] | None = None,
) -> Sampled:
    """Draws from the posterior of a model.

    Parameters
    ----------
    model
        The model.
    generator
        The random numbers.
    draws
        Points to return.
    proposals
        Points to weigh in each round.
    pareto_k_limit, effective_at_least
        Rounds go on, at most eight, until the weights are as good as this.
    share_done
        Called with the share that is done if one round is enough; it stands still at the end
        where more are needed.

    Notes
    -----
    The outer numbers are proposed from a multivariate t: in round one about the mode of their
    approximate marginal density, later with mean and covariance of the points weighed so far. The
    inner ones are proposed from a t about their conditional mode, nearly, each with its own
    precision: begun where the slope of the mode leads, a step or two of scoring find it. The
    weights are those of the exact posterior: the approximations only propose. All points are
    weighed against the mixture of all rounds (Cornuet, Marin, Mira and Robert 2012, Scandinavian
    Journal of Statistics 39, 798-812), and the largest weights are smoothed by a generalised
    Pareto distribution (Vehtari, Simpson, Gelman, Yao and Gabry 2024).
    """
    share = share_done or (lambda _: None)
    centre, factor, near = outer_mode(model, _WIDER)
    share(_SHARE_OF_MODE)
    rounds: list[tuple[Floats, Floats]] = []
    known = _Weighed(np.empty((0, model.size)), np.empty(0))
    while True:
        rounds.append((centre, factor))
        known.add(*_round(model, (centre, factor, near), proposals, generator, share))
        outer = known.points[:, : model.outer_size]
        mixture = special.logsumexp([_log_t(outer, *each) for each in rounds], axis=0)
        smoothed, pareto_k = pareto_smooth(known.partial - mixture)
        weights = np.exp(smoothed - special.logsumexp(smoothed))
        effective = float(1 / (weights**2).sum())
        good = pareto_k <= pareto_k_limit and effective >= effective_at_least
        if good or len(rounds) == _ROUNDS:
            chosen = systematic(weights, draws, generator)
            return Sampled(known.points[chosen], pareto_k, effective, len(weights))
        centre, factor = _refit(outer, weights, factor, effective)


def _round(
    model: Model,
    about: tuple[Floats, Floats, Near],
    number: int,
    generator: np.random.Generator,
    share: Callable[[float], None],
) -> tuple[Floats, Floats]:
    """New points, and their log posterior less the log density of the inner proposal."""
    centre, factor, near = about
    normal = generator.standard_normal((number, model.outer_size))
    outer = centre + (normal * _stretch(number, generator)) @ factor.T
    inner_normal = generator.standard_normal((number, model.inner_size))
    away = inner_normal * _stretch(number, generator) * np.sqrt(_WIDER)
    weighed = []
    for part in model.parts(number):
        weighed.append(_weigh(model, outer[part], away[part], near))
        share(_SHARE_OF_MODE + (1 - _SHARE_OF_MODE) * min(part.stop / number, 1.0))
    points, partial = (np.concatenate(each) for each in zip(*weighed, strict=True))
    return points, partial


def _weigh(model: Model, outer: Floats, away: Floats, near: Near) -> tuple[Floats, Floats]:
    """Points whose inner numbers lie so far from their mode, and how they are to be weighed."""
    found = condition_near(model, outer, near)
    moved = np.linalg.solve(np.swapaxes(found.factor, 1, 2), away[..., None])[..., 0]
    points = np.concatenate([outer, found.mode + moved], axis=1)
    log_factor = np.log(np.diagonal(found.factor, axis1=1, axis2=2)).sum(axis=1)
    inner_density = log_factor + _log_t_shape((away**2).sum(axis=1) / _WIDER, model.inner_size)
    return points, found.log_posterior(points) - inner_density


def _stretch(number: int, generator: np.random.Generator) -> Floats:
    return np.asarray(np.sqrt(_FREEDOM / generator.chisquare(_FREEDOM, (number, 1))))


def _log_t_shape(squared: Floats, size: int) -> Floats:
    """Log density of a multivariate t by its squared distance, without its scale and constant."""
    return np.asarray(-(_FREEDOM + size) / 2 * np.log1p(squared / _FREEDOM))


def _log_t(points: Floats, centre: Floats, factor: Floats) -> Floats:
    scaled = np.linalg.solve(factor, (points - centre).T)
    shape = _log_t_shape((scaled**2).sum(axis=0), len(centre))
    return np.asarray(shape - np.log(np.diagonal(factor)).sum())


def _refit(
    points: Floats, weights: Floats, factor: Floats, effective: float
) -> tuple[Floats, Floats]:
    """Mean and widened covariance of the weighted points, leaning on the last where few count."""
    centre = weights @ points
    away = points - centre
    found = (away * weights[:, None]).T @ away
    trust = effective / (effective + 4 * len(centre))
    covariance = trust * found * _WIDER + (1 - trust) * factor @ factor.T
    return centre, np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)


def systematic(weights: Floats, draws: int, generator: np.random.Generator) -> npt.NDArray[np.intp]:
    """Places chosen with these chances, each as often as its share allows, in random order."""
    marks = (np.arange(draws) + generator.random()) / draws
    ends = np.cumsum(weights)
    chosen = np.minimum(np.searchsorted(ends / ends[-1], marks), len(weights) - 1)
    return generator.permutation(chosen)
