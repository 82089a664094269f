"""The printed factor table and quadrants as counts that the factor analysis reads."""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.published.catalogue import load_table
from riskmodel.vocabulary import factor

__all__ = ["Level", "PrintedQuadrant", "factor_counts", "printed_quadrants"]

Level = Literal["high", "low"]


class PrintedQuadrant(NamedTuple):
    """The place of a factor in the chart of para 17."""

    prevalence: Level
    impact: Level


def factor_counts() -> FactorCounts:
    """The ten printed rows of para 16 as counts; the number of assessments is not published.

    Examples
    --------
    >>> print(factor_counts().summary())
    10 factors, 630 plans, unknown assessments (published)
    """
    from riskmodel.assessments import FactorCounts

    table = load_table("risk_factors")
    return FactorCounts.from_rows(
        [
            (factor(row).name, _count(row, "assessments"), _count(row, "plans"))
            for row in table.keys
        ],
        total_plans=int(load_table("statements").figure("plans_started_2014_15").interval.low),
        basis="published",
    )


def printed_quadrants() -> dict[str, PrintedQuadrant]:
    """The quadrant of each of the 34 factors of para 17, by factor name, in printed order."""
    table = load_table("risk_quadrants")
    return {
        factor(row).name: PrintedQuadrant(
            cast(Level, table.label(row, "prevalence")), cast(Level, table.label(row, "impact"))
        )
        for row in table.keys
    }


def _count(row: str, column: str) -> int:
    value = load_table("risk_factors").figure(row, column).value
    if not isinstance(value, int):
        raise DataError(f"{row}: {column} is not a whole number", file="risk_factors.csv")
    return value
