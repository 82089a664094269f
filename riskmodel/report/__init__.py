"""Results to plain data, and plain data to a page, charts, an accessible workbook and CSV files.

What is heavy (drawing, the workbook) is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names

__all__ = [
    "Card",
    "Cards",
    "Chart",
    "Paragraph",
    "Point",
    "Report",
    "Section",
    "Table",
    "render_html",
    "write_report",
    "write_workbook",
]

if TYPE_CHECKING:
    from riskmodel.report.html import render_html
    from riskmodel.report.model import Card, Cards, Chart, Paragraph, Point, Report, Section, Table
    from riskmodel.report.workbook import write_workbook
    from riskmodel.report.write import write_report

__getattr__ = lazy_names(
    __name__,
    {
        ".html": "render_html",
        ".model": "Card Cards Chart Paragraph Point Report Section Table",
        ".workbook": "write_workbook",
        ".write": "write_report",
    },
)
