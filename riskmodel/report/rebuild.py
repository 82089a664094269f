"""Printed percentages and averages worked out again from the counts printed beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from riskmodel.published import Figure, PublishedTable
from riskmodel.report.wording import round_half_up

__all__ = ["Recomputed", "recomputed_figures"]

# Column of a table -> how it follows from others: (method, first column, second column).
_COLUMN_RULES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "risk_factors": {
        "plans_percent": ("share_of_statement", "plans", "plans_started_2014_15"),
        "conversion_percent": ("share", "plans", "assessments"),
    },
    "activity_snapshots": {"change_percent": ("change", "july_2013", "july_2015")},
    "legal_status": {"change_percent": ("change", "2010_11", "2014_15")},
    "unaccompanied_children": {"change_percent": ("change", "2013_14", "2014_15")},
}


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A figure worked out again.

    Parameters
    ----------
    figure
        The printed figure.
    text
        The result to the printed digit, with the printed percent sign; a sentence where it cannot
        be worked out.
    agrees
        Whether it is the printed figure; None where it cannot be worked out.
    """

    figure: Figure
    text: str
    agrees: bool | None


def recomputed_figures(
    table: PublishedTable, statements: PublishedTable
) -> dict[tuple[str, str], Recomputed]:
    """The figures of a table that follow from others printed beside them, by row and column.

    Parameters
    ----------
    table
        A published table.
    statements
        The figures that stand in prose, for totals that the table does not print.

    Notes
    -----
    Exact rational arithmetic; halves are rounded away from zero.
    """
    found = {}
    for column, (method, first, second) in _COLUMN_RULES.get(table.id, {}).items():
        for row in table.keys:
            printed = table.figure(row, column)
            value = _value(table, statements, row, (method, first, second))
            found[row, column] = _compare(printed, value)
    return found


def _value(
    table: PublishedTable, statements: PublishedTable, row: str, rule: tuple[str, str, str]
) -> Fraction | None:
    method, first, second = rule
    start = Fraction(table.figure(row, first).interval.low)
    if method == "share_of_statement":
        whole = Fraction(statements.figure(second).interval.low)
        return 100 * start / whole
    end = Fraction(table.figure(row, second).interval.low)
    if method == "share":
        return 100 * start / end if end else None
    return 100 * (end - start) / start if start else None


def _compare(printed: Figure, value: Fraction | None) -> Recomputed:
    if value is None:
        return Recomputed(printed, "not defined", None)
    text = round_half_up(value, printed.decimals)
    sign = "%" if printed.unit.id == "percent" else ""
    # 0 and -0 or 30 and 30.0 are one number: compare values, show digits.
    return Recomputed(printed, text + sign, Fraction(text) == Fraction(printed.reading))
