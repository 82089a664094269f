"""Cells of a sheet that work themselves out from others, and hold their number all the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from riskmodel.report.model import Table
from riskmodel.report.tidy import Column, number_of

__all__ = ["write_formulas"]

_CELL = re.compile(r"\{(\w+)(?::(\d+))?\}")


def write_formulas(worksheet: Any, table: Table, columns: Sequence[Column], top: int) -> None:
    """Put the formulas of a table in place of their numbers, which stay as what was last computed.

    Parameters
    ----------
    worksheet
        Of ``xlsxwriter``, its cells written.
    table, columns
        The table, and its columns as they stand on the sheet.
    top
        Row of the headings, from 0.

    Notes
    -----
    A program that computes nothing reads the number; it is that of the table. The format of the
    cell is kept.
    """
    from xlsxwriter.utility import xl_rowcol_to_cell

    numbers = {column.name: number for number, column in enumerate(columns)}
    for (row, name), formula in table.formulas.items():

        def cell(match: re.Match[str], row: int = row) -> str:
            at = row if match[2] is None else int(match[2])
            return str(xl_rowcol_to_cell(top + 1 + at, numbers[match[1]]))

        at, value = numbers[name], number_of(columns[numbers[name]].cells[row])
        written = worksheet.table[top + 1 + row][at]
        worksheet.write_formula(
            top + 1 + row, at, f"={_CELL.sub(cell, formula)}", written.format, value
        )
