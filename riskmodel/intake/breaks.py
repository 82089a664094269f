"""Where the series of a factor breaks: census years between which its codes changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from riskmodel.census import (
    FACTOR_CODES,
    LAST_YEAR,
    LATER_FACTORS,
    check_year,
    factor_codes,
    factor_of_code,
)
from riskmodel.vocabulary import FACTORS

__all__ = ["SeriesBreak", "codes_of_factor", "series_breaks", "years_of_code"]


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """A year from which a factor is counted by other codes than in the year before.

    Parameters
    ----------
    factor
        Column name of the factor.
    year
        The first census year with the new codes.
    before, after
        The codes of the year before, and of that year; none before a factor had a code.
    """

    factor: str
    year: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        if not self.before:
            return f"{self.factor}: no code before {self.year}, then {', '.join(self.after)}"
        return (
            f"{self.factor}: {', '.join(self.before)} until {self.year - 1}, "
            f"{', '.join(self.after)} from {self.year}"
        )


def years_of_code(code: str) -> str:
    """The census years that allow a factor code, in words.

    Examples
    --------
    >>> years_of_code("8A"), years_of_code("24A")
    ('2014 to 2015', 'from 2022')
    """
    entry = FACTOR_CODES[code]
    return f"from {entry.first}" if entry.last == LAST_YEAR else f"{entry.first} to {entry.last}"


def codes_of_factor(name: str, year: int) -> tuple[str, ...]:
    """All codes of a factor that a return of the year may hold; none for a local factor.

    Examples
    --------
    >>> codes_of_factor("child_physical_abuse", 2021)
    ('18A', '18B', '18C')
    """
    return tuple(code for code in factor_codes(year) if factor_of_code(code) == name)


def series_breaks(
    first: int, last: int, factors: Iterable[str] | None = None
) -> tuple[SeriesBreak, ...]:
    """Where the series of a factor breaks between two census years, for its codes changed.

    A count of a divided factor is the union of its parts, so that it can be compared across the
    break; but recording changes with the codes, and a step at that year may come from it.

    Parameters
    ----------
    first, last
        The years that are compared, with all between.
    factors
        Column names; all factors of the census without.

    Returns
    -------
    tuple of SeriesBreak
        By year, then in the order of the factors.

    Raises
    ------
    DataError
        When a year is not one of the census.

    Examples
    --------
    >>> for each in series_breaks(2020, 2022, ["child_physical_abuse"]):
    ...     print(each)
    child_physical_abuse: 18A until 2020, 18A, 18B, 18C from 2021
    child_physical_abuse: 18A, 18B, 18C until 2021, 18B, 18C from 2022
    """
    check_year(first)
    check_year(last)
    known = (*(each.name for each in FACTORS), *LATER_FACTORS.values())
    names = known if factors is None else tuple(factors)
    found = []
    for year in range(min(first, last) + 1, max(first, last) + 1):
        for name in names:
            before, after = codes_of_factor(name, year - 1), codes_of_factor(name, year)
            if before != after:
                found.append(SeriesBreak(name, year, before, after))
    return tuple(found)
