"""Histories with exactly the looked-after children that the documents of 2015 count.

What is printed holds exactly at its date: at 31 March 2015 legal statuses and unaccompanied
children; at 30 September 2015 all children, unaccompanied ones, those in own and in private homes,
and those with agency carers, in the county and outside. Everything else is assumed, as in all
histories.

Children are made as in all histories, and then chosen, rare ones first, until every count is met;
the chosen children are not altered. Only three things are set afterwards: which homes are the
authority's own, which agency carers live in the county, and that children under protection by
police or court were so for the first days of their care.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.care_pool import Bools, children_in_care, in_care, some_children
from riskmodel.cohort.histories import History, HistoryDesign, completed
from riskmodel.cohort.working_days import on_office_days
from riskmodel.errors import DataError
from riskmodel.published import load_table
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AUTUMN",
    "SPRING",
    "CareTargets",
    "care_targets",
    "looked_after_as_published",
    "without_care",
]

SPRING, AUTUMN = np.datetime64("2015-03-31", "D"), np.datetime64("2015-09-30", "D")
"""The two dates for which something is printed."""

_STATUSES = {"Full Care Order": "C2", "Interim Care Order": "C1", "Placement Order": "E1",
             "Voluntary - Section 20": "V2"}  # fmt: skip
_PROTECTION = "Police Protection or Emergency Protection"
_HOME, _AGENCY, _OTHER = "K2", "U6", "other"
_FAMILIES = 120_000
_MOST_POOLS = 12
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CareTargets:
    """The printed counts of looked-after children.

    Parameters
    ----------
    statuses
        At 31 March 2015, by code of the return; ``L2`` is protection by police or court.
    alone_in_spring, alone_in_autumn
        Unaccompanied children at the two dates.
    total
        At 30 September 2015.
    own_homes, private_homes
        In residential placements at that date.
    agency, agency_in_county
        With agency foster carers at that date, and how many of these in the county.
    """

    statuses: Mapping[str, int]
    alone_in_spring: int
    alone_in_autumn: int
    total: int
    own_homes: int
    private_homes: int
    agency: int
    agency_in_county: int

    @property
    def placements(self) -> dict[str, int]:
        """Children in homes, with agency carers and elsewhere at 30 September 2015."""
        homes = self.own_homes + self.private_homes
        return {_HOME: homes, _AGENCY: self.agency, _OTHER: self.total - homes - self.agency}


def care_targets() -> CareTargets:
    """The printed counts: para 20 of the report card, paras 4 to 6 of that on missing children."""
    printed, statements = load_table("legal_status"), load_table("statements")

    def status(row: str) -> int:
        return int(printed.figure(row, "2014_15").interval.low)

    def stated(name: str) -> int:
        return int(statements.figure(name).interval.low)

    alone = load_table("unaccompanied_children")
    return CareTargets(
        {**{code: status(row) for row, code in _STATUSES.items()}, "L2": status(_PROTECTION)},
        int(alone.figure(alone.keys[0], "2014_15").interval.low),
        stated("unaccompanied_children_september_2015"),
        stated("looked_after_children_september_2015"),
        stated("residential_placements_local_authority"),
        stated("residential_placements_private"),
        stated("independent_fostering_placements"),
        stated("independent_fostering_placements_in_oxfordshire"),
    )


def without_care(history: History) -> History:
    """The same histories without children who are looked after at one of the dates."""
    cared = in_care(history.care, SPRING) | in_care(history.care, AUTUMN)
    inside = np.ones(len(history.children), dtype=bool)
    inside[history.care["child"].to_numpy()[cared]] = False
    return some_children(history, inside)


def looked_after_as_published(design: HistoryDesign) -> History:
    """Histories of children, with exactly the printed numbers looked after at the two dates.

    Parameters
    ----------
    design
        Its seed and authority name the draws; references begin after those of its children.
    """
    targets = care_targets()
    random = stream(design.seed, f"cohort/published_care/{design.authority}")
    near = replace(design, first_year=2015, last_year=2016, published_care=False)
    pool: History | None = None
    for _ in range(_MOST_POOLS):
        pool = children_in_care(random, near, _FAMILIES, (SPRING, AUTUMN), pool)
        chosen = _chosen(_Pool.of(pool), targets)
        if chosen is not None:
            break
    else:
        raise DataError("no choice of children has the printed numbers of looked-after children")
    picked = some_children(pool, chosen)
    care = _placed(random, _protected(picked.care, targets.statuses["L2"]), targets)
    people = picked.children.drop(columns="child_id")
    people["family_id"] = np.unique(people["family_id"], return_inverse=True)[1]
    people, episodes, flags, factors = completed(random, people, picked.episodes, design.children)
    return History(people, episodes, flags, care, factors)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Of each child its legal status in spring and its placement in autumn; "" for out of care."""

    status: npt.NDArray[np.str_]
    placement: npt.NDArray[np.str_]
    alone: Bools
    just_begun: Bools

    @classmethod
    def of(cls, history: History) -> _Pool:
        care, number = history.care, len(history.children)
        columns = []
        for day, name in ((SPRING, "legal_status"), (AUTUMN, "placement")):
            rows = in_care(care, day)
            held = np.full(number, "", dtype="U5")
            held[care["child"].to_numpy()[rows]] = care[name].to_numpy(dtype=str)[rows]
            columns.append(held)
        status, placement = columns
        placement[~np.isin(placement, ("", _HOME, _AGENCY))] = _OTHER
        just_begun = np.zeros(number, dtype=bool)
        just_begun[care["child"].to_numpy()[_just_begun(care)]] = True
        return cls(status, placement, history.children["unaccompanied"].to_numpy(), just_begun)


def _just_begun(care: pd.DataFrame) -> Bools:
    """Episodes with which care began by agreement in the last week of March, and lasts on."""
    start, end = (care[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    begun = (care["start_reason"] == "S").to_numpy() & (care["legal_status"] == "V2").to_numpy()
    return np.asarray(begun & (start > SPRING - 7) & (start <= SPRING) & (end > SPRING + 14))


def _chosen(pool: _Pool, targets: CareTargets) -> Bools | None:
    """Children who together have the printed numbers; None where the pool has too few."""
    spring, autumn = pool.status != "", pool.placement != ""
    both = spring & autumn
    chosen = np.zeros(len(spring), dtype=bool)
    # Who came alone is counted apart; what of the placements they take is left to the others.
    alone_both = min(
        round(targets.alone_in_spring * both[pool.alone].sum() / spring[pool.alone].sum()),
        targets.alone_in_autumn,
    )
    for kind, number in (
        (both, alone_both),
        (spring & ~autumn, targets.alone_in_spring - alone_both),
        (autumn & ~spring, targets.alone_in_autumn - alone_both),
    ):
        rows = np.flatnonzero(kind & pool.alone)[:number]
        if len(rows) < number:
            return None
        chosen[rows] = True
    # Who is under protection in the last week of March is with the others by agreement so far.
    statuses = {**targets.statuses, "V2": targets.statuses["V2"] + targets.statuses["L2"]}
    del statuses["L2"]
    left = {code: n - int((pool.status[chosen] == code).sum()) for code, n in statuses.items()}
    places = {
        code: n - int((pool.placement[chosen] == code).sum())
        for code, n in targets.placements.items()
    }
    if min(*left.values(), *places.values()) < 0:
        return None
    rest = ~pool.alone
    stays = min(sum(left.values()) * both[rest].sum() / spring[rest].sum(), sum(places.values()))
    share = stays / sum(places.values())
    quotas = {("both", code): round(share * n) for code, n in places.items()}
    quotas |= {("new", code): n - quotas["both", code] for code, n in places.items()}
    quotas["gone", ""] = sum(left.values()) - sum(quotas["both", code] for code in places)
    if not _fill(chosen, pool, left, quotas, targets.statuses["L2"]):
        return None
    return chosen


def _fill(
    chosen: Bools,
    pool: _Pool,
    left: dict[str, int],
    quotas: dict[tuple[str, str], int],
    protected: int,
) -> bool:
    """Choose children until no quota is left, the rare ones first; whether it could be done."""
    for position, rows in enumerate(_in_order(pool)):
        for row in rows.tolist():
            status, place = str(pool.status[row]), str(pool.placement[row])
            kind = ("both" if status and place else "gone" if status else "new", place)
            if chosen[row] or not quotas[kind] or (status and not left.get(status, 0)):
                continue
            if position == 0:
                if not protected:
                    break
                protected -= 1
            chosen[row] = True
            quotas[kind] -= 1
            if status:
                left[status] -= 1
    return not protected and not any(quotas.values()) and not any(left.values())


def _in_order(pool: _Pool) -> Iterator[Ints]:
    """Children who did not come alone, by how hard it is to find them."""
    rest, spring = ~pool.alone, pool.status != ""
    for rows in (
        rest & pool.just_begun & (pool.status == "V2"),
        rest & spring & (pool.placement == _HOME),
        rest & (pool.status == "E1"),
        rest,
    ):
        yield np.flatnonzero(rows)


def _protected(care: pd.DataFrame, number: int) -> pd.DataFrame:
    """Care of so many children begins under protection by police or court, until 1 April."""
    import pandas as pd

    rows = np.flatnonzero(_just_begun(care))[:number]
    later = on_office_days(np.full(number, SPRING + 1))
    first = care.iloc[rows].assign(
        end=later, legal_status="L2", end_reason="X1", placement_change="", last=False
    )
    after = care.iloc[rows].assign(start=later, start_reason="L")
    rest = care.drop(index=care.index[rows])
    return pd.concat([rest, first, after]).sort_values(
        ["child", "start"], kind="stable", ignore_index=True
    )


def _placed(random: np.random.Generator, care: pd.DataFrame, targets: CareTargets) -> pd.DataFrame:
    """Which homes are the authority's own, and which agency carers live in the county."""
    care = care.copy()
    # A placement goes on where only the legal status changes.
    placement = (care["start_reason"] != "L").cumsum().to_numpy()
    autumn = in_care(care, AUTUMN)
    for code, column, number, words in (
        (_HOME, "provider", targets.own_homes, ("PR1", "PR4")),
        (_AGENCY, "location", targets.agency_in_county, ("IN", "OUT")),
    ):
        there = placement[autumn & (care["placement"] == code).to_numpy()]
        order = random.permutation(there)
        for word, part in zip(words, (order[:number], order[number:]), strict=True):
            care.loc[np.isin(placement, part), column] = word
    return care
