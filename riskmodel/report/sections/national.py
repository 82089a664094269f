"""Authorities side by side, in the order of their names and never of their figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.demand.national import Course, NationalCourses
from riskmodel.report.model import Block, Chart, Paragraph, Section, Table
from riskmodel.report.wording import count_of, month_words

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.report.figures.fan import Fan
    from riskmodel.report.figures.national import SmallFan

__all__ = ["NATIONAL_LABELS", "StageView", "national_section", "rests_on_section"]

Floats = npt.NDArray[np.float64]

NATIONAL_LABELS: Mapping[str, str] = {
    "child_protection_plan": "Children on a protection plan",
    "looked_after": "Children looked after",
    "child_in_need": "Children in need, plans and looked after included",
    "child_in_need_plan": "Children in need, neither on a plan nor looked after",
}
"""Each stage of a national run in words."""

_SOON = {"starts": "start", "ends": "end"}


@dataclass(frozen=True, slots=True, eq=False)
class StageView:
    """One stage, ready to be shown.

    Parameters
    ----------
    courses
        Of the stock.
    flows
        Of starts and ends, where they were simulated.
    totals
        All authorities together and England where it can be said, by measure.
    history
        Year and stock of each authority by code, the total's by its code too.
    funnel
        From :func:`riskmodel.factors.funnel`, with codes as factors; None where no population is
        known.
    neighbours
        Codes of the statistical neighbours of each authority, as the user states them.
    source
        Where the figures come from.
    """

    courses: NationalCourses
    flows: tuple[NationalCourses, ...]
    totals: Mapping[str, tuple[Course, ...]]
    history: Mapping[str, Sequence[tuple[int, float]]]
    funnel: pd.DataFrame | None
    neighbours: Mapping[str, tuple[str, ...]]
    source: str

    @property
    def stage(self) -> str:
        """Its name."""
        return self.courses.stage

    @property
    def label(self) -> str:
        """Its name in words."""
        return NATIONAL_LABELS[self.stage]

    @property
    def by_name(self) -> tuple[Course, ...]:
        """The authorities in the order of their names."""
        return tuple(sorted(self.courses.authorities, key=lambda each: (each.area, each.code)))


def national_section(view: StageView) -> Section:
    """Totals, every authority on one scale, rates against size, and the table.

    Parameters
    ----------
    view
        What is shown.
    """
    blocks: list[Block] = [
        Paragraph(_totals_words(view)),
        Paragraph(
            "Authorities stand in the order of their names. Nothing here is a league table: a "
            "rate differs between authorities with need, practice, recording and chance, and "
            "these figures do not tell one from another."
        ),
        _totals_chart(view),
        _small_multiples(view),
    ]
    if view.funnel is not None:
        blocks.append(_funnel_chart(view, view.funnel))
    blocks.append(_authorities_table(view))
    if view.neighbours:
        blocks.append(_neighbours_table(view))
    blocks += [_flows_table(view, each) for each in view.flows]
    return Section(view.stage, view.label, tuple(blocks))


def rests_on_section(
    assumptions: Sequence[str], learned: Mapping[str, str], left_out: pd.DataFrame
) -> Section:
    """What the projections rest on, and which authorities are not in them.

    Parameters
    ----------
    assumptions
        In sentences.
    learned
        What the authorities teach, in words, by stage.
    left_out
        Columns stage, la_code, area, reason.
    """
    blocks: list[Block] = [
        Paragraph(
            "Each authority's course is its own history given what all of them teach: how far "
            "stocks stand from their usual level, how long they stay there, and what the course "
            "that they have in common does. That common course is drawn once for each replicate "
            "and shared by all authorities; the rest of each is drawn by itself. So the sum over "
            "the authorities is the total in every replicate. A projection says what would follow "
            "if stocks go on as they have, not what will be decided."
        ),
        *(Paragraph(f"{text[0].upper()}{text[1:]}.") for text in assumptions),
        *(Paragraph(f"Learned of {NATIONAL_LABELS[stage][0].lower()}"
                    f"{NATIONAL_LABELS[stage][1:]}: {text}.") for stage, text in learned.items()),
    ]  # fmt: skip
    if len(left_out):
        blocks.append(
            Table(
                "left_out",
                "Authorities of the panel that are not projected",
                left_out.assign(stage=[NATIONAL_LABELS[each] for each in left_out["stage"]]),
                {"stage": "Stock", "la_code": "Code", "area": "Area", "reason": "Why"},
                folded=True,
                basis="published",
            )
        )
    return Section("rests_on", "What this rests on", tuple(blocks))


def _totals_words(view: StageView) -> str:
    together, *england = view.totals["stock"]
    last = month_words(view.courses.months[-1])
    parts = []
    for course in (together, *england):
        low, middle, high = (course.quantile(level)[-1] for level in (0.05, 0.5, 0.95))
        parts.append(
            f"{course.area} had {course.latest:,.0f} at the end of "
            f"{month_words(view.courses.opening_month)}; for the end of {last} the middle of the "
            f"projection is {middle:,.0f}, and 90% of replicates lie between {low:,.0f} and "
            f"{high:,.0f}"
        )
    return ". ".join(parts) + ". What is to come is projected, not counted."


def _decimal(month: str) -> float:
    """The decimal year of a month's end as a reader counts: 31 March 2015 is 2015.25."""
    return int(month[:4]) + int(month[5:]) / 12


def _times(view: StageView) -> Floats:
    months = (view.courses.opening_month, *view.courses.months)
    return np.array([_decimal(month) for month in months])


def _from_opening(course: Course, level: float) -> Floats:
    return np.concatenate([[course.latest], course.quantile(level)])


def _totals_chart(view: StageView) -> Chart:
    from riskmodel.report.figures.fan import FAN, Fan, draw_fans

    levels = sorted({level for low, high, *_ in FAN for level in (low, high)} | {0.5})
    times = _times(view)
    fans: list[Fan] = [
        Fan(
            course.area,
            [(year + 0.25, stock, 0.0) for year, stock in view.history.get(course.code, ())],
            times,
            {level: _from_opening(course, level) for level in levels},
            {},
        )
        for course in view.totals["stock"]
    ]
    drawing = draw_fans(f"{view.stage}_total", fans)
    data = _by_year(view.courses, view.totals["stock"])
    return Chart(
        f"{view.stage}_total",
        f"{view.label}: all authorities together",
        _totals_words(view),
        "Points are published figures at 31 March; bands hold 50, 80 and 95% of the replicates.",
        drawing.svg,
        drawing.png,
        Table(
            f"{view.stage}_total_by_year",
            f"{view.label}: the totals at the end of each March and of the last month",
            data,
            _HEADINGS,
            basis="projected",
            source=view.source,
        ),
        view.source,
        "projected",
        drawing.svg_narrow,
    )


_HEADINGS = {
    "la_code": "Code",
    "area": "Area",
    "month": "Month",
    "stock": "At the opening",
    "rate": "For every 10,000 children",
    "low": "Low of the 90% interval",
    "median": "Median",
    "high": "High of the 90% interval",
    "median_rate": "Median, for every 10,000",
}


def _by_year(courses: NationalCourses, shown: Sequence[Course]) -> pd.DataFrame:
    import pandas as pd

    places = [
        place
        for place, month in enumerate(courses.months)
        if month.endswith("-03") or place == len(courses.months) - 1
    ]
    return pd.DataFrame(
        [
            {
                "la_code": course.code,
                "area": course.area,
                "month": courses.months[place],
                "low": round(float(course.quantile(0.05)[place])),
                "median": round(float(course.quantile(0.5)[place])),
                "high": round(float(course.quantile(0.95)[place])),
            }
            for course in shown
            for place in places
        ]
    )


def _small_multiples(view: StageView) -> Chart:
    from riskmodel.report.figures.national import BANDS, SmallFan, draw_small_fans, scale_of

    levels = [level for low, high, _ in BANDS for level in (low, high)] + [0.5]
    times = _times(view)
    every_half_year = np.arange(0, len(times), 6)
    if every_half_year[-1] != len(times) - 1:
        every_half_year = np.append(every_half_year, len(times) - 1)
    known = [course for course in view.by_name if course.population > 0]
    is_rate = bool(known)
    shown = known or list(view.by_name)

    def scaled(course: Course) -> float:
        return course.per_10000 if is_rate else 1.0

    fans: list[SmallFan] = [
        SmallFan(
            course.area,
            [
                (year + 0.25, stock * scaled(course))
                for year, stock in view.history.get(course.code, ())
            ],
            times[every_half_year],
            {
                level: (_from_opening(course, level) * scaled(course))[every_half_year]
                for level in levels
            },
        )
        for course in shown
    ]
    top = scale_of(fans)
    beyond = [fan.name for fan in fans if fan.highest > top]
    without = [course.area for course in view.by_name if course not in shown]
    caption = (
        f"{'Rates for every 10,000 children' if is_rate else 'Counts'}, on one scale from 0 to "
        f"{top:g}, each authority in the order of its name. Grey: published. Blue: the middle of "
        "the projection, with bands that hold 50 and 90% of the replicates. Each rate is of the "
        "latest number of children known."
        + (f" Cut off at the top: {', '.join(beyond)}." if beyond else "")
        + (f" Without a number of children: {', '.join(without)}." if without else "")
    )
    drawing = draw_small_fans(f"{view.stage}_authorities", fans)
    return Chart(
        f"{view.stage}_authorities",
        f"{view.label}: each authority",
        f"{count_of(len(fans), 'small chart')}, one an authority in the order of names, all on one "
        f"scale from 0 to {top:g}. The numbers are in the table of authorities.",
        caption,
        drawing.svg,
        drawing.png,
        Table(
            f"{view.stage}_by_year",
            f"{view.label}: each authority at the end of each March and of the last month",
            _by_year(view.courses, view.by_name),
            _HEADINGS,
            basis="projected",
            source=view.source,
        ),
        view.source,
        "projected",
        drawing.svg_narrow,
    )


def _funnel_chart(view: StageView, funnel: pd.DataFrame) -> Chart:
    from riskmodel.report.figures.national import RateFunnel, draw_rate_funnel

    areas = {course.code: course.area for course in view.courses.authorities}
    points, rows = [], []
    for row in funnel.to_dict("records"):
        rate = float(row["conversion_rate"])
        beyond = not row["low_998"] <= rate <= row["high_998"]
        within = row["low_95"] <= rate <= row["high_95"]
        points.append((areas[row["factor"]], float(row["assessments"]), 1e4 * rate, beyond))
        where = "beyond 99.8%" if beyond else "within 95%" if within else "beyond 95%"
        rows.append(
            (row["factor"], areas[row["factor"]], round(1e4 * rate, 1),
             round(1e4 * row["low_998"], 1), round(1e4 * row["high_998"], 1), where)
        )  # fmt: skip
    rows.sort(key=lambda row: (row[1], row[0]))
    target, dispersion = float(funnel["target"].iloc[0]), float(funnel["dispersion"].iloc[0])
    drawing = draw_rate_funnel(f"{view.stage}_funnel", RateFunnel(points, target, dispersion))
    named = sorted(name for name, _, _, beyond in points if beyond)
    return Chart(
        f"{view.stage}_funnel",
        f"{view.label}: rates against size",
        f"{count_of(len(points), 'authority', 'authorities')} about a common rate of "
        f"{1e4 * target:.1f} for every 10,000 children. Beyond the 99.8% limits: "
        f"{', '.join(named) or 'none'}.",
        f"Published figures at 31 March {view.courses.opening_month[:4]}. Solid lines: 95% limits, "
        f"dashed: 99.8%, about the rate of all together, {1e4 * target:.1f}, and widened "
        f"{dispersion:.1f} times in variance for how far authorities lie apart in any case "
        "(Spiegelhalter 2005). A point beyond a limit asks for a look, and is no verdict.",
        drawing.svg,
        drawing.png,
        _table(view, "funnel", "rates against size", rows, {
            "la_code": "Code", "area": "Area", "rate": "For every 10,000 children",
            "low": "99.8% limit, low", "high": "99.8% limit, high", "where": "Where",
        }, "published"),
        view.source,
        "published",
        drawing.svg_narrow,
    )  # fmt: skip


def _table(
    view: StageView,
    name: str,
    title: str,
    rows: Sequence[tuple[object, ...]],
    headings: Mapping[str, str],
    basis: str,
) -> Table:
    import pandas as pd

    return Table(
        f"{view.stage}_{name}_table",
        f"{view.label}: {title}",
        pd.DataFrame(rows, columns=list(headings)),
        headings,
        basis=basis,
        source=view.source,
    )


def _authorities_table(view: StageView) -> Table:
    import pandas as pd

    last = month_words(view.courses.months[-1])
    return Table(
        f"{view.stage}_table",
        f"{view.label}: each authority now and at the end of {last}",
        pd.DataFrame([_row(course) for course in view.by_name]),
        _HEADINGS,
        ("In the order of names. Low, median and high are projected; the rest is published.",),
        view.source,
        searchable=True,
    )


def _row(course: Course) -> dict[str, object]:
    low, middle, high = (float(course.quantile(level)[-1]) for level in (0.05, 0.5, 0.95))
    return {
        "la_code": course.code,
        "area": course.area,
        "stock": round(course.latest),
        "rate": _rate(course.latest, course),
        "low": round(low),
        "median": round(middle),
        "high": round(high),
        "median_rate": _rate(middle, course),
        "basis": "projected",
    }


def _rate(count: float, course: Course) -> object:
    rate = count * course.per_10000
    return round(rate, 1) if np.isfinite(rate) else "not known"


def _neighbours_table(view: StageView) -> Table:
    known = {course.code: course for course in view.courses.authorities}
    rows = []
    for course in view.by_name:
        others = [known[code] for code in view.neighbours.get(course.code, ()) if code in known]
        if not others:
            continue
        rows.append(
            (
                course.code,
                course.area,
                _rate(course.latest, course),
                _among(others, lambda each: each.latest),
                _rate(float(course.quantile(0.5)[-1]), course),
                _among(others, lambda each: float(each.quantile(0.5)[-1])),
                ", ".join(sorted(each.area for each in others)),
            )
        )
    return _table(view, "neighbours", "each authority beside its statistical neighbours", rows, {
        "la_code": "Code", "area": "Area", "rate": "Now, for every 10,000",
        "neighbours_rate": "Its neighbours now (lowest, median, highest)",
        "median_rate": "Median at the end, for every 10,000",
        "neighbours_median_rate": "Its neighbours' medians at the end",
        "neighbours": "Neighbours that are projected",
    }, "projected")  # fmt: skip


def _among(others: Sequence[Course], count: Callable[[Course], float]) -> str:
    rates = np.array([count(each) * each.per_10000 for each in others])
    rates = rates[np.isfinite(rates)]
    if not len(rates):
        return "not known"
    return f"{rates.min():.1f}, {np.median(rates):.1f}, {rates.max():.1f}"


def _flows_table(view: StageView, flows: NationalCourses) -> Table:
    rows = [
        (course.code, course.area, *(round(12 * float(course.mean[part].mean())) for part in
                                     _years(len(course.mean))))
        for course in (*view.totals[flows.measure],
                       *sorted(flows.authorities, key=lambda each: (each.area, each.code)))
    ]  # fmt: skip
    number = len(_years(len(flows.months)))
    names = {"la_code": "Code", "area": "Area"} | {
        f"year_{place + 1}": f"Year {place + 1}" for place in range(number)
    }
    return _table(
        view, flows.measure, f"children who {_SOON[flows.measure]} in a year, on average", rows,
        names, "projected",
    )  # fmt: skip


def _years(months: int) -> list[slice]:
    """Whole years of a horizon; a horizon of less than one is one."""
    return [slice(at, at + 12) for at in range(0, max(months - 11, 1), 12)]
