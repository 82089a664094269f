"""Prices of placements, which the user supplies: the package has none of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.parameters import parameter
from riskmodel.placements.kinds import KINDS
from riskmodel.streams import stream

__all__ = ["PlacementPrice", "PlacementPrices"]

Floats = npt.NDArray[np.float64]

WEEK = 7


@dataclass(frozen=True, slots=True)
class PlacementPrice:
    """The price of one kind of placement.

    Parameters
    ----------
    per_week
        Mean price of a child's week.
    spread
        How much single placements differ: standard deviation over the mean price.
    inflation
        Rise from one financial year to the next.
    places
        The most children that own carers or own homes can hold; None if no limit is known.

    Raises
    ------
    DataError
        When a number is negative, or inflation is not above -50% and up to 100%.
    """

    per_week: float
    spread: float = 0.0
    inflation: float = 0.0
    places: float | None = None

    def __post_init__(self) -> None:
        for name in ("per_week", "spread", "places"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < np.inf:
                raise DataError(f"must be 0 or more, got {value:g}", field=name)
        if not -0.5 < self.inflation <= 1:
            raise DataError(f"lies above -50% and up to 100%, got {self.inflation:g}",
                            field="inflation")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacementPrices:
    """Prices of placements, in the prices of one financial year.

    Parameters
    ----------
    year
        Such as ``2025/26``.
    of
        Prices by kind of placement; a kind without a price is in no sum.
    grant_per_week
        Income for the week of an unaccompanied child.
    budget
        What is budgeted, by financial year.
    currency, source
        The currency, and who answers for the prices.

    Raises
    ------
    DataError
        When no kind has a price, or a kind is unknown.
    """

    year: str
    of: Mapping[str, PlacementPrice]
    grant_per_week: float = 0.0
    budget: Mapping[str, float] = field(default_factory=dict)
    currency: str = "GBP"
    source: str = ""

    def __post_init__(self) -> None:
        for name in self.of:
            if name not in KINDS:
                raise UnknownNameError("placement", name, tuple(KINDS))
        if not self.of:
            raise DataError(f"give a price of one kind of placement at least: {', '.join(KINDS)}")
        object.__setattr__(self, "of", MappingProxyType(dict(self.of)))
        object.__setattr__(self, "budget", MappingProxyType(dict(self.budget)))

    @property
    def priced(self) -> npt.NDArray[np.bool_]:
        """Which kinds have a price, shape (kind,)."""
        return np.array([name in self.of for name in KINDS])

    @property
    def spreads(self) -> Floats:
        """Spread of each kind, 0 where it has no price, shape (kind,)."""
        return np.array([self.of[name].spread if name in self.of else 0.0 for name in KINDS])

    def per_week(self, year: str) -> Floats:
        """The expected price of a week in a financial year, 0 for a kind without one.

        Examples
        --------
        >>> one = PlacementPrices("2024/25", {"secure": PlacementPrice(100, inflation=0.1)})
        >>> [round(float(one.per_week(year)[8]), 2) for year in ("2023/24", "2024/25", "2026/27")]
        [90.91, 100.0, 121.0]
        """
        ahead = int(year[:4]) - int(self.year[:4])
        return np.array(
            [
                self.of[name].per_week * (1 + self.of[name].inflation) ** ahead
                if name in self.of else 0.0
                for name in KINDS
            ]
        )  # fmt: skip

    def drawn(self, year: str, children: Floats, seed: int) -> Floats:
        """The price of a week in every simulation, shape (simulation, kind).

        Parameters
        ----------
        year
            Which.
        children
            Mean number of children in each kind, shape (simulation, kind): with few children the
            mean price can differ more from the price list.
        seed
            The user's.

        Notes
        -----
        Two things vary: inflation, the same for all kinds, with a standard deviation for each year
        ahead that is a parameter; and the mean price of the placements in use, with a relative
        standard deviation of ``spread`` over the root of their number.
        """
        simulations = len(children)
        ahead = max(int(year[:4]) - int(self.year[:4]), 0)
        sd = parameter("placements_inflation_sd").value
        random = stream(seed, "placements/prices/inflation")
        astray = random.normal(size=(simulations, 12))[:, :ahead].sum(axis=1) * sd
        single = stream(seed, f"placements/prices/{year}").normal(size=(simulations, len(KINDS)))
        mean = 1 + self.spreads * single / np.sqrt(np.maximum(children, 1))
        drawn: Floats = self.per_week(year) * np.exp(astray)[:, None] * np.maximum(mean, 0.1)
        return drawn
