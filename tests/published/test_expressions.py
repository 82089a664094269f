"""The little language of the audit: what it computes, and what it refuses."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.published.expression_functions import FUNCTIONS
from riskmodel.published.expressions import evaluate, figures_in, judge, substitute

NEGLECT = "risk_factors['Child Neglect', 'plans']"
STOCK = "statements['children_on_plan_mid_2015']"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * 4 - 6 / 3", "12"),
        ("-(1 + 0.5)", "-1.5"),
        ("1e-3", "0.001"),
        (NEGLECT, "142"),
        ("risk_factors['Child Neglect', 'plans_percent']", "[22.45, 22.55)"),
        (f"share({NEGLECT}, 568)", "25"),
        ("change(200, 150)", "-25"),
        ("grown(200, 10)", "220"),
        ("before(220, 10)", "200"),
        ("between(3, 1, 2)", "[1, 3]"),
        ("whole(between(0.5, 3.5))", "[1, 3]"),
        ("at_least(5)", "[5, ∞)"),
        ("cut_off(growth_by_age['0 to 4'])", "[64, 65)"),
        ("total(risk_factors, 'plans')", "1087"),
        ("total(risk_factors, 'plans', 'Child Neglect')", "945"),
        ("rows_of(risk_factors, 'plans')", "10"),
        ("total_across(family_support_caseloads, 'Total family support caseload by area')", "1493"),
        ("smallest_where(risk_factors, 'plans', risk_quadrants, 'prevalence', 'high')", "84"),
        ("largest_where(risk_factors, 'plans', risk_quadrants, 'prevalence', 'low')", "66"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert str(evaluate(text)) == expected


@pytest.mark.unit
def test_case_stands_for_a_row_or_column() -> None:
    assert evaluate("risk_factors[case, 'plans']", "Child Neglect") == Interval.exactly(142)
    assert evaluate("total(risk_factors, case)", "plans") == Interval.exactly(1087)
    with pytest.raises(DataError, match="expected a quoted name, got case"):
        evaluate("risk_factors[case, 'plans']")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("1 == 1", True),
        ("1 == 2", False),
        ("1 != 1", False),
        ("1 != 2", True),
        ("1 < 1", False),
        ("1 <= 1", True),
        ("2 >= 2", True),
        ("2 > 2", False),
        ("1 < 2 < 3", True),
        ("1 < 2 < 2", False),
        ("3 > 2 == 1", False),
        ("between(1, 2) < between(1, 2)", True),
        ("between(1, 2) > 2", False),
        ("between(1, 2) >= 2", True),
        # 22.5 printed is less than 22.55: the open end cannot be reached.
        ("risk_factors['Child Neglect', 'plans_percent'] >= 22.55", False),
        ("risk_factors['Child Neglect', 'plans_percent'] == 22.55", False),
        ("risk_factors['Child Neglect', 'plans_percent'] == 22.45", True),
        ("whole_number_gives(50, 10)", True),
        ("whole_number_gives(55, 10)", False),
        ("whole_number_grew(220, 10)", True),
        ("whole_number_grew(221, 10)", False),
    ],
)
def test_claims(claim: str, holds: bool) -> None:
    assert judge(claim).holds is holds


@pytest.mark.unit
def test_one_quantity_needs_one_value_unit_base_and_period() -> None:
    same = "same_quantity(statements['{}'], statements['{}'])"
    summary = "plan_growth_oxfordshire_2011_2014_summary_percent"
    assert judge(same.format(summary, summary)).holds
    assert not judge(same.format("children_on_plan_mid_2015", "plans_started_2014_15")).holds
    with pytest.raises(DataError, match="two printed figures"):
        judge("same_quantity(1, 1)")
    with pytest.raises(DataError, match="printed figure"):
        evaluate("cut_off(1 + 1)")


@pytest.mark.unit
@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "__import__('os').system('true')",
        "().__class__",
        "risk_factors.keys",
        "lambda: 1",
        "(lambda x: x)(1)",
        "[n for n in (1, 2)]",
        "{1: 2}",
        "{1, 2}",
        "(1, 2)",
        "[1]",
        "case",
        "risk_factors",
        "x",
        "'text'",
        "f'{1}'",
        "b'1'",
        "None",
        "True",
        "...",
        "1j",
        "1e999",
        "2 ** 8",
        "7 // 2",
        "7 % 2",
        "1 << 2",
        "1 | 2",
        "not 1",
        "+1",
        "~1",
        "1 if 1 else 2",
        "1 and 2",
        "(x := 1)",
        "share(*[1, 2])",
        "share(part=1, whole=2)",
        "share(1)",
        "share(1, 2, 3)",
        "between()",
        "FUNCTIONS['share']",
        "FUNCTIONS['share'](1, 2)",
        "eval('1')",
        "share(1, 2) == 50",
        "risk_factors['Child Neglect']",
        "risk_factors['Child Neglect', 'plans', 'plans']",
        "risk_factors[()]",
        "risk_factors[1, 2]",
        "risk_factors['Child Neglect':'plans']",
        "risk_factors['Child Neglect', 'plans']['x']",
        "total(risk_factors)",
        "total()",
        "total(risk_factors, 'plans'())",
        "smallest_where(risk_factors, 'plans')",
        "smallest_where(risk_factors, 'plans', risk_quadrants, 'prevalence', 'middling')",
        "1 / 0",
        "1 / between(-1, 1)",
        "whole(between(0.2, 0.4))",
        "1 +",
        "",
        "1; 2",
        "import os",
        "\x00",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises((DataError, UnknownNameError)):
        evaluate(text)


@pytest.mark.unit
@pytest.mark.parametrize(
    "claim",
    ["1", "share(1, 2)", "1 in 2", "1 is 1", "1 == x", "not 1 == 1", "whole_number_gives(1)"],
)
def test_what_claims_nothing_is_refused(claim: str) -> None:
    with pytest.raises((DataError, UnknownNameError)):
        judge(claim)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("risk_factor['Child Neglect', 'plans']", "Did you mean 'risk_factors'"),
        ("risk_factors['Child Neglet', 'plans']", "Did you mean 'Child Neglect'"),
        ("risk_factors['Child Neglect', 'plan']", "Did you mean 'plans'"),
        ("statements['children_on_plan_mid_2014']", "Did you mean 'children_on_plan_mid_2015'"),
        ("shares(1, 2)", "Did you mean 'share'"),
        ("total(risk_factor, 'plans')", "Did you mean 'risk_factors'"),
        ("total(risk_factors, 'plan')", "Did you mean 'plans'"),
        (
            "largest_where(risk_factors, 'plans', risk_quadrants, 'impct', 'low')",
            "Did you mean 'impact'",
        ),
    ],
)
def test_misspelt_names_are_answered_with_the_nearest(text: str, message: str) -> None:
    with pytest.raises((DataError, UnknownNameError), match=re.escape(message)):
        evaluate(text)


@pytest.mark.unit
def test_figures_are_listed_as_a_reader_meets_them_each_once() -> None:
    text = f"({STOCK} + {NEGLECT}) / {STOCK} - growth_by_age['Total']"
    assert [figure.reading for figure in figures_in(text)] == ["634", "142", "177"]
    assert len(figures_in("total(risk_factors, 'plans', 'Child Neglect')")) == 9


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{STOCK} == 1", "634 = 1"),
        (f"2 * ({STOCK} - {NEGLECT})", "2 * (634 - 142)"),
        (f"share({NEGLECT}, total(consultations, 'adult'))", "share(142, (51 + 52 + 46))"),
        (
            "largest_where(risk_factors, 'plans', risk_quadrants, 'prevalence', 'low')",
            "largest(66, 59, 57)",
        ),
    ],
)
def test_the_printed_numbers_are_put_in_place(text: str, expected: str) -> None:
    assert substitute(text) == expected


@pytest.mark.property
@given(first=st.integers(1, 10**6), second=st.integers(-90, 900))
def test_growth_functions_undo_each_other(first: int, second: int) -> None:
    assert evaluate(f"before(grown({first}, {second}), {second})") == Interval.exactly(first)
    after = evaluate(f"grown({first}, {second})")
    assert after == Interval.exactly(Fraction(first * (100 + second), 100))
    assert evaluate(f"change({first}, grown({first}, {second}))") == Interval.exactly(second)


@pytest.mark.unit
def test_each_function_says_what_it_does() -> None:
    for function in FUNCTIONS.values():
        assert function.__doc__
