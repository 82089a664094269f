"""How far factors occur together: what the copula implies, and the loading for a given lift."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from riskmodel.cohort.targets import CohortTargets
from riskmodel.errors import DataError

__all__ = ["PARENTAL_PAIRS", "PARENTAL_TRIPLES", "calibrated_loading", "joint_probability", "lift"]

FloatArray = npt.NDArray[np.float64]

NODES = 400

PARENTAL_PAIRS = (
    ("parent_domestic_violence", "parent_mental_health"),
    ("parent_domestic_violence", "parent_alcohol_misuse"),
    ("parent_domestic_violence", "parent_drugs_misuse"),
    ("parent_mental_health", "parent_alcohol_misuse"),
    ("parent_mental_health", "parent_drugs_misuse"),
)
"""Pairs of the three: domestic abuse, mental health and substance misuse of parents; alcohol and
drugs are one of the three."""

PARENTAL_TRIPLES = (
    ("parent_domestic_violence", "parent_mental_health", "parent_alcohol_misuse"),
    ("parent_domestic_violence", "parent_mental_health", "parent_drugs_misuse"),
)
"""One factor for each of the three."""


def joint_probability(shares: Sequence[float], loadings: Sequence[float]) -> float:
    """Probability that one row of a stratum has all of these factors.

    Parameters
    ----------
    shares
        Share of the stratum with each factor.
    loadings
        l_j of each.

    Notes
    -----
    Given the shared u the factors are independent, so the probability is the integral over u of
    prod_j Phi((l_j u - t_j) / sqrt(1 - l_j^2)) with t_j = Phi^-1(1 - share_j). For two factors this
    is the bivariate normal orthant probability with correlation l_1 l_2. Gauss-Legendre over u.
    """
    from scipy.special import ndtr, ndtri

    nodes, weights = _legendre()
    shared = 9.0 * nodes
    density = 9.0 * weights * np.exp(-(shared**2) / 2) / np.sqrt(2 * np.pi)
    product = np.ones_like(shared)
    for share, loading in zip(shares, loadings, strict=True):
        if share <= 0:
            return 0.0
        if share < 1:
            own = max(np.sqrt(1 - loading**2), 1e-9)
            product *= ndtr((loading * shared - ndtri(1 - share)) / own)
    return float(np.sum(density * product))


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights, which take longer to find than the integral."""
    return np.polynomial.legendre.leggauss(NODES)


def lift(targets: CohortTargets, factors: Sequence[str], loadings: Sequence[float]) -> float:
    """How many times as often factors occur together as if they were independent.

    Parameters
    ----------
    targets
        Counts of the cohort, which give the weights of the two outcome strata.
    factors
        Two or more factor names.
    loadings
        Loading of each.
    """
    counts = targets.counts
    where = [counts.factors.index(name) for name in factors]
    total = targets.total_assessments
    together = 0.0
    for rows, present in (
        (counts.total_plans, counts.plans),
        (total - counts.total_plans, targets.without_plan),
    ):
        if rows:
            together += rows / total * joint_probability((present[where] / rows).tolist(), loadings)
    return together / float(np.prod(counts.assessments[where] / total))


def calibrated_loading(targets: CohortTargets, pair_lift: float) -> float:
    """The loading of the parental factors at which their pairs have a given lift on average.

    Raises
    ------
    DataError
        When no loading between 0 and 1 gives it; the message names the possible range.
    """
    from scipy.optimize import brentq

    def excess(loading: float) -> float:
        lifts = [lift(targets, pair, (loading, loading)) for pair in PARENTAL_PAIRS]
        return float(np.mean(lifts)) - pair_lift

    lowest, highest = excess(0.0), excess(1.0)
    if lowest > 0 or highest < 0:
        raise DataError(
            f"a mean pair lift of {pair_lift:g} is out of reach at these counts: it can lie "
            f"between {lowest + pair_lift:.2f} and {highest + pair_lift:.2f}"
        )
    return float(brentq(excess, 0.0, 1.0, xtol=1e-6))
