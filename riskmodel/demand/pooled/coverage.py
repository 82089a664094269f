"""How often ranges held the outcome: in all, by size of authority and by year of the outcome."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.judged import OURS, Backtest

__all__ = ["WANTED", "clustered_error", "coverage_by", "exceptions"]

WANTED = {50: (45.0, 55.0), 80: (76.0, 84.0), 90: (86.0, 94.0)}
"""Percent of outcomes that ranges of each level should hold."""

_SIZES = ("small", "middling", "large")


def coverage_by(found: Backtest, model: str = OURS) -> pd.DataFrame:
    """Share of outcomes in 50, 80 and 90% ranges: in all, by size and by target year.

    Parameters
    ----------
    found
        A backtest.
    model
        The model whose ranges are tested.

    Returns
    -------
    pandas.DataFrame
        Columns: measure, by (``all``, ``size`` or ``target``), part, horizon_years, level,
        forecasts, held_percent, and error, its standard error in percentage points, clustered by
        authority; NaN for fewer than two authorities.
    """
    mine = found.frame[found.frame["model"] == model]
    usual = mine.groupby("la_code")["observed"].median().sort_values(kind="stable")
    thirds = np.array_split(usual.index.to_numpy(), len(_SIZES))
    size = {code: name for name, codes in zip(_SIZES, thirds, strict=True) for code in codes}
    rows = mine.assign(
        all="all",
        size=[size[code] for code in mine["la_code"]],
        target=(mine["origin"] + mine["horizon_years"]).astype(str),
    )
    pieces = []
    for by in ("all", "size", "target"):
        for (part, ahead), here in rows.groupby([by, "horizon_years"], sort=False):
            for level in WANTED:
                held = here[f"covered_{level}"].to_numpy(dtype=np.float64)
                pieces.append(
                    {
                        "measure": found.measure,
                        "by": by,
                        "part": part,
                        "horizon_years": ahead,
                        "level": level,
                        "forecasts": len(held),
                        "held_percent": 100 * held.mean(),
                        "error": 100 * clustered_error(held, here["la_code"].to_numpy()),
                    }
                )
    return pd.DataFrame(pieces)


def clustered_error(values: Floats, groups: npt.NDArray[np.object_]) -> float:
    """Standard error of a mean whose values are correlated within groups; NaN for a single group.

    Notes
    -----
    The sandwich estimator: the root of G / (G - 1) times the sum of squares of each group's summed
    deviations, divided by the number of values.
    """
    names, place = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return float("nan")
    sums = np.bincount(place, weights=values - values.mean())
    number = len(names)
    return float(np.sqrt((sums**2).sum() * number / (number - 1))) / len(values)


def exceptions(table: pd.DataFrame) -> pd.DataFrame:
    """Rows outside the limits wanted; for parts, only if outside by more than two errors."""
    low, high = (table["level"].map({level: ends[at] for level, ends in WANTED.items()})
                 for at in (0, 1))  # fmt: skip
    reach = np.where(table["by"] == "all", 0.0, 2 * table["error"].fillna(np.inf))
    held = table["held_percent"]
    return table[(held + reach < low) | (held - reach > high)]
