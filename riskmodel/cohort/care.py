"""Children looked after in histories: start and end of care, its episodes and placements.

An episode of care ends where the legal status or the placement changes; the next one begins on that
day. Care ends with a return home, with a special guardian, by adoption, for another reason, or at
the 18th birthday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.ages import ages_in_years
from riskmodel.cohort.working_days import office_days, on_office_days, spread_on_office_days
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IN_AREA", "SUPPORTED", "birthdays", "care_episodes", "care_periods", "registered_day"]

IntArray = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

NEVER = np.datetime64("NaT", "D")
APART_DAYS = 8
"""The fewest days between two changes in care."""

YEAR = 365.25

HOME_AGE, OWN_AGE = 7, 16
"""Ages from which a child can live in a children's home, or in semi-independence."""

ENTRY_AGES = (1, 5, 10, 16)
"""Ages at which the next band of ``history_care_age_ratios`` begins."""

ADOPTED_AGE = 4
"""Only children under this age at the start of care are adopted."""

MOST_ENTER = 0.5
"""At most this share of the children of one age and stage come into care."""

ORDER_AGE = 17
"""No care order, nor an interim one, is made of a child of this age (Children Act 1989, s 31)."""

SUPPORTED = "H5"
"""Semi-independence, called supported accommodation since it is registered."""

OTHER_PLACES = {"U4": "U6", "U6": "U4", "U1": "U4", "K2": "U6", "H5": "K2", "P1": "U6", "A6": "A6"}
"""The kind of placement for a child who would otherwise move to one of the same kind."""


def birthdays(born: Days, years: int) -> Days:
    """The birthday so many years later; for 29 February it is 1 March."""
    months = born.astype("datetime64[M]")
    day = born - months.astype("datetime64[D]")
    found: Days = (months + 12 * years).astype("datetime64[D]") + day
    return found


def care_periods(
    random: np.random.Generator,
    frame: dict[str, Any],
    alone: npt.NDArray[np.bool_],
    at: IntArray,
    born: Days,
) -> None:
    """Add ``care_start`` and ``care_end`` to a round.

    Brothers and sisters enter care together, except that babies enter more often than older
    children. Each leaves separately.
    """
    number = int(at.max(initial=-1)) + 1
    drawn_lot = random.random(number)[at]
    planned = ~np.isnat(frame["plan_start"])
    wait = random.integers(5, 28, size=number)[at]
    # A plan ends within weeks of the day on which a child on it comes to be looked after.
    begun = np.maximum(frame["plan_end"] - wait, frame["plan_start"] + 1)
    start = np.where(planned, begun, frame["assessed"] + 2 * wait)
    # Who is not born yet comes into care from hospital.
    start = np.where((start <= born) & (frame["assessed"] <= born), born + 1 + wait // 5, start)
    shares = np.array(parameter("history_care_shares").numbers)[frame["stage"]]
    band = np.searchsorted(ENTRY_AGES, (start - born).astype(np.int64) / YEAR, side="right")
    shares = shares * np.array(parameter("history_care_age_ratios").numbers)[band]
    enters = (drawn_lot < np.minimum(shares, MOST_ENTER)) & ~np.isnat(start) | alone
    start = np.where(enters, start, born)
    spread = spread_on_office_days(start)
    kept = (spread > np.fmax(frame["plan_start"], born)) & ~(spread >= frame["plan_end"])
    # Who comes alone is looked after within days, whatever the assessment says later.
    start = np.where(alone, frame["referral"] + 1, np.where(kept, spread, on_office_days(start)))
    adult = birthdays(born, 18)
    short = random.random(len(at)) < parameter("history_short_care_share").value
    mean = parameter("history_care_days").numbers
    drawn = np.where(
        short, 7 + random.exponential(mean[0], len(at)), 60 + random.exponential(mean[1], len(at))
    )
    end = spread_on_office_days(start + drawn.astype(np.int64))
    # Care that would go on goes on until the birthday, whatever day of the week that is.
    end = np.where(alone | (end > adult - APART_DAYS), adult, end)
    enters &= (adult - start).astype(np.int64) > 4 * APART_DAYS
    enters &= start > born
    frame["care_start"] = np.where(enters, start, NEVER)
    frame["care_end"] = np.where(enters, end, NEVER)


def care_episodes(
    random: np.random.Generator, children: pd.DataFrame, episodes: pd.DataFrame
) -> pd.DataFrame:
    """Episodes of care, one in each row, in order of child and day.

    Parameters
    ----------
    random
        Generator.
    children, episodes
        As in :class:`riskmodel.cohort.histories.History`.

    Returns
    -------
    pandas.DataFrame
        child, start, end (the day of the change, or of the end of care), and codes of the return
        on children looked after: start_reason, legal_status, placement, provider, location,
        end_reason, placement_change, need. ``last`` marks the episode with which care ends.
    """
    import pandas as pd

    cared = episodes[episodes["care_start"].notna()]
    child = cared["child"].to_numpy()
    start, end = (cared[name].to_numpy().astype("datetime64[D]") for name in (
        "care_start", "care_end"))  # fmt: skip
    alone = children["unaccompanied"].to_numpy()[child]
    born = children["birth_date"].to_numpy().astype("datetime64[D]")[child]
    age = (start - born).astype(np.int64) / YEAR
    days = (end - start).astype(np.int64)
    young, others = parameter("history_court_share").numbers
    order = random.random(len(child)) < np.where(age < ADOPTED_AGE, young, others)
    order &= ~alone & (days > 30) & (start < birthdays(born, ORDER_AGE - 1))
    least, most = parameter("history_adoption_days").numbers
    adopted = order & (age < ADOPTED_AGE) & (days > least) & (days < most)
    adopted &= (end < birthdays(born, 18)) & (random.random(len(child)) < 0.95)
    # Who is adopted lives under another name from then on.
    gone = pd.Series(adopted).groupby(child).cumsum().to_numpy() > adopted
    changes = [_change(np.arange(len(child)), start, "S", np.where(order, "C1", "V2"), "")]
    full = order & (days > 240)
    weeks = 182 + random.integers(0, 40, len(child))
    decided = spread_on_office_days(start + weeks.astype("timedelta64[D]"))
    changes.append(
        _change(np.flatnonzero(full), decided[full], "L", np.where(adopted, "E1", "C2")[full], "")
    )
    placed = np.where(adopted, end - random.integers(120, 190, len(child)), start)
    placed = spread_on_office_days(placed)
    changes.append(_change(np.flatnonzero(adopted), placed[adopted], "P", "", "A6"))
    moves = random.poisson(parameter("history_moves_a_year").value * days / YEAR)
    of = np.repeat(np.arange(len(child)), moves)
    when = spread_on_office_days(start[of] + (random.random(len(of)) * days[of]).astype(np.int64))
    fits = ~adopted[of] | (when < placed[of])
    changes.append(_change(of[fits], when[fits], "P", "", "?"))
    found = pd.concat(changes, ignore_index=True).sort_values(
        ["period", "day"], kind="stable", ignore_index=True
    )
    found = _kept_apart(found[~gone[found["period"]]].reset_index(drop=True), end)
    period = found["period"].to_numpy()
    years = ages_in_years(born[period], found["day"].to_numpy().astype("datetime64[D]"))
    found["placement"] = _placements(random, found, years, alone[period])
    found["legal_status"] = found["legal_status"].replace("", None).ffill()
    return _registered(_as_return(random, found, _Periods(child, start, end, born, alone, adopted)))


def registered_day() -> np.datetime64:
    """The last open day before semi-independence had to be registered with Ofsted."""
    text = str(int(parameter("history_supported_registered").value))
    day = np.datetime64(f"{text[:4]}-{text[4:6]}-{text[6:]}", "D")
    return np.busday_offset(day, 0, roll="backward", busdaycal=office_days())


def _registered(care: pd.DataFrame) -> pd.DataFrame:
    """With a new episode, in a place that is registered, where one lay over that day."""
    import pandas as pd

    day = registered_day()
    start, end = (care[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    over = (care["placement"] == SUPPORTED).to_numpy() & (start < day) & (end > day)
    if not over.any():
        return care
    later = care[over].assign(start=day, start_reason="P")
    earlier = care[over].assign(end=day, end_reason="X1", placement_change="CLOSE", last=False)
    found = pd.concat([care[~over], earlier, later], ignore_index=True)
    return found.sort_values(["child", "start"], kind="stable", ignore_index=True)


def _change(period: IntArray, day: Days, reason: str, status: Any, placement: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "period": period,
            "day": day,
            "start_reason": reason,
            "legal_status": status,
            "placement": placement,
        }
    )


def _kept_apart(found: pd.DataFrame, end: Days) -> pd.DataFrame:
    """Without moves that come too near to another change or to the end of care."""
    if not len(found):
        return found
    period, day = found["period"].to_numpy(), found["day"].to_numpy().astype("datetime64[D]")
    number = day.astype(np.int64)
    before = np.append(10**6, np.diff(number))
    after = np.append(np.diff(number), 10**6)
    same = np.append(np.diff(period) == 0, False)
    near = (np.append(False, same[:-1]) & (before < APART_DAYS)) | (same & (after < APART_DAYS))
    near |= (end[period] - day).astype(np.int64) < APART_DAYS
    is_move = (found["placement"] == "?").to_numpy()
    return found[~(near & is_move)].reset_index(drop=True)


def _placements(
    random: np.random.Generator,
    found: pd.DataFrame,
    years: npt.NDArray[np.float64],
    alone: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    """Where a child lives, by age; a legal change leaves it where it is."""
    import pandas as pd

    codes = np.array(("U4", "U6", "U1", "K2", "H5", "P1"), dtype=object)
    shares = [parameter(f"history_placements_{name}").numbers for name in (
        "young", "school_age", "from_16", "unaccompanied")]  # fmt: skip
    group = np.where(alone, 3, np.searchsorted((10, 16), years, side="right"))
    totals = np.cumsum(np.array(shares) / np.sum(shares, axis=1, keepdims=True), axis=1)
    drawn = codes[(random.random(len(found))[:, None] > totals[group][:, :-1]).sum(axis=1)]
    given = found["placement"].to_numpy()
    stays = (found["start_reason"] == "L").to_numpy()
    placed = np.where(given == "A6", "A6", np.where(stays, None, drawn))
    first = (found["start_reason"] == "S").to_numpy()
    # A parent has a child placed back by the court only, and later.
    placed = np.where(first & (placed == "P1"), "U6", placed)
    # Nor does a young child live in a home, or one under 16 in semi-independence.
    placed = np.where((placed == "K2") & (years < HOME_AGE), "U4", placed)
    placed = np.where((placed == "H5") & (years < OWN_AGE), "U6", placed)
    under_order = found["legal_status"].replace("", None).ffill().isin(("C1", "C2")).to_numpy()
    placed = np.where((placed == "P1") & ~under_order, "U6", placed)
    codes_in_order = pd.Series(placed, dtype=object).ffill().to_list()
    moves = (found["start_reason"] == "P").to_list()
    for row, is_move in enumerate(moves):
        # Who moves lives in another kind of place or with another provider.
        if is_move and codes_in_order[row] == codes_in_order[row - 1]:
            codes_in_order[row] = OTHER_PLACES[codes_in_order[row]]
            if row + 1 < len(moves) and found["start_reason"].iloc[row + 1] == "L":
                codes_in_order[row + 1] = codes_in_order[row]
    return np.array(codes_in_order, dtype=object)


def _locations(random: np.random.Generator, found: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Whether a placement lies in the area of the authority; a legal change moves nobody."""
    shares = dict(zip(IN_AREA, parameter("history_in_area_shares").numbers, strict=True))
    drawn = random.random(len(found)) < found["placement"].map(shares).to_numpy(dtype=float)
    first = np.maximum.accumulate(np.where(found["start_reason"] == "L", 0, np.arange(len(found))))
    return np.where(drawn[first], "IN", "OUT")


IN_AREA = ("U4", "U6", "U1", "K2", "H5", "P1", "A6")
"""Kinds of placement, in the order of the shares that are inside the authority's area."""


@dataclass(frozen=True, slots=True)
class _Periods:
    """Periods of care: the child of each, when it begins and ends, and who the child is."""

    child: IntArray
    start: Days
    end: Days
    born: Days
    alone: npt.NDArray[np.bool_]
    adopted: npt.NDArray[np.bool_]


def _as_return(random: np.random.Generator, found: pd.DataFrame, of: _Periods) -> pd.DataFrame:
    """With ends, reasons, provider and need in the codes of the return."""
    import pandas as pd

    period = found["period"].to_numpy()
    last = np.append(np.diff(period) != 0, True)[: len(period)]
    following = np.append(found["day"].to_numpy()[1:], np.datetime64("NaT"))[: len(period)]
    over = np.where(last, of.end[period], following.astype("datetime64[D]"))
    grown = over >= birthdays(of.born[period], 18)
    home = random.random(len(period))
    secured = (found["legal_status"] == "C2").to_numpy()
    # A special guardian is the former carer, a relative or not, or somebody else.
    kind = found["placement"].str
    guardian = np.select(
        [kind.match("U[123]").to_numpy(dtype=bool), kind.startswith("U").to_numpy(dtype=bool)],
        ["E45", "E46"],
        "E48",
    )
    reason = np.select(
        [~last, of.adopted[period], grown, secured & (home < 0.5), home < 0.85],
        ["X1", "E11", "E7", guardian, "E4A"],
        "E8",
    )
    place = found["placement"].to_numpy(dtype=object)
    moved_on = np.append(found["start_reason"].to_numpy()[1:] == "P", False)[: len(period)]
    providers = {"U4": "PR1", "U6": "PR4", "U1": "PR1", "K2": "PR4", "H5": "PR4", "P1": "PR0"}
    change = np.where(moved_on & ~last, np.where(home < 0.6, "PLACE", "CARPL"), "")
    return pd.DataFrame(
        {
            "child": of.child[period],
            "start": found["day"].to_numpy(),
            "end": over,
            "care_start": of.start[period],
            "start_reason": found["start_reason"],
            "legal_status": found["legal_status"],
            "need": np.where(of.alone[period], "N8", "N1"),
            "placement": place,
            "provider": [providers.get(code, "PR1") for code in place],
            "location": _locations(random, found),
            "end_reason": reason,
            "placement_change": change,
            "last": last,
        }
    ).sort_values(["child", "start"], kind="stable", ignore_index=True)
