"""Children to come by single year of age: a projection of an area's population in variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.arrays import Floats, locked
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.plausible import MOST

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AGES", "MID_YEAR", "PRINCIPAL", "PopulationProjection"]

AGES = 18
"""Single years of age, 0 to 17."""

MID_YEAR = 0.25
"""Mid-year 2015 (30 June) in decimal years, in which 31 March 2015 is 2015.0, less 2015."""

PRINCIPAL = "principal"
"""The variant that a file without variants is, and that counts alone where nobody weighs them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PopulationProjection(Result):
    """Children of an area at the middle of each year, by age and variant.

    Parameters
    ----------
    area
        Whose: code and name as the file has them.
    years
        Consecutive; each stands for its 30 June.
    children
        By variant, shape (age, year): ages 0 to 17. Copied and locked.
    source
        The file.

    Raises
    ------
    DataError
        When a year is missing between two others, a shape differs, or a number is not above 0.
    """

    area: str
    years: tuple[int, ...]
    children: Mapping[str, Floats]
    source: str = "population"

    def __post_init__(self) -> None:
        if len(self.years) < 2:
            raise DataError(
                f"holds {len(self.years)} year; a change needs two or more", file=self.source
            )
        for before, after in pairwise(self.years):
            if after != before + 1:
                raise DataError(
                    f"the years go from {before} to {after}: every year between the first and the "
                    "last is needed",
                    file=self.source,
                    field=str(before + 1),
                )
        tables = {name: locked(table, np.float64) for name, table in self.children.items()}
        for name, table in tables.items():
            if table.shape != (AGES, len(self.years)) or not (table > 0).all():
                raise DataError(
                    f"needs a number above 0 for each of {AGES} ages and {len(self.years)} years",
                    file=self.source,
                    field=name,
                )
            if table.sum(axis=0).max() > MOST["children"]:
                raise DataError(
                    f"holds {table.sum(axis=0).max():,.0f} children aged 0 to 17, more than a "
                    "country has",
                    file=self.source,
                    field=name,
                )
        object.__setattr__(self, "children", MappingProxyType(tables))

    def by_age(self, variant: str, times: Floats) -> Floats:
        """Children by age at any times, shape (age, time): straight lines between mid-years.

        Parameters
        ----------
        variant
            Which.
        times
            Decimal years, 31 March 2015 being 2015.0; outside the file its nearest year holds.

        Raises
        ------
        UnknownNameError
            When there is no such variant.
        """
        if variant not in self.children:
            raise UnknownNameError("variant of the population", variant, self.children)
        moments = np.asarray(self.years) + MID_YEAR
        return np.stack([np.interp(times, moments, row) for row in self.children[variant]])

    def to_frame(self) -> pd.DataFrame:
        """A row a variant, age and year: area, variant, age, year, children, basis."""
        import pandas as pd

        rows = [
            (self.area, name, age, year, float(table[age, column]), "published")
            for name, table in self.children.items()
            for age in range(AGES)
            for column, year in enumerate(self.years)
        ]
        columns = ["area", "variant", "age", "year", "children", "basis"]
        return pd.DataFrame(rows, columns=columns)

    def summary(self) -> str:
        """Years, variants, and how the number of children aged 0 to 17 goes in the first."""
        name, table = next(iter(self.children.items()))
        first, last = table.sum(axis=0)[[0, -1]]
        return (
            f"mid-{self.years[0]} to mid-{self.years[-1]}, {', '.join(self.children)}: "
            f"{first:,.0f} to {last:,.0f} children aged 0 to 17 ({name})"
        )
