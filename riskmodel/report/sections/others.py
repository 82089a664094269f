"""Compared with others: own rates beside neighbours, groups and England, and what is chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import pd
from riskmodel.report.model import Block, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import pictured
from riskmodel.report.wording import join_words, percent

if TYPE_CHECKING:
    from riskmodel.authority.others import OthersComparison

__all__ = ["others_point", "others_section"]

_WITHIN = "within chance"
_COLUMNS = {
    "label": "Measure",
    "unit": "Unit",
    "comparator": "Beside",
    "authorities": "Authorities",
    "year": "Year to March",
    "rate": "Own",
    "comparator_rate": "Theirs",
    "low": "Chance alone, from",
    "high": "to",
    "where": "Own is",
    "years": "Years in a row",
}


def others_section(others: OthersComparison, *, title: str, source: str) -> Section:
    """The latest year of every measure, what differs beyond chance, and plans by year.

    Parameters
    ----------
    others
        The comparison.
    title
        Heading of the section.
    source
        Name of the panel.
    """
    blocks: list[Block] = [
        Paragraph(others.summary()),
        *(Paragraph(words) for words in _differing(others)),
        pictured(
            others,
            "others_plans",
            "Marks: own rate by year. Band: where chance alone would hold the rate of an authority "
            "like the others.",
            _table(
                "others_plans",
                "Own rate and theirs by year",
                others.course(_first(others)),
                source=source,
            ),
        ),
        _table(
            "others_latest",
            "Own rates and theirs in the latest year",
            others.latest,
            (
                f"Chance puts {percent(1 - others.level, 0)} of authorities that are alike outside "
                f"the range. Children are taken to come in families of {others.together:g}.",
            ),
            source,
        ),
    ]
    if others.missing:
        blocks.append(Paragraph(f"Not in the panel: {join_words(others.missing)}."))
    return Section("comparison", title, tuple(blocks))


def others_point(others: OthersComparison) -> Point:
    """Plans beside the first others, for the summary."""
    return Point(f"{others.summary()} Basis: {others.frame['basis'].iloc[0]}.", "comparison")


def _first(others: OthersComparison) -> str:
    return str(others.frame["measure"].iloc[0])


def _differing(others: OthersComparison) -> list[str]:
    """What is higher or lower than the first others beyond chance, a sentence each."""
    latest = others.latest
    first = latest[latest["comparator"] == latest["comparator"].iloc[0]]
    return [
        f"{row['label']}: {row['rate']:.1f} {row['unit']} beside {row['comparator_rate']:.1f}, "
        f"{row['verdict']}."
        for row in first.to_dict("records")
        if row["where"] != _WITHIN
    ]


def _table(
    name: str, title: str, frame: pd.DataFrame, notes: tuple[str, ...] = (), source: str = ""
) -> Table:
    rates = ("rate", "comparator_rate", "low", "high")
    shown = frame[list(_COLUMNS)].assign(**{rate: frame[rate].round(1) for rate in rates})
    return Table(name, title, shown, _COLUMNS, notes, source, frame["basis"].iloc[0])
