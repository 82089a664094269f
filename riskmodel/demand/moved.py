"""Where children come from, go to, and are instead, as a table of flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.core.result import Result, range_text
from riskmodel.demand.simulation.changed import REPEATS, moves
from riskmodel.errors import UnknownNameError
from riskmodel.levers import OUTSIDE, lever_label
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE, month_words
from riskmodel.streams import uniforms

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook
    from riskmodel.snapshots import StageMoves

__all__ = ["ANYWHERE", "Flows", "flows_frame", "known_moves", "shares_of"]

_LABELS = {REPEATS: "Plans that follow an earlier one"}

ANYWHERE = "outside"
"""The place that children come from when they start, and go to when they end."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Flows(Result):
    """Who starts, who ends, and which children each scenario moves, from where to where.

    Parameters
    ----------
    month
        ``YYYY-MM``; flows are counted from the opening to the end of this month.
    frame
        As :meth:`riskmodel.demand.projecting.Outlook.flows` describes it.
    known
        Moves between stages that the figures count, in the order of their rows.
    """

    month: str
    frame: pd.DataFrame
    known: tuple[StageMoves, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """All flows."""
        return self.frame

    def only(self, scenarios: Iterable[str]) -> Flows:
        """The flows of these scenarios."""
        return replace(self, frame=self.frame[self.frame["scenario"].isin(list(scenarios))])

    @property
    def moved(self) -> pd.DataFrame:
        """Children moved by scenario, from and to in words, all levers together; on average.

        What rounds to no child is left out.
        """
        keys = ["scenario", *_WAYS]
        moved = self.in_words().groupby(keys, sort=False)["children"].sum().reset_index()
        return moved[moved["children"] >= 0.5].reset_index(drop=True)

    def in_words(self) -> pd.DataFrame:
        """The children that each lever moves, with the names of levers and places in words."""
        return _worded(self.frame[self.frame["lever"] != ""])

    def _between(self) -> pd.DataFrame:
        """Rows of the baseline's own moves from one stage to another."""
        rows = self.frame
        of = (rows["scenario"] == BASELINE) & (rows["lever"] == "")
        return rows[of & (rows["from"] != ANYWHERE) & (rows["to"] != ANYWHERE)]

    def _known_words(self) -> list[str]:
        """What moves with no change of policy, and what is not known of it, in sentences."""
        if BASELINE not in set(self.frame["scenario"]):
            return []
        said = []
        for move, row in zip(self.known, self._between().to_dict("records"), strict=True):
            who = "start" if move.counted == "starts" else "are no longer"
            counted = f"{move.moved:,} of {move.of:,}" if move.basis == "published" else "counted"
            said.append(
                f"With no change of policy, of the children who {who} "
                f"{label(move.stage).row.lower()} by the end of {month_words(self.month)}, "
                f"{row['children']:,.0f} ({row['level']:.0%} range "
                f"{range_text(row['low'], row['high'])}) {move.words} ({counted} in "
                f"{move.source})."
            )
        other = "other " if said else ""
        return [*said, f"What {other}moves there are between stages, these figures do not say."]

    def preview(self) -> pd.DataFrame:
        """The children that each lever moves, and known moves without a lever; whole children."""
        rows = pd.concat([_worded(self._between(), "None: no change of policy"), self.in_words()])
        level = float(self.frame["level"].iloc[0])
        return rows[["scenario", "lever", *_WAYS]].assign(
            children=[f"{children:,.0f}" for children in rows["children"]],
            **{f"{level:.0%} range": list(map(range_text, rows["low"], rows["high"]))},
        )

    def summary(self) -> str:
        """Where the children of each scenario are instead, a sentence for each."""
        by = month_words(self.month)
        said = []
        for scenario, rows in self.moved.groupby("scenario", sort=False):
            ways = "; ".join(
                f"{row['children']:,.0f} {row['to'].lower()} instead of {row['from'].lower()}"
                for row in rows.to_dict("records")
            )
            said.append(f"{scenario}, children by the end of {by}: {ways}.")
        none = [f"No scenario moves children by the end of {by}."]
        return " ".join([*(said or none), *self._known_words()])


_WAYS = ("from", "to")


def _worded(rows: pd.DataFrame, lever: str = "") -> pd.DataFrame:
    """Rows with the names of levers, or this one, and of places for a reader."""
    words = {way: [OUTSIDE.get(name, label(name).row) for name in rows[way]] for way in _WAYS}
    levers = [lever or _LABELS.get(name) or lever_label(name) for name in rows["lever"]]
    return rows.assign(lever=levers, **words)


def known_moves(outlook: Outlook) -> tuple[StageMoves, ...]:
    """Moves between projected stages that the figures count.

    From an authority's own records, a move is left out if few children make it, or all but a few.
    """
    few = parameter("disclosure_threshold").value
    return tuple(
        move
        for move in outlook.source.moves
        if move.stage in outlook.projection.stages
        and (move.basis == "published" or min(move.moved, move.of - move.moved) > few)
    )


def flows_frame(outlook: Outlook, month: str) -> pd.DataFrame:
    """The table of :meth:`riskmodel.demand.projecting.Outlook.flows`.

    Raises
    ------
    UnknownNameError
        When the month is not projected.
    """
    projection = outlook.projection
    if month not in projection.months:
        raise UnknownNameError("month of the projection", month, projection.months)
    last = projection.months.index(month) + 1
    rows = []
    for scenario, levers in outlook.levers.items():
        for stage in projection.stages:
            for counted, way in (("starts", (ANYWHERE, stage)), ("ends", (stage, ANYWHERE))):
                flow = projection.of(counted, scenario, stage)[:, :last].sum(axis=1)
                rows.append((scenario, "", *way, *_typical(flow)))
        for known in known_moves(outlook) if scenario == BASELINE else ():
            flow = projection.of(known.counted, scenario, known.stage)[:, :last].sum(axis=1)
            way = (known.origin, known.destination)
            rows.append((scenario, "", *way, *_typical(flow * shares_of(outlook, known))))
        drawn = levers.drawn(outlook.seed, projection.replicates)
        for move in () if scenario == BASELINE else moves(outlook.inputs, drawn):
            moved = move.children[:, :last].sum(axis=1)
            way = (move.origin, move.destination)
            if moved.mean() < 0:
                moved, way = -moved, (move.destination, move.origin)
            if moved.any():
                rows.append((scenario, move.lever, *way, *_typical(moved)))
    columns = ("scenario", "lever", "from", "to", "children", "low", "high", "level")
    frame = pd.DataFrame(rows, columns=pd.Index(columns))
    return frame.assign(basis="projected")


def shares_of(outlook: Outlook, known: StageMoves) -> Floats:
    """The share that moves, drawn in each simulation from Jeffreys' posterior of the counts."""
    from scipy.special import betaincinv

    name = f"moves/{known.origin}/{known.destination}"
    drawn = uniforms(outlook.seed, name, outlook.projection.replicates)
    return np.asarray(betaincinv(known.moved + 0.5, known.of - known.moved + 0.5, drawn))


def _typical(children: Floats) -> tuple[float, float, float, float]:
    """Mean, central range and its level."""
    level = parameter("needs_interval_level").value
    low, high = np.quantile(children, ((1 - level) / 2, (1 + level) / 2))
    return float(children.mean()), float(low), float(high), level
