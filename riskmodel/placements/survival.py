"""How long care and placements last, with children who have not left and with late entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.core.result import Result
from riskmodel.placements.history import OPEN, History
from riskmodel.placements.kinds import KINDS, kind_label

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Survival", "lasting", "product_limit"]

MARKS = (("3 months", 91), ("6 months", 182), ("1 year", 365), ("2 years", 730), ("5 years", 1826))
"""Durations for which the share that still lasts is given."""
LEVEL_Z = 1.6448536269514722
"""Of a 90% range."""

Floats = npt.NDArray[np.float64]


def product_limit(
    entered: npt.ArrayLike, ended: npt.ArrayLike, is_end: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    r"""The product-limit estimate of survival, with late entry.

    Parameters
    ----------
    entered
        Duration at which each is first observed, in days; 0 if observed from its start.
    ended
        Duration at which each ends or is no longer observed; above ``entered``.
    is_end
        Whether it ends then.

    Returns
    -------
    tuple
        Durations at which something ends, the share that lasts longer than each of them, and the
        standard error of its log.

    Notes
    -----
    :math:`S(t) = \prod_{t_i \le t} (1 - d_i / n_i)` with :math:`n_i` those who are observed just
    before :math:`t_i` (Kaplan and Meier 1958); the standard error is Greenwood's.

    Examples
    --------
    >>> times, share, _ = product_limit([0, 0, 0, 0], [1, 2, 2, 3], [True, True, False, True])
    >>> times.tolist(), share.tolist()
    ([1.0, 2.0, 3.0], [0.75, 0.5, 0.0])
    """
    late, over = (np.asarray(each, dtype=np.float64) for each in (entered, ended))
    ends = np.asarray(is_end, dtype=bool)
    times, number = np.unique(over[ends], return_counts=True)
    watched = np.searchsorted(np.sort(late), times) - np.searchsorted(np.sort(over), times)
    share = np.cumprod(1 - number / watched)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.cumsum(number / (watched * (watched - number))))
    return times, share, error


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Survival(Result):
    """The share of periods that last beyond some durations.

    Parameters
    ----------
    area
        Whose.
    frame
        A row for care as a whole, and for each kind of placement, by duration. Columns: area, of
        (``care`` or a kind), beyond, days, share, low, high, watched, basis.
    """

    area: str
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """See :attr:`frame`."""
        return self.frame.copy()

    def preview(self) -> pd.DataFrame:
        """A row for each, with a column for each duration."""
        shown = self.frame.assign(
            of=[kind_label(name) if name != "care" else "Care as a whole" for name in
                self.frame["of"]],
            share=[f"{share:.0%}" if share == share else "-" for share in self.frame["share"]],
        )  # fmt: skip
        wide = shown.pivot_table(
            index="of", columns="beyond", values="share", aggfunc="first", sort=False
        )
        return wide.reset_index().rename_axis(columns=None)

    def summary(self) -> str:
        """How many of those who come are still in care after a year and after two."""
        care = self.frame[self.frame["of"] == "care"].set_index("beyond")
        words = [
            f"{row['share']:.0%} are still in care after {beyond} "
            f"(90% range {row['low']:.0%} to {row['high']:.0%})"
            for beyond, row in care.iterrows()
            if beyond in ("1 year", "2 years") and row["share"] == row["share"]
        ]
        told = " and ".join(words) or "too few periods to say how long care lasts"
        return f"{self.area or 'Of the children'} who begin to be looked after: {told}."


def lasting(history: History) -> Survival:
    """How long care, and placements of each kind, last, as observed in the return.

    Notes
    -----
    A period that has begun before the return is observed from the beginning of the return; one that
    has not ended is observed until the return ends. Moves between two placements of a kind do not
    end a period.
    """
    import pandas as pd

    e = history.episodes
    kind, following = e["kind"].to_numpy(), e["following"].to_numpy()
    begins = np.append(True, (np.diff(e["period"]) != 0) | (np.diff(kind) != 0))[: len(e)]
    first = e["start"].to_numpy()[begins][np.cumsum(begins) - 1]
    leaves = following < 0
    rows = _shares("care", e["care_start"].to_numpy()[leaves], e[leaves], history)
    for place, name in enumerate(KINDS if history.has_moves else ()):
        # A placement of a kind ends where the kind that follows is another, or none does.
        ends = (kind == place) & (following != kind)
        rows += _shares(name, first[ends], e[ends], history)
    frame = pd.DataFrame(rows)
    frame.insert(0, "area", history.area)
    return Survival(history.area, frame.assign(basis="observed"))


def _shares(
    name: str, begun: npt.NDArray[np.int64], last: pd.DataFrame, history: History
) -> list[dict[str, object]]:
    over = np.minimum(last["end"].to_numpy(), history.end_day)
    late = np.maximum(history.first_day - begun, 0)
    seen = (over - begun > late) & (begun < history.end_day)
    ended = (last["end"].to_numpy() < min(history.end_day, OPEN))[seen]
    times, share, error = product_limit(late[seen], (over - begun)[seen], ended)
    longest = (over - begun)[seen].max(initial=0)
    rows: list[dict[str, object]] = []
    for beyond, days in MARKS:
        at = int(np.searchsorted(times, days, side="right")) - 1
        value, spread = (float(share[at]), float(error[at])) if at >= 0 else (1.0, 0.0)
        if longest < days:
            value = spread = float("nan")
        wide = np.exp(LEVEL_Z * spread) if np.isfinite(spread) else np.nan
        rows.append(
            {
                "of": name, "beyond": beyond, "days": days, "share": value,
                "low": value / wide, "high": min(value * wide, 1.0), "watched": int(seen.sum()),
            }
        )  # fmt: skip
    return rows
