"""Who stays, moves, comes and leaves in each month: one matrix, in which no child is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.core.result import Result, range_text
from riskmodel.demand.moved import ANYWHERE, known_moves, shares_of
from riskmodel.demand.simulation.changed import moves
from riskmodel.levers import OUTSIDE
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE, month_words

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook
    from riskmodel.snapshots import StageMoves

__all__ = ["FlowMatrix", "flow_matrix"]

_YEAR = 12
_Way = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlowMatrix(Result):
    """From where to where children go, month by month and year by year.

    Parameters
    ----------
    months
        A row a scenario, month, from and to. Columns: scenario, month, from, to, children (mean),
        median, low, high, level, basis. ``outside`` is no stage that is projected; from a stage to
        itself are those who stay. In each simulation those from a stage add up to its stock before
        the month, and those to it to its stock after; so do the means.
    years
        The same of those who do not stay, added up over each twelve months from the opening, with
        the first and last month of each.
    known
        Moves between stages that the figures count.
    """

    months: pd.DataFrame
    years: pd.DataFrame
    known: tuple[StageMoves, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Every month."""
        return self.months

    @property
    def moved(self) -> pd.DataFrame:
        """Children by year and way in words, of the last scenario; what rounds to none is out."""
        rows = self.years[self.years["scenario"] == self.years["scenario"].iloc[-1]]
        rows = rows[rows["children"] >= 0.5]
        return _worded(rows).assign(scenario=[_span(row) for row in rows.to_dict("records")])

    def preview(self) -> pd.DataFrame:
        """The years, whole children."""
        rows = _worded(self.years)
        return rows[["scenario"]].assign(
            year=[_span(row) for row in rows.to_dict("records")],
            **{name: rows[name] for name in ("from", "to")},
            children=[f"{value:,.0f}" for value in rows["median"]],
            **{
                f"{rows['level'].iloc[0]:.0%} range": list(
                    map(range_text, rows["low"], rows["high"])
                )
            },
        )

    def summary(self) -> str:
        """What adds up, and what of the moves between stages is known."""
        counted = "; ".join(
            f"{label(move.stage).row.lower()}: who {'start' if move.counted == 'starts' else 'end'}"
            f" and {move.words} ({move.source})"
            for move in self.known
        )
        return (
            "In every month and simulation those who stay, move and come add up to the children "
            "of a stage at its end, and those who stay, move and leave to those before it. "
            f"Between stages children move as was counted ({counted}); all others come from "
            "outside and go there."
            if counted
            else "In every month and simulation those who stay and come add up to the children of "
            "a stage at its end, and those who stay and leave to those before it. These figures "
            "do not say who moves between stages: all come from outside and go there."
        )


def flow_matrix(outlook: Outlook) -> FlowMatrix:
    """The matrix of every scenario of an outlook.

    Notes
    -----
    Who starts in a stage and ends in it is simulated. How many of them come from or go to another
    stage is taken from what is counted (:class:`~riskmodel.snapshots.StageMoves`), at a share that
    each simulation draws; and of a scenario that shortens stays, the children who are elsewhere
    for the time gained go there. No more move than end in the one stage and start in the other.
    """
    months, years = [], []
    names = outlook.projection.months
    level = parameter("needs_interval_level").value
    quantiles = ((1 - level) / 2, 0.5, (1 + level) / 2)
    for scenario in outlook.levers:
        for way, children in _ways(outlook, scenario):
            low, middle, high = np.quantile(children, quantiles, axis=0)
            months.append(
                pd.DataFrame(
                    {
                        "scenario": scenario, "month": names, "from": way[0], "to": way[1],
                        "children": children.mean(axis=0), "median": middle, "low": low,
                        "high": high,
                    }
                )
            )  # fmt: skip
            for first in range(0, len(names) if way[0] != way[1] else 0, _YEAR):
                year = slice(first, first + _YEAR)
                total = children[:, year].sum(axis=1)
                low, middle, high = np.quantile(total, quantiles)
                years.append(
                    (scenario, *(names[year][end] for end in (0, -1)), *way, total.mean(), middle,
                     low, high)
                )  # fmt: skip
    numbers = ["children", "median", "low", "high"]
    columns = pd.Index(["scenario", "first_month", "last_month", "from", "to", *numbers])
    by_year = pd.DataFrame(years, columns=columns)
    by_year = by_year.sort_values(["scenario", "first_month"], key=_in_order, kind="stable")
    by_month = pd.concat(months).sort_values(["scenario", "month"], key=_in_order, kind="stable")
    by_month, by_year = (
        frame.reset_index(drop=True).assign(level=level, basis="projected")
        for frame in (by_month, by_year)
    )
    return FlowMatrix(by_month, by_year, known_moves(outlook))


def _in_order(names: pd.Series) -> pd.Series:
    """Scenarios in the order in which they come; months are in that order anyway."""
    return names.map({name: place for place, name in enumerate(dict.fromkeys(names))})


def _ways(outlook: Outlook, scenario: str) -> Iterator[tuple[_Way, Floats]]:
    """Children on every way, shape (replicate, month), those who stay among them."""
    projection = outlook.projection
    flows = {
        name: {
            stage: projection.of(name, scenario, stage).astype(np.float64)
            for stage in projection.stages
        }
        for name in ("starts", "ends", "stock")
    }
    come, leave = dict(flows["starts"]), dict(flows["ends"])
    between: dict[_Way, Floats] = {}
    for (origin, destination), children in _moving(outlook, scenario, flows):
        wanted = np.maximum(children, 0.0)
        for left, stage in ((leave, origin), (come, destination)):
            if stage in left:
                wanted = np.minimum(wanted, left[stage])
        for left, stage in ((leave, origin), (come, destination)):
            if stage in left:
                left[stage] = left[stage] - wanted
        way = (origin, destination)
        between[way] = between.get(way, 0.0) + wanted
    for place, stage in enumerate(projection.stages):
        before = np.column_stack([projection.opening[:, place], flows["stock"][stage][:, :-1]])
        yield (stage, stage), before - flows["ends"][stage]
    yield from between.items()
    for stage in projection.stages:
        yield (ANYWHERE, stage), come[stage]
        yield (stage, ANYWHERE), leave[stage]


def _moving(
    outlook: Outlook, scenario: str, flows: dict[str, dict[str, Floats]]
) -> Iterator[tuple[_Way, Floats]]:
    """Who is known to move, and whom shorter stays of a scenario move."""
    for known in known_moves(outlook):
        share = shares_of(outlook, known)[:, None]
        yield (known.origin, known.destination), flows[known.counted][known.stage] * share
    if scenario != BASELINE:
        drawn = outlook.levers[scenario].drawn(*outlook.draws)
        for move in moves(outlook.inputs, drawn):
            if (
                move.lever.startswith(("length.", "workforce."))
                and move.destination in flows["ends"]
            ):
                yield (move.origin, move.destination), move.children


def _worded(rows: pd.DataFrame) -> pd.DataFrame:
    """With the names of places for a reader."""
    names = {**OUTSIDE, ANYWHERE: "Outside"}
    return rows.assign(
        **{way: [names.get(name, label(name).row) for name in rows[way]] for way in ("from", "to")}
    )


def _span(row: Mapping[Any, Any]) -> str:
    first, last = (month_words(str(row[name])) for name in ("first_month", "last_month"))
    return f"{first} to {last}"
