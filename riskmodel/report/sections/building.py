"""Tables of rows and charts of drawings, as sections of a report are built of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.report.model import Chart, Table

if TYPE_CHECKING:
    from riskmodel.report.charts import Drawing

__all__ = ["chart_of", "pictured", "table_of"]


def table_of(  # noqa: PLR0913  those of a table
    name: str,
    title: str,
    rows: Sequence[Any],
    headings: Mapping[str, str],
    notes: tuple[str, ...] = (),
    source: str = "",
    basis: str = "",
    *,
    folded: bool = False,
    searchable: bool = False,
) -> Table:
    """A table of rows, each a record or as many cells as there are headings.

    Parameters
    ----------
    name, title, notes, source, basis, folded, searchable
        As :class:`~riskmodel.report.model.Table` takes them.
    rows
        One a row of the table.
    headings
        Of each column by its name, in their order.
    """
    frame = pd.DataFrame(list(rows), columns=list(headings))
    return Table(
        name,
        title,
        frame,
        headings,
        notes,
        source,
        basis,
        folded=folded,
        searchable=searchable,
    )


def chart_of(name: str, title: str, alt: str, caption: str, drawing: Drawing, data: Table) -> Chart:
    """A drawing with its words and the numbers behind it, whose source and basis are its own.

    Parameters
    ----------
    name, title, alt, caption, data
        As :class:`~riskmodel.report.model.Chart` takes them.
    drawing
        The picture, wide and narrow.
    """
    return Chart(
        name,
        title,
        alt,
        caption,
        drawing.svg,
        drawing.png,
        data,
        data.source,
        data.basis,
        drawing.svg_narrow,
    )


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
