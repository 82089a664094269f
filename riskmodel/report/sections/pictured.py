"""A result that draws itself as a chart of the report."""

from __future__ import annotations

from riskmodel.core.result import Result
from riskmodel.report.model import Chart, Table

__all__ = ["pictured"]


def pictured(result: Result, name: str, caption: str, data: Table) -> Chart:
    """The picture that is registered for a result, with the numbers behind it.

    Parameters
    ----------
    result
        What is drawn; its summary is what a reader knows who cannot see the picture.
    name, caption
        Of the chart: its stable name, and how to read it.
    data
        The numbers, whose source and basis are those of the chart.
    """
    picture = result.plot()
    return Chart(
        name,
        picture.title,
        f"{picture.title}. {picture.alt}",
        caption,
        picture.svg,
        picture.png,
        data,
        data.source,
        data.basis,
        picture.svg_narrow,
    )
