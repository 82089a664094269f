"""Many factors compared with one cut, two groups with each other, and a funnel of all rates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.conversions import conversion_distribution, impact_cut
from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.families import DesignEffects, effective_counts
from riskmodel.parameters import parameter

__all__ = [
    "change_between",
    "decompose_change",
    "funnel",
    "holm_comparison",
    "shrunken_conversions",
]


def holm_comparison(
    counts: FactorCounts,
    cut: float,
    *,
    level: float | None = None,
    design: DesignEffects | None = None,
) -> pd.DataFrame:
    """Which conversion rates differ from a stated cut, with a correction for many tests.

    Parameters
    ----------
    counts
        Counts per factor.
    cut
        The rate to compare with, between 0 and 1. Anyone who uses it should say why this one.
    level
        1 less the familywise error rate; the parameter ``interval_level`` where it is None.
    design
        Design effects where families have several assessments. Where one is above 1, the p value is
        that of a normal test with the variance multiplied by it.

    Returns
    -------
    pandas.DataFrame
        Columns factor, conversion_rate, cut, p_value (exact binomial, two-sided), p_value_holm,
        conclusion (``above``, ``below`` or ``not distinguished``), level.

    Notes
    -----
    Holm (1979): the i-th smallest of m p values times m - i + 1, made monotone.
    """
    from scipy.stats import binomtest, norm

    if not 0 < cut < 1:
        raise DataError(f"the cut must lie between 0 and 1, got {cut:g}; 25% is 0.25")
    if level is None:
        level = parameter("interval_level").value
    p_values = []
    whole = zip(counts.assessments.tolist(), counts.plans.tolist(), strict=True)
    for (n, k), (fewer, of_them, effect) in zip(
        whole, effective_counts(counts, design), strict=True
    ):
        away = abs(of_them - fewer * cut) / math.sqrt(max(fewer, 1) * cut * (1 - cut))
        exact = binomtest(k, n, cut).pvalue if n else 1.0
        p_values.append(exact if effect == 1 else max(exact, 2 * float(norm.sf(away))))
    adjusted = _holm(np.array(p_values))
    rates = counts.plans / np.maximum(counts.assessments, 1)
    return pd.DataFrame(
        {
            "factor": counts.factors,
            "conversion_rate": rates,
            "cut": cut,
            "p_value": p_values,
            "p_value_holm": adjusted,
            "conclusion": [
                ("above" if rate > cut else "below") if p <= 1 - level else "not distinguished"
                for rate, p in zip(rates, adjusted, strict=True)
            ],
            "level": level,
        }
    )


def funnel(counts: FactorCounts, design: DesignEffects | None = None) -> pd.DataFrame:
    """Each rate compared with the common one, with limits that allow for overdispersion.

    Parameters
    ----------
    counts
        Counts per factor.
    design
        Design effects: limits are those of fewer assessments, divided by the design effect.

    Returns
    -------
    pandas.DataFrame
        Columns factor, assessments, conversion_rate, target, dispersion, z (adjusted), and limits
        low_95, high_95, low_998, high_998 at the factor's number of assessments.

    Notes
    -----
    Spiegelhalter (2005, *Statistics in Medicine* 24): z on the arcsine scale,
    z_j = 2 sqrt(n_j) (asin sqrt(p_j) - asin sqrt(p)), multiplicative dispersion
    phi = mean of z^2 winsorised at 10%, used where it exceeds 1; limits
    sin^2(asin sqrt(p) +- z sqrt(phi) / (2 sqrt(n))). The target p is the pooled rate. One
    assessment can count for several factors, so the points are not independent.
    """
    from scipy.stats import norm

    n = counts.assessments.astype(float)
    if np.any(n == 0):
        missing = counts.factors[int(np.flatnonzero(n == 0)[0])]
        raise DataError(f"{missing} was never found: a funnel needs at least one assessment each")
    rates = counts.plans / n
    target = float(counts.plans.sum() / n.sum())
    centre = math.asin(math.sqrt(target))
    known = np.array([fewer for fewer, *_ in effective_counts(counts, design)])
    raw = 2 * np.sqrt(known) * (np.arcsin(np.sqrt(rates)) - centre)
    ends = np.quantile(raw, [0.1, 0.9])
    dispersion = max(1.0, float(np.mean(np.clip(raw, *ends) ** 2)))
    frame = pd.DataFrame(
        {
            "factor": counts.factors,
            "assessments": counts.assessments,
            "conversion_rate": rates,
            "target": target,
            "dispersion": dispersion,
            "z": raw / math.sqrt(dispersion),
        }
    )
    for name, coverage in (("95", 0.95), ("998", 0.998)):
        reach = norm.ppf((1 + coverage) / 2) * math.sqrt(dispersion) / (2 * np.sqrt(known))
        frame[f"low_{name}"] = np.sin(np.maximum(centre - reach, 0)) ** 2
        frame[f"high_{name}"] = np.sin(np.minimum(centre + reach, math.pi / 2)) ** 2
    return frame


def shrunken_conversions(
    printed: FactorCounts,
    quadrants: Mapping[str, tuple[str, str]],
    *,
    level: float | None = None,
    design: DesignEffects | None = None,
) -> pd.DataFrame:
    """Conversion rates shrunk towards each other, and what can be said of those not printed.

    Parameters
    ----------
    printed
        Counts of the printed factors.
    quadrants
        Printed (prevalence, impact) by factor name, of factors without counts too; empty where
        every factor has counts.
    level
        Coverage of the intervals; the parameter ``interval_level`` where it is None.
    design
        Design effects: each rate counts as that of fewer assessments, divided by its effect.

    Returns
    -------
    pandas.DataFrame
        Columns factor, printed, conversion_rate (raw, missing where unprinted), shrunken, low,
        high, level, method, basis.

    Notes
    -----
    Empirical Bayes: rates are Beta(a, b) over factors (:mod:`riskmodel.conversions`). A printed
    factor has the posterior Beta(a + k, b + n - k); an unprinted one has the Beta truncated to its
    printed side of the cut. That rates follow a Beta distribution is an assumption, so every result
    is assumed.
    """
    from scipy.stats import beta

    if level is None:
        level = parameter("interval_level").value
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    others = [name for name in quadrants if name not in printed.factors]
    a, b = conversion_distribution(printed, quadrants, others)
    rows = []
    for name, (n, k, _) in zip(printed.factors, effective_counts(printed, design), strict=True):
        low, high = beta.ppf(tails, a + k, b + n - k)
        rows.append((name, True, k / n if n else math.nan, (a + k) / (a + b + n), low, high))
    below = float(beta.cdf(impact_cut(printed, quadrants), a, b)) if others else 0.0
    for name in others:
        start, end = (below, 1.0) if quadrants[name][1] == "high" else (0.0, below)
        low, high = beta.ppf(start + (end - start) * tails, a, b)
        middle = float(
            (beta.cdf(beta.ppf(end, a, b), a + 1, b) - beta.cdf(beta.ppf(start, a, b), a + 1, b))
            / (end - start)
            * a
            / (a + b)
        )
        rows.append((name, False, math.nan, middle, low, high))
    frame = pd.DataFrame(
        rows, columns=["factor", "printed", "conversion_rate", "shrunken", "low", "high"]
    )
    return frame.assign(level=level, method="empirical Bayes, Beta", basis="assumed")


def change_between(
    before: FactorCounts,
    after: FactorCounts,
    *,
    level: float | None = None,
    designs: Sequence[DesignEffects | None] = (None, None),
) -> pd.DataFrame:
    """Difference in conversion rate of each factor between two periods or groups.

    Parameters
    ----------
    before, after
        Counts of the same factors.
    level
        Coverage of the ranges; the parameter ``interval_level`` where it is None.
    designs
        Design effects of both that the ranges allow for; None takes assessments as independent.

    Returns
    -------
    pandas.DataFrame
        Columns factor, before, after, difference, low, high, level, method, basis.

    Notes
    -----
    Newcombe (1998), method 10, with assessments divided by the design effects. The two sets of
    assessments must not overlap. It is not used that a family may have assessments in both: if this
    moves both rates the same way, the range is too wide, not too narrow.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    _same_factors(before, after)
    if level is None:
        level = parameter("interval_level").value
    rows = []
    for i, name in enumerate(after.factors):
        k0, n0 = int(before.plans[i]), int(before.assessments[i])
        k1, n1 = int(after.plans[i]), int(after.assessments[i])
        if n0 and n1:
            d0, d1 = (design.effects[name][0] if design else 1 for design in designs)
            low, high = confint_proportions_2indep(
                k1 / d1, n1 / d1, k0 / d0, n0 / d0, "newcomb", "diff", alpha=1 - level
            )
            rows.append((name, k0 / n0, k1 / n1, k1 / n1 - k0 / n0, float(low), float(high)))
        else:
            rows.append((name, *(math.nan,) * 5))
    frame = pd.DataFrame(rows, columns=["factor", "before", "after", "difference", "low", "high"])
    return frame.assign(level=level, method="newcombe", basis=after.basis)


def decompose_change(before: FactorCounts, after: FactorCounts) -> pd.DataFrame:
    """A change in plans with each factor, split into volume, prevalence and conversion.

    Returns
    -------
    pandas.DataFrame
        Columns factor, plans_before, plans_after, change, volume, prevalence, conversion,
        remainder (0 but for rounding), basis.

    Notes
    -----
    k = N x (n / N) x (k / n). Each part is its average contribution over the six orders in which
    the three can be changed (Shapley), so the parts add up to the change. This is an identity: it
    does not say why any of the three changed.
    """
    _same_factors(before, after)
    if before.total_assessments is None or after.total_assessments is None:
        raise DataError("a change can be split only where the number of assessments is known")
    rows = []
    for i, name in enumerate(after.factors):
        ends = []
        for counts in (before, after):
            n, k, total = int(counts.assessments[i]), int(counts.plans[i]), counts.total_assessments
            ends.append((float(total or 0), n / total if total else 0.0, k / n if n else 0.0))
        parts = _shapley_product(ends[0], ends[1])
        change = int(after.plans[i]) - int(before.plans[i])
        rows.append(
            (
                name,
                int(before.plans[i]),
                int(after.plans[i]),
                change,
                *parts,
                round(change - sum(parts), 9),
            )
        )
    columns = ["factor", "plans_before", "plans_after", "change"]
    parts_named = ["volume", "prevalence", "conversion", "remainder"]
    return pd.DataFrame(rows, columns=[*columns, *parts_named]).assign(basis=after.basis)


def _holm(p_values: Floats) -> Floats:
    """Adjusted p values; statsmodels' function collects garbage at every call, 80 ms each."""
    number = len(p_values)
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * np.arange(number, 0, -1))
    adjusted = np.empty(number)
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def _shapley_product(
    before: tuple[float, float, float], after: tuple[float, float, float]
) -> tuple[float, ...]:
    """Average contribution of each factor of a product of three, over all orders of change."""
    parts = [0.0, 0.0, 0.0]
    orders = list(permutations(range(3)))
    for order in orders:
        current = list(before)
        for position in order:
            was = math.prod(current)
            current[position] = after[position]
            parts[position] += (math.prod(current) - was) / len(orders)
    return tuple(parts)


def _same_factors(one: FactorCounts, other: FactorCounts) -> None:
    if one.factors != other.factors:
        different = sorted(set(one.factors) ^ set(other.factors))
        raise DataError(
            "two tables can be compared only over the same factors; differing: "
            f"{', '.join(different) or 'the order'}"
        )
