"""From referral to plan: how many at each step by year, and how many go on to the next."""

from __future__ import annotations

from typing import Any

from riskmodel.core.lazy import pd
from riskmodel.demand.chain import LINKS
from riskmodel.report.model import Block, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import join_words

__all__ = ["chain_point", "chain_section"]

Rows = list[dict[Any, Any]]


def chain_section(frame: pd.DataFrame, *, title: str, source: str) -> Section:
    """Counts and ratios at each link by year.

    Parameters
    ----------
    frame
        As :attr:`riskmodel.authority.folder.authority.Authority.chain` gives it.
    title
        Heading of the section.
    source
        Name of the panel.
    """
    blocks: list[Block] = [
        Paragraph(_latest_words(frame)),
        _table(frame, source),
        Paragraph(
            "The counts are of one year, not of the same children: a child who is referred in "
            f"March may start a plan in April. Basis: {frame['basis'].iloc[0]}."
        ),
    ]
    return Section("chain", title, tuple(blocks))


def chain_point(frame: pd.DataFrame) -> Point:
    """The latest year in a sentence, for the summary."""
    return Point(_latest_words(frame), "chain")


def _of_year(frame: pd.DataFrame, year: int) -> Rows:
    return frame[frame["year"] == year].to_dict("records")


def _latest_words(frame: pd.DataFrame) -> str:
    rows = _of_year(frame, int(frame["year"].max()))
    steps = []
    for row in rows:
        step = f"{row['count']:,.0f} {_of(row['link'])}"
        if row["ratio"] == row["ratio"]:
            value, low, high = (100 * row[name] for name in ("ratio", "low", "high"))
            step += (
                f" ({value:.0f} for each 100 {_of(row['for_each'])}; 95% range {low:.0f} to "
                f"{high:.0f})"
            )
        steps.append(step)
    return f"In the year to March {rows[0]['year']} there were {join_words(steps)}."


def _of(link: str) -> str:
    label = LINKS.get(link, link)
    return label[:1].lower() + label[1:]


def _table(frame: pd.DataFrame, source: str) -> Table:

    rows = [
        {
            "year": f"{int(row['year']) - 1}/{int(row['year']) % 100:02d}",
            "link": LINKS.get(row["link"], row["link"]),
            "count": int(row["count"]),
            **{name: _for_100(row[name]) for name in ("ratio", "low", "high")},
            "plans_since_first": "none"
            if row["plans_since_first"] != row["plans_since_first"]
            else round(row["plans_since_first"]),
        }
        for row in frame.to_dict("records")
    ]
    return table_of(
        "chain_years",
        "Each step from referral to plan by year",
        rows,
        {
            "year": "Year",
            "link": "Step",
            "count": "Number",
            "ratio": "For each 100 of the step before",
            "low": "95% range from",
            "high": "to",
            "plans_since_first": "Plans started since the first year because of this step",
        },
        ("none: there is no step before, or no earlier year to compare with.",),
        source,
        frame["basis"].iloc[0],
        folded=len(rows) > 24,
    )


def _for_100(value: float) -> str:
    return f"{100 * value:.1f}" if value == value else "none"
