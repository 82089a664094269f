"""How conversion rates are spread over factors, from printed counts and printed sides of a cut.

Shared by the cohorts, which draw a rate for each factor without counts, and by the factor analysis,
which shrinks and bounds such rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError

__all__ = ["conversion_distribution", "impact_cut"]


def impact_cut(printed: FactorCounts, quadrants: Mapping[str, tuple[str, str]]) -> float:
    """The middle of the impact cuts that reproduce the printed quadrants, as a proportion."""
    rates = dict(zip(printed.factors, printed.plans / printed.assessments, strict=True))
    high = min(rates[name] for name in rates if quadrants[name][1] == "high")
    low = max(rates[name] for name in rates if quadrants[name][1] == "low")
    if low >= high:
        raise DataError("no cut on the conversion rate separates the printed quadrants")
    return float(low + high) / 2


def conversion_distribution(
    printed: FactorCounts, quadrants: Mapping[str, tuple[str, str]], others: Sequence[str]
) -> tuple[float, float]:
    """Beta distribution of conversion rates over factors, by maximum likelihood.

    Parameters
    ----------
    printed
        Counts of the printed factors.
    quadrants
        Printed (prevalence, impact) by factor name.
    others
        Factors without counts: each contributes the probability of its printed side of the cut.

    Returns
    -------
    tuple of float
        The two shape parameters.

    Notes
    -----
    Empirical Bayes: the printed rows are beta-binomial, the others censored at the cut c:
    log L = sum log BetaBin(k_j; n_j, a, b) + H log(1 - F(c)) + L log F(c), with H and L the
    numbers of unprinted factors on the high and on the low side. (METHODS section 2.)
    """
    from scipy.optimize import minimize
    from scipy.stats import beta, betabinom

    cut = impact_cut(printed, quadrants) if others else 0.5
    high = sum(quadrants[name][1] == "high" for name in others)

    def negative_log_likelihood(log_shapes: np.ndarray) -> float:
        a, b = np.exp(log_shapes)
        seen = np.sum(betabinom.logpmf(printed.plans, printed.assessments, a, b))
        censored = high * beta.logsf(cut, a, b) + (len(others) - high) * beta.logcdf(cut, a, b)
        return float(-(seen + censored))

    found = minimize(
        negative_log_likelihood,
        np.log([6.0, 14.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 2000},
    )
    if not found.success:
        raise DataError(
            f"the distribution of conversion rates could not be fitted: {found.message}"
        )
    a, b = np.exp(found.x)
    return float(a), float(b)
