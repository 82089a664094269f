"""The page for two minutes: five numbers, each with its interval, its basis, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.authority.results import ServiceResults
from riskmodel.caseload import published_caseloads
from riskmodel.core.labels import STAGE_LABELS
from riskmodel.report.model import Paragraph, Section, Table
from riskmodel.report.sections.projected import plan_ends, settings_of, stock_quantiles
from riskmodel.report.sections.scenario_tables import scenario_label, signed
from riskmodel.report.wording import month_words, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["brief_section"]

_TITLES = {
    "outlook": "What may come",
    "caseload": "Caseloads and posts",
    "scenarios": "Scenarios side by side",
}


def brief_section(results: ServiceResults, worth: pd.DataFrame) -> Section:
    """Five numbers for a director.

    Parameters
    ----------
    results
        Demand, caseloads and scenarios.
    worth
        As :func:`riskmodel.demand.pooled.measured.measured_backtest` gives it.
    """
    return Section(
        "brief",
        "Five numbers in two minutes",
        (
            _table(results),
            Paragraph(_trust(worth)),
            Paragraph(
                "A projection says what would follow if nothing is decided anew. An interval of "
                "90% means that one time in ten it lies outside. None of these numbers says "
                "anything of a single child, and an association is not a cause."
            ),
        ),
    )


def _table(results: ServiceResults) -> Table:
    import pandas as pd

    rows = _rows(results)
    outlook = results.outlook
    return Table(
        "brief_numbers",
        "The numbers, beside what was last printed",
        pd.DataFrame(rows, columns=["number", "projected", "published", "more"]),
        {
            "number": "Number",
            "projected": "Projected, with 90% interval",
            "published": "Published",
            "more": "More in",
        },
        (
            "The middle of what is projected if nothing is decided anew; of posts, the number that "
            "meets the aim with its probability if candidates can be found.",
        ),
        f"Projected from the {outlook.source.label} and the published caseloads; "
        f"{settings_of(outlook)}",
        "projected",
        links={title: f"#{name}" for name, title in _TITLES.items()},
        link_column="more",
    )


def _rows(results: ServiceResults) -> list[tuple[str, str, str, str]]:
    posts, target = results.posts, results.posts.target
    outlook, scenarios = results.outlook, results.comparison
    figures = outlook.observations_frame()
    day = month_words(target.by, day=True)
    rows: list[tuple[str, str, str, str]] = []
    for stage in outlook.projection.stages[:2]:
        low, _, middle, _, high = stock_quantiles(outlook.projection, stage, target.by)
        now = _latest(figures, stage)
        rows.append(
            (
                f"{STAGE_LABELS[stage]} on {day}",
                f"{middle:,} ({low:,} to {high:,})",
                now,
                _TITLES["outlook"],
            )
        )
    low_load, load, high_load = plan_ends(results.plan, "caseload", target.by)
    rows.append(
        (
            f"Cases for each full-time worker on {day}",
            f"{load:.1f} ({low_load:.1f} to {high_load:.1f})",
            f"{published_caseloads().mean.reading} on average",
            _TITLES["caseload"],
        )
    )
    rows.append(
        (
            f"Posts for at most {target.cap:g} cases each by then (probability "
            f"{percent(target.probability, 0)})",
            f"{posts.posts:,} ({posts.low:,} to {posts.high:,})",
            f"about {posts.posts_now:.0f}, implied",
            _TITLES["caseload"],
        )
    )
    most = max(
        (scenarios.row(name, "caseload") for name in scenarios.others),
        key=lambda row: row["difference"],
    )
    rows.append(
        (
            "Cases for each worker that “"
            f"{scenario_label(most['scenario'])}” adds, the scenario that raises them most",
            "{} ({} to {})".format(
                *(
                    signed(most[name], "caseload", plus=False)
                    for name in ("difference", "low", "high")
                )
            ),
            "not a printed figure",
            _TITLES["scenarios"],
        )
    )
    return rows


def _latest(figures: pd.DataFrame, stage: str) -> str:
    """The last printed stock."""
    known = [
        row
        for row in figures.to_dict("records")
        if row["stage"] == stage and row["counted"] == "stock" and row["basis"] != "assumed"
    ]
    last = known[-1]
    return f"{(last['low'] + last['high']) / 2:,.0f} in {month_words(last['month'])}"


def _trust(worth: pd.DataFrame) -> str:
    rows = worth[(worth["model"] == "riskmodel") & (worth["measure"] == worth["measure"].iloc[0])]
    two = rows[rows["horizon_years"] == 2].to_dict("records")[0]
    word = "better" if two["skill_percent"] >= 0 else "worse"
    return (
        f"How far to trust it: two years ahead, such projections of children on a plan were "
        f"{abs(two['skill_percent']):.0f}% {word} than carrying the last number forward "
        f"(95% interval {two['skill_low']:.0f}% to {two['skill_high']:.0f}%), and their 90% "
        f"intervals held what happened {two['coverage_90_percent']:.0f} times in 100, in "
        f"{two['authorities']} other authorities. Basis: observed. More under How far to trust "
        "this."
    )
