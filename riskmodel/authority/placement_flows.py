"""Flows between placements in a year: children who enter, move and leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.core.months import month_words
from riskmodel.core.result import Result
from riskmodel.placements.kinds import EXITS, KINDS, kind_label
from riskmodel.projection import BASELINE

if TYPE_CHECKING:
    from riskmodel.authority.placements import Placements

__all__ = ["COMES", "PlacementFlows", "yearly_flows"]

COMES = "Begin to be looked after"
_MONTHS = 12


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PlacementFlows(Result):
    """Children who enter, move to another kind of placement or leave, with no change of policy.

    Parameters
    ----------
    area, first, last
        Whose, and the months between which they are counted, ``YYYY-MM``.
    frame
        A row for each flow: from, to (in words), children (mean over simulations), q05, q95, basis.
        Kinds that are not shown are among the other placements.
    """

    area: str
    first: str
    last: str
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """See :attr:`frame`."""
        return self.frame.copy()

    @property
    def told(self) -> pd.DataFrame:
        """The flows that on average round to at least one child."""
        return self.frame[self.frame["children"].round() >= 1].reset_index(drop=True)

    @property
    def moved(self) -> pd.DataFrame:
        """In the form that a picture of flows takes: scenario (the period), from, to, children."""
        return self.told[["from", "to", "children"]].assign(scenario=self.period)

    @property
    def period(self) -> str:
        """The months in words."""
        return f"{month_words(self.first)} to {month_words(self.last)}, projected"

    def summary(self) -> str:
        """How many enter, move and leave, and which move is most frequent."""
        frame = self.frame
        comes, leaves = frame["from"] == COMES, frame["to"].isin(EXITS.values())
        numbers = [frame[rows]["children"].sum() for rows in (comes, ~comes & ~leaves, leaves)]
        moves = frame[~comes & ~leaves].sort_values("children", ascending=False)
        most = "" if not moves["children"].max() >= 1 else (
            f" Most often they move from {moves['from'].iloc[0].lower()} to "
            f"{moves['to'].iloc[0].lower()}: {moves['children'].iloc[0]:,.0f}."
        )  # fmt: skip
        said = (
            f"From {month_words(self.first)} to {month_words(self.last)} about {numbers[0]:,.0f} "
            f"children begin to be looked after, {numbers[1]:,.0f} move to another kind of "
            f"placement and {numbers[2]:,.0f} leave, with no change of policy."
        )
        return said + most


def yearly_flows(placed: Placements) -> PlacementFlows:
    """Flows of the first projected year, or of as much of it as there is.

    Notes
    -----
    Counts of the return are not drawn: few children move from one kind to another in a year, and a
    count of them could reveal a child. A projected flow is a mean over simulations.
    """
    _, areas = placed.areas()
    others = kind_label("other")
    names = [kind_label(name) if kind_label(name) in areas else others for name in KINDS]
    groups = sorted(dict.fromkeys(names), key=lambda name: name == others)
    belongs = np.array([[name == group for group in groups] for name in names], dtype=np.float64)
    flows = placed.forecast.of(BASELINE)
    year = slice(0, min(_MONTHS, len(placed.forecast.months)))
    entries, moves, exits = (
        getattr(flows, name)[:, year].sum(axis=1, dtype=np.float64)
        for name in ("entries", "moves", "exits")
    )
    rows: list[dict[str, Any]] = []

    def add(origin: str, to: str, children: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        low, high = np.quantile(children, (0.05, 0.95))
        rows.append({"from": origin, "to": to, "children": float(children.mean()),
                     "q05": float(low), "q95": float(high)})  # fmt: skip

    for at, group in enumerate(groups):
        add(COMES, group, entries @ belongs[:, at])
    between = np.einsum("ka,skl,lb->sab", belongs, moves, belongs)
    for at, origin in enumerate(groups):
        for to, group in enumerate(groups):
            if to != at:
                add(origin, group, between[:, at, to])
        for reason, words in enumerate(EXITS.values()):
            add(origin, words, exits[..., reason] @ belongs[:, at])
    frame, months = pd.DataFrame(rows).assign(basis="projected"), placed.forecast.months[year]
    return PlacementFlows(placed.forecast.area, months[0], months[-1], frame)
