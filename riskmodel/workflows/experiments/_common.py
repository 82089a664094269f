"""What several analyses share: printed figures, the growth to be explained, result tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.published import implied, load_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "GROWTH_PERIOD",
    "count",
    "frame",
    "growth_of_stock",
    "middle",
    "possible",
    "quantity",
    "rows_of",
]

GROWTH_PERIOD = "March 2011 to mid 2015"


def possible(statement: str) -> Interval:
    """What a figure in running text can have been."""
    return load_table("statements").figure(statement).interval


def count(statement: str) -> int:
    """A count in running text."""
    value = load_table("statements").figure(statement).value
    if not isinstance(value, int):
        raise DataError(f"{statement} is not a count", file="statements.csv")
    return value


def quantity(name: str) -> Interval:
    """An unpublished quantity, as far as the printed figures bound it."""
    return next(found.interval for found in implied() if found.id == name)


def growth_of_stock() -> Interval:
    """Growth of children on a plan from March 2011 to mid 2015, in children, by the report."""
    return count("children_on_plan_mid_2015") - quantity("children_on_plan_march_2011")


def middle(interval: Interval) -> float:
    """The middle of an interval with two ends."""
    return (float(interval.low) + float(interval.high)) / 2


def frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Rows as a data frame."""
    import pandas as pd

    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))


def rows_of(table: pd.DataFrame, **chosen: Any) -> pd.DataFrame:
    """The rows whose columns hold these values."""
    keep = table[list(chosen)].eq(list(chosen.values())).all(axis=1)
    return table[keep]
