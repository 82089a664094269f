"""Calibration of one stage of one authority."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np
from scipy import special

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.likelihood import Predicted
from riskmodel.demand.calibration.model import Model, build_model
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.calibration.priors import DemandPriors
from riskmodel.demand.calibration.result import (
    PARAMETERS,
    Calibration,
    step_names,
    weight_warnings,
)
from riskmodel.demand.calibration.sampling import Sampled, sample_posterior
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.streams import stream

__all__ = ["DRAWS", "calibrate", "calibrate_model"]

_A_DOZEN = 12
_MOST_NAMED = 6

DRAWS = 2000
"""Draws of a calibration, and points weighed in each round for them."""


def calibrate(
    observations: Sequence[Observation],
    stage: str,
    *,
    area: str,
    seed: int,
    priors: DemandPriors | None = None,
    population: float | None = None,
    draws: int = DRAWS,
) -> Calibration:
    """Parameters of a stage from its stocks, starts and ends, by their joint likelihood.

    Parameters
    ----------
    observations
        Stocks at dates, starts and ends of periods; whatever there is, in any order. What is
        missing is missing; sources that disagree are all used, each with the error of a printed
        count.
    stage
        Name of the stage, such as ``child_protection_plan``.
    area
        Whose it is.
    seed
        The user's seed.
    priors
        What is believed before, and how starts move; None are those of the parameters for the
        stage. What is known of
        lengths (means, shares, bands) enters through
        :meth:`~riskmodel.demand.calibration.priors.DemandPriors.with_lengths`.
    population
        Children aged 0 to 17, for the prior of starts.
    draws
        Draws from the posterior.

    Returns
    -------
    Calibration
        With its diagnostics and, in words, its warnings.

    Raises
    ------
    DataError, UnknownNameError
        When there is no observation, one source gives a count twice, or an argument is out of
        range.

    Notes
    -----
    The likelihood is Gaussian: of a few figures with the exact mean and full covariance of
    M_t/G/infinity, see :mod:`riskmodel.demand.calibration.model`; of many, such as own months,
    taken apart month by month, see :mod:`riskmodel.demand.calibration.sequential`. The sampler is
    that of :mod:`riskmodel.demand.calibration.sampling`.
    """
    if not 100 <= draws <= 100_000:
        raise DataError(f"a calibration takes from 100 to 100,000 draws, got {draws}")
    model = build_model(
        observations,
        DemandPriors.of_parameters(stage) if priors is None else priors,
        population=population,
    )
    return calibrate_model(model, stage, area, seed=seed, draws=draws)


def calibrate_model(
    model: Model,
    stage: str,
    area: str,
    *,
    seed: int,
    draws: int = DRAWS,
    replicate: int = 0,
    share_done: Callable[[float], None] | None = None,
) -> Calibration:
    """As :func:`calibrate`, of a model that is made already.

    Progress is told to ``share_done``, as a share from 0 to 1 that never falls.
    """
    sampled = sample_posterior(
        model,
        stream(seed, f"demand/{stage}/calibration", replicate),
        draws=draws,
        proposals=draws,
        pareto_k_limit=parameter("demand_pareto_k_limit").value,
        effective_at_least=parameter("demand_effective_draws_at_least").value,
        share_done=share_done,
    )
    return _result(
        model, sampled, stage, area, stream(seed, f"demand/{stage}/closing_stock", replicate)
    )


def _result(
    model: Model, sampled: Sampled, stage: str, area: str, generator: np.random.Generator
) -> Calibration:
    outer = model.outer(sampled.points[:, : model.outer_size])
    logs = model.log_rates(sampled.points, outer)
    predicted = _predicted(model, sampled.points, logs)
    noise = generator.standard_normal(len(logs))
    drawn = predicted.closing_mean + np.sqrt(predicted.closing_variance) * noise
    closing = np.maximum(np.rint(drawn), 0.0)
    level = model.starts_log_mean + model.starts_log_sd * sampled.points[:, model.outer_size]
    columns = {
        "mean_days": outer.mean_days,
        "shape": outer.shape,
        "length_drift": outer.drift,
        "step_sd": outer.step_sd,
        "persistence": outer.persistence,
        "observation_error": outer.error,
        "starts_dispersion": outer.dispersion,
        "level": 12 * np.exp(level),
        "opening_stock": np.exp(logs[:, -1]),
        "closing_stock": closing,
    }
    assert list(columns) == list(PARAMETERS)
    if model.sequence is None:
        del columns["starts_dispersion"]
    fitted = predicted.mean.mean(axis=0)
    spread = np.sqrt(predicted.variance.mean(axis=0) + predicted.mean.var(axis=0))
    return Calibration(
        stage,
        area,
        model,
        (*columns, *step_names(model)),
        np.column_stack([*columns.values(), 12 * np.exp(logs[:, :-1])]),
        fitted,
        spread,
        sampled.pareto_k,
        sampled.effective,
        sampled.proposed,
        (*weight_warnings(sampled.pareto_k, sampled.effective), *_far_off(model, fitted, spread)),
    )


def _predicted(model: Model, points: Floats, logs: Floats) -> Predicted:
    # Some points are drawn more than once.
    _, first, again = np.unique(points, axis=0, return_index=True, return_inverse=True)
    parts = [
        model.likelihood(model.outer(points[rows, : model.outer_size])).predict(logs[rows])
        for rows in (first[part] for part in model.parts(len(first)))
    ]
    names, again = [each.name for each in fields(Predicted)], again.reshape(-1)
    return Predicted(
        *(np.concatenate([getattr(each, name) for each in parts])[again] for name in names)
    )


def _words(each: Observation) -> str:
    """A figure in a sentence; of so few children that a page withholds them without the number."""
    most = parameter("disclosure_threshold").value
    if each.basis == "observed" and 1 <= each.middle <= most and each.count.is_exact:
        return str(each).replace(f": {each.count}", f": 1 to {most:g}", 1)
    return str(each)


def _far_off(model: Model, fitted: Floats, spread: Floats) -> list[str]:
    limit = parameter("demand_observation_far_from_fit").value
    if model.sequence is not None:
        # Among hundreds of figures some lie far off by chance: as many as of a dozen, no more.
        limit = -float(special.ndtri(special.ndtr(-limit) * _A_DOZEN / len(fitted)))
    far = [
        f"{_words(each)} lies {abs(each.middle - expected) / sd:.1f} standard deviations from what "
        f"the calibration expects, {expected:.0f}"
        for each, expected, sd in zip(model.observations, fitted, spread, strict=True)
        if abs(each.middle - expected) > limit * sd
    ]
    if model.sequence is None or len(far) <= _MOST_NAMED:
        return far
    more = f"{len(far) - _MOST_NAMED} more figures lie as far from what the calibration expects"
    return [*far[:_MOST_NAMED], more]
