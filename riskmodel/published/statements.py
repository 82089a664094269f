"""Figures in running text, and figures inferred from them, as values to compute with."""

from __future__ import annotations

from riskmodel.errors import DataError, check_name
from riskmodel.estimates import Interval
from riskmodel.published.catalogue import load_table
from riskmodel.published.findings import implied

__all__ = ["implied_interval", "statement_count", "statement_interval"]


def statement_interval(statement: str) -> Interval:
    """The values that a figure in running text can have had.

    Parameters
    ----------
    statement
        Key of ``statements.csv``.

    Raises
    ------
    UnknownNameError
        With the nearest names.

    Examples
    --------
    >>> print(statement_interval("children_on_plan_mid_2015"))
    634
    """
    return load_table("statements").figure(statement).interval


def statement_count(statement: str) -> int:
    """A count in running text.

    Parameters
    ----------
    statement
        Key of ``statements.csv``.

    Raises
    ------
    DataError
        When the figure is not a count.
    """
    value = load_table("statements").figure(statement).value
    if not isinstance(value, int):
        raise DataError(f"{statement} is not a count", file="statements.csv")
    return value


def implied_interval(quantity: str) -> Interval:
    """The values that printed figures leave possible for an unpublished figure.

    Parameters
    ----------
    quantity
        Name in ``implied.toml``.

    Raises
    ------
    UnknownNameError
        With the nearest names.
    """
    intervals = {one.id: one.interval for one in implied()}
    check_name("implied quantity", quantity, intervals)
    return intervals[quantity]
