"""Children looked after, made as in histories but without making all other children."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.care import care_episodes
from riskmodel.cohort.histories import History, HistoryDesign, met_families

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bools", "children_in_care", "in_care", "some_children"]

Bools = npt.NDArray[np.bool_]


def children_in_care(
    random: np.random.Generator,
    design: HistoryDesign,
    families: int,
    days: Sequence[np.datetime64],
    before: History | None = None,
) -> History:
    """Children, from a number of families, who are looked after on one of some days.

    Parameters
    ----------
    random
        Generator.
    design
        Families become known in its years.
    families
        How many are drawn; a few in a thousand have a child in care.
    days
        The days; what lies between them does not count.
    before
        Children drawn before, who come first.

    Returns
    -------
    History
        Without factors, and with all references 0: only dates, ages and care are known yet.
    """
    children, episodes = met_families(random, design, families)
    children.insert(0, "child_id", 0)
    care = care_episodes(random, children, episodes)
    met = History(children, episodes, np.zeros((len(episodes), 0), dtype=bool), care, ())
    cared = np.logical_or.reduce([in_care(care, day) for day in days])
    inside = np.zeros(len(children), dtype=bool)
    inside[care["child"].to_numpy()[cared]] = True
    return _joined(before, some_children(met, inside))


def in_care(care: pd.DataFrame, day: np.datetime64) -> Bools:
    """Which episodes of care include a day."""
    start, end = (care[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    return np.asarray((start <= day) & (end > day))


def some_children(history: History, inside: Bools) -> History:
    """The histories of some of the children."""
    number = np.cumsum(inside) - 1
    rows = inside[history.episodes["child"].to_numpy()]
    cared = inside[history.care["child"].to_numpy()]
    episodes, care = (
        frame.assign(child=number[frame["child"]]).reset_index(drop=True)
        for frame in (history.episodes[rows], history.care[cared])
    )
    children = history.children[inside].reset_index(drop=True)
    return History(children, episodes, history.flags[rows], care, history.factors)


def _joined(first: History | None, second: History) -> History:
    import pandas as pd

    if first is None:
        return second
    number, families = len(first.children), int(first.children["family_id"].max()) + 1
    moved = (
        second.children.assign(family_id=second.children["family_id"] + families),
        second.episodes.assign(child=second.episodes["child"] + number),
        second.care.assign(child=second.care["child"] + number),
    )
    parts = (first.children, first.episodes, first.care)
    joined = [pd.concat(pair, ignore_index=True) for pair in zip(parts, moved, strict=True)]
    return History(joined[0], joined[1], np.zeros((len(joined[1]), 0), dtype=bool), joined[2], ())
