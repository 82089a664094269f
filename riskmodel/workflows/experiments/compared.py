"""The explanations side by side: what each can and cannot account for of the growth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from riskmodel.errors import DataError
from riskmodel.runs import Analysis, Point, Result, Summary
from riskmodel.runs.analysis import Picture, Tables
from riskmodel.workflows.experiments._common import GROWTH_PERIOD, frame

__all__ = ["ANALYSIS", "EXPLANATIONS"]


class Explanation(NamedTuple):
    """One row: where its numbers come from, and in words what they do and do not say."""

    experiment: str
    step: str
    words: str
    paragraph: str
    period: str
    can: str
    cannot: str
    is_range: bool = True
    """Whether only the range is meant, and no value within it."""


EXPLANATIONS = (
    Explanation(
        "explanation-deprivation",
        "deprivation",
        "Greater deprivation and need",
        "47",
        "March 2011 to March 2015",
        "the growth in the number of children",
        "whether deprivation grew: it is printed at one date",
        False,
    ),
    Explanation(
        "explanation-thresholds",
        "threshold_audit",
        "Lower thresholds",
        "48, 50",
        GROWTH_PERIOD,
        "from a small part to most of it: so few cases do not say more",
        "when the threshold moved; whether the cases were a random sample",
    ),
    Explanation(
        "explanation-child-in-need",
        "leap_frogging",
        "Leap-frogging of child in need plans",
        "49",
        "July 2013 to July 2015",
        "at most this: all known to early intervention, none of them before",
        "how many there were before, and so any part of the growth",
    ),
    Explanation(
        "explanation-child-in-need",
        "vicious_circle",
        "The vicious circle",
        "49",
        GROWTH_PERIOD,
        "amplification of a push that something else gave",
        "the beginning of the growth; its elasticity is not published",
    ),
    Explanation(
        "explanation-sensitivity",
        "child_protection_funnel",
        "More of the referrals lead to a plan",
        "50",
        "March 2011 to March 2015",
        "where in the process the growth arose, adding up",
        "why: sensitivity, riskier referrals and recording look alike",
        False,
    ),
    Explanation(
        "explanation-older-girls",
        "older_girls",
        "Older girls",
        "7, 51",
        "2011 to 2015",
        "who the growth is, within wide bounds",
        "girls over ten are in no table; who is not why",
    ),
)


def measure(point: Point) -> Tables:
    """Each explanation's share of the growth, from its own experiment's results."""
    rows = []
    for one in EXPLANATIONS:
        if one.experiment not in point.summaries:
            raise DataError(
                f"the comparison needs the results of {one.experiment}: name it under "
                "inputs.results_of"
            )
        share = point.summaries[one.experiment].of_step(one.step)["share_of_growth"]
        result = (share.value, share.low, share.high, share.level, share.basis, share.method)
        rows.append(
            (one.words, one.paragraph, one.period, *result, one.is_range, one.can, one.cannot)
        )
    columns = (
        "explanation",
        "paragraph",
        "growth",
        "share",
        "low",
        "high",
        "level",
        "basis",
        "method",
        "is_range",
        "can_account_for",
        "cannot_say",
    )
    table = frame(columns, rows)
    for column in ("share", "low", "high", "level"):
        table[column] = table[column].astype(float)
    return {"explanations": table}


def summarise(tables: Tables) -> Summary:
    """The shares, and what their upper ends add up to."""
    table = tables["explanations"]
    results = [
        Result(
            f"share/{one.step.replace('_', '-')}",
            row["share"],
            "percent of the growth",
            row["basis"],
            _known(row["low"]),
            _known(row["high"]),
            _known(row["level"]),
            row["method"],
        )
        for one, row in zip(EXPLANATIONS, table.to_dict("records"), strict=True)
    ]
    upper = table["high"].fillna(table["share"])
    results += [
        Result("explanations", len(table), "explanations", "published"),
        Result("sum_of_upper_ends", float(upper.sum()), "percent of the growth", "assumed"),
        Result("can_be_nothing", int((table["low"] <= 0).sum()), "explanations", "assumed"),
    ]
    return Summary(tuple(results))


def _known(value: float) -> float | None:
    return None if value != value else float(value)  # NaN: there is no interval


def answer(summary: Summary) -> str:
    """The closing table."""
    lines = [
        "| Explanation | Para | Share of the growth, percent | Growth over | Basis | "
        "It can account for | It cannot say |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in EXPLANATIONS:
        share = summary[f"share/{one.step.replace('_', '-')}"]
        number = share.range() if one.is_range else share.text()
        if not one.is_range and share.low is not None:
            number = share.both()
        lines.append(
            f"| {one.words} | {one.paragraph} | {number} | {one.period} | {share.basis} | "
            f"{one.can} | {one.cannot} |"
        )
    lines += [
        "",
        "**The shares must not be added.** They overlap (a lower threshold is one way in which "
        "more referrals lead to a plan, and older girls may be among them), they answer over "
        "different years, and their upper ends come to "
        f"{summary['sum_of_upper_ends'].text()} percent. {summary['can_be_nothing'].text()} of the "
        f"{summary['explanations'].text()} are consistent with carrying nothing.",
        "",
        "What is observed is where the growth arose: between referral and plan for "
        f"{summary['share/child-protection-funnel'].text()} percent of it, and the number of "
        f"children for {summary['share/deprivation'].text()}. Which of the other explanations lies "
        "behind that the printed figures do not decide.",
    ]
    return "\n".join(lines)


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Each explanation's range on one scale."""
    from riskmodel.report.charts import draw_ranges

    rows = [
        (
            row["explanation"],
            row["share"],
            *(row["share"] if row[end] != row[end] else row[end] for end in ("low", "high")),
        )
        for row in tables["explanations"].to_dict("records")
    ]
    across = "Percent of the growth (not to be added)"
    return {"explanations": draw_ranges("explanations", rows, across=across)}


ANALYSIS = Analysis(
    "explanations-compared",
    "What each explanation can and cannot account for of the growth",
    measure,
    summarise,
    answer,
    ("The results of the explanations' own experiments, each on the basis that it states.",),
    (
        "Which explanation is right, or how they divide the growth between them.",
        "What else may lie behind the growth: only what the report names is here.",
    ),
    figures=figures,
)
