"""What may come: history and projection of the stocks, and what the projection rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import Projection
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.outlook_tables import (
    calibration_table,
    drivers_table,
    figures_table,
    levels_table,
    marches_table,
    stock_table,
)
from riskmodel.report.sections.projected import settings_of, stock_quantiles
from riskmodel.report.wording import join_words, month_words

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["outlook_point", "outlook_section"]


def outlook_section(outlook: Outlook) -> Section:
    """History and projection of the three stocks, of the baseline alone.

    Parameters
    ----------
    outlook
        The projection and what it rests on.
    """
    data = outlook.baseline()
    figures, drivers = data.observations_frame(), data.drivers()
    calibration = data.calibration_frame()
    opening = month_words(data.projection.opening_month, day=True)
    learned = sorted({each.learned.authorities for each in data.stages.values()})
    year = max(each.learned.year for each in data.stages.values())
    taught = f"{learned[0]:,}" if len(learned) == 1 else f"{learned[0]:,} to {learned[-1]:,}"
    blocks: list[Block] = [
        Paragraph(_introduction(data)),
        Paragraph(
            "Basis: projected. A projection says what would follow if stocks go on as they have "
            "in other authorities, with the spread that they have had. It does not say what will "
            "be decided, and it does not know of anything that the figures do not show."
        ),
        Paragraph(
            f"It opens on {opening}, the day of the last printed figure, and was learned from "
            f"{taught} English authorities up to March {year} only. So it is also "
            f"what would have been projected in {data.projection.opening_month[:4]}: no figure of "
            "a later date went into it. The method itself was chosen by how it fared on other "
            "authorities in later years too. What such projections were worth stands in the next "
            "section."
        ),
        _chart(data, figures),
        marches_table(data),
        levels_table(data),
        Paragraph(_driver_words(data, drivers)),
        drivers_table(data, drivers),
        Paragraph(_reconciled(figures, calibration)),
        figures_table(figures, data.source.label),
        _assumptions(year),
        calibration_table(calibration, data.source.label),
        Paragraph(
            f"Settings: {settings_of(data)}. With 500 courses the ends of 90% intervals move by 1 "
            "to 3% from seed to seed; riskmodel report --replicates draws more."
        ),
    ]
    return Section("outlook", "What may come", tuple(blocks))


def outlook_point(data: Outlook) -> Point:
    """The projection of the first stock in a sentence, for the summary."""
    stage, month = data.projection.stages[0], _second_march(data.projection)
    low, _, middle, _, high = stock_quantiles(data.projection, stage, month)
    return Point(
        f"If stocks go on as they have in other authorities, {_of(stage)} come to "
        f"{middle:,} on {month_words(month, day=True)} in the middle, with a 90% interval of "
        f"{low:,} to {high:,}. Basis: projected.",
        "outlook",
    )


def _second_march(projection: Projection) -> str:
    """The second 31 March ahead, or the last month where the projection is shorter."""
    marches = [month for month in projection.months if month.endswith("-03")]
    return marches[1] if len(marches) > 1 else projection.months[-1]


def _of(stage: str) -> str:
    label = STAGE_LABELS[stage]
    return label[:1].lower() + label[1:]


def _introduction(data: Outlook) -> str:
    projection, month = data.projection, _second_march(data.projection)
    parts = []
    for place, stage in enumerate(projection.stages):
        low, _, middle, _, high = stock_quantiles(data.projection, stage, month)
        opening = float(np.median(projection.opening[:, place]))
        parts.append(f"{_of(stage)} from about {opening:,.0f} to {middle:,} ({low:,} to {high:,})")
    return (
        f"What would follow for {projection.area} between "
        f"{month_words(projection.opening_month, day=True)} and {month_words(month, day=True)}, in "
        f"the middle and with 90% intervals: {join_words(parts)}."
    )


def _chart(data: Outlook, figures: pd.DataFrame) -> Chart:
    from riskmodel.report.charts.outlook import draw_outlook

    drawing = draw_outlook(data)
    projection = data.projection
    last = projection.months[-1]
    ends = []
    for stage in projection.stages:
        printed = [row for row in _stocks(figures) if row["stage"] == stage]
        first, latest = printed[0], printed[-1]
        low, _, middle, _, high = stock_quantiles(data.projection, stage, last)
        ends.append(
            f"{STAGE_LABELS[stage]}: {_middle(first):,.0f} in {month_words(first['month'])}, "
            f"{_middle(latest):,.0f} in {month_words(latest['month'])}, and by "
            f"{month_words(last)} {middle:,} in the middle, 90% interval {low:,} to {high:,}"
        )
    return Chart(
        "outlook_fans",
        "Figures to date, and what may follow",
        f"{len(ends)} fan charts, each from zero, which widen to the right. {'. '.join(ends)}.",
        "Dots: printed figures, or what they imply. Line: half of the courses drawn lie above it. "
        "Bands: half, four in five, and 19 in 20 of the courses, each month by itself. The line "
        "is not a course: real numbers will move up and down within the bands.",
        drawing.svg,
        drawing.png,
        stock_table(data),
        f"Projected from the {data.source.label}",
        "projected",
        drawing.svg_narrow,
    )


def _stocks(figures: pd.DataFrame) -> list[dict[Any, Any]]:
    """The printed and implied stocks, in order of time within each stage."""
    known = figures[(figures["counted"] == "stock") & (figures["basis"] != "assumed")]
    return known.to_dict("records")


def _middle(row: Mapping[Any, Any]) -> float:
    return (float(row["low"]) + float(row["high"])) / 2


def _driver_words(data: Outlook, drivers: pd.DataFrame) -> str:
    by_stage = []
    for stage in data.projection.stages:
        parts = drivers[drivers["stage"] == stage].set_index("driver")["children"]
        change = parts["closing"] - parts["opening"]
        by_stage.append(
            f"{_of(stage)} {change:+,.0f}, of which {parts['starts_as_now']:+,.0f} because "
            f"starts at their present level do not balance the ends, and "
            f"{parts['later_starts']:+,.0f} by the later course of starts"
        )
    words = "; ".join(by_stage).replace("-", "−")
    last = month_words(data.projection.months[-1], day=True)
    return (
        f"What moves the expected numbers to {last}: {words}. These are means, which lie above "
        "the medians where the bands lean upwards; the parts add up, and what the draws leave "
        "over is shown. They say how the arithmetic of starts and ends works out, not why."
    )


def _reconciled(figures: pd.DataFrame, calibration: pd.DataFrame) -> str:
    """How figures that disagree stand together, on the pair that is furthest apart."""
    stocks = _stocks(figures)
    off = max(stocks, key=lambda row: abs(row["standardised"]))
    earlier = [
        row for row in stocks if row["stage"] == off["stage"] and row["month"] < off["month"]
    ]
    words = (
        "Printed figures that disagree are all kept; each is taken to be off by an error whose "
        "size is estimated with the rest. "
    )
    error = calibration[
        (calibration["parameter"] == "observation_error") & (calibration["stage"] == off["stage"])
    ]
    if earlier:
        before = earlier[-1]
        words += (
            f"{_printed(off)} {_of(str(off['stage']))} in {month_words(off['month'])} "
            f"({off['source']}) stand beside {_printed(before)} in "
            f"{month_words(before['month'])} ({before['source']}): the calibration expects "
            f"{off['fitted']:,.0f} and {before['fitted']:,.0f}, so the first lies "
            f"{abs(off['standardised']):.1f} standard deviations "
            f"{'below' if off['standardised'] < 0 else 'above'} and the second "
            f"{abs(before['standardised']):.1f} "
            f"{'below' if before['standardised'] < 0 else 'above'}, which errors of print and of "
            "definition can explain. "
        )
    for row in error.to_dict("records"):
        words += (
            f"The error of such a figure is estimated at {100 * row['q50']:.1f}% "
            f"(90% interval {100 * row['q05']:.1f}% to {100 * row['q95']:.1f}%)."
        )
    return words.strip()


def _printed(row: Mapping[Any, Any]) -> str:
    low, high = float(row["low"]), float(row["high"])
    return f"{low:,.0f}" if low == high else f"between {low:,.0f} and {high:,.0f}"


def _assumptions(year: int) -> Table:
    import pandas as pd

    rows = [
        (
            "Stocks go on as in other authorities",
            "How far a stock strays from its usual level and how much of that is left a year "
            f"later is learned from other authorities to March {year}",
            "A decision, an inspection or a court ruling that other authorities have not met",
        ),
        (
            "Child in need plans move like all children in need",
            "The open figures count children on a plan and looked after among children in need",
            "A panel of child in need plans alone",
        ),
        (
            "Lengths of stay do not change",
            "Of plans the mean and two shares of long ones are printed; of the other two stocks "
            "no lengths are, and their priors are national",
            "Printed lengths, or a scenario that changes them",
        ),
        (
            "The number of children in the area stays in step with other authorities'",
            "The documents print no number of children aged 0 to 17",
            "A population, given with --population",
        ),
        (
            "Until the opening, stocks without a figure of that month follow starts and lengths",
            "Of plans and of child in need plans the last printed stock is earlier",
            "Later figures",
        ),
    ]
    return Table(
        "outlook_assumptions",
        "What the projection assumes",
        pd.DataFrame(rows, columns=["assumed", "reason", "changed_by"]),
        {"assumed": "Assumed", "reason": "Because", "changed_by": "What would change it"},
        basis="assumed",
    )
