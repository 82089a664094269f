"""How fast authorities increased their social workers, and how their caseloads changed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.series import ENGLAND, AuthorityPanel

__all__ = ["WorkforceGrowth", "workforce_growth"]

_WORKERS, _CASELOAD = "sw_fte", "sw_avg_caseload_fte"
_FEW = 5
"""Where none was fast enough, the caseloads of so many of the fastest are given."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkforceGrowth(Result):
    """How many authorities increased their social workers as fast as asked for.

    Parameters
    ----------
    growth
        What was asked for: 0.25 is a quarter more.
    years
        Within how many years.
    fastest
        One row for each authority, for the period of so many years in which its workers grew most:
        la_code, area, first, last (years), growth, caseload_before, caseload_after (NaN where the
        panel has none).
    span
        First and last year that was looked through.
    source
        The panel.
    """

    growth: float
    years: int
    fastest: pd.DataFrame
    span: tuple[int, int]
    source: str

    @property
    def raised(self) -> pd.DataFrame:
        """The rows of the authorities that increased their workers by as much or more."""
        return self.fastest[self.fastest["growth"] >= self.growth - 1e-9]

    def to_frame(self) -> pd.DataFrame:
        """Every authority by its fastest growth, the fastest first."""
        return self.fastest.assign(reached=self.fastest["growth"] >= self.growth - 1e-9)

    @property
    def _of_the_fastest(self) -> str:
        """What caseloads did in the few that raised their workers most; "" where none is known."""
        most = self.fastest[self.fastest["growth"] > 0].head(_FEW)
        known = most.dropna(subset=["caseload_before", "caseload_after"])
        if known.empty:
            return ""
        before, after = (known[f"caseload_{when}"] for when in ("before", "after"))
        if len(known) == 1:
            return (
                f"; in the one of the fastest that gives it the average caseload went from "
                f"{before.iloc[0]:.1f} to {after.iloc[0]:.1f}"
            )
        slowest = known["growth"].min()
        return (
            f"; of the {len(known)} that raised them fastest (by {slowest:.0%} or more) the "
            f"average caseload fell in {int((after < before).sum())}, and was "
            f"{_moved(float((after - before).median()))} at the median"
        )

    def summary(self) -> str:
        """How many authorities, out of how many, and how their caseloads changed, in sentences."""
        raised, frame = self.raised, self.fastest
        within = "a year" if self.years == 1 else f"{self.years} years"
        span = f"between {self.span[0]} and {self.span[1]}"
        many = f"{len(raised)} of the" if len(raised) else "None of the"
        said = (
            f"{many} {len(frame)} other authorities of the panel raised social workers in post by "
            f"{self.growth:.0%} or more within {within} {span}"
        )
        if not len(raised):
            most = frame["growth"].max()
            digits = 0 if f"{most:.0%}" != f"{self.growth:.0%}" else 1
            return f"{said}; the fastest raised them by {most:.{digits}%}{self._of_the_fastest}."
        change = (raised["caseload_after"] - raised["caseload_before"]).dropna()
        if change.empty:
            return f"{said}; the panel does not say what their caseloads did."
        middle = _moved(float(change.median()))
        if len(raised) == 1:
            return f"{said}; its average caseload was {middle} after."
        those = "these" if len(change) == len(raised) else f"the {len(change)} that give it"
        return (
            f"{said}; the average caseload fell in {int((change < 0).sum())} of {those}, and was "
            f"{middle} at the median."
        )


def _moved(cases: float) -> str:
    """How far a caseload moved, in words."""
    return f"{abs(cases):.1f} cases {'lower' if cases < 0 else 'higher'}"


def workforce_growth(
    panel: AuthorityPanel, growth: float, *, years: int = 2, code: str = ""
) -> WorkforceGrowth:
    """How many authorities of a panel increased their social workers by as much.

    Parameters
    ----------
    panel
        With ``sw_fte``, and ``sw_avg_caseload_fte`` where it has it.
    growth
        Asked for, above 0: 0.25 is a quarter more.
    years
        Within how many years, 1 or more.
    code
        Of the authority that asks; it and England are left out.

    Raises
    ------
    DataError
        When growth or years are too small, or no other authority has workers so far apart.

    Notes
    -----
    Workers in post are those employed at 30 September, without agency workers. Each authority
    counts once, with the period in which its workers grew most, so the answer errs towards "it has
    been done".
    """
    if not growth > 0:
        raise DataError(f"growth must be above 0, got {growth:g}", field="growth")
    if years < 1:
        raise DataError(f"needs 1 year or more, got {years}", field="years")
    columns = {"la_code": panel.la_codes, "area": panel.areas, "first": panel.years}
    frame = pd.DataFrame(columns).assign(
        workers=panel.figures.get(_WORKERS, float("nan")),
        caseload=panel.figures.get(_CASELOAD, float("nan")),
    )
    frame = frame[(frame["workers"] > 0) & ~frame["la_code"].isin([ENGLAND, code])]
    later = frame.assign(last=frame["first"], first=frame["first"] - years).drop(columns="area")
    spans = frame.merge(later, on=["la_code", "first"], suffixes=("_before", "_after"))
    if spans.empty:
        raise DataError(
            f"has no other authority with social workers ({_WORKERS}) {years} years apart",
            file=panel.source,
        )
    spans["growth"] = spans["workers_after"] / spans["workers_before"] - 1
    fastest = spans.sort_values(["growth", "la_code", "first"], ascending=[False, True, True])
    fastest = fastest.drop_duplicates("la_code").reset_index(drop=True)
    kept = ["la_code", "area", "first", "last", "growth", "caseload_before", "caseload_after"]
    span = int(spans["first"].min()), int(spans["last"].max())
    return WorkforceGrowth(growth, years, fastest[kept], span, panel.source)
