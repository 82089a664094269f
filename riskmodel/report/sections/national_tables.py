"""Tables of the authorities of a national run, in the order of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.demand.national import Course, NationalCourses
from riskmodel.report.model import Table
from riskmodel.report.sections.national_view import NATIONAL_LABELS
from riskmodel.report.wording import month_words

Floats = npt.NDArray[np.float64]

__all__ = ["HEADINGS", "areas_table", "authorities_table", "flows_table", "neighbours_table"]

_SOON = {"starts": "start", "ends": "end"}

HEADINGS = {
    "la_code": "Code",
    "area": "Area",
    "month": "Month",
    "stock": "At the opening",
    "rate": "For every 10,000 children",
    "low": "Low end of the 90% range",
    "median": "Median",
    "high": "High end of the 90% range",
    "median_rate": "Median, for every 10,000",
}
"""What the columns of a table by area are called."""


def areas_table(
    courses: NationalCourses,
    source: str,
    name: str,
    title: str,
    rows: Sequence[tuple[object, ...]],
    headings: Mapping[str, str],
    basis: str,
) -> Table:
    """A table of a row an area, its places named by the stage."""
    return Table(
        f"{courses.stage}_{name}_table",
        f"{NATIONAL_LABELS[courses.stage]}: {title}",
        pd.DataFrame(rows, columns=list(headings)),
        headings,
        basis=basis,
        source=source,
    )


def authorities_table(courses: NationalCourses, source: str) -> Table:
    """Each authority now and at the end of the projection."""
    last = month_words(courses.months[-1])
    return Table(
        f"{courses.stage}_table",
        f"{NATIONAL_LABELS[courses.stage]}: each authority now and at the end of {last}",
        pd.DataFrame([_row(course) for course in courses.by_name]),
        HEADINGS,
        ("In the order of names. Low, median and high are projected; the rest is published.",),
        source,
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


def neighbours_table(
    courses: NationalCourses, neighbours: Mapping[str, tuple[str, ...]], source: str
) -> Table:
    """Each authority beside its statistical neighbours."""
    known = {course.code: course for course in courses.authorities}
    rows = []
    for course in courses.by_name:
        others = [known[code] for code in neighbours.get(course.code, ()) if code in known]
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
    names = {
        "la_code": "Code",
        "area": "Area",
        "rate": "Now, for every 10,000",
        "neighbours_rate": "Its neighbours now (lowest, median, highest)",
        "median_rate": "Median at the end, for every 10,000",
        "neighbours_median_rate": "Its neighbours' medians at the end",
        "neighbours": "Neighbours that are projected",
    }
    title = "each authority beside its statistical neighbours"
    return areas_table(courses, source, "neighbours", title, rows, names, "projected")


def _among(others: Sequence[Course], count: Callable[[Course], float]) -> str:
    rates = np.array([count(each) * each.per_10000 for each in others])
    rates = rates[np.isfinite(rates)]
    if not len(rates):
        return "not known"
    return f"{rates.min():.1f}, {np.median(rates):.1f}, {rates.max():.1f}"


def flows_table(flows: NationalCourses, totals: Sequence[Course], source: str) -> Table:
    """Starts or ends of each authority in each year ahead, on average."""
    rows = [
        (course.code, course.area, *(round(12 * float(course.mean[part].mean())) for part in
                                     years_of(len(course.mean))))
        for course in (*totals, *flows.by_name)
    ]  # fmt: skip
    number = len(years_of(len(flows.months)))
    names = {"la_code": "Code", "area": "Area"} | {
        f"year_{place + 1}": f"Year {place + 1}" for place in range(number)
    }
    title = f"children who {_SOON[flows.measure]} in a year, on average"
    return areas_table(flows, source, flows.measure, title, rows, names, "projected")


def years_of(months: int) -> list[slice]:
    """Whole years of a horizon; a horizon of less than one is one."""
    return [slice(at, at + 12) for at in range(0, max(months - 11, 1), 12)]
