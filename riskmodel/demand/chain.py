"""The steps that lead to a plan, by year: how many children at each, and how many go on.

The change of plan starts is divided among the links by the logarithmic mean, which adds up exactly
(Ang 2005, The LMDI approach to decomposition analysis, Energy Policy 33, 867-871).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from riskmodel.errors import DataError
from riskmodel.series import AuthorityPanel

__all__ = ["LINKS", "chain_frame", "what_moved_starts"]

LINKS: Mapping[str, str] = MappingProxyType(
    {
        "referrals": "Referrals",
        "s47_enquiries": "Section 47 enquiries",
        "icpc_children": "Initial child protection conferences",
        "cpp_starts": "Child protection plans started",
    }
)
"""The measures of a panel that follow one another. Assessments are left out because their kinds
changed in 2014, and a link whose meaning changes explains nothing."""


@dataclass(frozen=True, slots=True)
class _Year:
    year: int
    counts: dict[str, float]


def chain_frame(panel: AuthorityPanel, code: str) -> pd.DataFrame:
    """Counts at each link by year, and each as a share of the link before.

    Parameters
    ----------
    panel
        With the measures of :data:`LINKS`, or some of them.
    code
        Of the authority.

    Returns
    -------
    pandas.DataFrame
        Columns: la_code, year, link, count, for_each (the link before), ratio, low, high, method,
        basis. The ratio is of counts in the same year, not of the same children, so it may be above
        1; its 95% interval is then that of a ratio of two Poisson counts (exact, from the binomial
        share of one count in their sum).

    Raises
    ------
    UnknownNameError
        When the panel has no such authority.
    DataError
        When it holds none of the links.
    """
    rows = []
    for year in _years(panel, code):
        before: str | None = None
        for link, count in year.counts.items():
            ratio = low = high = np.nan
            if before is not None and year.counts[before] > 0:
                ratio, low, high = _ratio(count, year.counts[before])
            rows.append(
                {
                    "la_code": code,
                    "year": year.year,
                    "link": link,
                    "count": count,
                    "for_each": before or "",
                    "ratio": ratio,
                    "low": low,
                    "high": high,
                    "method": "ratio of Poisson counts, exact",
                    "basis": panel.basis,
                }
            )
            before = link
    return pd.DataFrame(rows)


def what_moved_starts(panel: AuthorityPanel, code: str, first: int, last: int) -> pd.DataFrame:
    """How much of the change of starts between two years is due to each link.

    Parameters
    ----------
    panel, code
        As in :func:`chain_frame`.
    first, last
        Years ending 31 March.

    Returns
    -------
    pandas.DataFrame
        A row for each link and one for the total; columns la_code, from_year, to_year, link, plans,
        multiplier. A link's plans are L(S1, S0) log(x1 / x0), with S the starts, x the number at
        the first link or the ratio at a later one, and L the logarithmic mean; they add up to the
        change, with nothing left over.

    Raises
    ------
    DataError
        When a year is missing or a count is 0.
    """
    found = {each.year: each.counts for each in _years(panel, code)}
    for year in (first, last):
        if year not in found or any(count <= 0 for count in found[year].values()):
            raise DataError(
                f"{code} has no counts above 0 of the same links in {year}; it has "
                f"{', '.join(map(str, sorted(found)))}",
                file=panel.source,
                field="year",
            )
    links = [link for link in LINKS if link in found[first] and link in found[last]]
    if "cpp_starts" not in links:
        raise DataError("holds no starts of plans in both years", file=panel.source)
    starts = found[first]["cpp_starts"], found[last]["cpp_starts"]
    gap = float(np.log(starts[1] / starts[0]))
    weight = starts[0] if abs(gap) < 1e-12 else (starts[1] - starts[0]) / gap
    rows = []
    earlier = (1.0, 1.0)
    for link in links:
        now = found[first][link], found[last][link]
        change = (now[1] / earlier[1]) / (now[0] / earlier[0])
        rows.append({"link": link, "plans": weight * float(np.log(change)), "multiplier": change})
        earlier = now
    rows.append(
        {"link": "total", "plans": starts[1] - starts[0], "multiplier": starts[1] / starts[0]}
    )
    frame = pd.DataFrame(rows)
    frame.insert(0, "la_code", code)
    frame.insert(1, "from_year", first)
    frame.insert(2, "to_year", last)
    return frame


def _years(panel: AuthorityPanel, code: str) -> list[_Year]:
    own = panel.authority(code)
    held = [link for link in LINKS if link in own.measures]
    if not held:
        raise DataError(f"holds none of {', '.join(LINKS)}", file=panel.source)
    found = []
    for place in np.argsort(own.years):
        counts = {link: float(own.figures[link][place]) for link in held}
        known = {link: count for link, count in counts.items() if np.isfinite(count)}
        if known:
            found.append(_Year(int(own.years[place]), known))
    return found


def _ratio(count: float, of: float) -> tuple[float, float, float]:
    """Ratio of two Poisson counts with its exact 95% interval (Clopper-Pearson on the share)."""
    from scipy.special import betaincinv

    low = 0.0 if count == 0 else float(betaincinv(count, of + 1, 0.025))
    high = float(betaincinv(count + 1, of, 0.975))
    return count / of, low / (1 - low), high / (1 - high)
