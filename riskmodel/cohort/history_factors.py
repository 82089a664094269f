"""Factors and categories of abuse of histories: shares and overlap of the reference cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.dates import months_since_april, plan_month_shares
from riskmodel.cohort.dependence import profiles
from riskmodel.cohort.details import AGE_BAND_FIRSTS, CATEGORIES
from riskmodel.cohort.generate import CohortDesign, loadings
from riskmodel.cohort.lengths import evenly
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ASSESSMENT", "CONFERENCE", "ENQUIRY", "NO_ASSESSMENT", "PLAN_STAGE", "history_categories",
    "history_factors", "referral_stages",
]  # fmt: skip

IntArray = npt.NDArray[np.int64]

NO_ASSESSMENT, ASSESSMENT, ENQUIRY, CONFERENCE, PLAN_STAGE = range(5)
"""How far a referral leads, in the order of ``history_stage_shares``."""


def referral_stages(
    random: np.random.Generator, conference: npt.NDArray[np.datetime64]
) -> IntArray:
    """How far each referral leads; more often to a plan in months in which more plans start."""
    shares = np.array(parameter("history_stage_shares").numbers)
    shares = shares / shares.sum()
    months = np.array(parameter("referral_month_shares").numbers)
    ratio = plan_month_shares() / (months / months.sum())
    # In every stretch of time as many plans as there should be.
    drawn = evenly(random, (conference,))
    others = 1 - shares[PLAN_STAGE] * ratio[months_since_april(conference)]
    before = np.cumsum(shares[:PLAN_STAGE]) / (1 - shares[PLAN_STAGE])
    found: IntArray = np.searchsorted(before[:-1], drawn / others, side="right").astype(np.int64)
    return np.where(drawn < others, found, PLAN_STAGE)


def history_factors(
    random: np.random.Generator, children: pd.DataFrame, episodes: pd.DataFrame
) -> tuple[npt.NDArray[np.bool_], tuple[str, ...]]:
    """Factors of each assessment: shares and overlap of the reference cohort, by age and sex.

    Factors of parents are the same for the family, at every assessment.
    """
    from scipy.special import ndtri

    design = CohortDesign(int(parameter("assessments_prior_median").value))
    targets = design.targets()
    names, counts = targets.counts.factors, targets.counts
    load = loadings(names, design)
    child = episodes["child"].to_numpy()
    family = children["family_id"].to_numpy()[child]
    family -= family.min(initial=0)
    planned = (episodes["stage"] == PLAN_STAGE).to_numpy()
    without = targets.total_assessments - counts.total_plans
    share = np.where(
        planned[:, None], counts.plans / counts.total_plans, targets.without_plan / without
    )
    share *= _by_age_and_sex(children, episodes, names)
    of_family = random.standard_normal((int(family.max(initial=0)) + 1, len(names) + 1))
    own = random.standard_normal((len(episodes), len(names)))
    is_shared = np.array([name.startswith("parent_") for name in names])
    noise = np.where(is_shared, of_family[family, 1:], own)
    latent = load * of_family[family, :1] + np.sqrt(1 - load**2) * noise
    flags = latent > ndtri(1 - np.clip(share, 1e-9, 0.95))
    alone = children["unaccompanied"].to_numpy()[child]
    flags[:, names.index("child_uasc")] = alone
    # A child who came alone has nobody in the household, and cares for none.
    at_home = np.array([name.startswith(("parent_", "other_", "child_young_")) for name in names])
    flags[np.ix_(alone, at_home)] = False
    flags[(episodes["stage"] == NO_ASSESSMENT).to_numpy()] = False
    return flags, names


def _by_age_and_sex(
    children: pd.DataFrame, episodes: pd.DataFrame, names: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    child, strength = episodes["child"].to_numpy(), parameter("dependence").value
    age = (episodes["referral"].to_numpy() - children["birth_date"].to_numpy()[child]).astype(
        "timedelta64[D]"
    )
    years = np.floor(age.astype(np.int64) / 365.25)
    band = np.searchsorted(AGE_BAND_FIRSTS, years, side="right") - 1
    sex = np.where(children["girl"].to_numpy()[child], 0, 1)
    times = np.ones((len(episodes), len(names)))
    for place, profile in profiles("age_profile_", names, strength).items():
        times[:, place] *= profile[band]
    for place, profile in profiles("sex_profile_", names, strength).items():
        times[:, place] *= profile[sex]
    return times


def history_categories(
    random: np.random.Generator,
    episodes: pd.DataFrame,
    flags: npt.NDArray[np.bool_],
    factors: tuple[str, ...],
) -> IntArray:
    """Category of abuse of each plan, by its child's factors; mostly one for the family."""
    weights = np.log(np.array(parameter("category_shares").numbers))
    strength = parameter("dependence").value
    scores = np.tile(weights, (len(episodes), 1))
    for place, profile in profiles("category_profile_", factors, strength).items():
        scores += flags[:, [place]] * np.log(profile)
    drawn = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)
    first = episodes.assign(drawn=drawn).groupby(["family", "referral"], sort=False)["drawn"]
    is_own = random.random(len(drawn)) < parameter("own_category_share").value
    found: IntArray = np.where(is_own, drawn, first.transform("first").to_numpy())
    assert found.max(initial=0) < len(CATEGORIES)
    return found
