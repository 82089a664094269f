"""How many children enter care: the present level and how much it varies, from own entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import Month
from riskmodel.parameters import parameter
from riskmodel.placements.history import History
from riskmodel.streams import stream

__all__ = ["BLOCK", "Level", "entry_level", "followed"]

Floats = npt.NDArray[np.float64]

BLOCK = 500
"""Simulations that are drawn together: with more simulations the first ones stay the same."""

_MOST_MONTHS = 120
_SPREADS = np.linspace(-2.5, 2.5, 15)
"""Values of how much the level varies, in standard deviations from the centre of the prior."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """How many enter in a month, from own entries alone.

    Parameters
    ----------
    sds, weights
        How much the level may vary in a year (log units), and the weight of each value, shape
        (spread,).
    shape, months
        The level at the opening for each of these: Gamma(shape, months), shape (spread,).
    season
        Multiplier of the level in each calendar month, January first; 1 on average.
    """

    sds: Floats
    weights: Floats
    shape: Floats
    months: Floats
    season: tuple[float, ...] = (1.0,) * 12

    def drawn(
        self, months: int, simulations: int, seed: int, opening_month: str = "2000-12"
    ) -> npt.NDArray[np.int64]:
        """Entries of each simulation and month, shape (simulation, month).

        They are Poisson with a level that varies from month to month and is as uncertain as the own
        entries leave it.
        """
        parts = []
        first = Month(opening_month).number  # the place of the month after it
        season = np.roll(self.season, -first)[np.arange(_MOST_MONTHS) % 12]
        edges = np.cumsum(self.weights) / np.sum(self.weights)
        for block in range(-(-simulations // BLOCK)):
            of = {n: stream(seed, f"placements/level/{n}", block) for n in ("now", "path", "count")}
            spread = np.minimum(np.searchsorted(edges, of["now"].random(BLOCK)), len(edges) - 1)
            now = of["now"].standard_gamma(self.shape[spread]) / self.months[spread]
            steps = of["path"].normal(size=(BLOCK, _MOST_MONTHS))
            steps *= (self.sds[spread] / np.sqrt(12))[:, None]
            level = now[:, None] * np.exp(steps.cumsum(axis=1))
            parts.append(of["count"].poisson(level * season)[:, :months])
        return np.concatenate(parts)[:simulations]


def entry_level(history: History) -> Level:
    """The level after the entries of all months, and the seasonal pattern, shrunk towards none."""
    flows = history.flows()
    by_month = flows[flows["flow"] == "entries"].groupby("month")["number"].sum()
    counts = by_month.reindex(list(history.months), fill_value=0)
    whole = counts.iloc[len(counts) % 12 :]
    calendar = np.array([Month(month).number - 1 for month in whole.index], dtype=np.int64)
    own = np.bincount(calendar, whole.to_numpy(), minlength=12)
    weight = parameter("placements_season_entries").value
    season = (weight + own) / (weight + own.mean())
    at = np.array([Month(month).number - 1 for month in history.months], dtype=np.int64)
    return followed(counts.to_numpy(), season[at], tuple(season.tolist()))


def followed(
    counts: npt.ArrayLike, exposed: npt.ArrayLike, season: tuple[float, ...] = (1.0,) * 12
) -> Level:
    r"""The level after some months of entries for each spread, and the likelihood of each.

    Parameters
    ----------
    counts, exposed
        Entries of each month, and how many usual months it counts as, shape (month,).
    season
        Seasonal pattern of the :class:`Level`.

    Notes
    -----
    Each month the level is multiplied by a factor of log standard deviation :math:`\sigma /
    \sqrt{12}` a month. From Gamma(:math:`a`, :math:`b`) it becomes, in mean and variance, Gamma
    with shape :math:`a' = a / (1 + a \sigma^2 / 12)` and :math:`b' = b a' / a`; a month of
    :math:`y` entries is then negative binomial, and leaves Gamma(:math:`a' + y`, :math:`b' + e`)
    with :math:`e` its exposure (West and Harrison 1997, on steady models). Spreads have the prior
    of the parameters.
    """
    from scipy.special import gammaln

    numbers, time = (np.asarray(each, dtype=np.float64) for each in (counts, exposed))
    middle = parameter("placements_level_sd").value
    sds = middle * np.exp(parameter("placements_level_log_sd").value * _SPREADS)
    score = -(_SPREADS**2) / 2
    shape, months = np.full(len(sds), numbers[0] + 0.5), np.full(len(sds), time[0])
    for count, exposure in zip(numbers[1:], time[1:], strict=True):
        kept = 1 / (1 + shape * sds**2 / 12)
        shape, months = shape * kept, months * kept
        score += gammaln(shape + count) - gammaln(shape)
        score += shape * np.log(months / (months + exposure))
        score += count * np.log(exposure / (months + exposure))
        shape, months = shape + count, months + exposure
    return Level(sds, np.exp(score - score.max()), shape, months, season)
