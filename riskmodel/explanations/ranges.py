"""The range of a formula whose inputs are known only as intervals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

from riskmodel.errors import DataError
from riskmodel.estimates import Interval

__all__ = ["extremes", "interval_ends"]


def interval_ends(interval: Interval) -> tuple[float, float]:
    """Both ends as numbers; an interval with no limit on one side is refused."""
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
        Takes the inputs by name. In each input it must only rise or only fall, whatever the others
        are; then its extremes are at ends of the intervals.
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
