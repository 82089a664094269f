"""The change in plans, from a panel, an authority's own months, or published tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from riskmodel.errors import DataError
from riskmodel.explanations.change import (
    CHAIN,
    ChangeParts,
    Link,
    SumPart,
    change_of_counts,
)
from riskmodel.explanations.products import log_mean
from riskmodel.panel_measures import MEASURES
from riskmodel.projection import month_words
from riskmodel.published import load_table
from riskmodel.published.area import published_area
from riskmodel.series import AuthorityPanel
from riskmodel.snapshots import MonthlySeries

__all__ = ["YEARS_BACK", "change_of_months", "change_of_panel", "published_change"]

YEARS_BACK = 2
"""Years over which a change is worked out by default, as in the brief."""

_STOCK, _STARTS = "cpp_at_31_mar", "cpp_starts"
_ASSESSMENTS = ("assessments_completed_continuous", "initial_assessments")
"""Measures of a panel that count assessments. The kind of assessment changed about 2014, so the two
are never compared with each other."""

_DURATION = f"{_STOCK}_duration_"


def change_of_panel(
    panel: AuthorityPanel,
    code: str,
    first: int | None = None,
    last: int | None = None,
    deprivation: Sequence[str] = (),
) -> ChangeParts:
    """Why plans of an authority rose or fell between two years.

    Parameters
    ----------
    panel
        With children on a plan at 31 March, and whatever it has of the earlier links.
    code
        Of the authority.
    first, last
        Years ending 31 March; None takes the last year with a figure, and :data:`YEARS_BACK` years
        before it or the earliest since then.
    deprivation
        Sentences on the level that deprivation would give; a panel has no deprivation.

    Raises
    ------
    UnknownNameError
        When the panel has no such authority.
    DataError
        When there are no two years with a figure, or not the ones asked for.
    """
    own = panel.authority(code)
    counts = {
        int(year): {name: float(own.figures[name][row]) for name in own.measures}
        for row, year in enumerate(own.years)
    }
    known = sorted(year for year, row in counts.items() if row.get(_STOCK, math.nan) >= 0)
    if len(known) < 2:
        raise DataError(
            f"has children on a plan of {code} in {len(known)} years; a change needs 2",
            file=panel.source,
            field=_STOCK,
        )
    last = known[-1] if last is None else last
    if first is None:
        first = next((year for year in known if year >= last - YEARS_BACK), last)
    if not (first in known and last in known and first < last):
        raise DataError(
            f"no change from {first} to {last}: figures of {code} are of "
            f"{', '.join(map(str, known))}",
            file=panel.source,
            field=_STOCK,
        )
    before, after = counts[first], counts[last]
    kind = next((name for name in _ASSESSMENTS if _both(name, before, after)), "")
    for row in (before, after):
        row["assessments"] = row.get(kind, math.nan)
    parts, missing = change_of_counts(before, after)
    return ChangeParts(
        panel.authorities.get(code, code),
        month_words(f"{first}-03", day=True),
        month_words(f"{last}-03", day=True),
        before[_STOCK],
        after[_STOCK],
        parts,
        _by_duration(before, after),
        missing,
        tuple(deprivation)
        or ("The panel holds no measure of deprivation, so no level expected from it is given.",),
        panel.source,
        panel.basis,
    )


def change_of_months(series: MonthlySeries, population: float | None = None) -> ChangeParts:
    """Why plans rose or fell over an authority's own months, from starts and durations.

    Parameters
    ----------
    series
        Children on a protection plan.
    population
        Children aged 0 to 17, if known; as it is known at one date only, it is named as missing.

    Notes
    -----
    Starts are those of the twelve months to each date. The first date is :data:`YEARS_BACK` years
    before the last, or the earliest since then with twelve months of starts.

    Raises
    ------
    DataError
        When there are no two dates a year apart with a stock.
    """
    yearly = np.full(len(series), np.nan)
    if len(series) >= 12:
        yearly[11:] = np.convolve(series.starts, np.ones(12), "valid")
    known = np.flatnonzero(np.isfinite(series.stock))
    counted = known[np.isfinite(yearly[known])]
    dates = counted if len(counted) and counted[-1] - counted[0] >= 12 else known
    last = int(dates[-1]) if len(dates) else 0
    dates = dates[(dates >= last - 12 * YEARS_BACK) & (dates <= last - 12)]
    if not len(dates):
        raise DataError("needs the stock of two months a year apart or more", file=series.source)
    first = int(dates[0])
    before, after = (
        {_STOCK: float(series.stock[row]), _STARTS: float(yearly[row])} for row in (first, last)
    )
    parts, missing = change_of_counts(before, after)
    if population is not None:
        missing = (f"{CHAIN[0].plural} (one figure alone)", *missing[1:])
    start, end = (month_words(str(series.dates[row])[:7], day=True) for row in (first, last))
    return ChangeParts(
        series.area or "own figures",
        start,
        end,
        before[_STOCK],
        after[_STOCK],
        parts,
        (),
        missing,
        (),
        series.source,
        "observed",
    )


def published_change() -> ChangeParts:
    """Why plans rose from July 2013 to July 2015, as far as the report card's tables say.

    Notes
    -----
    Children in the three statutory groups (para 14), times the share of them on a plan. Para 11
    limits what durations can account for: the mean of each year is within 10% of the mean of all
    years, and with steady starts and durations the number of children on a plan is the product of
    the two.

    Examples
    --------
    >>> print(published_change().summary())
    Children on a plan rose from 422 in July 2013 to 626 in July 2015 (+204): ...
    """
    table, statements = load_table("activity_snapshots"), load_table("statements")
    groups = tuple(table.keys)
    chain = (
        Link(
            "three_groups",
            "children on a plan, looked after or in need",
            "child who has a social worker",
        ),
        Link(
            _STOCK,
            CHAIN[-1].plural,
            CHAIN[-1].singular,
            (
                "a plan for a larger share of the children who have a social worker",
                "a plan for a smaller share of the children who have a social worker",
            ),
        ),
    )

    def counts(column: str) -> dict[str, float]:
        of = {row: float(table.figure(row, column).interval.low) for row in groups}
        return {"three_groups": math.fsum(of.values()), _STOCK: of["Child Protection"]}

    before, after = counts("july_2013"), counts("july_2015")
    parts, _ = change_of_counts(before, after, chain)
    apart = statements.figure("mean_plan_length_yearly_deviation_percent")
    low, high = (1 + float(end) / 100 for end in (apart.interval.low, apart.interval.high))
    most = log_mean(before[_STOCK], after[_STOCK]) * math.log(high / low)
    change = after[_STOCK] - before[_STOCK]
    starts = statements.figure("plans_started_2014_15")
    durations = (
        f"The mean duration of each single year lies within {apart.interval.high}% of the mean of "
        f"all years ({apart.place}). So longer durations can account for at most {most:,.0f} of "
        f"the {change:,.0f}, and more starts account for at least {change - most:,.0f}, as far as "
        "children on a plan are yearly starts times mean duration."
    )
    missing = [link.plural for link in CHAIN[:-2]]
    return ChangeParts(
        published_area(),
        table.figure(groups[0], "july_2013").period,
        table.figure(groups[0], "july_2015").period,
        before[_STOCK],
        after[_STOCK],
        parts,
        (),
        (
            *missing,
            f"{CHAIN[-2].plural} (for {starts.period} alone: {starts.printed})",
            "durations",
        ),
        (durations, _deprivation(after[_STOCK])),
        f"report card, {table.figure(groups[0], 'july_2015').place}",
        "published",
    )


def _deprivation(plans: float) -> str:
    """How many plans there would be at the national ratio of plans to deprived children."""
    own, national = (
        load_table("statements").figure(f"deprived_children_per_plan_{area}")
        for area in ("oxfordshire", "national")
    )
    expected = plans * own.interval.middle / national.interval.middle
    return (
        f"Nationally there is a plan for every {national.reading} deprived children, here for "
        f"every {own.reading} ({own.place}). At the national ratio {expected:,.0f} children would "
        f"be on a plan instead of {plans:,.0f}."
    )


def _both(name: str, before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    return before.get(name, math.nan) > 0 and after.get(name, math.nan) > 0


def _by_duration(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[SumPart, ...]:
    """Children on a plan by how long it has been in force; empty unless every band is known."""
    names = [name for name in MEASURES if name.startswith(_DURATION)]
    if not all(row.get(name, math.nan) >= 0 for row in (before, after) for name in names):
        return ()
    label = [MEASURES[name].label.partition(", in force for ")[2] for name in names]
    parts = [
        SumPart("time on the plan", words, before[name], after[name])
        for name, words in zip(names, label, strict=True)
    ]
    rest = [row[_STOCK] - sum(row[name] for name in names) for row in (before, after)]
    if any(rest):
        parts.append(SumPart("time on the plan", "not stated, or rounded", *rest))
    return tuple(parts)
