"""The 24 factors whose counts are not printed: what printed counts and the chart imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskmodel.assessments import FactorCounts
from riskmodel.conversions import conversion_distribution, impact_cut
from riskmodel.parameters import parameters
from riskmodel.streams import stream

__all__ = ["unprinted_conversions", "unprinted_sizes"]

NATIONAL = "national_episodes_"


def unprinted_conversions(
    printed: FactorCounts,
    quadrants: Mapping[str, tuple[str, str]],
    others: Sequence[str],
    *,
    seed: int,
) -> dict[str, float]:
    """A conversion rate for each unprinted factor, drawn on its printed side of the cut.

    Parameters
    ----------
    printed, quadrants, others
        As for :func:`riskmodel.conversions.conversion_distribution`.
    seed
        Seed of the stream ``cohort/unprinted-conversions``.
    """
    from scipy.stats import beta

    a, b = conversion_distribution(printed, quadrants, others)
    below = float(beta.cdf(impact_cut(printed, quadrants), a, b))
    uniforms = stream(seed, "cohort/unprinted-conversions").random(len(others))
    drawn = {}
    for name, uniform in zip(others, uniforms, strict=True):
        low, high = (below, 1.0) if quadrants[name][1] == "high" else (0.0, below)
        # The extreme tails (a rate of 0 or 1) say nothing about any authority.
        inside = low + (high - low) * (0.01 + 0.98 * uniform)
        drawn[name] = float(beta.ppf(inside, a, b))
    return drawn


def unprinted_sizes(printed: FactorCounts, others: Sequence[str]) -> dict[str, float]:
    """Assessments that a factor without printed counts has by its share in national statistics.

    National counts are scaled so that the printed factors sum to what the report prints. A local
    factor, which has no national count, takes the smallest of the others'.
    """
    national = {
        known.name.removeprefix(NATIONAL): known.value
        for known in parameters()
        if known.name.startswith(NATIONAL)
    }
    scale = printed.assessments.sum() / sum(national[name] for name in printed.factors)
    smallest = min(national[name] for name in others if name in national)
    return {name: float(scale * national.get(name, smallest)) for name in others}
