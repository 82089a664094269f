"""What is believed of a stage before its own figures are seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from riskmodel.demand.durations.fit import LengthFit
from riskmodel.demand.durations.laws import DAYS_A_YEAR
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter

__all__ = ["CALIBRATED_STAGES", "PROCESSES", "DemandPriors", "Process"]

Process = Literal["mean_reversion", "random_walk"]
"""How the level of starts moves from step to step."""

PROCESSES: tuple[Process, ...] = get_args(Process)

CALIBRATED_STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
"""Stages with priors among the parameters."""


@dataclass(frozen=True, slots=True)
class DemandPriors:
    """Priors of one stage; all are normal on the scale that is named.

    Parameters
    ----------
    length_log_mean, length_log_sd
        Log of the mean length in days, at the last figure.
    shape_log_mean, shape_log_sd
        Log of the gamma shape.
    length_shape_correlation
        Between those two.
    length_drift_mean, length_drift_sd
        Change of the log mean length a year, by date of start.
    starts_log_mean, starts_log_sd
        Log of the level of starts a year, for every 10,000 children where a population is given,
        else of starts a year; None for the mean takes it from the first stock.
    step_log_mean, step_log_sd
        Log of the standard deviation of the yearly change of log starts.
    persistence_logit_mean, persistence_logit_sd
        Logit of the share of a deviation that is left after a year; not read by a random walk.
    opening_log_sd
        Log of the first stock, over what the first step's starts and lengths hold up.
    error_log_mean, error_log_sd
        Log of the relative standard deviation of the error of a printed count.
    excess_log_mean, excess_log_sd
        Log of what the variance of a month's starts, given their rate, has beyond its mean, over
        that mean; not read where figures are few.
    process
        How the level of starts moves: ``mean_reversion`` or ``random_walk``.
    step_months
        Months for which the rate of starts is constant: 1, 2, 3, 4, 6 or 12.
    months
        Which pattern starts are believed to have over the months of the year: ``even``, or that of
        ``referrals``.
    basis, source
        What they rest on, the mean length above all.
    shape_basis
        What the shape rests on.
    """

    length_log_mean: float
    length_log_sd: float
    shape_log_mean: float
    shape_log_sd: float
    starts_log_mean: float | None
    starts_log_sd: float
    step_log_mean: float
    step_log_sd: float
    persistence_logit_mean: float
    persistence_logit_sd: float
    opening_log_sd: float
    error_log_mean: float
    error_log_sd: float
    excess_log_mean: float = 0.0
    excess_log_sd: float = 1.0
    length_shape_correlation: float = 0.0
    length_drift_mean: float = 0.0
    length_drift_sd: float = 0.02
    process: Process = "mean_reversion"
    step_months: int = 12
    months: Literal["even", "referrals"] = "even"
    basis: Basis = "assumed"
    source: str = "own priors"
    shape_basis: Basis = "assumed"

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, str) or value is None:
                continue
            if not math.isfinite(value) or (each.name.endswith("_sd") and value <= 0):
                need = "a finite number above 0" if each.name.endswith("_sd") else "a finite number"
                raise DataError(f"needs {need}, got {value}", field=each.name)
        if self.process not in PROCESSES:
            raise UnknownNameError("process", self.process, PROCESSES)
        if self.step_months < 1 or 12 % self.step_months:
            raise DataError(
                f"a step is 1, 2, 3, 4, 6 or 12 months, got {self.step_months}", field="step_months"
            )
        if not -1 < self.length_shape_correlation < 1:
            raise DataError(
                f"needs a correlation between -1 and 1, got {self.length_shape_correlation}",
                field="length_shape_correlation",
            )

    @classmethod
    def of_parameters(cls, stage: str) -> DemandPriors:
        """The priors that ship as parameters.

        Parameters
        ----------
        stage
            One of :data:`CALIBRATED_STAGES`.

        Raises
        ------
        UnknownNameError
            For another stage.
        """
        if stage not in CALIBRATED_STAGES:
            raise UnknownNameError("stage with priors", stage, CALIBRATED_STAGES)

        def of(name: str) -> float:
            return parameter(name).value

        length = parameter(f"demand_{stage}_length_days")
        plans = stage == "child_protection_plan"
        known = parameter("length_shape_prior_mean" if plans else f"demand_{stage}_shape")
        shape = known.value
        spread = of("length_shape_prior_sd" if plans else f"demand_{stage}_shape_sd")
        persistence = of("demand_persistence")
        return cls(
            length_log_mean=math.log(length.value),
            length_log_sd=of(f"demand_{stage}_length_log_sd"),
            # The lognormal with the mean and standard deviation of the shape's prior.
            shape_log_mean=math.log(shape) - math.log1p((spread / shape) ** 2) / 2,
            shape_log_sd=math.sqrt(math.log1p((spread / shape) ** 2)),
            starts_log_mean=math.log(of(f"demand_{stage}_starts_per_10000")),
            starts_log_sd=of(f"demand_{stage}_starts_log_sd"),
            step_log_mean=math.log(of(f"demand_{stage}_step_log_sd")),
            step_log_sd=of("demand_step_log_sd_spread"),
            persistence_logit_mean=math.log(persistence / (1 - persistence)),
            persistence_logit_sd=of("demand_persistence_spread"),
            opening_log_sd=of("demand_opening_log_sd"),
            error_log_mean=math.log(of("demand_observation_error")),
            error_log_sd=of("demand_observation_error_spread"),
            excess_log_mean=math.log(of("demand_starts_excess")),
            excess_log_sd=of("demand_starts_excess_spread"),
            length_drift_sd=of("demand_length_drift_log_sd"),
            months="referrals" if stage == "child_in_need_plan" else "even",
            basis=length.basis,
            source=length.source,
            shape_basis=known.basis,
        )

    def with_lengths(
        self, fit: LengthFit, *, growth_a_year: float = 0.0, yearly_log_sd: float = 0.0
    ) -> DemandPriors:
        """The same with what a fit of lengths says of mean and shape.

        Parameters
        ----------
        fit
            A gamma fit; its curvature at the maximum becomes the prior's covariance, so evidence
            of lengths must not be counted again elsewhere.
        growth_a_year
            Growth of log starts a year while the plans of the fit ended. Where starts grow, those
            who end in a year are the shorter ones: their lengths have the density f(x) e⁻ᵍˣ, for
            gamma lengths a gamma density with the same shape whose mean is m / (1 + g m / k).
        yearly_log_sd
            Standard deviation by which the log mean of a single year may differ from that of the
            years of the fit.

        Raises
        ------
        DataError
            For a fit of another family, or a growth that no mean length can explain.
        """
        if fit.lengths.family != "gamma":
            raise DataError(f"priors of lengths are gamma, got a {fit.lengths.family} fit")
        share = growth_a_year / DAYS_A_YEAR * fit.lengths.mean_days / fit.lengths.shape
        if not share < 1:
            raise DataError(f"no mean length goes with a growth of {growth_a_year:g} a year")
        variance = fit.covariance
        deviation = [
            math.sqrt(variance[place, place] + more**2)
            for place, more in ((0, yearly_log_sd), (1, 0.0))
        ]
        return replace(
            self,
            length_log_mean=math.log(fit.lengths.mean_days) - math.log1p(-share),
            length_log_sd=deviation[0],
            shape_log_mean=math.log(fit.lengths.shape),
            shape_log_sd=deviation[1],
            length_shape_correlation=float(variance[0, 1]) / (deviation[0] * deviation[1]),
            basis=fit.mean.basis,
            source=f"{self.source}; lengths: {', '.join(fit.sources)}",
            shape_basis=fit.shape.basis,
        )
