"""Projected numbers: what was counted, what is projected, and what the projection rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.core.lazy import pd
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import Projection
from riskmodel.report.brief.wording import direction, signed
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.sections.outlook_tables import (
    calibration_table,
    driver_rows,
    drivers_table,
    figures_table,
    levels_table,
    marches_table,
    stock_table,
)
from riskmodel.report.sections.projected import settings_of, stock_quantiles
from riskmodel.report.wording import count_of, month_words

__all__ = ["outlook_point", "outlook_section"]

_LEAST_ERROR = 0.0005
"""Errors of figures below this are nought as they are printed."""


def outlook_section(outlook: Outlook) -> Section:
    """What was counted and what is projected with no change of policy.

    Parameters
    ----------
    outlook
        The projection and what it rests on; of its scenarios the baseline alone is shown.
    """
    data = outlook.baseline()
    projection = data.projection
    figures, drivers = data.observations_frame(), driver_rows(data, data.drivers())
    calibration = data.calibration_frame()
    blocks: list[Block] = [
        *(Paragraph(_sentence(data, figures, stage)) for stage in projection.stages),
        Paragraph(
            "Basis: projected. A projection says what would follow if numbers go on as they have "
            "in other authorities, with the spread that they have had there. It does not say what "
            "will be decided, and it knows nothing that the figures do not show."
        ),
        Paragraph(_rests_on(data, figures)),
        _chart(data, figures),
        marches_table(data),
        levels_table(data),
        Paragraph(_driver_words(data, drivers)),
        drivers_table(data, drivers),
        *(Paragraph(words) for words in [_reconciled(figures, calibration)] if words),
        figures_table(figures, data.source.label),
        _assumptions(data),
        calibration_table(calibration, data.source.label),
        *(Paragraph(_labelled(warning)) for warning in data.warnings),
        Paragraph(
            f"Settings: {settings_of(data)}. With another seed the ends of 90% ranges move by 1 to "
            "3% where there are 500 simulations, and by half as much where there are 2,000; "
            "riskmodel report --simulations takes more."
        ),
    ]
    title = f"Projected numbers to {projection.months[-1].year}"
    return Section("projection", title, tuple(blocks))


def outlook_point(data: Outlook) -> Point:
    """The projection of the first stock in a sentence, for the summary."""
    sentence = _sentence(data, data.observations_frame(), data.projection.stages[0])
    return Point(f"{sentence} Basis: projected.", "projection")


def _second_march(projection: Projection) -> str:
    """The second 31 March ahead, or the last month where the projection is shorter."""
    marches = [month for month in projection.months if month.is_march]
    return marches[1] if len(marches) > 1 else projection.months[-1]


def _of(stage: str) -> str:
    return _lowered(STAGE_LABELS[stage])


def _lowered(label: str) -> str:
    return label[:1].lower() + label[1:]


def _labelled(text: str) -> str:
    """A warning with the label of its stage in place of the name."""
    stage, colon, rest = text.partition(": ")
    return f"{STAGE_LABELS[stage]}: {rest}" if colon and stage in STAGE_LABELS else text


def _sentence(data: Outlook, figures: pd.DataFrame, stage: str) -> str:
    """The central projection two years ahead beside the last number that was counted."""
    month = _second_march(data.projection)
    low, _, middle, _, high = stock_quantiles(data.projection, stage, month)
    last = [row for row in _stocks(figures) if row["stage"] == stage][-1]
    return (
        f"{STAGE_LABELS[stage]}: the central projection for {month_words(month, day=True)} is "
        f"{middle:,}, {direction(middle, _middle(last))} in {month_words(last['month'])} (90% "
        f"range {low:,} to {high:,})."
    )


def _rests_on(data: Outlook, figures: pd.DataFrame) -> str:
    """How many own figures there are, of which months, and what others taught."""
    stocks = _stocks(figures)
    months = sorted({row["month"] for row in stocks})
    learned = sorted({each.learned.authorities for each in data.stages.values()})
    year = max(each.learned.year for each in data.stages.values())
    authorities = f"{learned[0]:,}" if len(learned) == 1 else f"{learned[0]:,} to {learned[-1]:,}"
    return (
        f"It rests on {count_of(len(stocks), 'number')} of children counted between "
        f"{month_words(months[0])} and {month_words(months[-1])}, and looks "
        f"{count_of(len(data.projection.months), 'month')} ahead. How numbers move was learned "
        f"from {authorities} authorities up to March {year}; no figure later than "
        f"{month_words(data.projection.opening_month)} went in. The method itself was chosen by "
        "how it fared on other authorities in later years too."
    )


def _chart(data: Outlook, figures: pd.DataFrame) -> Chart:
    from riskmodel.report.charts.outlook import draw_outlook

    drawing = draw_outlook(data)
    projection = data.projection
    last = projection.months[-1]
    ends = []
    for stage in projection.stages:
        counted = [row for row in _stocks(figures) if row["stage"] == stage]
        low, _, middle, _, high = stock_quantiles(data.projection, stage, last)
        before = [
            f"{_middle(row):,.0f} in {month_words(row['month'])}, "
            for row in (counted[:1] + counted[-1:])[: len(counted)]
        ]
        ends.append(
            f"{STAGE_LABELS[stage]}: {''.join(before)}and by {month_words(last)} a central "
            f"projection of {middle:,}, 90% range {low:,} to {high:,}"
        )
    return chart_of(
        "outlook_fans",
        "Numbers to date, and projected with no change of policy",
        f"{len(ends)} fan charts, each from zero, which widen to the right. {'. '.join(ends)}.",
        "Dots: own figures, or what they imply. Line: the central projection. Bands: half, four in "
        "five, and 19 in 20 of the simulations, each month by itself. Real numbers will move up "
        "and down within the bands, not along the line.",
        drawing,
        stock_table(data),
    )


def _stocks(figures: pd.DataFrame) -> list[dict[Any, Any]]:
    """The stocks counted or implied, in order of time within each stage."""
    counted = figures[(figures["counted"] == "stock") & (figures["basis"] != "assumed")]
    return counted.to_dict("records")


def _middle(row: Mapping[Any, Any]) -> float:
    return (float(row["low"]) + float(row["high"])) / 2


_DRIVER_WORDS = {
    "starts_as_now": "if starts stay at today's level",
    "later_starts": "from the change expected in starts",
    "lengths": "from durations that change",
    "population": "from the change in the number of children in the area",
    "chance": "from chance in the simulations and rounding",
}


def _driver_words(data: Outlook, drivers: list[dict[str, Any]]) -> str:
    said = []
    for row in drivers:
        parts = [
            f"{signed(row[name])} {words}" for name, words in _DRIVER_WORDS.items() if row.get(name)
        ]
        change = signed(row["closing"] - row["opening"])
        made_of = f" ({', '.join(parts)})" if parts else ""
        said.append(f"{_lowered(row['stage'])} {change}{made_of}")
    last = month_words(data.projection.months[-1], day=True)
    return (
        f"Expected change from the opening day to {last}: {'; '.join(said)}. The parts in brackets "
        "add up to the change before them. They say how starts and ends work out, not why. All are "
        "averages over the simulations; these lie above the central projections where ranges "
        "reach further up than down."
    )


def _reconciled(figures: pd.DataFrame, calibration: pd.DataFrame) -> str:
    """How figures that disagree stand together, on the pair that is furthest apart; "" of none."""
    stocks = _stocks(figures)
    off = max(stocks, key=lambda row: abs(row["standardised"]))
    earlier = [
        row for row in stocks if row["stage"] == off["stage"] and row["month"] < off["month"]
    ]
    error = calibration[
        (calibration["parameter"] == "observation_error") & (calibration["stage"] == off["stage"])
    ]
    if not (error["q95"] >= _LEAST_ERROR).any():
        return ""
    words = (
        "Figures that disagree are all kept; each is taken to be off by an error whose size is "
        "estimated with the rest. "
    )
    if earlier and abs(off["standardised"]) > 1:
        before = earlier[-1]
        words += (
            f"{_counted(off)} {_of(str(off['stage']))} in {month_words(off['month'])} "
            f"({off['source']}) stand beside {_counted(before)} in "
            f"{month_words(before['month'])} ({before['source']}): the calibration expects "
            f"{off['fitted']:,.0f} and {before['fitted']:,.0f}, so the first lies "
            f"{abs(off['standardised']):.1f} standard deviations "
            f"{'below' if off['standardised'] < 0 else 'above'} and the second "
            f"{abs(before['standardised']):.1f} "
            f"{'below' if before['standardised'] < 0 else 'above'}, which errors of counting and "
            "of definition can explain. "
        )
    for row in error.to_dict("records"):
        words += (
            f"The error of such a figure is estimated at {100 * row['q50']:.1f}% "
            f"(90% range {100 * row['q05']:.1f}% to {100 * row['q95']:.1f}%)."
        )
    return words.strip()


def _counted(row: Mapping[Any, Any]) -> str:
    low, high = float(row["low"]), float(row["high"])
    return f"{low:,.0f}" if low == high else f"between {low:,.0f} and {high:,.0f}"


def _children_row(data: Outlook) -> tuple[str, str, str]:
    """What is assumed of the number of children, why, and what would change it."""
    people = data.source.people
    if people is not None:
        return (
            "Starts change with the children of each age, at unchanged rates",
            f"{people.people.source} projects them (published); how its variants count and, where "
            "no return tells, at what ages children start is assumed",
            "Another projection of the population, other weights, or a return with ages",
        )
    return (
        "The number of children in the area stays in step with other authorities'",
        "No number of children aged 0 to 17 is given"
        if data.source.population is None
        else f"{data.source.population:,.0f} children aged 0 to 17 are given, of one year",
        "A population, given in the folder",
    )


def _assumptions(data: Outlook) -> Table:
    year = max(each.learned.year for each in data.stages.values())
    has_others = any(
        row["counted"] != "stock" for row in data.observations_frame().to_dict("records")
    )
    rows = [
        (
            "Numbers go on as in other authorities",
            "How far a number strays from its usual level and how much of that is left a year "
            f"later is learned from other authorities to March {year}",
            "A decision, an inspection or a court ruling that other authorities have not met",
        ),
        (
            "Durations do not change",
            "They are calibrated to the figures"
            + (", starts and ends among them" if has_others else "")
            + "; where these do not tell, they are as nationally",
            "Own durations, or a scenario that changes them",
        ),
        _children_row(data),
        (
            "Until the opening, numbers without a figure of that month follow starts and durations",
            "Not every number was counted in the last month",
            "Later figures",
        ),
    ]
    if "child_in_need_plan" in data.stages:
        rows.insert(
            1,
            (
                "Child in need plans move like all children in need",
                "The open figures count children on a plan and looked after among children in need",
                "A panel of child in need plans alone",
            ),
        )
    return table_of(
        "outlook_assumptions",
        "What the projection assumes",
        rows,
        {"assumed": "Assumed", "reason": "Because", "changed_by": "What would change it"},
        basis="assumed",
    )
