"""Without a return: the report card's figures of placements, together with what ships."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.placements.arrivals import Mix, fitted_mix
from riskmodel.placements.kinds import BANDS, KINDS, RATED_EXITS
from riskmodel.placements.openings import Openings
from riskmodel.placements.projecting import Known
from riskmodel.placements.rates import YEAR, Rates, fitted_rates
from riskmodel.published import Figure, load_table
from riskmodel.published.area import published_area

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CardFigures", "card_figures", "published_known"]

_OWN_HOMES = "In the authority's own homes"
_STATEMENTS: Mapping[str, str] = {
    "looked_after_children_september_2015": "Children looked after",
    "unaccompanied_children_september_2015": "Of these, unaccompanied",
    "residential_placements": "In residential placements",
    "residential_placements_local_authority": _OWN_HOMES,
    "residential_placements_private": "In private homes",
    "independent_fostering_placements": "With agency foster carers",
    "independent_fostering_placements_in_oxfordshire": "Of these, in the county",
}
_GROWTH: Mapping[str, tuple[str, str]] = {
    "residential_placement_growth_since_april_2015_percent": (
        "residential_placements_private", "2015-04-01",
    ),
    "independent_fostering_growth_since_april_2015_percent": (
        "independent_fostering_placements", "2015-04-01",
    ),
    "looked_after_growth_september_2014_2015_percent": (
        "looked_after_children_september_2015", "2014-09-30",
    ),
    "unaccompanied_children_growth_september_2014_2015_percent": (
        "unaccompanied_children_september_2015", "2014-09-30",
    ),
    "private_residential_growth_september_2014_2015_percent": (
        "residential_placements_private", "2014-09-30",
    ),
    "independent_fostering_growth_september_2014_2015_percent": (
        "independent_fostering_placements", "2014-09-30",
    ),
}  # fmt: skip
"""Growth that is printed in place of a number: of what, since when. The 36.2% of para 5 is
impossible for whole numbers of all residential placements, but possible for those in private homes
(see the audit)."""
_YEARS, _SUMMERS = range(2010, 2015), range(2013, 2016)
OPENING_MONTH = "2015-09"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CardFigures(Result):
    """Placement figures as printed, each at its date.

    Parameters
    ----------
    frame
        date, what, children, printed (for an earlier date the growth since, from which the number
        of children follows), source (document and paragraph), basis.
    """

    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """See :attr:`frame`."""
        return self.frame.copy()

    def summary(self) -> str:
        """Which figures add up, and between which dates."""
        frame = self.frame
        rows = frame["date"].isin(("2015-03-31", "2015-09-30"))
        of = frame[rows].drop_duplicates("what", keep="last").set_index("what")["children"]
        return (
            f"{published_area()}: {of['All legal statuses']:,} children looked after at 31 March "
            f"2015 by legal status, {of['Children looked after']:,} at 30 September 2015, of whom "
            f"{of['In residential placements']:,} in residential placements "
            f"({of[_OWN_HOMES]:,} own and "
            f"{of['In private homes']:,} private) and {of['With agency foster carers']:,} with "
            "agency foster carers. The two dates are half a year apart, and are not added."
        )


def card_figures() -> CardFigures:
    """The figures of the report card and of the report on missing children."""
    import pandas as pd

    rows: list[tuple[str, str, int, Figure]] = []
    for table, total in (("legal_status", "All legal statuses"), ("unaccompanied_children", "")):
        printed = load_table(table)
        for key in printed.keys:
            what = (total if key == "Total" else key) if total else "Unaccompanied children"
            for year in _YEARS:
                figure = printed.figure(key, f"{year}_{(year + 1) % 100}")
                rows.append((f"{year + 1}-03-31", what, int(figure.interval.low), figure))
    snapshots = load_table("activity_snapshots")
    for year in _SUMMERS:
        figure = snapshots.figure("Looked After", f"july_{year}")
        rows.append((f"{year}-07", "Children looked after", int(figure.interval.low), figure))
    statements = load_table("statements")
    for name, words in _STATEMENTS.items():
        figure = statements.figure(name)
        rows.append(("2015-09-30", words, int(figure.interval.low), figure))
    for growth, (name, date) in _GROWTH.items():
        now, figure = int(statements.figure(name).interval.low), statements.figure(growth)
        rows.append((date, _STATEMENTS[name], number_before(now, figure.printed), figure))
    rows.sort(key=lambda row: row[0])
    frame = pd.DataFrame(
        [
            {
                "date": date, "what": what, "children": children, "printed": figure.printed,
                "source": f"{figure.document.title}, para {figure.paragraph}",
                "basis": "published",
            }
            for date, what, children, figure in rows
        ]
    )  # fmt: skip
    return CardFigures(frame)


def number_before(now: int, growth: str) -> int:
    """The whole number that grew by this percentage, rounded or cut off, to the present one.

    Raises
    ------
    DataError
        When no number fits, or several do.

    Examples
    --------
    >>> number_before(79, "36.2%"), number_before(103, "10.7%")
    (58, 93)
    """
    printed = Fraction(growth.removesuffix("%"))
    digits = len(growth.removesuffix("%").partition(".")[2])
    found = []
    for before in range(1, now):
        exact = Fraction(100 * (now - before), before) * 10**digits
        if printed * 10**digits in (math.floor(exact), math.floor(exact + Fraction(1, 2))):
            found.append(before)
    if len(found) != 1:
        raise DataError(f"{len(found)} whole numbers grew by {growth} to {now}")
    return found[0]


def published_known() -> Known:
    """What is published for 30 September 2015, and what ships for the rest.

    Notes
    -----
    Children in own and private homes and with agency carers are as printed. The other children are
    spread over the other kinds, and all over the age bands, by shares that ship; the shares of
    kinds are drawn once in each simulation (:class:`~riskmodel.placements.openings.Openings`).
    Unaccompanied children are taken first from those of 16 and 17. What is not printed is assumed.
    """
    frame = card_figures().frame
    of = frame[frame["date"] == "2015-09-30"].set_index("what")["children"]
    total, alone = int(of["Children looked after"]), int(of["Of these, unaccompanied"])
    numbers = dict.fromkeys(KINDS, 0) | {
        "own_residential": int(of[_OWN_HOMES]),
        "private_residential": int(of["In private homes"]),
        "agency_fostering": int(of["With agency foster carers"]),
    }
    shares = dict(zip(KINDS, parameter("placements_stock_kinds").numbers, strict=True))
    rest = np.array([0.0 if numbers[name] else shares[name] for name in KINDS])
    printed = np.array([numbers[name] for name in KINDS])
    openings = Openings(printed, rest / rest.sum(), total, alone)
    made = openings.children(openings.shares)
    source = "published figures of 30 September 2015, and shipped shares and rates"
    none = np.zeros(0, dtype=np.int64)
    mix, share = fitted_mix(None), parameter("unaccompanied_share_of_starts").value
    mix = replace(mix, alone=mix.alone.sum() * np.array([1 - share, share]))
    rates, mix = _steady(fitted_rates(None), mix, made)
    return Known(published_area(), OPENING_MONTH, source, made, rates, mix, None, none, openings)


def _steady(rates: Rates, mix: Mix, children: npt.NDArray[np.void]) -> tuple[Rates, Mix]:
    """Shipped rates and mix, with arrivals in each kind scaled so that the printed mix would last.

    Nothing is published of how it changes, and what is shipped is no other authority's. With exits
    and moves as shipped, arrivals in kind k, those who begin and those who move, are multiplied by
    f_k until stocks in balance are in proportion to the children there are.
    """
    kinds, exits = len(KINDS), len(RATED_EXITS)
    cell = (children["kind"].astype(int) * len(BANDS) + children["band"]) * 2 + children["alone"]
    number = np.bincount(children["kind"], minlength=kinds)
    summed = np.zeros((kinds, rates.shape.shape[1]))
    np.add.at(summed, children["kind"], rates.mean[cell])
    mean = summed / np.maximum(number, 1)[:, None]
    grown = np.bincount(children["kind"], children["grown"] < YEAR, minlength=kinds)
    leaves = mean[:, :exits].sum(axis=1) + grown / np.maximum(number, 1)
    spread = mix.kinds / mix.kinds.sum(axis=2, keepdims=True) * mix.bands[..., None]
    by_alone = mix.alone[:, None] * spread.sum(axis=1) / mix.bands.sum(axis=1, keepdims=True)
    begins, factor = by_alone.sum(axis=0), np.ones(kinds)
    for _ in range(200):
        moves = mean[:, exits:] * factor
        balance = np.diag(leaves + moves.sum(axis=1)) - moves.T
        stock = np.linalg.solve(balance, begins * factor)
        factor *= (number / number.sum() / np.maximum(stock / stock.sum(), 1e-9)) ** 0.2
        factor *= begins.sum() / (factor @ begins)
    shape = rates.shape.copy()
    shape[:, exits:] *= factor
    return replace(rates, shape=shape), replace(mix, kinds=mix.kinds * factor)
