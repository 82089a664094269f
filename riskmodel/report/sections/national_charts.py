"""Charts of a national run: totals, every authority on one scale, rates against size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import FactorCounts
from riskmodel.core.lazy import pd
from riskmodel.core.months import Month
from riskmodel.demand.national import Course, NationalCourses, NationalRun
from riskmodel.factors.comparison import funnel as funnel_of
from riskmodel.report.charts.outlook import calendar_of
from riskmodel.report.model import Chart, Table
from riskmodel.report.sections.building import chart_of
from riskmodel.report.sections.national_tables import HEADINGS, areas_table
from riskmodel.report.sections.national_view import NATIONAL_LABELS, totals_words
from riskmodel.report.wording import count_of

if TYPE_CHECKING:
    from riskmodel.report.charts.fan import Fan
    from riskmodel.report.charts.national import SmallFan

Floats = npt.NDArray[np.float64]

__all__ = ["funnel_chart", "rates_against_size", "small_multiples", "totals_chart"]


def _times(courses: NationalCourses) -> Floats:
    months = (courses.opening_month, *courses.months)
    return np.array([calendar_of(month) for month in months])


def _from_opening(course: Course, level: float) -> Floats:
    return np.concatenate([[course.latest], course.quantile(level)])


def totals_chart(run: NationalRun, stage: str) -> Chart:
    """All authorities together, and England where it can be said, with their history."""
    from riskmodel.report.charts.fan import FAN, Fan, draw_fans

    levels = sorted({level for low, high, *_ in FAN for level in (low, high)} | {0.5})
    courses, history = run.of(stage), run.history(stage)
    source, label = run.panel.source, NATIONAL_LABELS[stage]
    times = _times(courses)
    fans: list[Fan] = [
        Fan(
            course.area,
            [(year + 0.25, stock, 0.0) for year, stock in history.get(course.code, ())],
            times,
            {level: _from_opening(course, level) for level in levels},
            {},
        )
        for course in run.totals(stage)
    ]
    drawing = draw_fans(f"{stage}_total", fans)
    data = _by_year(courses, run.totals(stage))
    return chart_of(
        f"{stage}_total",
        f"{label}: all authorities together",
        totals_words(run, stage),
        "Points are published figures at 31 March; bands hold 50, 80 and 95% of the simulations.",
        drawing,
        Table(
            f"{stage}_total_by_year",
            f"{label}: the totals at the end of each March and of the last month",
            data,
            HEADINGS,
            basis="projected",
            source=source,
        ),
    )


def _by_year(courses: NationalCourses, shown: Sequence[Course]) -> pd.DataFrame:
    places = [
        place
        for place, month in enumerate(courses.months)
        if Month(month).is_march or place == len(courses.months) - 1
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


def small_multiples(run: NationalRun, stage: str) -> Chart:
    """Every authority on one scale, as rates where there is a population."""
    from riskmodel.report.charts.national import BANDS, SmallFan, draw_small_fans, scale_of

    levels = [level for low, high, _ in BANDS for level in (low, high)] + [0.5]
    courses, history = run.of(stage), run.history(stage)
    source, label = run.panel.source, NATIONAL_LABELS[stage]
    times = _times(courses)
    every_half_year = np.arange(0, len(times), 6)
    if every_half_year[-1] != len(times) - 1:
        every_half_year = np.append(every_half_year, len(times) - 1)
    known = [course for course in courses.by_name if course.population > 0]
    is_rate = bool(known)
    shown = known or list(courses.by_name)

    def scaled(course: Course) -> float:
        return course.per_10000 if is_rate else 1.0

    fans: list[SmallFan] = [
        SmallFan(
            course.area,
            [(year + 0.25, stock * scaled(course)) for year, stock in history.get(course.code, ())],
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
    without = [course.area for course in courses.by_name if course not in shown]
    caption = (
        f"{'Rates for every 10,000 children' if is_rate else 'Counts'}, on one scale from 0 to "
        f"{top:g}, each authority in the order of its name. Grey: published. Blue: the "
        "central projection, with bands that hold 50 and 90% of the simulations. Each rate is of "
        "the latest number of children known."
        + (f" Cut off at the top: {', '.join(beyond)}." if beyond else "")
        + (f" Without a number of children: {', '.join(without)}." if without else "")
    )
    drawing = draw_small_fans(f"{stage}_authorities", fans)
    return chart_of(
        f"{stage}_authorities",
        f"{label}: each authority",
        f"{count_of(len(fans), 'small chart')}, one an authority in the order of names, all on one "
        f"scale from 0 to {top:g}. The numbers are in the table of authorities.",
        caption,
        drawing,
        Table(
            f"{stage}_by_year",
            f"{label}: each authority at the end of each March and of the last month",
            _by_year(courses, courses.by_name),
            HEADINGS,
            basis="projected",
            source=source,
        ),
    )


def rates_against_size(courses: NationalCourses) -> pd.DataFrame | None:
    """Rates at the opening about a common one, by number of children; None where too few are known.

    Rows as :func:`riskmodel.factors.comparison.funnel` gives them, with codes as factors.
    """
    known = [each for each in courses.authorities if each.population >= max(each.latest, 1)]
    if len(known) < 3 or not any(each.latest for each in known):
        return None
    stock = np.array([round(each.latest) for each in known])
    return funnel_of(
        FactorCounts(
            tuple(each.code for each in known),
            np.array([round(each.population) for each in known]),
            stock,
            int(stock.sum()),
            basis="published",
        )
    )


def funnel_chart(courses: NationalCourses, funnel: pd.DataFrame, source: str) -> Chart:
    """Rates against size, with what chance alone would do."""
    from riskmodel.report.charts.national import RateFunnel, draw_rate_funnel

    areas = {course.code: course.area for course in courses.authorities}
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
    drawing = draw_rate_funnel(f"{courses.stage}_funnel", RateFunnel(points, target, dispersion))
    named = sorted(name for name, _, _, beyond in points if beyond)
    return chart_of(
        f"{courses.stage}_funnel",
        f"{NATIONAL_LABELS[courses.stage]}: rates against size",
        f"{count_of(len(points), 'authority', 'authorities')} about a common rate of "
        f"{1e4 * target:.1f} for every 10,000 children. Beyond the 99.8% limits: "
        f"{', '.join(named) or 'none'}.",
        f"Published figures at 31 March {Month(courses.opening_month).year}. "
        "Solid lines: 95% limits, "
        f"dashed: 99.8%, about the rate of all together, {1e4 * target:.1f}, and widened "
        f"{dispersion:.1f} times in variance for how far authorities lie apart in any case "
        "(Spiegelhalter 2005). A point beyond a limit asks for a look, and is no verdict.",
        drawing,
        areas_table(courses, source, "funnel", "rates against size", rows, {
            "la_code": "Code", "area": "Area", "rate": "For every 10,000 children",
            "low": "99.8% limit, low", "high": "99.8% limit, high", "where": "Where",
        }, "published"),
    )  # fmt: skip
