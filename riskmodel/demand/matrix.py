"""Children who stay, move, enter and leave in each month, in one matrix in which none is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.core.result import Result, range_text
from riskmodel.demand.assessing import assessing
from riskmodel.demand.moved import ANYWHERE, known_moves, shares_of
from riskmodel.demand.simulation.changed import moves
from riskmodel.levers import OUTSIDE
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE, month_words

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook
    from riskmodel.snapshots import StageMoves

__all__ = ["ASSESSMENT", "CLOSED", "STEP_DOWN", "FlowMatrix", "flow_matrix", "ways"]

ASSESSMENT, STEP_DOWN, CLOSED = "assessment", "step_down", "closed"
"""Under assessment, and in need after a protection plan: steps that are not projected by
themselves; and the place of children who leave and are in no known stage."""

_YEAR = 12
_PLAN, _NEED = "child_protection_plan", "child_in_need_plan"
_ALONG = {
    place: number
    for number, place in enumerate(
        (ANYWHERE, *OUTSIDE, ASSESSMENT, _PLAN, "looked_after", _NEED, STEP_DOWN)
    )
}
"""Places in the order in which a child passes through them, so that bands of a picture rarely
cross."""
_Way = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlowMatrix(Result):
    """Flows of children between stages, by month and by year.

    Parameters
    ----------
    months
        A row for each scenario, month, from and to. Columns: scenario, month, from, to, children
        (mean), median, low, high, level, basis. Children of whom no other stage is known come from
        ``outside`` and go to ``closed``; rows from a stage to itself are those who stay. In each
        simulation, and for the means, rows from a stage add up to its stock before the month, and
        rows to it add up to its stock after. ``step_down`` is for children with a child in need
        plan after a protection plan since the opening; with those of ``child_in_need_plan`` they
        make up the stock.
    years
        The same for those who do not stay, added up over each twelve months from the opening, with
        the first and last month of each.
    known
        Moves between stages that the figures count.
    assessed
        The source of the number of assessments; empty if it is not known.
    """

    months: pd.DataFrame
    years: pd.DataFrame
    known: tuple[StageMoves, ...] = ()
    assessed: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Every month."""
        return self.months

    @property
    def moved(self) -> pd.DataFrame:
        """Children by year and flow in words, of the last scenario; without what rounds to none."""
        rows = self.years[self.years["scenario"] == self.years["scenario"].iloc[-1]]
        rows = rows[rows["children"] >= 0.5]
        # Stable: within a place and year as they come.
        rows = rows.assign(along=rows["from"].map(_ALONG))
        rows = rows.sort_values(["first_month", "along"], kind="stable").drop(columns="along")
        return _worded(rows).assign(scenario=[_span(row) for row in rows.to_dict("records")])

    def preview(self) -> pd.DataFrame:
        """The years, in whole children, without flows of nobody."""
        rows = _worded(self.years[self.years["high"] >= 0.5])
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
        """What adds up, and which moves between stages are known."""
        counted = "; ".join(
            f"{label(move.stage).row.lower()}: who {'start' if move.counted == 'starts' else 'end'}"
            f" and {move.words} ({move.source})"
            for move in self.known
        )
        said = (
            "In every month and simulation those who stay, move and come add up to the children "
            "of a stage at its end, and those who stay, move and leave to those before it. "
        )
        said += (
            f"Between stages children move as was counted ({counted}); all others come from "
            "outside; those who leave are closed, or it is not known where they go."
            if counted
            else "These figures do not say who moves between stages: all come from outside, and "
            "those who leave are closed, or it is not known where they go."
        )
        return f"{said} {self._parts_said()}"

    def _parts_said(self) -> str:
        """What is assumed of assessments and of those who step down, or that nothing is known."""
        low, high = parameter("assessment_days").numbers
        assessed = (
            f"Assessments under way: as many a year as in {self.assessed}, of {low:g} to {high:g} "
            "days on average (assumed). Every protection plan follows one, and child in need plans "
            "follow those that are left (assumed)."
            if self.assessed
            else "Children under assessment are not shown: no figure says how many there are "
            "beside these stages."
        )
        stepped = (
            "Children who go from a protection plan to a child in need plan are counted from the "
            "opening on, and leave as often as others in need (assumed)."
            if STEP_DOWN in set(self.months["to"])
            else "Moves from a protection plan to a child in need plan are not shown: neither the "
            "figures nor the scenarios count them."
        )
        return f"{assessed} {stepped}"


def flow_matrix(outlook: Outlook) -> FlowMatrix:
    """The matrix of every scenario of an outlook.

    Notes
    -----
    Starts and ends of each stage are simulated. How many of them come from or go to another stage
    follows from counted moves (:class:`~riskmodel.snapshots.StageMoves`), with a share that each
    simulation draws. If a scenario makes durations shorter, children go to where they are for the
    time gained. No more move than end in the one stage and start in the other.
    """
    months, years = [], []
    names = outlook.projection.months
    level = parameter("needs_interval_level").value
    quantiles = ((1 - level) / 2, 0.5, (1 + level) / 2)
    for scenario in outlook.levers:
        for way, children in ways(outlook, scenario).items():
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
        frame.reset_index(drop=True).assign(level=level, basis=_basis(frame))
        for frame in (by_month, by_year)
    )
    counted = outlook.source.assessed
    return FlowMatrix(
        by_month, by_year, known_moves(outlook), "" if counted is None else counted.source
    )


def _basis(rows: pd.DataFrame) -> list[str]:
    """What each way rests on: assumed where durations, or who goes on, are."""
    assumed = (ASSESSMENT, STEP_DOWN)
    return [
        "assumed" if way[0] in assumed or way[1] in assumed else "projected"
        for way in zip(rows["from"], rows["to"], strict=True)
    ]


def _in_order(names: pd.Series) -> pd.Series:
    """Scenarios in the order in which they come; months are in that order anyway."""
    return names.map({name: place for place, name in enumerate(dict.fromkeys(names))})


def ways(outlook: Outlook, scenario: str) -> dict[_Way, Floats]:
    """Children in every flow of a scenario, including those who stay.

    Returns
    -------
    dict
        By from and to, shape (simulation, month). For every stage, all flows from it add up to its
        stock before the month, and all flows to it add up to its stock after.
    """
    projection = outlook.projection
    flows = {
        name: {
            stage: projection.of(name, scenario, stage).astype(np.float64)
            for stage in projection.stages
        }
        for name in ("starts", "ends", "stock")
    }
    come, leave = dict(flows["starts"]), dict(flows["ends"])
    found: dict[_Way, Floats] = {}
    for place, stage in enumerate(projection.stages):
        before = np.column_stack([projection.opening[:, place], flows["stock"][stage][:, :-1]])
        found[stage, stage] = before - flows["ends"][stage]
    for way, children in _moving(outlook, scenario, flows):
        origin, destination = way
        wanted = np.maximum(children, 0.0)
        sides = ((leave, origin), (come, destination))
        for left, stage in sides:
            wanted = np.minimum(wanted, left.get(stage, wanted))
        for left, stage in sides:
            if stage in left:
                left[stage] = left[stage] - wanted
        found[way] = found.get(way, 0.0) + wanted
    _assess(outlook, scenario, come, found)
    for stage in projection.stages:
        found[ANYWHERE, stage] = come[stage]
        found[stage, CLOSED] = leave[stage]
    return _stepped_down(found)


def _assess(
    outlook: Outlook, scenario: str, come: dict[str, Floats], found: dict[_Way, Floats]
) -> None:
    """Add assessments under way, and take whom they lead to from those who come from outside."""
    under_way = assessing(outlook, scenario)
    if under_way is None:
        return
    left = under_way.ended
    for stage, children in under_way.led_to(come).items():
        found[ASSESSMENT, stage] = children
        come[stage] = come[stage] - children
        left = left - children
    found[ANYWHERE, ASSESSMENT] = under_way.begun
    found[ASSESSMENT, ASSESSMENT] = under_way.before - under_way.ended
    found[ASSESSMENT, CLOSED] = left


def _stepped_down(found: dict[_Way, Floats]) -> dict[_Way, Floats]:
    """Those in need after a protection plan apart from the others, where it is known who they are.

    Notes
    -----
    Counted from the opening on, when nobody is among them. They leave in proportion: each way out
    of the stage has the same share of them as the stage before the month.
    """
    stepped = found.pop((_PLAN, _NEED), None)
    if stepped is None or not stepped.any():
        return found
    out = [way for way in found if way[0] == _NEED and way[1] != _NEED]
    ended = np.asarray(sum(found[way] for way in out))
    stock = found[_NEED, _NEED] + ended
    shares, stays = np.empty_like(stock), np.empty_like(stock)
    among = np.zeros(len(stock))
    for month in range(stock.shape[1]):
        whole = np.maximum(stock[:, month], ended[:, month])
        shares[:, month] = np.minimum(among / np.where(whole > 0, whole, 1.0), 1.0)
        stays[:, month] = among - ended[:, month] * shares[:, month]
        among = stays[:, month] + stepped[:, month]
    found[_PLAN, STEP_DOWN], found[STEP_DOWN, STEP_DOWN] = stepped, stays
    found[_NEED, _NEED] = found[_NEED, _NEED] - stays
    for way in out:
        found[STEP_DOWN, way[1]] = found[way] * shares
        found[way] = found[way] * (1 - shares)
    return found


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
            is_of_time = move.lever.startswith(("length.", "workforce."))
            if is_of_time and move.destination in flows["ends"]:
                yield (move.origin, move.destination), move.children


def _worded(rows: pd.DataFrame) -> pd.DataFrame:
    """With the names of places for a reader."""
    names = {
        **OUTSIDE,
        ANYWHERE: "Outside",
        ASSESSMENT: "Under assessment",
        STEP_DOWN: "In need after a plan",
        CLOSED: "Closed, or not known",
    }
    return rows.assign(
        **{way: [names.get(name, label(name).row) for name in rows[way]] for way in ("from", "to")}
    )


def _span(row: Mapping[Any, Any]) -> str:
    first, last = (month_words(str(row[name])) for name in ("first_month", "last_month"))
    return f"{first} to {last}"
