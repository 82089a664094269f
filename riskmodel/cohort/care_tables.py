"""Histories in the form of one year's return on children looked after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.census import sex_field
from riskmodel.cohort.care import IN_AREA, SUPPORTED, birthdays, registered_day
from riskmodel.cohort.case_holding import worker_periods
from riskmodel.cohort.histories import History
from riskmodel.cohort.year_tables import ReturnYear
from riskmodel.parameters import parameter
from riskmodel.streams import keyed_uniforms, keys_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["care_tables"]


def care_tables(history: History, year: int) -> dict[str, pd.DataFrame]:
    """The tables of one year's return on children looked after.

    header, episodes, uasc, prev_perm, reviews, oc2 (health), oc3 (care leavers), missing, ad1
    (adoptions), placed_adoption (decisions that a child should be placed for adoption), and from
    2024 on sw_episodes (social workers of those looked after on the last day).
    """
    import pandas as pd

    when, care = ReturnYear(year, "day first"), history.care
    kept = np.flatnonzero(when.active(care["start"], care["end"]))
    # What ended on the last day of a year before belongs to that year.
    frame = care.iloc[kept].reset_index(drop=True)
    children = history.children
    references = children["child_id"].to_numpy()
    end = when.known(frame["end"])
    is_open = end == ""
    supported = SUPPORTED if year < SUPPORTED_YEAR else "K3"
    home, place = parameter("history_postcodes").texts
    episodes = pd.DataFrame(
        {
            "CHILD": references[frame["child"]].astype(str),
            "DECOM": when.known(frame["start"]),
            "RNE": frame["start_reason"],
            "LS": frame["legal_status"],
            "CIN": _needs(history, frame),
            "PLACE": pd.Series(_places(history)[kept], dtype=object).replace(SUPPORTED, supported),
            "PLACE_PROVIDER": frame["provider"],
            "PL_LOCATION": frame["location"],
            "PL_DISTANCE": _distances(history)[kept],
            "DEC": end,
            "REC": np.where(is_open, "", frame["end_reason"]),
            "REASON_PLACE_CHANGE": np.where(is_open, "", frame["placement_change"]),
            "CARE_START": when.known(frame["care_start"]),
            "HOME_POST": np.where(children["unaccompanied"].to_numpy()[frame["child"]], "", home),
            "PL_POST": np.where(frame["placement"] == "P1", home, place),
            "URN": _numbers(frame),
        }
    )
    cared = np.unique(frame["child"].to_numpy())
    beside = _care_records(history, when)
    if year >= WORKERS_YEAR:
        beside["sw_episodes"] = _workers(history, when)
    # A care leaver has a record of a child, and nothing that is asked of children looked after.
    number = np.union1d(cared, beside["oc3"]["child"].to_numpy(dtype=np.int64))
    is_cared, people = np.isin(number, cared), children.iloc[number]
    header, uasc = _people(people, is_cared, when)
    tables = {"header": header, "episodes": episodes, "uasc": uasc}
    of_child = header.set_index(number)[["CHILD", "DOB"]]
    for name, table in beside.items():
        who = of_child.loc[table["child"]].reset_index(drop=True)
        tables[name] = who.join(table.drop(columns="child").reset_index(drop=True))
    return tables


def _people(
    people: pd.DataFrame, is_cared: npt.NDArray[np.bool_], when: ReturnYear
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The header of each child and care leaver, and those who came alone."""
    import pandas as pd

    born = people["birth_date"].to_numpy().astype("datetime64[D]")
    # This return took up the letters in the same year as the census.
    sex = sex_field(when.year)[1]
    header = pd.DataFrame(
        {
            "CHILD": people["child_id"].to_numpy().astype(str),
            "SEX": np.where(people["girl"], sex["female"], sex["male"]),
            "DOB": when.known(born),
            "ETHNIC": people["ethnicity"],
            "UPN": np.where(birthdays(born, 5) <= when.last, "UN5", "UN1"),
            "MOTHER": np.where(people["girl"] & is_cared, "0", ""),
            "MC_DOB": "",
        }
    )
    alone = people["unaccompanied"].to_numpy() & is_cared
    adult = birthdays(born, 18)
    uasc = header.loc[alone, ["CHILD", "SEX", "DOB"]].assign(
        DUC=[day.strftime("%d/%m/%Y") for day in adult[alone].tolist()]
    )
    return header, uasc


def _workers(history: History, when: ReturnYear) -> pd.DataFrame:
    """Who worked in the year with each child looked after on its last day, from every referral on.

    Notes
    -----
    The numbers begin with ``XX``, for none of the workers is registered.
    """
    care, episodes = history.care, history.episodes
    is_open = when.active(care["start"], care["end"]) & (when.known(care["end"]) == "")
    kept = episodes[
        np.isin(episodes["child"], care["child"].to_numpy()[is_open])
        & when.active(episodes["referral"], episodes["closure"])
        & ((episodes["closure"] - episodes["referral"]).dt.days >= WORKED_DAYS).to_numpy()
    ]
    if when.year < GAPS_YEAR:
        kept = kept.sort_values("referral", kind="stable").drop_duplicates("child", keep="last")
        kept = kept.sort_index()
    held = worker_periods(history.children, kept, episodes["worker"])
    held = held[when.active(held["start"], held["end"])]
    return (
        kept[["child"]]
        .iloc[held["row"]]
        .assign(
            SW_ID=[f"XX{number:06d}" for number in held["worker"]],
            SW_DECOM=when.known(held["start"]),
            SW_DEC=when.known(held["end"]),
            SW_REASON=held["reason"].to_numpy(),
        )
    )


def _numbers(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Number of the place of each episode; semi-independence has one since it is registered."""
    begun = frame["start"].to_numpy().astype("datetime64[D]")
    kind = frame["placement"].to_numpy(dtype=object)
    is_registered = (kind == "K2") | ((kind == SUPPORTED) & (begun >= registered_day()))
    has_none = (kind == "P1") | ((kind == SUPPORTED) & ~is_registered)
    return np.select([is_registered, has_none], [HOME_URN, ""], NO_URN).astype(object)


def _distances(history: History) -> npt.NDArray[np.str_]:
    """Miles from home of each episode of care, the same in every return; empty without a home.

    Notes
    -----
    Exponential with the mean of the kind of placement, inside the area up to 30 miles, outside it
    from 2 on. The draw is that of the child and the first day of its placement, for a legal change
    moves nobody. Who came
    alone has no home here, and who is placed with parents is at home.
    """
    care, children = history.care, history.children
    child = care["child"].to_numpy()
    keys = _placement_keys(history)[0]
    means = np.array(parameter("history_distance_miles").numbers).reshape(2, -1)
    kind = care["placement"].map({code: at for at, code in enumerate(IN_AREA)}).to_numpy()
    outside = (care["location"] == "OUT").to_numpy().astype(np.int64)
    least, most = np.array([0.0, NEAREST])[outside], np.array([FARTHEST, np.inf])[outside]
    mean = means[outside, kind] - least
    reached = -np.expm1(-(most - least) / mean)
    miles = least - mean * np.log1p(-keyed_uniforms(keys, 0) * reached)
    miles[(care["placement"] == "P1").to_numpy()] = 0
    words = np.char.mod("%.1f", miles)
    return np.where(children["unaccompanied"].to_numpy()[child], "", words)


def _placement_keys(history: History) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """A key for each placement, of the child and its first day; and its first row of care."""
    care = history.care
    stays = (care["start_reason"] == "L").to_numpy()
    first = np.maximum.accumulate(np.where(stays, 0, np.arange(len(care))))
    begun = care["start"].to_numpy().astype("datetime64[D]").astype(np.int64)[first]
    child = history.children["child_id"].to_numpy()[care["child"].to_numpy()]
    return keys_of(child.astype(np.uint64), begun), first


def _places(history: History) -> npt.NDArray[np.object_]:
    """Kind of placement in the codes of the return: with foster carers for the time being, or long.

    Notes
    -----
    A child begins with carers for the time being (U3 with kin, U6 with others); of placements that
    begin half a year into care or later a share is for long (U1, U4).
    """
    care = history.care
    keys, first = _placement_keys(history)
    begun, since = (care[name].to_numpy().astype("datetime64[D]") for name in (
        "start", "care_start"))  # fmt: skip
    settled = (begun[first] - since[first]).astype(np.int64) >= SETTLED_DAYS
    is_long = settled & (keyed_uniforms(keys, 1) < parameter("history_long_fostering_share").value)
    kind = care["placement"].to_numpy(dtype=object)
    with_kin, with_others = kind == "U1", np.isin(kind, ("U4", "U6"))
    return np.select(
        [with_kin & is_long, with_kin, with_others & is_long, with_others],
        ["U1", "U3", "U4", "U6"],
        kind,
    ).astype(object)


def _needs(history: History, frame: pd.DataFrame) -> list[str]:
    """Need of each episode of care: that of the referral which led to it."""
    cared = history.episodes[history.episodes["care_start"].notna()]
    keys = zip(cared["child"], cared["care_start"], strict=True)
    need = dict(zip(keys, cared["need"], strict=True))
    return [need[key] for key in zip(frame["child"], frame["care_start"], strict=True)]


def _care_records(history: History, when: ReturnYear) -> dict[str, pd.DataFrame]:
    """What stands beside the episodes, with the columns of the return and ``child`` before them."""
    reviews, adoptions, leavers, health, missing = (
        history.records[name] for name in ("reviews", "adoptions", "leavers", "health", "missing")
    )
    missing = missing[when.active(missing["start"], missing["end"])]
    outcomes = health[health["day"].to_numpy().astype("datetime64[D]") == when.last]
    # A decision to place a child stands in each return until the child is adopted.
    decided = adoptions[when.active(adoptions["decided"], adoptions["day"])]
    reviews, adopted, leavers = (
        table[when.holds(table["day"])] for table in (reviews, adoptions, leavers)
    )
    return {
        "reviews": reviews[["child"]].assign(
            REVIEW=when.known(reviews["day"]), REVIEW_CODE=reviews["code"]
        ),
        "oc3": leavers[["child"]].assign(
            IN_TOUCH=leavers["contact"], ACTIV=leavers["activity"], ACCOM=leavers["home"]
        ),
        "ad1": adopted[["child"]].assign(
            DATE_INT=when.known(adopted["decided"]),
            DATE_MATCH=when.known(adopted["matched"]),
            FOSTER_CARE="0",
            NB_ADOPTR=adopted["number"],
            SEX_ADOPTR=adopted["sex"],
            LS_ADOPTR=adopted["status"],
        ),
        "placed_adoption": decided[["child"]].assign(
            DATE_PLACED=when.known(decided["decided"]),
            DATE_PLACED_CEASED="",
            REASON_PLACED_CEASED="",
        ),
        "prev_perm": _permanence(history, when),
        "oc2": outcomes.drop(columns="day"),
        "missing": missing[["child"]].assign(
            MISSING=missing["kind"],
            MIS_START=when.known(missing["start"]),
            MIS_END=when.known(missing["end"]),
        ),
    }


def _permanence(history: History, when: ReturnYear) -> pd.DataFrame:
    """Of each child whose care began in the year whether it had left for good before."""
    care = history.care
    began = care[(care["start_reason"] == "S") & when.holds(care["start"])]
    began = began.drop_duplicates("child", keep="last")
    ended = care[care["last"] & care["end_reason"].isin(PERMANENCE)]
    ended = ended.drop_duplicates("child", keep="last").set_index("child")
    ended = ended.reindex(began["child"])
    earlier = (ended["end"].to_numpy() <= began["start"].to_numpy()) & ended["end"].notna()
    return began[["child"]].assign(
        PREV_PERM=np.where(earlier, ended["end_reason"].map(PERMANENCE).to_numpy(), "Z1"),
        LA_PERM=np.where(earlier, ANYWHERE, ""),
        DATE_PERM=np.where(earlier, when.known(ended["end"].to_numpy()), ""),
    )


PERMANENCE = {"E11": "P1", "E45": "P2", "E46": "P2", "E48": "P2"}
"""Adoption, and special guardianship."""
ANYWHERE = "999"
"""Code for the authority that arranged it."""
SETTLED_DAYS = 183
"""Days in care after which a placement that is meant to last can begin."""
NEAREST, FARTHEST = 2.0, 30.0
"""Miles: a placement outside the area is at least this far from home, one inside at most."""
NO_URN = "XXXXXXX"
"""Code for a place without a number of its own: none of these places exists."""
HOME_URN = "SC000000"
"""In place of the number that every home must have: no real home has this one."""
SUPPORTED_YEAR = 2025
"""First return in which supported accommodation is a placement K3 and no longer H5."""
WORKERS_YEAR = 2024
"""First return that asks for the social workers of children looked after on its last day."""
GAPS_YEAR = 2026
"""First return with gaps allowed between the workers of a child who was referred again."""
WORKED_DAYS = 3
"""A worker who had a case for fewer days has no episode for it."""
