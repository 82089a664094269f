"""A stage now and in future: own figures, what was learned from other authorities, and durations.

The expected stock follows the learned process given the authority's own figures; this is what the
backtest tests. With the durations it gives the expected starts, and children who start and end are
simulated from those. So stocks, starts and ends are one projection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats, Integers, locked
from riskmodel.demand.beside import other_figures
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.calibration.result import Calibration
from riskmodel.demand.implied import implied_starts
from riskmodel.demand.month_pattern import stock_over_the_year
from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.learn import Learned
from riskmodel.demand.pooled.own import (
    OwnForecast,
    decimal_year,
    forecast_own,
    sample_paths,
)
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.streams import stream

__all__ = [
    "MOST_MONTHS",
    "MOST_REPLICATES",
    "StageOutlook",
    "check_sizes",
    "check_stock",
    "node_months",
    "stage_outlook",
]


MOST_MONTHS = 120
MOST_REPLICATES = 100_000

YEAR = 12

IN_NEED, IN_NEED_TIER = "child_in_need", "child_in_need_plan"

LEAST_STOCK = 0.5

NODE_MONTHS = 6
"""The expected stock is drawn twice a year, and is a straight line on the log scale between."""


@dataclass(frozen=True, slots=True, eq=False)
class StageOutlook:
    """One stage, ready to be simulated, and what that is based on.

    Parameters
    ----------
    inputs
        Expected starts, durations and opening stock of each replicate.
    calibration
        The authority's own figures, and what they say about durations and the present stock.
    learned
        What was learned from other authorities.
    held
        Share of replicates and months in which the expected stock would have fallen faster than
        children leave, so that starts were held at their least.
    growth
        Yearly growth that is carried forward, out of the growth that authorities had in common: log
        units.
    age
        Whole years by which the learning is older than the last figure of the stock.
    two_years_on
        Expected stock two years after the opening, or at the end if that is earlier, shape
        (replicates,).
    """

    inputs: StageInputs
    calibration: Calibration
    learned: Learned
    held: float
    growth: float
    age: int
    two_years_on: Floats

    @property
    def stage(self) -> str:
        """Its name."""
        return self.calibration.stage

    @property
    def notes(self) -> list[str]:
        """What a reader has to know: the age of the learning, growth left out, months that differ.

        A sentence for each; none if the learning is as recent as the last figure, all of its growth
        is carried forward and months are alike.
        """
        learned, age, found = self.learned, self.age, []
        common, carried = (
            f"{100 * np.expm1(growth):.1f}% a year" for growth in (learned.drift, self.growth)
        )
        if age:
            before = "1 year" if age == 1 else f"{age} years"
            found.append(
                f"learned from other authorities to March {learned.year}, {before} before the last "
                "figure"
            )
        if carried != common:
            aged = "as it ages and " if age else ""
            found.append(
                f"other authorities together grew by {common}, and {carried} is carried forward: "
                f"growth counts for less {aged}where the authority's own figures do not show it"
            )
        pattern = self.calibration.model.pattern
        months = "" if pattern is None else pattern.words()
        return [f"{self.stage}: {said}" for said in ("; ".join(found), months) if said]


def stage_outlook(
    calibration: Calibration,
    learned: Learned,
    *,
    months: int,
    replicates: int,
    seed: int,
    population: float | None = None,
    common: Floats | None = None,
    beside: Mapping[str, Sequence[Observation]] | None = None,
) -> StageOutlook:
    """Put together what a stage is projected from, from its last figure on.

    Parameters
    ----------
    calibration
        Calibration of the authority's own figures; durations, shape and opening stock are its
        draws.
    learned
        What was learned from other authorities, without anything later than the last figure.
    months
        How many months to project, 1 to 120.
    replicates
        How many, 1 to 100,000.
    seed
        The user's seed.
    population
        Children aged 0 to 17.
    common
        The common movement of authorities in each replicate, from
        :func:`riskmodel.demand.pooled.own.common_changes` at :func:`node_months` after the opening,
        shape (replicates, node); the same for several authorities whose projections are to be added
        up. None draws it with the rest.
    beside
        The authority's figures of all its stages, including this one, and of what leads to them;
        None uses only those of this stage.

    Raises
    ------
    DataError
        When months or replicates are out of range, no stock is above 0, or the learning uses later
        years than the last figure.

    Notes
    -----
    A stage opens with the stock that its own figures give. One without recent figures (whose
    calibration has ``moved``) opens with what is forecast there from its last one, as the backtest
    judges it, moved as the other stages say; that fades as a deviation from the usual level does.
    """
    check_sizes(months, replicates)
    stage, opening_month = calibration.stage, calibration.opening_month
    opens = decimal_year(opening_month)
    if learned.year > opens + 1e-9:
        raise DataError(
            f"what was learned goes to March {learned.year}, later than the last figure, of the "
            f"end of {opening_month}; learn from an earlier panel",
            field=stage,
        )
    nodes = node_months(months)
    exposed = _exposed(stage, learned, population)
    ahead = _expected(calibration, learned, opens + nodes / 12, exposed, beside or {})
    generator = stream(seed, f"demand/expected/{stage}")
    drawn = sample_paths(ahead, generator, replicates, common=common)
    if calibration.moved is not None:
        drawn += calibration.moved * learned.process.deviation_memory ** (nodes / 12)
    expected = np.maximum(np.expm1(drawn), LEAST_STOCK)
    rows = np.arange(replicates) % len(calibration.draws)
    mean, shape = calibration.of("mean_days")[rows], calibration.of("shape")[rows]
    left = calibration.open_children_left(months)[rows]
    course = _by_month(expected, nodes, months)
    pattern = calibration.model.pattern
    if pattern is not None:
        drawn_pattern = pattern.draws(stream(seed, f"demand/month_pattern/{stage}"), replicates)
        course *= stock_over_the_year(drawn_pattern, mean, shape, opening_month, months)
    implied = implied_starts(expected[:, 0], course, mean, shape, opening_survival=left)
    opening = np.rint(calibration.of("closing_stock")[rows])
    if calibration.moved is not None:
        at = opens + nodes[:1] / 12
        counted = _expected(calibration, learned, at, exposed, beside or {}, expected=False)
        chance = np.sqrt(max(counted.scale[0] ** 2 - ahead.scale[0] ** 2, 0.0))
        noise = stream(seed, f"demand/opening/{stage}").standard_normal(replicates)
        opening = np.rint(np.maximum(np.expm1(drawn[:, 0] + chance * noise), 0.0))
    inputs = StageInputs(
        implied.rates,
        mean,
        shape,
        opening.astype(np.int64),
        overdispersion=np.asarray(max(learned.process.size, 1.0)),
        opening_survival=left,
    )
    held = float(implied.held.mean())
    later = locked(course[:, min(2 * YEAR, months) - 1])
    return StageOutlook(inputs, calibration, learned, held, ahead.growth, ahead.age, later)


def check_sizes(months: int, replicates: int) -> None:
    """Refuse a horizon or a number of replicates that is out of range, before computing anything.

    Raises
    ------
    DataError
        When months are not 1 to 120, or replicates not 1 to 100,000.
    """
    for name, number, most in (
        ("months", months, MOST_MONTHS),
        ("simulations", replicates, MOST_REPLICATES),
    ):
        if not 1 <= number <= most:
            raise DataError(f"needs 1 to {most:,} {name}, got {number:,}")


def check_stock(observations: Sequence[Observation], stage: str) -> None:
    """Refuse figures without a stock above 0, before computing anything.

    Raises
    ------
    DataError
        When every stock is 0, or its range is as wide as its value.
    """
    if not any(each.middle > 0 for each in _telling_stocks(observations)):
        raise DataError("needs a stock above 0; found none", field=stage)


def _telling_stocks(observations: Sequence[Observation]) -> list[Observation]:
    """Stocks that say something: a figure as wide as itself does not, an exact nought does."""
    return [
        each
        for each in observations
        if each.counted == "stock" and (each.width < each.middle or each.width == 0)
    ]


def node_months(months: int) -> Integers:
    """Months after the opening for which the expected stock is drawn, the opening first."""
    return np.arange(0, months + NODE_MONTHS, NODE_MONTHS)


def _exposed(stage: str, learned: Learned, population: float | None) -> float | None:
    """The population at which the learned rate is the stage's; None where it is not known.

    Of children in need a rate of the wide sense is learned, and the stage is a part of them.
    """
    if population is None or (stage, learned.measure) != (IN_NEED_TIER, STOCK_MEASURES[IN_NEED]):
        return population
    return population * parameter("demand_child_in_need_plan_share_of_need").value


def _expected(
    calibration: Calibration,
    learned: Learned,
    later: Floats,
    population: float | None,
    beside: Mapping[str, Sequence[Observation]],
    *,
    expected: bool = True,
) -> OwnForecast:
    """The course of the expected stock, or of what would be counted of it.

    From the stocks and the last year's flows.
    """
    observations = calibration.model.observations
    check_stock(observations, calibration.stage)
    stocks = _telling_stocks(observations)
    usual = float(np.median(calibration.of("observation_error")))
    middle = np.array([each.middle for each in stocks])
    width = np.array([each.width for each in stocks])
    last = max(each.month for each in stocks)
    flows = {
        each.counted: each.middle
        for each in observations
        if each.counted != "stock" and each.months == YEAR and each.month == last
    }
    return forecast_own(
        learned,
        [decimal_year(each.month) for each in stocks],
        middle,
        later,
        population=population,
        error_variance=(width / np.where(width > 0, middle, 1.0)) ** 2 / 12 + usual**2,
        starts=flows.get("starts"),
        ends=flows.get("ends"),
        beside=other_figures(calibration.stage, beside, last),
        expected=expected,
    )


def _by_month(expected: Floats, nodes: Integers, months: int) -> Floats:
    """Expected stock at the end of each month, even on the log scale between the nodes."""
    log = np.log(expected)
    month = np.arange(1, months + 1)
    after = np.searchsorted(nodes, month)
    part = (month - nodes[after - 1]) / (nodes[after] - nodes[after - 1])
    found: Floats = np.exp(log[:, after - 1] * (1 - part) + log[:, after] * part)
    return found
