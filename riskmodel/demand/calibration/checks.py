"""Simulation-based calibration: whether the calibration knows what it does not know.

Parameters are drawn from the prior, figures are simulated with them, and a calibration is made of
the figures. Over many repetitions the rank of the true value among the draws is uniform if, and
only if, the posterior is right on average (Talts, Betancourt, Simpson, Vehtari and Gelman 2018,
Validating Bayesian inference algorithms with simulation-based calibration, arXiv:1804.06788).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats, Integers
from riskmodel.demand.calibration.calibrate import calibrate_model
from riskmodel.demand.calibration.model import Model, build_model
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.calibration.priors import DemandPriors
from riskmodel.demand.moments import Counted
from riskmodel.demand.simulation.inputs import Flows
from riskmodel.demand.simulation.stock_flow import simulate
from riskmodel.engines import Engine, as_engine
from riskmodel.estimates import Interval
from riskmodel.projection import month_after, months_between
from riskmodel.streams import stream

__all__ = ["annual_design", "monthly_design", "rank_uniformity", "simulation_based_calibration"]

_STAGE = "child_protection_plan"
_PURPOSE = "demand/simulation_based_calibration"


def annual_design(years: int, *, last: str = "2015-03") -> tuple[Observation, ...]:
    """What a panel prints: a stock each 31 March, and starts and ends of the years between.

    Counts are placeholders: only what is counted, and when, is read.
    """
    nothing = Interval.exactly(0)
    months = [month_after(last, -12 * back) for back in range(years - 1, -1, -1)]
    stocks = [Observation("stock", nothing, month) for month in months]
    flows = [Observation("starts", nothing, month) for month in months[1:]]
    flows += [Observation("ends", nothing, month) for month in months[1:]]
    return (*stocks, *flows)


def monthly_design(
    months: int,
    *,
    counted: Sequence[Counted] = ("stock", "starts", "ends"),
    last: str = "2015-03",
) -> tuple[Observation, ...]:
    """What an authority counts itself: stocks, starts and ends of each month, or some of them.

    Counts are placeholders: only what is counted, and when, is read.
    """
    nothing = Interval.exactly(0)
    return tuple(
        Observation(kind, nothing, month_after(last, -back), 1)
        for kind in counted
        for back in range(months - 1, -1, -1)
    )


def simulation_based_calibration(
    number: int,
    seed: int,
    *,
    workers: int | Engine = 1,
    design: Sequence[Observation] | None = None,
    priors: DemandPriors | None = None,
    population: float = 140_000,
    draws: int = 1000,
) -> pd.DataFrame:
    """Ranks of true values among the draws of calibrations of simulated figures.

    Parameters
    ----------
    number
        Repetitions.
    seed
        The user's seed; a repetition is the same whatever their number and the workers.
    workers
        Processes, or an engine.
    design
        What is counted, and when; None is six years of :func:`annual_design`. Own months are
        :func:`monthly_design`.
    priors
        From which parameters are drawn, and with which they are sought; None are those of child
        protection plans.
    population
        Children aged 0 to 17.
    draws
        Draws of each calibration.

    Returns
    -------
    pandas.DataFrame
        A row a repetition and parameter: repetition, parameter, true value, rank (share of the
        draws below it, ties parted at random), pareto_k, effective.
    """
    design = annual_design(6) if design is None else tuple(design)
    priors = DemandPriors.of_parameters(_STAGE) if priors is None else priors
    model = build_model(design, priors, population=population)
    points = np.stack(
        [
            stream(seed, f"{_PURPOSE}/truth", each).standard_normal(model.size)
            for each in range(number)
        ]
    )
    truth, figures = _simulated(model, points, seed)
    tasks = (
        (model, population, truth[each], figures[each], seed, each, draws) for each in range(number)
    )
    rows = as_engine(workers).run(_ranks, tasks)
    return pd.concat(list(rows), ignore_index=True)


def rank_uniformity(ranks: pd.DataFrame, *, bins: int = 8) -> pd.DataFrame:
    """Chi-square test that the ranks of each parameter are uniform.

    Returns
    -------
    pandas.DataFrame
        A row a parameter: parameter, statistic, p_value, and the counts of the bins.
    """
    from scipy.stats import chisquare

    rows = []
    for name, group in ranks.groupby("parameter", sort=False):
        counts, _ = np.histogram(group["rank"], bins=bins, range=(0.0, 1.0))
        found = chisquare(counts)
        rows.append(
            {
                "parameter": name,
                "statistic": float(found.statistic),
                "p_value": float(found.pvalue),
                "counts": tuple(int(count) for count in counts),
            }
        )
    return pd.DataFrame(rows)


def _simulated(model: Model, points: Floats, seed: int) -> tuple[Floats, Floats]:
    """True values, in the order of a calibration's parameters, and printed figures."""
    outer = model.outer(points[:, : model.outer_size])
    logs = model.log_rates(points, outer)
    months = int(model.times[-1])
    interval_of = np.searchsorted(model.times, np.arange(months), side="right") - 1
    opening = np.rint(np.exp(logs[:, -1])).astype(np.int64)
    rates = np.exp(logs[:, model.step_of[interval_of]])
    means = model.interval_means(outer)[:, interval_of]
    each_flows = [
        simulate(
            rates[each, None],
            means[each, None],
            outer.shape[each, None],
            opening[each, None],
            stream(seed, f"{_PURPOSE}/children", each),
            overdispersion=None if model.sequence is None else outer.dispersion[each, None],
        )
        for each in range(len(points))
    ]
    flows = Flows(*(np.concatenate(each) for each in zip(*each_flows, strict=True)))
    exact = np.stack([_counted(model, each, flows, opening) for each in model.observations], 1)
    noise = np.stack(
        [
            stream(seed, f"{_PURPOSE}/error", each).standard_normal(exact.shape[1])
            for each in range(len(points))
        ]
    )
    figures = np.maximum(np.rint(exact * (1 + outer.error[:, None] * noise)), 0.0)
    level = 12 * np.exp(model.starts_log_mean + model.starts_log_sd * points[:, model.outer_size])
    truth = np.column_stack(
        [
            outer.mean_days,
            outer.shape,
            outer.drift,
            outer.step_sd,
            outer.persistence,
            outer.error,
            *([] if model.sequence is None else [outer.dispersion]),
            level,
            np.exp(logs[:, -1]),
            flows.stock[:, -1],
            12 * np.exp(logs[:, :-1]),
        ]
    )
    return truth, figures


def _counted(model: Model, observation: Observation, flows: Flows, opening: Integers) -> Floats:
    last = months_between(model.origin, observation.month)
    if observation.counted == "stock":
        return np.asarray(flows.stock[:, last - 1] if last else opening, dtype=np.float64)
    counts = getattr(flows, observation.counted)
    return np.asarray(counts[:, last - observation.months : last].sum(axis=1), dtype=np.float64)


def _ranks(
    model: Model,
    population: float,
    truth: Floats,
    figures: Floats,
    seed: int,
    repetition: int,
    draws: int,
) -> pd.DataFrame:
    seen = [
        Observation(each.counted, Interval.exactly(int(count)), each.month, each.months)
        for each, count in zip(model.observations, figures, strict=True)
    ]
    found = calibrate_model(
        build_model(seen, model.priors, population=population),
        _STAGE,
        "simulated",
        seed=seed,
        draws=draws,
        replicate=repetition,
    )
    below = (found.draws < truth).mean(axis=0)
    tied = (found.draws == truth).mean(axis=0)
    parted = stream(seed, f"{_PURPOSE}/ties", repetition).random(len(truth))
    return pd.DataFrame(
        {
            "repetition": repetition,
            "parameter": found.names,
            "truth": truth,
            "rank": below + parted * tied,
            "pareto_k": found.pareto_k,
            "effective": found.effective,
        }
    )
