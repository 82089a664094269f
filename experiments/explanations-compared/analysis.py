"""The explanations side by side: what each can and cannot account for of the growth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from riskmodel.errors import DataError
from riskmodel.experiments import Analysis, Picture, Point, Result, Summary, Tables, frame

_GROWTH_PERIOD = "March 2011 to mid 2015"


class Explanation(NamedTuple):
    """One row: where its numbers come from, and in words what they do and do not say."""

    experiment: str
    step: str
    words: str
    paragraph: str
    period: str
    can: str
    cannot: str
    is_identified: bool = True
    """Whether the figures give any share."""


EXPLANATIONS = (
    Explanation(
        "explanation-deprivation",
        "deprivation",
        "Greater deprivation and need",
        "47",
        "March 2011 to March 2015",
        "not identified; the growth in the number of children is a small part",
        "whether deprivation grew: it is printed at one date",
        is_identified=False,
    ),
    Explanation(
        "explanation-thresholds",
        "threshold_audit",
        "Lower thresholds",
        "48, 50",
        _GROWTH_PERIOD,
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
        _GROWTH_PERIOD,
        "amplification of a push that something else gave",
        "the beginning of the growth; no figure gives its size, the upper end is assumed",
    ),
    Explanation(
        "explanation-sensitivity",
        "child_protection_funnel",
        "More of the referrals lead to a plan",
        "50",
        "March 2011 to March 2015",
        "where in the process the growth arose, adding up",
        "why: sensitivity, riskier referrals and recording look alike",
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
        found = (share.low, share.high, share.level) if one.is_identified else (None, None, None)
        result = (*found, share.basis, share.method if one.is_identified else "")
        rows.append((one.words, one.paragraph, one.period, *result, one.can, one.cannot))
    columns = (
        "explanation",
        "paragraph",
        "growth",
        "low",
        "high",
        "level",
        "basis",
        "method",
        "can_account_for",
        "cannot_say",
    )
    table = frame(columns, rows)
    for column in ("low", "high", "level"):
        table[column] = table[column].astype(float)
    return {"explanations": table}


def summarise(tables: Tables) -> Summary:
    """The shares, and what their upper ends add up to."""
    table = tables["explanations"]
    results = [
        Result(
            f"share/{one.step.replace('_', '-')}",
            "range" if one.is_identified else "not identified",
            "percent of the growth",
            row["basis"],
            _known(row["low"]),
            _known(row["high"]),
            _known(row["level"]),
            row["method"],
        )
        for one, row in zip(EXPLANATIONS, table.to_dict("records"), strict=True)
    ]
    results += [
        Result("explanations", len(table), "explanations", "published"),
        Result("sum_of_upper_ends", float(table["high"].sum()), "percent of the growth", "assumed"),
        Result("can_be_nothing", int((table["low"] <= 0).sum()), "explanations", "assumed"),
    ]
    return Summary(tuple(results))


def _known(value: float) -> float | None:
    return None if value != value else float(value)  # NaN: there is no interval


def printed_share(row: Explanation, share: Result) -> str:
    """The range, or that there is none."""
    return share.range() if row.is_identified else share.text()


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Each explanation's range on one scale."""
    from riskmodel.report.charts import draw_ranges

    identified = tables["explanations"].dropna(subset=["low"])
    rows = [
        (row["explanation"], None, row["low"], row["high"]) for row in identified.to_dict("records")
    ]
    across = "Percent of the growth (not to be added)"
    return {"explanations": draw_ranges("explanations", rows, across=across)}


EXPLANATIONS_COMPARED = Analysis(
    "explanations-compared",
    "What each explanation can and cannot account for of the growth",
    measure,
    summarise,
    figures=figures,
)
