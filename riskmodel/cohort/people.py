"""Who the children of histories are, why they were referred, and who works with them.

Brothers and sisters have one ethnic group, one referral and one worker; a disability follows from
the factors of a child's assessments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.history_factors import ENQUIRY
from riskmodel.parameters import parameter
from riskmodel.streams import keyed_uniforms, keys_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_people", "help_days"]

ETHNIC_GROUPS = (
    "WBRI", "WIRI", "WOTH", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH", "BCRB",
    "BAFR", "BOTH", "OOTH", "NOBT",
)  # fmt: skip
GROUPS_ALONE = ("OOTH", "AOTH", "BAFR", "WOTH")
SOURCES = ("1A", "1B", "2A", "2B", "3A", "3C", "3E", "4", "5A", "5B", "6", "7", "8", "9", "10")
SCHOOLS = ("2A", "2B")
POLICE = "6"
NEEDS = ("N1", "N3", "N4", "N5", "N6", "N7")
ABUSE, DISABILITY, SOCIAL, FAMILY, ALONE = "N1", "N2", "N6", "N5", "N8"
DISABILITIES = {
    "child_learning_disability": (("LD", "LD COMM", "LD BEH"), "history_learning_shares"),
    "child_physical_disability": (
        ("MOB", "MOB PC", "HAND", "INC", "HEAR", "VIS", "CON"), "history_physical_shares"
    ),
    "child_asc": (("AUT",), None),
}  # fmt: skip
"""Codes of a factor, and the parameter with the percentage of each."""
SCHOOL_AGE, YOUTH = 4, 10
YEAR = 365.25


def describe_people(
    random: np.random.Generator,
    children: pd.DataFrame,
    episodes: pd.DataFrame,
    flags: npt.NDArray[np.bool_],
    factors: tuple[str, ...],
) -> None:
    """Add who the children are, why they were referred, and who works with them.

    Parameters
    ----------
    random
        Generator.
    children, episodes, flags, factors
        As in :class:`riskmodel.cohort.histories.History`. ``children`` gets the columns ethnicity
        and disability (codes of the census, separated by a space), ``episodes`` the columns source,
        need and worker (a number).
    """
    family = np.unique(children["family_id"].to_numpy(), return_inverse=True)[1]
    alone = children["unaccompanied"].to_numpy()
    number = int(family.max(initial=-1)) + 1
    group = _drawn(random, "history_ethnic_group_shares", ETHNIC_GROUPS, number)[family]
    children["ethnicity"] = np.where(alone, random.choice(GROUPS_ALONE, len(alone)), group)
    child = episodes["child"].to_numpy()
    words = np.full(len(children), "", dtype="U24")
    birthday = children["birth_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    keys = keys_of(np.arange(len(words), dtype=np.uint64), birthday)
    for place, (name, (codes, shares)) in enumerate(DISABILITIES.items()):
        if name in factors:
            has = np.bincount(child, flags[:, factors.index(name)], minlength=len(words)) > 0
            below = np.cumsum(parameter(shares).numbers if shares else [100])[:-1] / 100
            which = np.searchsorted(below, keyed_uniforms(keys, place), side="right")
            code = np.char.add(np.array(codes)[which], " ")
            words = np.where(has, np.char.add(words, code), words)
    children["disability"] = np.char.strip(words)
    born = children["birth_date"].to_numpy().astype("datetime64[D]")[child]
    referral = episodes["referral"].to_numpy().astype("datetime64[D]")
    age = (referral - born).astype(np.int64) / YEAR
    days = referral.astype(np.int64)
    meeting, of = np.unique(np.stack([family[child], days]), axis=1, return_inverse=True)
    of = of.reshape(-1)
    eldest = np.full(meeting.shape[1], -1.0)
    np.maximum.at(eldest, of, age)
    source = _drawn(random, "history_referral_source_shares", SOURCES, len(eldest))
    source = np.where(np.isin(source, SCHOOLS) & (eldest < SCHOOL_AGE), "3A", source)
    need = _drawn(random, "history_need_shares", NEEDS, len(eldest))[of]
    need = np.where((need == SOCIAL) & (age < YOUTH), FAMILY, need)
    only = (episodes["stage"] <= ENQUIRY).to_numpy()
    is_disabled = (children["disability"] != "").to_numpy()[child]
    need = np.where(only, np.where(is_disabled & (need != ABUSE), DISABILITY, need), ABUSE)
    episodes["need"] = np.where(alone[child], ALONE, need)
    episodes["source"] = np.where(alone[child], POLICE, source[of])
    episodes["worker"] = children["family_id"].min() + _workers(episodes, family[child])


def help_days(random: np.random.Generator, number: int) -> npt.NDArray[np.int64]:
    """Days for which children have help as children in need."""
    mean = parameter("history_need_plan_days").value
    return np.asarray(30 + random.gamma(1.5, mean / 1.5, size=number), dtype=np.int64)


def _workers(episodes: pd.DataFrame, family: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A worker for each family, as many as the cases of a day in the middle of the years need."""
    day = episodes["referral"].median()
    is_open = (episodes["referral"] <= day) & (episodes["closure"] > day)
    wished = int(is_open.sum()) / parameter("history_cases_a_worker").value
    return np.asarray(family % max(round(wished), 1), dtype=np.int64)


def _drawn(
    random: np.random.Generator, name: str, codes: tuple[str, ...], number: int
) -> npt.NDArray[np.str_]:
    shares = np.array(parameter(name).numbers)
    return random.choice(np.array(codes), size=number, p=shares / shares.sum())
