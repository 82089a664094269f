"""Charts of the spreadsheet itself, beside the numbers that they draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from riskmodel.report.model import Table
from riskmodel.report.tidy import Column, number_of

__all__ = ["add_chart"]

_BLUE, _GREY = "#12436D", "#505A5F"
_LOW, _HIGH = ("low", "q05"), ("high", "q95")
_MOST_BARS, _MOST_CHARTS, _ROWS_EACH = 40, 6, 20


class _Values(NamedTuple):
    """Numbers of the columns of a value and of both ends of its range."""

    middle: int
    low: int
    high: int


def add_chart(
    workbook: Any, worksheet: Any, table: Table, columns: Sequence[Column], top: int
) -> None:
    """Draw what a table holds, to the right of it.

    A table of months with a projection and its range becomes lines, one chart for each group of
    children or measure; a table of names becomes bars with their ranges. What is neither is left
    as it is.

    Parameters
    ----------
    workbook, worksheet
        Of ``xlsxwriter``.
    table, columns
        The table, and its columns as they stand on the sheet.
    top
        Row of the headings, from 0.
    """
    values = _values(columns)
    months = next((n for n, column in enumerate(columns) if column.kind in ("month", "day")), None)
    if values is None:
        return
    if months is not None:
        groups = [number for number, column in enumerate(columns) if column.kind == "text"]
        charts = _lines(workbook, worksheet.get_name(), table, columns, top, months, groups, values)
    elif columns[0].kind == "text" and len(set(columns[0].cells)) == len(table.frame) <= _MOST_BARS:
        charts = iter([_bars(workbook, worksheet.get_name(), table, columns, top, values)])
    else:
        return
    for number, (chart, alt) in zip(range(_MOST_CHARTS), charts, strict=False):
        chart.set_size({"width": 640, "height": 360})
        worksheet.insert_chart(
            top + number * _ROWS_EACH, len(columns) + 1, chart, {"description": alt}
        )


def _values(columns: Sequence[Column]) -> _Values | None:
    """The first value with a range: between both ends, or before them."""
    for low, column in enumerate(columns):
        if not _ends(column, _LOW):
            continue
        high = next((n for n in range(low + 1, len(columns)) if _ends(columns[n], _HIGH)), None)
        if high is None:
            continue
        between = range(low + 1, high)
        middle = between[len(between) // 2] if between else low - 1
        if middle >= 0 and columns[middle].is_number and not _ends(columns[middle], _HIGH):
            return _Values(middle, low, high)
    return None


def _ends(column: Column, words: tuple[str, ...]) -> bool:
    parts = column.name.removesuffix("_percent").split("_")
    return column.is_number and any(word in parts for word in words)


def _lines(
    workbook: Any,
    sheet: str,
    table: Table,
    columns: Sequence[Column],
    top: int,
    months: int,
    groups: Sequence[int],
    values: _Values,
) -> Iterator[tuple[Any, str]]:
    """A chart for each run of rows that share their words."""
    rows = range(len(table.frame))
    for words, run in groupby(rows, lambda row: tuple(columns[n].cells[row] for n in groups)):
        numbers = list(run)
        first, last = numbers[0], numbers[-1]
        name = ", ".join(str(word) for word in words) or table.title
        chart = workbook.add_chart({"type": "line"})
        for column, colour, width, dash in (
            (values.high, _GREY, 1.25, "dash"),
            (values.middle, _BLUE, 2.25, "solid"),
            (values.low, _GREY, 1.25, "dash"),
        ):
            chart.add_series(
                {
                    "name": [sheet, top, column],
                    "categories": [sheet, top + 1 + first, months, top + 1 + last, months],
                    "values": [sheet, top + 1 + first, column, top + 1 + last, column],
                    "line": {"color": colour, "width": width, "dash_type": dash},
                }
            )
        chart.set_x_axis({"date_axis": True, "num_format": "mmm yyyy"})
        lows = [number_of(columns[values.low].cells[row]) or 0 for row in numbers]
        _finish(chart, name, {"min": 0} if min(lows) >= 0 else {})
        ends = [
            f"{columns[values.middle].cells[row]} at the end of {columns[months].cells[row]} "
            f"({columns[values.low].cells[row]} to {columns[values.high].cells[row]})"
            for row in (first, last)
        ]
        yield chart, f"Line chart. {name}: from {ends[0]} to {ends[1]}."


def _bars(
    workbook: Any,
    sheet: str,
    table: Table,
    columns: Sequence[Column],
    top: int,
    values: _Values,
) -> tuple[Any, str]:
    """A bar for each row, with its range."""
    bottom = top + len(table.frame)
    rows = range(len(table.frame))
    ends = [[number_of(columns[n].cells[row]) or 0 for n in values] for row in rows]
    chart = workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": [sheet, top, values.middle],
            "categories": [sheet, top + 1, 0, bottom, 0],
            "values": [sheet, top + 1, values.middle, bottom, values.middle],
            "fill": {"color": _BLUE},
            "gap": 60,
            "y_error_bars": {
                "type": "custom",
                "plus_values": [round(high - middle, 6) for middle, _, high in ends],
                "minus_values": [round(middle - low, 6) for middle, low, _ in ends],
                "line": {"color": _GREY, "width": 1.25},
            },
        }
    )
    chart.set_x_axis({"reverse": True})
    _finish(chart, table.title, {})
    chart.set_legend({"none": True})
    names = ", ".join(
        f"{columns[0].cells[row]} {columns[values.middle].cells[row]}" for row in rows
    )
    return chart, f"Bar chart. {columns[values.middle].heading}: {names}."


def _finish(chart: Any, title: str, values: dict[str, Any]) -> None:
    font = {"name": "Arial", "size": 10}
    chart.set_title({"name": title, "name_font": {**font, "size": 12}, "overlay": False})
    chart.set_y_axis({"num_font": font, "major_gridlines": {"visible": True}, **values})
    chart.set_legend({"position": "bottom", "font": font})
