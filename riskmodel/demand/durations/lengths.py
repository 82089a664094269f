"""How long plans last: one distribution with its survival, quantiles and open plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import Family
from riskmodel.errors import DataError

__all__ = ["Lengths"]


@dataclass(frozen=True, slots=True)
class Lengths:
    """Durations of plans (or of periods of care) that follow one distribution.

    Parameters
    ----------
    family
        ``gamma``, ``weibull`` or ``lognormal``.
    mean_days
        Mean duration of all plans, in days.
    shape
        Shape of the gamma or Weibull distribution; for the lognormal one the standard deviation
        of the logarithm.

    Raises
    ------
    UnknownNameError, DataError
        For another family, or numbers that are not above 0.

    Notes
    -----
    Plans open at a date are not a fair sample of all plans: a plan of two years is eight times as
    likely to be found open as one of three months. Where starts are steady, the age of an open
    plan and the time it still has are both distributed as :func:`~riskmodel.demand.durations.laws.\
equilibrium` says.

    Examples
    --------
    >>> plans = Lengths("gamma", 303, 1.25)
    >>> print(plans)
    gamma, mean 303 days, shape 1.25: half end within 227 days, 7.6% last over two years
    >>> round(plans.open_full_mean_days)
    545
    """

    family: Family
    mean_days: float
    shape: float

    def __post_init__(self) -> None:
        laws.check_family(self.family)
        for name in ("mean_days", "shape"):
            object.__setattr__(self, name, float(laws.check_positive(getattr(self, name), name)))

    @property
    def scale(self) -> float:
        """Scale in days: mean / shape, mean / Γ(1 + 1 / shape), or the median."""
        return float(laws.scale(self.family, self.mean_days, self.shape))

    @property
    def open_full_mean_days(self) -> float:
        """Mean full duration of the plans open at a date, E(X²) / E(X), in days."""
        return float(laws.second_moment(self.family, self.mean_days, self.shape) / self.mean_days)

    @property
    def open_residual_mean_days(self) -> float:
        """Mean time that open plans have lasted, and still will: half their full duration."""
        return self.open_full_mean_days / 2

    def survival(self, days: npt.ArrayLike) -> Floats:
        """Share of plans that last longer than so many days."""
        return laws.survival(self.family, days, self.mean_days, self.shape)

    def density(self, days: npt.ArrayLike) -> Floats:
        """Density of durations for each day."""
        return laws.density(self.family, days, self.mean_days, self.shape)

    def quantile(self, share: npt.ArrayLike) -> Floats:
        """Days within which this share of plans ends.

        Raises
        ------
        DataError
            For a share below 0 or above 1.
        """
        asked = np.asarray(share, dtype=np.float64)
        if not ((asked >= 0) & (asked <= 1)).all():
            raise DataError("a quantile is asked for a share from 0 to 1", field="share")
        return laws.quantile(self.family, asked, self.mean_days, self.shape)

    def residual_survival(self, days: npt.ArrayLike) -> Floats:
        """Share of the plans open at a date that are still open so many days later."""
        return 1 - laws.equilibrium(self.family, days, self.mean_days, self.shape)

    def ended_shares(self, edges_days: Sequence[float]) -> Floats:
        """Share of all plans in each band of duration, with bands between consecutive edges."""
        return np.asarray(-np.diff(self.survival(_edges(edges_days))))

    def open_shares(self, edges_days: Sequence[float]) -> Floats:
        """Share of the plans open at a date in each band of time since their start."""
        return np.asarray(-np.diff(self.residual_survival(_edges(edges_days))))

    def __str__(self) -> str:
        two_years = float(self.survival(2 * laws.DAYS_A_YEAR))
        return (
            f"{self.family}, mean {self.mean_days:.0f} days, shape {self.shape:.2f}: half end "
            f"within {float(self.quantile(0.5)):.0f} days, {two_years:.1%} last over two years"
        )


def _edges(edges_days: Sequence[float]) -> Floats:
    edges = np.asarray(edges_days, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or np.isnan(edges).any() or (np.diff(edges) <= 0).any():
        raise DataError(
            "bands need two or more ascending edges in days, such as 0, 91, 365, infinity; got "
            + ", ".join(f"{edge:g}" for edge in np.atleast_1d(edges)),
            field="edges_days",
        )
    return edges
