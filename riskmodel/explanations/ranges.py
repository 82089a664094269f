"""What a formula can be when each of its inputs is only known to lie in an interval."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

from riskmodel.errors import DataError
from riskmodel.estimates import Interval

__all__ = ["extremes", "interval_ends"]


def interval_ends(interval: Interval) -> tuple[float, float]:
    """Both ends as numbers; an interval without an end is refused."""
    low, high = float(interval.low), float(interval.high)
    if math.isinf(low) or math.isinf(high):
        raise DataError(f"{interval} has no end on one side: nothing can be bounded with it")
    return low, high


def extremes(
    formula: Callable[..., float], inputs: Mapping[str, Interval | float]
) -> tuple[float, float]:
    """The smallest and the largest value of a formula over intervals of its inputs.

    Parameters
    ----------
    formula
        Takes the inputs by name. It must rise or fall throughout in each input, whatever the others
        are; then its extremes lie in corners of the box of intervals.
    inputs
        An interval or a known number for each.

    Examples
    --------
    >>> extremes(lambda a, b: a / b, {"a": Interval.exactly(6), "b": Interval(2, 3)})
    (2.0, 3.0)
    """
    ends = {
        name: interval_ends(value) if isinstance(value, Interval) else (float(value),)
        for name, value in inputs.items()
    }
    values = [
        formula(**dict(zip(ends, corner, strict=True)))
        for corner in itertools.product(*(tuple(dict.fromkeys(each)) for each in ends.values()))
    ]
    return min(values), max(values)
