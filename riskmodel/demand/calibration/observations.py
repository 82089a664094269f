"""What is known of one stage: stocks at dates, starts and ends of periods, each as an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from riskmodel.core.wording import count_of
from riskmodel.demand.moments import Counted, Quantity
from riskmodel.errors import DataError
from riskmodel.estimates import Basis, Interval
from riskmodel.projection import month_after, months_between

__all__ = ["Observation", "check_observations", "quantities"]

_COUNTED: tuple[Counted, ...] = ("stock", "starts", "ends")


@dataclass(frozen=True, slots=True)
class Observation:
    """A printed or recorded count.

    Parameters
    ----------
    counted
        ``stock``, ``starts`` or ``ends``.
    count
        What it can have been; a whole number that is exact, or the interval that its printed form
        or its arithmetic leaves.
    month
        ``YYYY-MM``: a stock is that at the end of the month, a flow that of the months up to and
        including it.
    months
        Length of a flow's period; not read for a stock.
    source
        Where it is from. Two sources may disagree about the same count: both are kept.
    figure
        Id of the published figure, where it is one.
    basis
        What it rests on.

    Raises
    ------
    DataError
        When the count is negative or endless, or the period is empty.

    Examples
    --------
    >>> from riskmodel.estimates import Interval
    >>> print(Observation("starts", Interval.exactly(630), "2015-03", source="para 15"))
    starts in the 12 months to 2015-03: 630 (para 15)
    """

    counted: Counted
    count: Interval
    month: str
    months: int = 12
    source: str = ""
    figure: str = ""
    basis: Basis = "observed"

    def __post_init__(self) -> None:
        if self.counted not in _COUNTED:
            raise DataError(f"one of {', '.join(_COUNTED)} is counted, got {self.counted!r}")
        month_after(self.month, 0)
        if not (self.count.low >= 0 and math.isfinite(self.count.high)):
            raise DataError(
                f"a count lies between 0 and a finite number, got {self.count}",
                field=self.source or None,
            )
        if self.counted != "stock" and self.months < 1:
            raise DataError(f"a period has one month or more, got {self.months}")

    @property
    def middle(self) -> float:
        """Middle of what it can have been."""
        return (float(self.count.low) + float(self.count.high)) / 2

    @property
    def width(self) -> float:
        """Width of what it can have been."""
        return float(self.count.width)

    @property
    def begins(self) -> str:
        """The month at whose end its period begins; its own for a stock."""
        return self.month if self.counted == "stock" else month_after(self.month, -self.months)

    def __str__(self) -> str:
        when = (
            f"at the end of {self.month}"
            if self.counted == "stock"
            else f"in the {count_of(self.months, 'month')} to {self.month}"
        )
        count = self.count if self.count.is_exact else f"{self.middle:.1f}, within {self.count}"
        return f"{self.counted} {when}: {count}" + (f" ({self.source})" if self.source else "")


def check_observations(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """The observations in order of time.

    Raises
    ------
    DataError
        When there are none, or one source gives the same count twice.
    """
    if not observations:
        raise DataError("a calibration needs at least one stock, or starts or ends of a period")
    seen: dict[tuple[str, str, str, int], Observation] = {}
    for each in observations:
        key = (each.counted, each.month, each.source, 0 if each.counted == "stock" else each.months)
        if key in seen:
            raise DataError(f"given twice by one source: {seen[key]}; and {each}")
        seen[key] = each
    return tuple(sorted(observations, key=lambda each: (each.month, each.counted, each.source)))


def quantities(observations: Sequence[Observation], origin: str) -> list[Quantity]:
    """What is counted, in months since the end of a month."""
    return [
        Quantity(
            each.counted,
            float(months_between(origin, each.month)),
            float(months_between(origin, each.begins)),
        )
        for each in observations
    ]
