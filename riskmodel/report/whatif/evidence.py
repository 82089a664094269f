"""What other authorities have seen, as the range beside a control."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from riskmodel.caseload.growth import workforce_growth
from riskmodel.errors import DataError
from riskmodel.series import ENGLAND

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.authority.folder.authority import Authority

__all__ = ["Seen", "growth_seen", "level_seen", "year_changes"]

_FEWEST_COUNTED, _FEWEST_PAIRS = 50, 20
"""Counts below which a change from year to year is mostly chance, and pairs that make a range."""

_MIDDLE = (0.05, 0.95)


class Seen(NamedTuple):
    """A range with the sentence that says where it comes from; ``{ends}`` are its ends in it."""

    low: float
    high: float
    said: str

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest."""
        return float(self.low), float(self.high)

    def words(self, form: Callable[[float], str]) -> str:
        """The sentence, its ends in a form such as a percentage."""
        return self.said.replace("{ends}", f"{form(self.low)} to {form(self.high)}")


def year_changes(authority: Authority, measure: str, of: str = "") -> Seen | None:
    """Change of a count, or of a ratio, from one year to the next in the panel's authorities.

    Parameters
    ----------
    authority
        Whose panel; itself and England are left out.
    measure
        A flow of the panel.
    of
        The flow that it is divided by; empty for the count itself.
    """
    frame = _others(authority, measure, *([of] if of else []))
    if frame is None:
        return None
    frame["value"] = frame[measure] / frame[of] if of else frame[measure]
    later = frame.assign(year=frame["year"] - 1)[["la_code", "year", "value"]]
    pairs = frame.merge(later, on=["la_code", "year"], suffixes=("", "_later"))
    if len(pairs) < _FEWEST_PAIRS:
        return None
    low, high = np.quantile(100 * (pairs["value_later"] / pairs["value"] - 1), _MIDDLE)
    return Seen(
        float(low),
        float(high),
        "from one year to the next it changed by {ends} elsewhere, in nine cases of ten "
        f"({_span(frame)}).",
    )


def level_seen(authority: Authority, measure: str) -> Seen | None:
    """A rate of the panel's authorities in its latest year."""
    frame = _others(authority, measure, least=0)
    if frame is None:
        return None
    latest = frame[frame["year"] == frame["year"].max()]
    if len(latest) < _FEWEST_PAIRS:
        return None
    low, high = np.quantile(latest[measure], _MIDDLE)
    return Seen(
        float(low),
        float(high),
        f"{{ends}} in nine of ten other authorities in {latest['year'].max()}.",
    )


def growth_seen(authority: Authority, years: int = 2) -> Seen | None:
    """How far the panel's authorities have raised their social workers within so many years."""
    if authority.panel is None:
        return None
    try:
        found = workforce_growth(
            authority.panel, 0.01, years=years, code=authority.inputs.panel_code
        )
    except DataError:
        return None
    most = 100 * float(found.fastest["growth"].max())
    return Seen(
        0.0,
        most,
        f"the fastest of {len(found.fastest)} other authorities raised its social workers by "
        f"{most:.0f}% within two years.",
    )


def _others(
    authority: Authority, *measures: str, least: float = _FEWEST_COUNTED
) -> pd.DataFrame | None:
    """Rows of the other authorities that count enough of each measure."""
    panel = authority.panel
    if panel is None or any(name not in panel.measures for name in measures):
        return None
    frame = panel.to_frame()[["la_code", "year", *measures]].dropna()
    frame = frame[~frame["la_code"].isin([ENGLAND, authority.inputs.panel_code])]
    return frame[(frame[list(measures)] >= least).all(axis=1)].copy()


def _span(frame: pd.DataFrame) -> str:
    return f"{frame['year'].min()} to {frame['year'].max()}"
