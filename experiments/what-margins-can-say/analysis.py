"""What the counts alone leave open about every factor, one by one and pair by pair."""

from __future__ import annotations

import itertools

from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, frame
from riskmodel.published import factor_counts
from riskmodel.report.wording import label_of

from .surface import ODDS_RATIO_SURFACE

__all__ = ["MARGIN_BOUNDS", "ODDS_RATIO_SURFACE", "label_of"]

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
                    Result.within(
                        f"difference/{place}/{row['factor']}",
                        (row["crude"], row["low"], row["high"]),
                        "percentage points",
                        "assumed",
                        1.0,
                        method,
                        scale=100,
                    )
                    for row in group.to_dict("records")
                ]
    numbers = sorted({int(number) for number in tables["pairs"]["assessments"]})
    results.append(Result("assessments/least", numbers[0], "assessments", "assumed"))
    results.append(Result("assessments/most", numbers[-1], "assessments", "assumed"))
    return Summary(tuple(results))


def identified(summary: Summary, kind: str, number: str, phi: str) -> str:
    """How many signs are identified at a point, of how many asked for."""
    place = f"{kind}/{number}/{phi}"
    signs = sum(int(summary[f"{place}/{sign}"].value) for sign in _SIGNS[:2])
    return f"{signs} of {summary[f'{place}/asked'].text()}"


MARGIN_BOUNDS = Analysis(
    "margin-bounds",
    "For how many factors the counts alone say in which direction the association points",
    measure,
    summarise,
    {
        "assessments": Option(2250, "assessments in the year", least=1069),
        "factors": Option(10, "how many of the printed rows are asked about", quick=3, least=2),
        "phi": Option((), "least and greatest phi of each pair within an outcome; empty for any"),
    },
)
