"""Whether figures of a fitted model could be solved for the counts that they were fitted to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from riskmodel.disclosure.policy import Policy
from riskmodel.estimates import Estimate

__all__ = ["any_small", "coarse_estimate", "coarse_number", "has_enough_unknowns"]

_SHARES = ("proportion", "probability", "score")
_RATIO_DECIMALS = 2


def any_small(counts: Iterable[int], policy: Policy) -> bool:
    """Whether one of these counts is withheld for its own sake."""
    return any(policy.is_small(int(count)) for count in counts)


def has_enough_unknowns(factors: int, figures: int) -> bool:
    """Whether a model leaves more counts unknown than it prints figures that rest on them.

    Parameters
    ----------
    factors
        Factors of the model, each with its counts printed.
    figures
        Numbers printed that rest on which factors were recorded together.

    Notes
    -----
    A main-effects logistic regression knows of the outcome only how many plans each factor has:
    the score equations hold nothing else of it, with or without Firth's penalty. Besides those
    counts, which are printed anyway, its figures rest on how many assessments have each of the
    2^J combinations of J factors. Of these the printed counts fix 1 + J sums, so

        2^J - 1 - J

    counts remain. Figures at least as many can be solved for them; fewer cannot.

    Examples
    --------
    >>> has_enough_unknowns(3, 40), has_enough_unknowns(10, 200)
    (False, True)
    """
    return 2.0**factors - 1 - factors > figures


def coarse_number(value: float, decimals: int) -> float:
    """A number to so many decimals, and to no fewer than two digits that count."""
    if not math.isfinite(value) or value == 0:
        return value
    digits = max(decimals, 1 - math.floor(math.log10(abs(value))))
    return round(value, digits)


def coarse_estimate(estimate: Estimate, policy: Policy) -> Estimate:
    """An estimate with the digits that are printed of observed records, its counts rounded.

    Shares and differences have the decimals of a percentage and two more, ratios two decimals;
    small ones keep two digits that count. Counts are those of the policy.
    """
    is_share = estimate.unit in _SHARES
    decimals = policy.decimals + 2 if is_share else _RATIO_DECIMALS
    value, low, high = (
        round(end, decimals) if is_share else coarse_number(end, decimals)
        for end in (estimate.value, estimate.low, estimate.high)
    )
    return replace(
        estimate,
        value=value,
        low=low,
        high=high,
        numerator=_printed(estimate.numerator, policy),
        denominator=_printed(estimate.denominator, policy),
    )


def _printed(count: float | None, policy: Policy) -> float | None:
    if count is None:
        return None
    shown = policy.printed(int(count))
    return shown if isinstance(shown, int) else 0
