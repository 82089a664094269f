"""Interval: laws of exact interval arithmetic. Estimate: what it refuses."""

from __future__ import annotations

import math
import operator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.estimates import Estimate, Interval

finite = st.builds(Fraction, st.integers(-40, 40), st.integers(1, 6))
flags = st.booleans()
OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


@st.composite
def intervals(draw: st.DrawFn, *, bounded: bool = False) -> Interval:
    low, high = sorted([draw(finite), draw(finite)])
    if not bounded:
        low = -math.inf if draw(st.integers(0, 5)) == 0 else low
        high = math.inf if draw(st.integers(0, 5)) == 0 else high
    if low == high:
        return Interval.exactly(low)
    return Interval(low, high, draw(flags), draw(flags))


@st.composite
def members(draw: st.DrawFn, interval: Interval) -> Fraction:
    """A member of the interval, often one of its end points or close to it."""
    step = Fraction(draw(st.integers(0, 64)), 64)
    low, high = interval.low, interval.high
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        value = low + step * (high - low)
    elif isinstance(low, Fraction):
        value = low + draw(st.integers(0, 1000)) + step
    elif isinstance(high, Fraction):
        value = high - draw(st.integers(0, 1000)) - step
    else:
        value = Fraction(draw(st.integers(-1000, 1000))) + step
    assume(value in interval)
    return value


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    interval = draw(intervals())
    return interval, draw(members(interval))


points = st.one_of(finite, st.builds(Fraction, st.integers(-400, 400), st.integers(1, 50)))


# Arithmetic.


@pytest.mark.property
@pytest.mark.parametrize("symbol", OPERATIONS)
@given(first=pairs(), second=pairs())
def test_result_holds_the_operation_on_members(
    symbol: str, first: tuple[Interval, Fraction], second: tuple[Interval, Fraction]
) -> None:
    (left, x), (right, y) = first, second
    operate = OPERATIONS[symbol]
    assume(symbol != "/" or 0 not in right)
    assert operate(x, y) in operate(left, right)


@pytest.mark.property
@pytest.mark.parametrize("symbol", OPERATIONS)
@given(pair=pairs(), number=finite)
def test_plain_numbers_are_operands_on_either_side(
    symbol: str, pair: tuple[Interval, Fraction], number: Fraction
) -> None:
    interval, x = pair
    operate = OPERATIONS[symbol]
    if symbol != "/" or number != 0:
        assert operate(x, number) in operate(interval, number)
        assert operate(interval, number) == operate(interval, Interval.exactly(number))
    if symbol != "/" or 0 not in interval:
        assert operate(number, x) in operate(number, interval)
        assert operate(number, interval) == operate(Interval.exactly(number), interval)


@pytest.mark.property
@pytest.mark.parametrize("symbol", OPERATIONS)
@given(left=intervals(bounded=True), right=intervals(bounded=True))
def test_result_is_no_wider_than_its_corners(symbol: str, left: Interval, right: Interval) -> None:
    assume(symbol != "/" or (right.low > 0 or right.high < 0))
    operate = OPERATIONS[symbol]
    result = operate(left, right)
    corners = [operate(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    assert (result.low, result.high) == (min(corners), max(corners))


@pytest.mark.property
@given(left=intervals(), right=intervals(), third=intervals())
def test_sums_and_products_commute_and_associate(
    left: Interval, right: Interval, third: Interval
) -> None:
    assert left + right == right + left
    assert left * right == right * left
    assert (left + right) + third == left + (right + third)
    assert (left * right) * third == left * (right * third)
    mirrored = -left
    assert -mirrored == left
    assert left - right == left + (-right)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("left", "symbol", "right", "expected"),
    [
        (Interval(0, 1, False, False), "*", Interval(0, 1, False, False), "(0, 1)"),
        (Interval(0, 1), "*", Interval(2, math.inf, False), "[0, ∞)"),
        (Interval(0, 1, False), "*", Interval(2, math.inf), "(0, ∞)"),
        (Interval.exactly(0), "*", Interval(-math.inf, math.inf), "0"),
        (Interval(-1, 2, True, False), "*", Interval(3, 4, True, False), "(-4, 8)"),
        (Interval(-2, 3), "*", Interval(-5, 7), "[-15, 21]"),
        (Interval(1, 2), "+", Interval(3, 4, False), "(4, 6]"),
        (Interval(1, 2), "-", Interval(3, 4, False), "[-3, -1)"),
        (Interval.exactly(1), "/", Interval(0, 2, False), "[0.5, ∞)"),
        (Interval.exactly(1), "/", Interval(-2, 0, True, False), "(-∞, -0.5]"),
        (Interval.exactly(1), "/", Interval(2, math.inf), "(0, 0.5]"),
        (Interval.exactly(1), "/", Interval(-math.inf, -2), "[-0.5, 0)"),
        (Interval.exactly(0), "/", Interval(0, 2, False), "0"),
        (Interval(2, 3, True, False), "/", Interval(4, 8, False), "[0.25, 0.75)"),
    ],
)
def test_ends_are_in_exactly_when_they_are_reached(
    left: Interval, symbol: str, right: Interval, expected: str
) -> None:
    assert str(OPERATIONS[symbol](left, right)) == expected


@pytest.mark.property
@given(dividend=intervals(), divisor=intervals())
def test_division_is_refused_exactly_when_the_divisor_holds_zero(
    dividend: Interval, divisor: Interval
) -> None:
    if 0 in divisor:
        with pytest.raises(DataError, match="holds zero"):
            dividend / divisor
    else:
        assert isinstance(dividend / divisor, Interval)


@pytest.mark.unit
def test_arithmetic_is_exact() -> None:
    tenth = Interval.rounded("0.1")
    assert sum([Interval.exactly(Fraction(1, 10))] * 10, Interval.exactly(0)).is_exact
    assert sum([tenth] * 10, Interval.exactly(0)) == Interval(
        Fraction(1, 2), Fraction(3, 2), True, False
    )
    assert (Interval.exactly(1) / 3) * 3 == Interval.exactly(1)
    assert Interval(0.1, 0.1).low == Fraction(0.1) != Fraction(1, 10)


@pytest.mark.unit
def test_numbers_beyond_floating_point_stay_exact() -> None:
    large, small = 10**400, Fraction(1, 10**400)
    everything_above = Interval(large, math.inf)
    assert large + 1 in everything_above
    assert large - 1 not in everything_above
    assert everything_above + large == Interval(2 * large, math.inf)
    assert everything_above * large == Interval(large**2, math.inf)
    assert Interval(small, small) * Interval(1, math.inf) == Interval(small, math.inf)
    assert everything_above.width == math.inf
    assert str(Interval.exactly(10**17 + 1)) == "100000000000000001"


@pytest.mark.unit
def test_numpy_integers_do_not_wrap_around() -> None:
    large = np.int64(2**62)
    assert Interval.exactly(large) * 4 == Interval.exactly(2**64)
    assert np.int64(5) in Interval(0, 10)
    assert np.int64(11) not in Interval(0, 10)
    assert np.float64(0.5) in Interval(0, 1)
    assert Decimal("28.4") in Interval.rounded("28.4")


# Membership, intersection, hull.


@pytest.mark.property
@given(left=intervals(), right=intervals(), point=points)
def test_intersection_holds_what_both_hold(
    left: Interval, right: Interval, point: Fraction
) -> None:
    common = left.intersection(right)
    for value in (point, *(end for end in _finite_ends(left, right))):
        in_common = common is not None and value in common
        assert in_common == (value in left and value in right)
    assert common == right.intersection(left)
    assert left.overlaps(right) == (common is not None)


@pytest.mark.property
@given(left=intervals(), right=intervals(), point=points)
def test_hull_is_the_smallest_that_holds_both(
    left: Interval, right: Interval, point: Fraction
) -> None:
    hull = left.hull(right)
    assert hull == right.hull(left)
    assert hull.intersection(left) == left
    assert hull.intersection(right) == right
    assert hull.low in (left.low, right.low)
    assert hull.high in (left.high, right.high)
    if point in hull:
        assert _at_or_below(left, right, point)
        assert _at_or_below(-left, -right, -point)


def _at_or_below(left: Interval, right: Interval, point: Fraction) -> bool:
    """Whether some member of either interval is no greater than the point."""
    return any(
        part.low < point or (part.low == point and part.low_closed) for part in (left, right)
    )


def _finite_ends(*found: Interval) -> list[Fraction]:
    ends = [end for interval in found for end in (interval.low, interval.high)]
    return [end for end in ends if isinstance(end, Fraction)]


@pytest.mark.property
@given(interval=intervals(bounded=True))
def test_whole_numbers_are_the_integers_inside(interval: Interval) -> None:
    assert list(interval.whole_numbers()) == [
        number for number in range(-60, 61) if number in interval
    ]


@pytest.mark.unit
def test_whole_numbers_need_two_ends() -> None:
    with pytest.raises(DataError, match="infinitely many"):
        Interval(0, math.inf).whole_numbers()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("low", "high", "low_closed", "high_closed"),
    [
        (2, 1, True, True),
        (1, 1, True, False),
        (1, 1, False, True),
        (math.inf, math.inf, True, True),
        (-math.inf, -math.inf, True, True),
        (math.nan, 1, True, True),
        (0, math.nan, True, True),
    ],
)
def test_empty_intervals_are_refused(
    low: float, high: float, low_closed: bool, high_closed: bool
) -> None:
    with pytest.raises(DataError, match=r"low <= high|NaN"):
        Interval(low, high, low_closed, high_closed)


@pytest.mark.unit
def test_infinities_and_nan_are_never_members() -> None:
    everything = Interval(-math.inf, math.inf)
    assert not everything.low_closed
    assert not everything.high_closed
    assert 10**9 in everything
    for outside in (math.inf, -math.inf, math.nan, Decimal("nan"), "3", None):
        assert outside not in everything


# What a printed number can have been.


@st.composite
def printed_numbers(draw: st.DrawFn) -> tuple[str, int]:
    decimals = draw(st.integers(0, 3))
    scaled = draw(st.integers(-5000, 5000))
    return f"{Decimal(scaled).scaleb(-decimals):f}", decimals


@pytest.mark.property
@given(printed=printed_numbers(), offset=st.integers(-1500, 1500))
def test_rounded_holds_exactly_what_rounds_half_up_to_it(
    printed: tuple[str, int], offset: int
) -> None:
    text, decimals = printed
    value = Decimal(text) + Decimal(offset).scaleb(-decimals - 3)
    prints_so = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) == Decimal(text)
    assert (Fraction(value) in Interval.rounded(text)) == prints_so


@pytest.mark.property
@given(printed=printed_numbers(), offset=st.integers(-1500, 1500))
def test_cut_off_holds_exactly_what_is_cut_to_it(printed: tuple[str, int], offset: int) -> None:
    text, decimals = printed
    value = Decimal(text) + Decimal(offset).scaleb(-decimals - 3)
    prints_so = value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN) == Decimal(text)
    assert (Fraction(value) in Interval.cut_off(text)) == prints_so


@pytest.mark.unit
@pytest.mark.parametrize("text", ["", "abc", "28.4%", " 28.4", "28.4 ", "1e3", "3/4", "1_0", "2."])
def test_text_that_is_no_plain_number_is_refused(text: str) -> None:
    for read in (Interval.rounded, Interval.cut_off):
        with pytest.raises(DataError, match="cannot read"):
            read(text)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval.exactly(439), "439"),
        (Interval.exactly(Fraction(-1, 20)), "-0.05"),
        (Interval.rounded("-26.5"), "(-26.55, -26.45]"),
        (Interval(Fraction(1, 3), 1), "[0.333333, 1]"),
        (Interval(-math.inf, 7, high_closed=False), "(-∞, 7)"),
    ],
)
def test_text_of_an_interval(interval: Interval, expected: str) -> None:
    assert str(interval) == expected


# Estimates.


def _estimate(**changes: object) -> Estimate:
    fields: dict[str, object] = {
        "value": 0.284,
        "low": 0.25,
        "high": 0.32,
        "level": 0.95,
        "method": "jeffreys",
        "unit": "proportion",
        "basis": "published",
    }
    return Estimate(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": 0.2}, "must lie in its interval"),
        ({"value": 0.33}, "must lie in its interval"),
        ({"value": math.nan}, "must lie in its interval"),
        ({"low": math.nan}, "must lie in its interval"),
        ({"level": 0}, "level"),
        ({"level": 1.01}, "level"),
        ({"level": math.nan}, "level"),
        ({"basis": "guessed"}, "basis must be one of observed"),
    ],
)
def test_estimates_that_contradict_themselves_are_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        _estimate(**changes)


@pytest.mark.unit
def test_an_estimate_says_method_level_counts_and_basis() -> None:
    text = str(_estimate(numerator=174, denominator=613))
    assert text == "0.284 (95% jeffreys 0.25 to 0.32, 174 of 613; proportion, published)"
    assert "of" not in str(_estimate())


@pytest.mark.unit
def test_a_proportion_of_nothing_has_no_value() -> None:
    estimate = _estimate(value=math.nan, low=0.0, high=1.0, numerator=0, denominator=0)
    assert math.isnan(estimate.value)
