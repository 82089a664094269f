"""What the counts alone leave open about every factor, one by one and pair by pair."""

from __future__ import annotations

import itertools

from riskmodel.published import factor_counts
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import frame

__all__ = ["ANALYSIS"]

_SIGNS = ("positive", "negative", "sign not identified")


def measure(point: Point) -> Tables:
    """Bounds of each factor given all others, and the signs of all pairs."""
    from riskmodel.authority.margins import factor_bounds

    names = factor_counts().factors[: point.settings["factors"]]
    number, limits = point.settings["assessments"], point.settings["phi"]
    phi = (limits[0], limits[1]) if limits else None
    each, pairs = [], []
    for name in names:
        found = factor_bounds(name, assessments=number, phi=phi)
        difference, only = found.risk_difference, found.only_plans
        matched = found.mantel_haenszel_difference.sign
        ends = (difference.crude, difference.low, difference.high)
        each.append((name, *ends, difference.sign, matched, only.low, only.high, difference.basis))
    for one, other in itertools.permutations(names, 2):
        sign = factor_bounds(one, given=[other], assessments=number, phi=phi).risk_difference.sign
        pairs.append((one, other, sign))
    columns = (
        "factor",
        "crude",
        "low",
        "high",
        "sign",
        "sign_mantel_haenszel",
        "only_plans_low",
        "only_plans_high",
        "basis",
    )
    return {
        "all_others": frame(columns, each),
        "pairs": frame(("factor", "other", "sign"), pairs),
    }


def summarise(tables: Tables) -> Summary:
    """How many signs are identified at each point, and the bounds of each factor."""
    results = []
    for kind, table in tables.items():
        for (number, limits), group in table.groupby(["assessments", "phi"], sort=False):
            phi = str(limits)
            place = f"{number}/{phi.replace(' ', '-') if phi else 'any'}"
            for sign in _SIGNS:
                name = f"{kind}/{place}/{sign.replace(' ', '-')}"
                unit = "pairs of factors" if kind == "pairs" else "factors"
                results.append(Result(name, int((group["sign"] == sign).sum()), unit, "assumed"))
            results.append(
                Result(
                    f"{kind}/{place}/asked",
                    len(group),
                    "pairs of factors" if kind == "pairs" else "factors",
                    "assumed",
                )
            )
            if kind == "all_others":
                method = "bounds over every table with these counts"
                results += [
                    Result(
                        f"difference/{place}/{row['factor']}",
                        100 * row["crude"],
                        "percentage points",
                        "assumed",
                        100 * row["low"],
                        100 * row["high"],
                        1.0,
                        method,
                    )
                    for row in group.to_dict("records")
                ]
    numbers = sorted({int(number) for number in tables["pairs"]["assessments"]})
    results.append(Result("assessments/least", numbers[0], "assessments", "assumed"))
    results.append(Result("assessments/most", numbers[-1], "assessments", "assumed"))
    return Summary(tuple(results))


def answer(summary: Summary) -> str:
    """How often the sign is identified, with and without an assumption on co-occurrence."""
    lines = [
        "With the counts alone, a factor's association with a plan, allowing for other factors, "
        "has an identified direction for:",
        "",
        "| Assessments | Co-occurrence assumed (phi of pairs) | Pairs of factors: direction "
        "identified | Factors given all others: direction identified |",
        "|---|---|---|---|",
    ]
    for one in summary.starting("pairs/"):
        if one.name.endswith("/asked"):
            _, number, phi, _ = one.name.split("/")
            cells = []
            for kind in ("pairs", "all_others"):
                place = f"{kind}/{number}/{phi}"
                known = sum(int(summary[f"{place}/{sign}"].value) for sign in _SIGNS[:2])
                cells.append(f"{known} of {summary[f'{place}/asked'].text()}")
            words = "none" if phi == "any" else phi.replace("-", " ")
            lines.append(f"| {int(number):,} | {words} | {cells[0]} | {cells[1]} |")
    lines += [
        "",
        "Where it is not identified, tables with exactly the printed counts exist in which the "
        "association points one way, and others in which it points the other way. What settles "
        "most pairs is the assumption on co-occurrence, not the data.",
    ]
    return "\n".join(lines)


ANALYSIS = Analysis(
    "margin-bounds",
    "For how many factors the counts alone say in which direction the association points",
    measure,
    summarise,
    answer,
    (
        "The ten printed rows of para 16. The number of assessments is assumed, and where stated "
        "how far factors occur together.",
        "Bounds are the smallest and the largest value over every table with these counts: no "
        "chance, no model.",
    ),
    ("Which factors were recorded together, and so any adjusted association.",),
    {
        "assessments": Option(2250, "assessments in the year", least=1069),
        "factors": Option(10, "how many of the printed rows are asked about", quick=3, least=2),
        "phi": Option((), "least and greatest phi of each pair within an outcome; empty for any"),
    },
)
