"""How certain a factor's rank and quadrant are, with uncertain rates and thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.factors.quadrants import QuadrantRegion
from riskmodel.families import DesignEffects, effective_counts

__all__ = ["DRAWS", "Membership", "membership", "rank_probabilities"]

DRAWS = 20_000


@dataclass(frozen=True, slots=True, repr=False)
class Membership(Result):
    """Probability that each factor lies in each quadrant.

    Parameters
    ----------
    factors
        Names, length J.
    probabilities
        By (prevalence, impact), shape (J,); the four add up to 1.
    standard_error
        Largest Monte Carlo standard error of a probability.
    draws
        Number of draws.
    """

    factors: tuple[str, ...]
    probabilities: dict[tuple[str, str], Floats]
    standard_error: float
    draws: int

    def to_frame(self) -> pd.DataFrame:
        """A row for each factor, a column for each quadrant (``high_low``: high prevalence)."""
        frame = pd.DataFrame({"factor": self.factors})
        for (prevalence, impact), values in self.probabilities.items():
            frame[f"{prevalence}_{impact}"] = values
        frame["monte_carlo_standard_error"] = self.standard_error
        return frame

    def summary(self) -> str:
        """How many factors lie in one quadrant almost certainly."""
        sure = sum(
            max(values[row] for values in self.probabilities.values()) >= 0.95
            for row in range(len(self.factors))
        )
        return (
            f"{sure} of {len(self.factors)} factors stand in one quadrant with a chance of 95% or "
            "more; of the others chance could have decided the quadrant."
        )


def membership(
    counts: FactorCounts,
    region: QuadrantRegion,
    random: np.random.Generator,
    *,
    draws: int = DRAWS,
    design: DesignEffects | None = None,
) -> Membership:
    """Probabilities of each quadrant, with thresholds drawn from their possible range.

    Parameters
    ----------
    counts
        Counts per factor.
    region
        The possible cuts, for the reading by plans; they are drawn evenly.
    random
        Generator.
    draws
        Number of draws.
    design
        Design effects: each rate counts as that of fewer assessments, each share as that of fewer
        plans, divided by its effect.

    Raises
    ------
    DataError
        When no cut is feasible, or the region is not by plans.

    Notes
    -----
    Conversion: Beta(k + 1/2, n - k + 1/2). Plans with the factor: Gamma(k + 1/2, 1), the Jeffreys
    posterior of a Poisson mean, as a share of the plans counted. Cuts: uniform on their feasible
    intervals, the same in a draw for every factor. (METHODS section 3.)
    """
    share, impact = region.prevalence_share, region.impact
    if share is None or impact is None:
        raise DataError("membership needs feasible cuts on plans and on impact; there are none")
    if draws < 1:
        raise DataError(f"draws must be at least 1, got {draws}")
    prevalence_cut = _drawn_cut(random, share, draws) * max(counts.total_plans, 1)
    impact_cut = _drawn_cut(random, impact, draws)
    number = len(counts.factors)
    common, often = np.empty((number, draws), bool), np.empty((number, draws), bool)
    for row, (n, k, effect) in enumerate(effective_counts(counts, design)):
        share_effect = design.effects[counts.factors[row]][1] if design else 1.0
        whole = k * effect / share_effect
        common[row] = random.standard_gamma(whole + 0.5, draws) * share_effect >= prevalence_cut
        often[row] = random.beta(k + 0.5, n - k + 0.5, draws) >= impact_cut
    probabilities = {
        ("high", "high"): (common & often).mean(axis=1),
        ("high", "low"): (common & ~often).mean(axis=1),
        ("low", "high"): (~common & often).mean(axis=1),
        ("low", "low"): (~common & ~often).mean(axis=1),
    }
    worst = max(float(np.max(p * (1 - p), initial=0.0)) for p in probabilities.values())
    return Membership(counts.factors, probabilities, math.sqrt(worst / draws), draws)


def rank_probabilities(
    counts: FactorCounts,
    random: np.random.Generator,
    *,
    draws: int = DRAWS,
    design: DesignEffects | None = None,
) -> pd.DataFrame:
    """Distribution of each factor's rank by conversion rate.

    Parameters
    ----------
    counts
        Counts per factor.
    random
        Generator.
    draws
        Number of draws from each factor's Beta(k + 1/2, n - k + 1/2).
    design
        Design effects: each rate counts as that of fewer assessments, divided by its effect.

    Returns
    -------
    pandas.DataFrame
        Columns factor, rank_median, rank_low, rank_high (95% interval), probability_highest,
        probability_lowest; rank 1 is the highest rate.
    """
    rates = np.stack(
        [random.beta(k + 0.5, n - k + 0.5, draws) for n, k, _ in effective_counts(counts, design)]
    )
    order = np.argsort(-rates, axis=0)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, len(rates) + 1)[:, None], axis=0)
    low, median, high = np.quantile(ranks, [0.025, 0.5, 0.975], axis=1, method="nearest")
    return pd.DataFrame(
        {
            "factor": counts.factors,
            "rank_median": median.astype(int),
            "rank_low": low.astype(int),
            "rank_high": high.astype(int),
            "probability_highest": (ranks == 1).mean(axis=1),
            "probability_lowest": (ranks == len(rates)).mean(axis=1),
        }
    )


def _drawn_cut(random: np.random.Generator, cuts: Interval, draws: int) -> Floats:
    low, high = float(cuts.low), float(cuts.high)
    if math.isinf(low) or math.isinf(high):
        raise DataError(f"the cut is bounded on one side only, {cuts}: it cannot be drawn evenly")
    return low + (high - low) * random.random(draws)
