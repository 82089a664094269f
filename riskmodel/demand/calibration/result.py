"""A calibrated stage: draws of its parameters, how far they can be trusted, what comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from riskmodel.core.arrays import Floats, lock
from riskmodel.core.result import Result
from riskmodel.demand.calibration.cohorts import FiguresInSequence
from riskmodel.demand.calibration.model import Model, step_kept, step_size
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.curve import SurvivalCurve
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter
from riskmodel.projection import QUANTILES, month_after, quantile_name
from riskmodel.streams import stream

__all__ = ["PARAMETERS", "Calibration"]

PARAMETERS: dict[str, tuple[str, str]] = {
    "mean_days": ("mean length of those who start at the last figure", "days"),
    "shape": ("gamma shape of lengths", "gamma shape"),
    "length_drift": ("change of the log mean length", "log days a year"),
    "step_sd": ("standard deviation of the yearly change of log starts", "log starts a year"),
    "persistence": ("share of a deviation of starts left after a year", "proportion"),
    "observation_error": ("relative error of a printed count", "proportion"),
    "starts_dispersion": ("variance of a month's starts over their mean", "times chance"),
    "level": ("level to which starts revert", "starts a year"),
    "opening_stock": ("stock when the first period begins", "children"),
    "closing_stock": ("stock at the last figure", "children"),
}
"""What each parameter of a calibration is, and its unit; besides them there are the starts a year
in each step, ``starts_to_YYYY-MM``."""

_PRIOR_SPREAD: Mapping[str, tuple[str, Callable[[Floats], Floats]]] = {
    "mean_days": ("length_log_sd", np.log),
    "shape": ("shape_log_sd", np.log),
    "length_drift": ("length_drift_sd", np.asarray),
    "step_sd": ("step_log_sd", np.log),
    "persistence": ("persistence_logit_sd", special.logit),
    "observation_error": ("error_log_sd", np.log),
    "starts_dispersion": ("excess_log_sd", lambda draws: np.log(draws - 1)),
}
"""Of each parameter with a prior of its own: the spread of that, and the scale that it is on."""

_MOSTLY_PRIOR = 0.5
"""Share of the prior's variance that is left; above it the prior says more than the figures."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calibration(Result):
    """What the figures of one stage say of its parameters.

    Parameters
    ----------
    stage, area
        Which stock, and whose.
    model
        Observations, priors and process.
    names
        Of the parameters; see :data:`PARAMETERS`.
    draws
        From the posterior, shape (draw, parameter); equal weights.
    fitted, fitted_sd
        Posterior mean of each observation, and standard deviation of what would be printed.
    pareto_k, effective, proposed
        Tail of the importance weights, effective sample size, and points weighed.
    warnings
        In words, what is not as it should be.
    moved
        Of a stage without recent figures the log change of its last stock that the moves of the
        other stages make likely; None where its own figures go on to the opening.

    Notes
    -----
    Arrays are locked. The basis of the draws is ``projected`` where they are used ahead of the
    last figure.
    """

    stage: str
    area: str
    model: Model
    names: tuple[str, ...]
    draws: Floats
    fitted: Floats
    fitted_sd: Floats
    pareto_k: float
    effective: float
    proposed: int
    warnings: tuple[str, ...]
    moved: float | None = None

    def __post_init__(self) -> None:
        lock(self, "draws", "fitted", "fitted_sd")

    def of(self, name: str) -> Floats:
        """Draws of one parameter.

        Raises
        ------
        UnknownNameError
            When there is none of that name.
        """
        if name not in self.names:
            raise UnknownNameError("parameter", name, self.names)
        return np.asarray(self.draws[:, self.names.index(name)])

    @property
    def opening_month(self) -> str:
        """The month of the last figure, at whose end a projection opens."""
        return self.model.last

    @property
    def starts_a_year(self) -> Floats:
        """Level of starts a year in each step of the history, shape (draw, step)."""
        return self.draws[:, -self.model.steps :]

    def stage_inputs(
        self,
        months: int,
        *,
        seed: int,
        replicates: int | None = None,
        drift_goes_on: bool = False,
    ) -> StageInputs:
        """What a projection starts from, each replicate with a draw of its own.

        Parameters
        ----------
        months
            How far ahead.
        seed
            The user's seed: names the moves of starts to come.
        replicates
            How many; None is one a draw, more take the draws again from the first.
        drift_goes_on
            Whether lengths go on drifting as they did; else they stay as at the last figure, for
            a trend carried forward foresees worse than none.

        Returns
        -------
        StageInputs
            Starts move on from the last step as the process says. The open children have the
            times behind them that the history gives them.
        """
        if months < 1:
            raise DataError(f"a projection has one month or more, got {months}")
        rows = np.arange(len(self.draws) if replicates is None else replicates) % len(self.draws)
        mean = self.of("mean_days")[rows]
        if drift_goes_on:
            ahead = (np.arange(months) + 0.5) / 12
            mean = mean[:, None] * np.exp(self.of("length_drift")[rows, None] * ahead)
        return StageInputs(
            self._future_rates(rows, months, seed),
            mean,
            self.of("shape")[rows],
            self.of("closing_stock")[rows].astype(np.int64),
            opening_survival=self.open_children_left(months)[rows],
        )

    def _future_rates(self, rows: npt.NDArray[np.intp], months: int, seed: int) -> Floats:
        model = self.model
        ends = np.arange(months) + model.times[-1]
        step_of = np.floor(ends / model.step_months).astype(np.intp) - (model.steps - 1)
        persistence = self.of("persistence")[rows]
        size = self.of("step_sd")[rows] * step_size(persistence, model.step_months)
        kept = step_kept(persistence, model.step_months)
        level = np.log(self.of("level")[rows] / 12)
        moves = stream(seed, f"demand/{self.stage}/starts_to_come").standard_normal(
            (len(rows), int(step_of[-1]) + 1)
        )
        logs = [np.log(self.starts_a_year[rows, -1] / 12)]
        for step in range(1, int(step_of[-1]) + 1):
            logs.append(level + kept * (logs[-1] - level) + size * moves[:, step])
        return np.asarray(np.exp(np.stack(logs, axis=1))[:, step_of])

    def open_children_left(self, months: int) -> Floats:
        """Share of the children there at the last figure who are there at the end of each month.

        Shape (draw, month). Their times since start are those that the starts of the history and
        their lengths lead one to expect; where starts were counted month by month, those counts.
        """
        # Draws of one point differ in the closing stock alone.
        alike = np.delete(self.draws, self.names.index("closing_stock"), axis=1)
        _, first, again = np.unique(alike, axis=0, return_index=True, return_inverse=True)
        once = replace(self, draws=self.draws[first])
        figures = self.model.sequence
        left = once._left(months) if figures is None else once._left_by_step(figures, months)
        return np.asarray(left[again.reshape(-1)])

    def _left(self, months: int) -> Floats:
        """As :meth:`open_children_left`, of each draw."""
        model, now = self.model, self.model.times[-1]
        drift, shape = self.of("length_drift")[:, None], self.of("shape")[:, None]
        middles = (model.times[1:] + model.times[:-1]) / 2
        means = self.of("mean_days")[:, None] * np.exp(-drift * (now - middles) / 12)
        rates = self.starts_a_year[:, model.step_of] / 12
        later = now + np.arange(months + 1)
        left = np.zeros((len(self.draws), months + 1))
        for part, (begins, ends) in enumerate(pairwise(model.times)):
            # The eldest of a month are as old as the youngest so many months on: once is enough.
            ages, place = np.unique(
                np.stack([later - begins, later - ends]).round(6), return_inverse=True
            )
            curve, (far, near) = SurvivalCurve.of(ages), place.reshape(2, -1)
            sums = curve.sums(means[:, part, None], shape)
            sums *= rates[:, part, None]
            left += sums @ (curve.weights[:, far] - curve.weights[:, near])
        return self._share_left(left, later, means[:, :1])

    def _left_by_step(self, figures: FiguresInSequence, months: int) -> Floats:
        """As :meth:`_left`: lengths are alike within a step, counted starts are known."""
        model, now = self.model, self.model.times[-1]
        later, shape = now + np.arange(months + 1), self.of("shape")[:, None]
        firsts = np.flatnonzero(np.diff(model.step_of, prepend=-1))
        bounds = model.times[[*firsts, -1]]
        before = (now - (bounds[1:] + bounds[:-1]) / 2) / 12
        means = self.of("mean_days")[:, None] * np.exp(-self.of("length_drift")[:, None] * before)
        rates = self.starts_a_year[:, model.step_of] / 12 * np.diff(model.times)
        rates = rates * figures.pattern
        error = self.of("observation_error")[:, None] * rates
        counted = figures.grid.starts
        noise = (error**2 + counted.rounding) / np.maximum(counted.number, 1.0)
        chance = self.of("starts_dispersion")[:, None] * figures.left_to_chance * rates
        weight = np.where(counted.number > 0, chance / (chance + noise), 0.0)
        starts = rates + weight * (counted.mean - rates)
        left = np.zeros((len(self.draws), months + 1))
        for plan in figures.plans:
            mean = means[:, model.step_of[plan.members[:1]]]
            edges = later - model.times[plan.members[0] : plan.members[-1] + 2, None]
            ages, place = np.unique(edges.round(6), return_inverse=True)
            place = place.reshape(edges.shape)
            curve = SurvivalCurve.of(ages)
            within = curve.sums(mean, shape) @ curve.weights
            for row, interval in enumerate(plan.members):
                present = within[:, place[row]] - within[:, place[row + 1]]
                width = model.times[interval + 1] - model.times[interval]
                left += starts[:, interval, None] * present / width
        return self._share_left(left, later, means[:, :1])

    def _share_left(self, started: Floats, later: Floats, first_mean: Floats) -> Floats:
        """Shares of those who started in the history or were there at first, that never rise."""
        since = (later - self.model.times[0]) * DAYS_A_MONTH
        gone = laws.equilibrium("gamma", since, first_mean, self.of("shape")[:, None])
        total = started + self.of("opening_stock")[:, None] * (1 - gone)
        share = total[:, 1:] / total[:, :1]
        return np.clip(np.minimum.accumulate(share, axis=1), 0.0, 1.0)

    def to_frame(self) -> pd.DataFrame:
        """A row a parameter: mean, standard deviation and quantiles of its draws, unit, basis.

        The basis is that of the figures, or of what was believed before them where more than half
        of its variance is left.
        """
        quantiles = np.quantile(self.draws, QUANTILES, axis=0)
        rows = []
        for place, name in enumerate(self.names):
            label, unit = PARAMETERS.get(
                name, (f"starts a year, {self._step_words(name)}", "starts a year")
            )
            rows.append(
                {
                    "area": self.area,
                    "stage": self.stage,
                    "parameter": name,
                    "label": label,
                    "mean": self.draws[:, place].mean(),
                    "sd": self.draws[:, place].std(),
                    **{
                        quantile_name(each): quantiles[number, place]
                        for number, each in enumerate(QUANTILES)
                    },
                    "unit": unit,
                    "method": "posterior",
                    "basis": self._basis(name),
                }
            )
        return pd.DataFrame(rows)

    def _basis(self, name: str) -> Basis:
        """What a parameter rests on most: the figures, or what was believed before them."""
        priors = self.model.priors
        before: dict[str, Basis] = {"mean_days": priors.basis, "shape": priors.shape_basis}
        if name in _PRIOR_SPREAD:
            field, scale = _PRIOR_SPREAD[name]
            with np.errstate(divide="ignore", invalid="ignore"):
                left = float(np.var(scale(self.of(name)))) / getattr(priors, field) ** 2
            # Of a random walk the persistence is 1 by choice, and its logit no number.
            if not left <= _MOSTLY_PRIOR:
                return before.get(name, "assumed")
        counted = {each.basis for each in self.model.observations} - {"assumed"}
        return next((each for each in ("published", "observed") if each in counted), "assumed")

    def _step_words(self, name: str) -> str:
        return name.replace("starts_to_", f"step of {self.model.step_months} months to ")

    def observations_frame(self) -> pd.DataFrame:
        """A row an observation: what was printed beside what the calibration expects."""
        return pd.DataFrame(
            [
                {
                    "area": self.area,
                    "stage": self.stage,
                    "counted": each.counted,
                    "month": each.month,
                    "months": 0 if each.counted == "stock" else each.months,
                    "low": float(each.count.low),
                    "high": float(each.count.high),
                    "fitted": fitted,
                    "fitted_sd": spread,
                    "standardised": (each.middle - fitted) / spread,
                    "source": each.source,
                    "figure": each.figure,
                    "basis": each.basis,
                }
                for each, fitted, spread in zip(
                    self.model.observations, self.fitted, self.fitted_sd, strict=True
                )
            ]
        )

    def summary(self) -> str:
        """The duration, the starts and the stock that the figures speak for, and how surely."""

        def words(name: str) -> str:
            low, middle, high = np.quantile(self.of(name), (0.05, 0.5, 0.95))
            return f"{middle:.0f} (90% range {low:.0f} to {high:.0f})"

        last = self.model.last
        said = (
            f"{self.area}, {self.stage}, {len(self.model.observations)} figures from "
            f"{self.model.origin} to {last}: mean duration {words('mean_days')} days, "
            f"{words(self.names[-1])} starts a year, stock {words('closing_stock')} at the end of "
            f"{last}. Pareto k {self.pareto_k:.2f}, {self.effective:.0f} effective of "
            f"{self.proposed} draws."
        )
        return "\n".join([said, *(f"Warning: {each}" for each in self.warnings)])

    def preview(self) -> pd.DataFrame:
        """Each parameter with its 90% range."""
        return self.to_frame()[["parameter", "q50", "q05", "q95", "unit", "basis"]]


def step_names(model: Model) -> tuple[str, ...]:
    """``starts_to_YYYY-MM`` for each step of a model's history; the last may be cut short."""
    length = int(model.times[-1])
    ends = [min((step + 1) * model.step_months, length) for step in range(model.steps)]
    return tuple(f"starts_to_{month_after(model.origin, end)}" for end in ends)


def weight_warnings(pareto_k: float, effective: float) -> list[str]:
    """What the weights say against the draws, in words."""
    limit = parameter("demand_pareto_k_limit").value
    least = parameter("demand_effective_draws_at_least").value
    found = []
    if not pareto_k <= limit:
        found.append(
            f"the weights of the draws are not to be trusted: their tail, k = {pareto_k:.2f}, is "
            f"above {limit:g}; the figures may contradict one another or the priors"
        )
    if effective < least:
        found.append(
            f"the draws are worth {effective:.0f} independent ones, fewer than {least:g}: "
            "quantiles are rough"
        )
    return found
