"""Interval and Estimate: what a number may be, and how far it can be trusted.

An :class:`Interval` is exact (rational end points, each open or closed): published figures are
intervals, and the audit of their arithmetic must not lose a digit. An :class:`Estimate` is
statistical (floating point) and says its method and what it rests on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Literal, get_args

from riskmodel.errors import DataError

__all__ = ["BASES", "Basis", "Estimate", "Interval", "Number", "needs_protection"]

Number = int | float | Fraction
"""What an end point may be: rational, or the floating-point infinities."""

Basis = Literal["observed", "published", "assumed", "projected"]
"""What a number rests on: an authority's own records, a published figure, an assumption that
somebody made, or a projection."""

BASES: tuple[Basis, ...] = get_args(Basis)


def needs_protection(basis: Basis) -> bool:
    """Whether counts on this basis are an authority's own records.

    Published and assumed (synthetic) counts pass as they are.
    """
    return basis == "observed"


@dataclass(frozen=True, slots=True)
class Interval:
    """A set of possible values between two end points, each of them in or out.

    Parameters
    ----------
    low, high
        End points, ``low <= high``; rational numbers are kept exact, floats become the rational
        number that they are, infinities are allowed.
    low_closed, high_closed
        Whether the end point itself is possible. An infinite end point is never closed.

    Raises
    ------
    DataError
        If the interval is empty or an end point is not a number.

    Notes
    -----
    Arithmetic is the usual interval arithmetic (Moore 1966): the result holds every value that
    the operation can take on members of the operands. An operand that appears twice is treated as
    two independent unknowns, so a result can be wider than need be, never narrower.

    Examples
    --------
    >>> share = Interval.rounded("28.4")
    >>> print(share)
    [28.35, 28.45)
    >>> Fraction(174, 613) * 100 in share
    True
    """

    low: Number
    high: Number
    low_closed: bool = True
    high_closed: bool = True

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            value = getattr(self, name)
            if isinstance(value, float) and math.isnan(value):
                raise DataError("an interval cannot end at NaN; give a number or an infinity")
            object.__setattr__(self, name, _exact(value))
        if _is_infinite(self.low):
            object.__setattr__(self, "low_closed", False)
        if _is_infinite(self.high):
            object.__setattr__(self, "high_closed", False)
        both_in = self.low_closed and self.high_closed
        if self.low > self.high or (self.low == self.high and not both_in):
            raise DataError(f"an interval needs low <= high, got {_bracket(self)}")

    @classmethod
    def exactly(cls, value: Number) -> Interval:
        """The interval that holds one value only."""
        return cls(value, value)

    @classmethod
    def rounded(cls, printed: str) -> Interval:
        """What a number printed to so many decimals can be: half a unit of its last digit each way.

        Half-up rounding by magnitude: 28.4 was at least 28.35 and less than 28.45, and -26.5 was
        more than -26.55 and at most -26.45.

        Raises
        ------
        DataError
            When the text is not a plain decimal number.
        """
        value = _printed_number(printed)
        half = Fraction(1, 2 * 10 ** _decimals(printed))
        if value > 0:
            return cls(value - half, value + half, True, False)
        if value < 0:
            return cls(value - half, value + half, False, True)
        return cls(-half, half, False, False)

    @classmethod
    def cut_off(cls, printed: str) -> Interval:
        """What a number can be whose further decimals were dropped instead of rounded."""
        value = _printed_number(printed)
        unit = Fraction(1, 10 ** _decimals(printed))
        if value > 0:
            return cls(value, value + unit, True, False)
        if value < 0:
            return cls(value - unit, value, False, True)
        return cls(-unit, unit, False, False)

    @property
    def is_exact(self) -> bool:
        """Whether only one value is possible."""
        return self.low == self.high

    @property
    def width(self) -> Number:
        """Distance between the end points."""
        return _plus(self.high, -self.low)

    @property
    def middle(self) -> float:
        """Half-way between the end points."""
        return (float(self.low) + float(self.high)) / 2

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Rational | float | Decimal):
            return False
        if isinstance(value, float | Decimal) and math.isnan(value):
            return False
        value = _exact(value)
        above = value > self.low or (self.low_closed and value == self.low)
        below = value < self.high or (self.high_closed and value == self.high)
        return above and below

    def intersection(self, other: Interval) -> Interval | None:
        """The values that both intervals hold; None where there are none."""
        low, low_open = max((self.low, not self.low_closed), (other.low, not other.low_closed))
        high, high_closed = min((self.high, self.high_closed), (other.high, other.high_closed))
        if low > high or (low == high and (low_open or not high_closed)):
            return None
        return Interval(low, high, not low_open, high_closed)

    def overlaps(self, other: Interval) -> bool:
        """Whether some value lies in both intervals."""
        return self.intersection(other) is not None

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        low, low_open = min((self.low, not self.low_closed), (other.low, not other.low_closed))
        high, high_closed = max((self.high, self.high_closed), (other.high, other.high_closed))
        return Interval(low, high, not low_open, high_closed)

    def whole_numbers(self) -> range:
        """The whole numbers inside; both end points must be finite.

        Examples
        --------
        >>> list(Interval.rounded("17.8").whole_numbers())
        []
        """
        if _is_infinite(self.low) or _is_infinite(self.high):
            raise DataError(f"{self} holds infinitely many whole numbers")
        first, last = math.ceil(self.low), math.floor(self.high)
        if first == self.low and not self.low_closed:
            first += 1
        if last == self.high and not self.high_closed:
            last -= 1
        return range(first, last + 1)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low, self.high_closed, self.low_closed)

    def __add__(self, other: Interval | Number) -> Interval:
        other = _as_interval(other)
        return Interval(
            _plus(self.low, other.low),
            _plus(self.high, other.high),
            self.low_closed and other.low_closed,
            self.high_closed and other.high_closed,
        )

    def __sub__(self, other: Interval | Number) -> Interval:
        return self + -_as_interval(other)

    def __mul__(self, other: Interval | Number) -> Interval:
        return _combine(self, _as_interval(other), _times)

    def __truediv__(self, other: Interval | Number) -> Interval:
        other = _as_interval(other)
        if 0 in other:
            raise DataError(f"cannot divide by {other}, which holds zero")
        # An end point at zero that is not itself inside makes the quotient unbounded on that side.
        low = _inverse(other.high) if other.high != 0 else -math.inf
        high = _inverse(other.low) if other.low != 0 else math.inf
        return self * Interval(low, high, other.high_closed, other.low_closed)

    def __radd__(self, other: Number) -> Interval:
        return self + other

    def __rsub__(self, other: Number) -> Interval:
        return -self + other

    def __rmul__(self, other: Number) -> Interval:
        return self * other

    def __rtruediv__(self, other: Number) -> Interval:
        return _as_interval(other) / self

    def __str__(self) -> str:
        return _number(self.low) if self.is_exact else _bracket(self)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval, how it was made, and what it rests on.

    Parameters
    ----------
    value, low, high
        The estimate and its interval, in ``unit``; ``low <= value <= high``. A proportion of
        nothing (``denominator`` 0) has no value: NaN, and an interval that says nothing.
    level
        Coverage of the interval (0 to 1). 1 means bounds rather than a confidence or credible
        interval.
    method
        Short name of the method: ``"jeffreys"``, ``"wilson"``, ``"exact bounds"``.
    unit
        What is measured: ``"proportion"``, ``"plans"``.
    basis
        ``observed``, ``published``, ``assumed`` or ``projected``.
    numerator, denominator
        The counts behind a proportion or ratio, where there are any.

    Raises
    ------
    DataError
        If the interval does not hold the value, or the level or basis is not allowed.
    """

    value: float
    low: float
    high: float
    level: float
    method: str
    unit: str
    basis: Basis
    numerator: float | None = None
    denominator: float | None = None

    def __post_init__(self) -> None:
        has_value = self.denominator != 0 or not math.isnan(self.value)
        if has_value and not self.low <= self.value <= self.high:
            raise DataError(
                f"an estimate must lie in its interval: {self.value} is not in "
                f"[{self.low}, {self.high}]"
            )
        if not 0 < self.level <= 1:
            raise DataError(f"an interval's level must be above 0 and at most 1, got {self.level}")
        if self.basis not in BASES:
            raise DataError(f"basis must be one of {', '.join(BASES)}, got {self.basis!r}")

    def __str__(self) -> str:
        counts = ""
        if self.numerator is not None and self.denominator is not None:
            counts = f", {self.numerator:g} of {self.denominator:g}"
        return (
            f"{self.value:.4g} ({self.level:.0%} {self.method} {self.low:.4g} to {self.high:.4g}"
            f"{counts}; {self.unit}, {self.basis})"
        )


def _decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def _as_interval(value: Interval | Number) -> Interval:
    return value if isinstance(value, Interval) else Interval.exactly(value)


def _exact(value: Number | Decimal | Rational) -> Number:
    # A NumPy integer is a Rational whose products wrap around: its parts become Python integers.
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if math.isinf(value):
        return float(value)
    return Fraction(value)


def _is_infinite(value: Number) -> bool:
    # End points are fractions or infinities; a large fraction must not pass through a float.
    return isinstance(value, float)


def _printed_number(printed: str) -> Fraction:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", printed):
        raise DataError(f"cannot read {printed!r} as a printed number; allowed: 303, 31.3, -26.5")
    return Fraction(printed)


def _plus(left: Number, right: Number) -> Number:
    if _is_infinite(left):
        return left
    return right if _is_infinite(right) else left + right


def _times(left: Number, right: Number) -> Number:
    # In interval arithmetic 0 * infinity is 0: the zero is a value, the infinity never is.
    if left == 0 or right == 0:
        return Fraction(0)
    if _is_infinite(left) or _is_infinite(right):
        return math.inf if (left > 0) == (right > 0) else -math.inf
    return left * right


def _inverse(value: Number) -> Number:
    return Fraction(0) if _is_infinite(value) else Fraction(1) / value


def _combine(
    left: Interval, right: Interval, operate: Callable[[Number, Number], Number]
) -> Interval:
    """Extremes of a bilinear operation over the corners; a corner is in when both its ends are."""
    corners = [
        (operate(a, b), (a_in and b_in) or _zero_is_in(a, a_in, b, b_in))
        for a, a_in in ((left.low, left.low_closed), (left.high, left.high_closed))
        for b, b_in in ((right.low, right.low_closed), (right.high, right.high_closed))
    ]
    low = min(value for value, _ in corners)
    high = max(value for value, _ in corners)
    return Interval(
        low,
        high,
        any(inside for value, inside in corners if value == low),
        any(inside for value, inside in corners if value == high),
    )


def _zero_is_in(left: Number, left_in: bool, right: Number, right_in: bool) -> bool:
    # A product is zero as soon as one factor is: the other end point need not be attained.
    return (left == 0 and left_in) or (right == 0 and right_in)


def _number(value: Number) -> str:
    """Shortest plain decimal: exact where it ends within six places, else rounded to six digits."""
    if _is_infinite(value):
        return "∞" if value > 0 else "-∞"
    exact = Fraction(value)
    for places in range(7):
        scaled = exact * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            point = len(digits) - places
            sign = "-" if scaled < 0 else ""
            return sign + digits[:point] + ("." + digits[point:] if places else "")
    return f"{float(exact):.6g}"


def _bracket(interval: Interval) -> str:
    left = "[" if interval.low_closed else "("
    right = "]" if interval.high_closed else ")"
    return f"{left}{_number(interval.low)}, {_number(interval.high)}{right}"
