"""How far factors not recorded could move associations, adjusted ones too, from printed counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.factors.margins.recorded import RecordedFactors, Recording, true_measures

if TYPE_CHECKING:
    from riskmodel.factors.adjusted.result import FactorAssociation

__all__ = ["COULD_BE", "reach_words", "recorded_reach"]

COULD_BE = (
    "Could be: {} (assumed), each factor with the others as recorded; adjusted figures are moved "
    "as far as unadjusted ones. Of pairs and of all factors together, if each factor is missed "
    "independently of the others."
)
"""Note below such figures, with what is assumed of the recording."""

_KINDS, _RATIOS = ("risk_difference", "risk_ratio", "odds_ratio"), ("risk_ratio", "odds_ratio")
_SHARES = ("alone", "sequential", "average")


def recorded_reach(
    factors: Sequence[FactorAssociation],
    assessments: int,
    plans: int,
    recording: Recording | None = None,
) -> Mapping[tuple[str, str], tuple[float, float]]:
    """Lowest and highest value of each measure over the possible shares of factors recorded.

    Parameters
    ----------
    factors
        As of :class:`riskmodel.factors.adjusted.result.FactorImpact`, whose counts are used.
    assessments, plans
        N and K in all.
    recording
        The area; None takes :meth:`Recording.usual`.

    Returns
    -------
    Mapping
        By factor and measure; NaN where the counts allow no such recording.

    Notes
    -----
    Unadjusted measures have the bounds of
    :func:`riskmodel.factors.margins.recording.recording_bounds`. An adjusted measure is moved as
    far as the unadjusted one of its kind: odds and risk ratios by the same factor, risk differences
    by the same number, and 1 - theta of a fraction theta by the same factor. This is exact if
    whether a factor is missed depends on the plan alone, and if the factor occurs with the others
    in the same way among assessments with and without a plan; otherwise it is an approximation
    (Greenland and Lash 2008, in *Modern Epidemiology*, 3rd edition, chapter 19: bias corrected
    apart from confounding). Each factor is moved with the others as they are recorded.
    """
    if not factors:
        return {}
    recording = Recording.usual() if recording is None else recording
    own = [found.adjusted.risk_difference for found in factors]
    k, n = (
        np.array([float(getattr(one, name) or 0) for one in own])
        for name in ("numerator", "denominator")
    )
    plans_in_all, in_all = np.full(len(own), float(plans)), np.full(len(own), float(assessments))
    true = RecordedFactors(k, n - k, plans_in_all, in_all, recording)
    recorded = true_measures(true.with_plan, true.without_plan, true.plans, true.assessments)
    ends = true.ends()
    moved = {f"crude_{kind}": ends[kind] for kind in _KINDS}
    moved["attributable_fraction_crude"] = ends["attributable_fraction"]
    for kind in _KINDS:
        value = np.array([getattr(found.adjusted, kind).value for found in factors])
        moved[f"adjusted_{kind}"] = _moved(value, recorded[kind], ends[kind], kind in _RATIOS)
    for kind in _SHARES:
        left = np.array([1 - getattr(found.attributable, kind).value for found in factors])
        was, (low, high) = 1 - recorded["attributable_fraction"], ends["attributable_fraction"]
        least, most = _moved(left, was, (1 - high, 1 - low), is_ratio=True)
        moved[f"attributable_fraction_{kind}"] = 1 - most, 1 - least
    return {
        (found.factor, measure): (float(low[row]), float(high[row]))
        for measure, (low, high) in moved.items()
        for row, found in enumerate(factors)
    }


def reach_words(ends: tuple[float, float], scale: float, digits: int) -> str:
    """The ends of a reach in words; a dash where there is none."""
    # No minus before a nought.
    low, high = (round(scale * end, digits) + 0.0 for end in ends)
    return f"{low:.{digits}f} to {high:.{digits}f}" if low <= high else "-"


def _moved(
    value: Floats, recorded: Floats, ends: tuple[Floats, Floats], is_ratio: bool
) -> tuple[Floats, Floats]:
    """A value moved as far as the recorded one is by each end."""
    if not is_ratio:
        low, high = (np.clip(value + end - recorded, -1, 1) for end in ends)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = (value * end / recorded for end in ends)
    return low, high
