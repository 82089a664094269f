from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.estimates import Interval
from riskmodel.published import audit
from riskmodel.report.wording import (
    arithmetic_words,
    interval_words,
    join_words,
    number_words,
    round_half_up,
)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval.exactly(2451), "2,451"),
        (Interval.rounded("9"), "8.5 to just under 9.5"),
        (Interval(500, 600, False, True), "just over 500 to 600"),
        (Interval(1069, math.inf), "1,069 or more"),
        (Interval(-math.inf, 7, high_closed=False), "less than 7"),
        (Interval(-math.inf, math.inf), "any number"),
        (Interval.rounded("-26.5"), "just over −26.55 to −26.45"),
    ],
)
def test_intervals_in_words(interval, words):
    assert interval_words(interval) == words


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arithmetic", "words"),
    [
        ("share(13, 76) = 17", "13 ÷ 76 in percent = 17"),
        ("417 / 2 = cut_off(209)", "417 ÷ 2 = 209 with further digits cut off"),
        ("before(before(634, 11), 13)", "634 ÷ (1 + 11%) ÷ (1 + 13%)"),
        ("2 / before(634, 11)", "2 ÷ (634 ÷ (1 + 11%))"),
        ("7 - between(1, 2)", "7 − (between 1 and 2)"),
        ("share(250 + 65, 514) > 3", "(250 + 65) ÷ 514 in percent > 3"),
        ("between(500, 514) = 9", "9 lies between 500 and 514"),
        ("76 / 7..10", "76 ÷ (7 to 10)"),
        ("unknown_thing(1, 2) = 3", "unknown thing(1, 2) = 3"),
    ],
)
def test_arithmetic_in_words(arithmetic, words):
    assert arithmetic_words(arithmetic) == words


@pytest.mark.integration
def test_every_finding_can_be_said():
    for finding in audit():
        for arithmetic in (finding.arithmetic, finding.repaired_arithmetic):
            words = arithmetic_words(arithmetic)
            assert "_" not in words
            assert "\ue000" not in words
            assert "\ue001" not in words
            assert words.count("(") == words.count(")")


@pytest.mark.property
@given(st.fractions(-10_000, 10_000, max_denominator=1000), st.integers(0, 4))
def test_rounding_is_within_half_a_unit_and_away_from_zero(value, decimals):
    text = round_half_up(value, decimals)
    assert len(text.partition(".")[2]) == decimals
    assert abs(Fraction(text) - value) <= Fraction(1, 2 * 10**decimals)
    assert abs(value) in Interval.rounded(text.lstrip("-"))


@pytest.mark.property
@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_are_written_whole(value):
    assert int(number_words(value).replace(",", "").replace("−", "-")) == value


@pytest.mark.unit
def test_lists_in_sentences():
    assert join_words([]) == ""
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b"]) == "a and b"
