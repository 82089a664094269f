"""Figures and tables: what a printed number can have been, and how it is looked up."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.published import Document, Unit, load_table, read_number

FORMS = ["{}", ">{}", "<{}", "~{}", "{}+"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("reading", "counted", "expected"),
    [
        ("303", True, "303"),
        ("303", False, "[302.5, 303.5)"),
        ("31.3", False, "[31.25, 31.35)"),
        ("3.2", True, "[3.15, 3.25)"),
        ("-26.5", False, "(-26.55, -26.45]"),
        ("0.0", False, "(-0.05, 0.05)"),
        ("0", True, "0"),
        (">25", False, "(25, ∞)"),
        ("<-25", False, "(-∞, -25)"),
        ("<7", True, "(-∞, 7)"),
        ("~70", True, "[65, 75)"),
        ("~30", False, "[25, 35)"),
        ("~2", True, "[1.5, 2.5)"),
        ("~100", True, "[50, 150)"),
        ("500+", True, "[500, 600)"),
        ("65+", True, "[65, 66)"),
        ("14..32", False, "[14, 32]"),
        ("-10..10", False, "[-10, 10]"),
        ("7..7", True, "7"),
    ],
)
def test_each_form_of_a_printed_number(reading: str, counted: bool, expected: str) -> None:
    assert str(read_number(reading, counted=counted)) == expected


@pytest.mark.unit
@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(
    "reading",
    [
        *("", " ", "abc", "3,000", "28.4%", "1e3", "1_000", " 3", "3 ", "3\n", "2.", ".5", "--3"),
        *("+3", "3++", "><25", "<>5", "~~70", ">~5", "~>5", ">500+", "~70+", "<7+", "inf", "nan"),
        *("14-32", "14..", "..32", "14..32..40", ">14..32", "14..32+", "~14..32", "٣"),
    ],
)
def test_other_forms_are_refused(reading: str, counted: bool) -> None:
    with pytest.raises(DataError, match=r"cannot read .* as a number; allowed: 303"):
        read_number(reading, counted=counted)


@pytest.mark.unit
def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(DataError, match="low <= high"):
        read_number("32..14", counted=False)


@pytest.mark.property
@given(
    low=st.integers(0, 9999),
    step=st.integers(0, 500),
    decimals=st.integers(0, 2),
    counted=st.booleans(),
)
@pytest.mark.parametrize("form", ["{}", ">{}", "<{}"])
def test_a_larger_printed_number_was_no_smaller(
    form: str, low: int, step: int, decimals: int, counted: bool
) -> None:
    smaller, larger = (
        read_number(form.format(f"{value / 10**decimals:.{decimals}f}"), counted=counted)
        for value in (low, low + step)
    )
    assert smaller.low <= larger.low
    assert smaller.high <= larger.high
    if step:
        assert smaller != larger


@pytest.mark.property
@given(value=st.integers(1, 9999), counted=st.booleans())
def test_vaguer_forms_hold_the_number_that_plainer_ones_mean(value: int, counted: bool) -> None:
    exact = Fraction(value)
    assert exact in read_number(str(value), counted=counted)
    assert exact in read_number(f"~{value}", counted=counted)
    assert exact in read_number(f"{value}+", counted=counted)
    assert exact not in read_number(f">{value}", counted=counted)
    assert exact not in read_number(f"<{value}", counted=counted)
    around = read_number(f"~{value}", counted=counted)
    assert around.hull(read_number(str(value), counted=counted)) == around


@pytest.mark.unit
@pytest.mark.parametrize(
    ("row", "value", "decimals", "place"),
    [
        ("mean_plan_length_days", 303, 0, "para 11"),
        ("domestic_abuse_notification_change_percent", -31.3, 1, "para 19"),
        ("missing_children_growth_percent", 39.0, 1, "para 10"),
        ("kingfisher_nurse_caseload", 70, 0, "para 44"),
        ("disabled_children_worked_with", None, 0, "para 25"),
        ("family_support_caseload_range", None, 0, "para 23"),
        ("kingfisher_mean_plan_length_months", None, 0, "para 26"),
        ("plan_growth_national_2011_2014_summary_percent", 9, 0, "Summary"),
    ],
)
def test_value_decimals_and_place_of_a_figure(
    row: str, value: float | None, decimals: int, place: str
) -> None:
    figure = load_table("statements").figure(row)
    assert figure.value == value
    assert type(figure.value) is type(value)
    assert (figure.decimals, figure.place) == (decimals, place)


@pytest.mark.unit
def test_text_of_a_figure_names_unit_base_period_and_place_once() -> None:
    share = str(load_table("risk_factors").figure("Child Neglect", "plans_percent"))
    assert share == (
        "'22.5%' [percent; plans started], 2014/15 "
        "(Increase in Child Protection Cases: Report Card, para 16)"
    )
    length = str(load_table("statements").figure("mean_plan_length_days"))
    assert length.startswith("'303 days' [days], April 2011 to date of report (")


@pytest.mark.unit
def test_looking_up_figures_and_labels() -> None:
    factors = load_table("risk_factors")
    assert factors.key == "factor"
    assert factors.figure("Child Neglect", "assessments").value == 389
    assert load_table("growth_by_age").figure("0 to 4").value == 64
    assert load_table("risk_quadrants").label("Child Neglect", "impact") == "high"
    with pytest.raises(DataError, match="several columns"):
        factors.figure("Child Neglect")
    with pytest.raises(
        UnknownNameError, match=r"row of risk_factors 'Child Neglet'.*Child Neglect"
    ):
        factors.figure("Child Neglet", "plans")
    with pytest.raises(UnknownNameError, match=r"column of risk_factors 'plan'.*'plans'"):
        factors.figure("Child Neglect", "plan")
    with pytest.raises(UnknownNameError, match="row of risk_quadrants"):
        load_table("risk_quadrants").label("Child Neglet", "impact")
    with pytest.raises(UnknownNameError, match=r"column of risk_quadrants 'impct'.*'impact'"):
        load_table("risk_quadrants").label("Child Neglect", "impct")


@pytest.mark.unit
def test_a_table_as_rows_and_as_a_frame() -> None:
    table = load_table("activity_snapshots")
    assert table.plain_rows()[2] == ("Children in Need Plan", "2451", "2243", "1801", "-26.5")
    frame = table.to_frame()
    assert frame.shape == (3, 5)
    assert frame["change_percent"].tolist() == [48.3, 30.0, -26.5]
    assert len(list(table)) == 12
    assert "[activity_snapshots]: 3 rows, 12 figures" in str(table)
    assert "see each row)" in str(load_table("statements"))
    assert "para see" not in str(load_table("statements"))


@pytest.mark.unit
def test_the_interval_follows_from_unit_and_digits() -> None:
    for table in ("risk_factors", "statements", "family_support_caseloads"):
        for figure in load_table(table):
            assert figure.interval == read_number(figure.reading, counted=figure.unit.counted)
            if figure.value is not None:
                assert Fraction(str(figure.value)) in figure.interval
    assert load_table("statements").figure("children_on_plan_mid_2015").interval.is_exact
    over = load_table("statements").figure("child_in_need_plan_change_summary_percent")
    assert over.interval == Interval(-math.inf, -25, high_closed=False)


@pytest.mark.unit
def test_text_of_a_document() -> None:
    document = Document("a", "Report", "A Council", date(2015, 11, 5))
    assert str(document) == "Report (A Council, 5 November 2015)"
    assert Unit("plans", "plans", True).counted
