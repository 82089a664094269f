"""The published caseloads rebuilt, and the workers that they imply."""

from __future__ import annotations

from typing import Any

from riskmodel.caseload import PublishedCaseloads, published_caseloads
from riskmodel.report.model import Paragraph, Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import join_words

__all__ = ["published_blocks"]


def published_blocks() -> tuple[Paragraph, Table]:
    """What is printed of caseloads, in words and rebuilt."""
    published = published_caseloads()
    return Paragraph(_published_words(published)), _published_table(published)


def _published_words(published: PublishedCaseloads) -> str:
    areas = published.areas
    workers = published.workers
    return (
        "The family support teams of "
        f"{join_words(area.area.capitalize() for area in areas)} held "
        f"{join_words(f'{area.cases:,}' for area in areas)} cases (para 23); their statuses add "
        f"up to {join_words(f'{area.sum_of_statuses:,}' for area in areas)}. Average caseloads "
        f"of {join_words(str(area.mean_caseload.reading) for area in areas)} are "
        "printed, each standing for every number that rounds to it; so there were "
        f"{join_words(_between(area.workers) for area in areas)} workers, "
        f"{_between(workers)} in all, and "
        f"{float(published.mean_caseload.low):.1f} to {float(published.mean_caseload.high):.1f} "
        f"cases each, where {published.mean.reading} is printed. {published.unallocated} child in "
        f"need cases had no worker. At {published.ambition.reading} cases each, the ambition of "
        f"para 23, the same {published.cases:,} cases take "
        f"{float(published.workers_at(int(published.ambition.interval.high))):.1f} workers who "
        "hold cases. Basis: published."
    )


def _between(interval: Any) -> str:
    return f"{float(interval.low):.1f} to {float(interval.high):.1f}"


def _published_table(published: PublishedCaseloads) -> Table:
    rows = [
        {
            "area": str(row["area"]).capitalize(),
            "cases_printed": _printed(row["cases_printed"]),
            "cases_rebuilt": int(row["cases_rebuilt"]),
            "teams": int(row["teams"]),
            "team_caseload_printed": _printed(row["team_caseload_printed"]),
            "team_caseload_rebuilt": round(float(row["team_caseload_rebuilt"]), 1),
            "mean_caseload_printed": _printed(row["mean_caseload_printed"]),
            "workers_low": round(float(row["workers_low"]), 1),
            "workers_high": round(float(row["workers_high"]), 1),
        }
        for row in published.to_frame().to_dict("records")
    ]
    return table_of(
        "caseload_published",
        "Published caseloads rebuilt, and the workers that they imply",
        rows,
        {
            "area": "Area",
            "cases_printed": "Cases, printed",
            "cases_rebuilt": "Sum of the statuses",
            "teams": "Teams",
            "team_caseload_printed": "Cases a team, printed",
            "team_caseload_rebuilt": "Cases over teams",
            "mean_caseload_printed": "Average caseload, printed",
            "workers_low": "Workers, at least",
            "workers_high": "Workers, at most",
        },
        ("not stated: the report card prints no such figure for all areas together.",),
        "Increase in Child Protection Cases: Report Card, paras 22-24",
        "published",
    )


def _printed(value: Any) -> int | str:
    return "not stated" if value is None or value != value else int(value)
