"""The functions that an expression over published figures may call.

Functions over values, functions over whole rows or columns of a table, and yes-or-no functions.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.published.figures import Figure, PublishedTable

__all__ = [
    "FUNCTIONS",
    "JUDGEMENTS",
    "OVER_TABLES",
    "REDUCERS",
    "SUMS",
    "Load",
    "NoSuchNumberError",
    "Operand",
    "interval_of",
]

Operand = Interval | Figure
Load = Callable[[str], PublishedTable]
"""Gives a table by its id."""


class NoSuchNumberError(DataError):
    """A whole number was asked for, and none is possible."""


def interval_of(operand: Operand) -> Interval:
    """The values that an operand can have."""
    return operand.interval if isinstance(operand, Figure) else operand


# Functions over values.


def _share(part: Operand, whole: Operand) -> Interval:
    """Part of a whole in percent: 100 part / whole."""
    return 100 * interval_of(part) / interval_of(whole)


def _change(before: Operand, after: Operand) -> Interval:
    """Growth from before to after in percent: 100 (after / before - 1)."""
    return 100 * (interval_of(after) / interval_of(before)) - 100


def _grown(before: Operand, percent: Operand) -> Interval:
    """A value after growth of so many percent."""
    return interval_of(before) * (1 + interval_of(percent) / 100)


def _before(after: Operand, percent: Operand) -> Interval:
    """The value that grew by so many percent to this one."""
    return interval_of(after) / (1 + interval_of(percent) / 100)


def _between(first: Operand, *others: Operand) -> Interval:
    """From the smallest to the largest: where a weighted mean of these must lie."""
    hull = interval_of(first)
    for operand in others:
        hull = hull.hull(interval_of(operand))
    return hull


def _cut_off(figure: Operand) -> Interval:
    """What a figure can have been if its further decimals were dropped instead of rounded."""
    if not isinstance(figure, Figure):
        raise DataError("cut_off() reads a printed figure, not a computed value")
    return Interval.cut_off(figure.reading)


def _whole(operand: Operand) -> Interval:
    """The whole numbers that a value can be, from the smallest to the largest."""
    inside = interval_of(operand).whole_numbers()
    if not inside:
        raise NoSuchNumberError(f"no whole number lies in {interval_of(operand)}")
    return Interval(inside[0], inside[-1])


def _at_least(operand: Operand) -> Interval:
    """Everything from a value's lower end point upwards."""
    value = interval_of(operand)
    return Interval(value.low, inf, value.low_closed)


FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "share": _share,
    "change": _change,
    "grown": _grown,
    "before": _before,
    "between": _between,
    "cut_off": _cut_off,
    "whole": _whole,
    "at_least": _at_least,
}
"""Functions that an expression may call on values, by name.

:meta hide-value:
"""


# Functions over whole columns or rows of a table.


def _column_figures(load: Load, table: str, column: str, *but: str) -> list[Figure]:
    """The figures of a column, save the rows named."""
    found = load(table)
    return [found.figure(row, column) for row in found.keys if row not in but]


def _row_figures(load: Load, table: str, row: str) -> list[Figure]:
    """The figures of a row."""
    return [figure for (key, _), figure in load(table).cells.items() if key == row]


def _figures_where(
    load: Load, table: str, column: str, labels: str, label: str, value: str
) -> list[Figure]:
    """The figures of a column in the rows to which another table gives a label."""
    found, labelled = load(table), load(labels)
    return [found.figure(row, column) for row in found.keys if labelled.label(row, label) == value]


OVER_TABLES: dict[str, Callable[..., list[Figure]]] = {
    "total": _column_figures,
    "rows_of": _column_figures,
    "total_across": _row_figures,
    "smallest_where": _figures_where,
    "largest_where": _figures_where,
}


def _total(members: list[Interval]) -> Interval:
    total = Interval.exactly(0)
    for member in members:
        total = total + member
    return total


def _number_of(members: list[Interval]) -> Interval:
    return Interval.exactly(len(members))


def _smallest(members: list[Interval]) -> Interval:
    return min(members, key=lambda member: (member.low, not member.low_closed))


def _largest(members: list[Interval]) -> Interval:
    return max(members, key=lambda member: (member.high, member.high_closed))


REDUCERS: dict[str, Callable[[list[Interval]], Interval]] = {
    "total": _total,
    "rows_of": _number_of,
    "total_across": _total,
    "smallest_where": _smallest,
    "largest_where": _largest,
}
SUMS = {"total", "total_across"}

# Yes-or-no functions.


def _whole_number_gives(percent: Operand, base: Operand) -> bool:
    """Whether some whole number out of the base gives the printed percentage.

    Brown and Heathers 2017: granularity-related inconsistency of means.
    """
    return len((interval_of(percent) * interval_of(base) / 100).whole_numbers()) > 0


def _whole_number_grew(after: Operand, percent: Operand) -> bool:
    """Whether some whole number grew by the printed percentage to the printed number."""
    return len(_before(after, percent).whole_numbers()) > 0


def _same_quantity(one: Operand, other: Operand) -> bool:
    """Whether two figures that the text treats as one agree in value, unit, base and period."""
    if not (isinstance(one, Figure) and isinstance(other, Figure)):
        raise DataError("same_quantity() compares two printed figures")
    return one.interval.overlaps(other.interval) and (one.unit, one.of, one.period) == (
        other.unit,
        other.of,
        other.period,
    )


JUDGEMENTS: dict[str, Callable[..., bool]] = {
    "whole_number_gives": _whole_number_gives,
    "whole_number_grew": _whole_number_grew,
    "same_quantity": _same_quantity,
}
