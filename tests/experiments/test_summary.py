"""Summaries and their comparison: nothing lost in a file, tolerances as declared."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.experiments import Result, Summary, compare_summaries
from riskmodel.experiments.baseline import changelog_row
from riskmodel.experiments.declaration import Tolerance


def one(value, name="a", **others) -> Summary:
    return Summary((Result(name, value, "children", "assumed", **others),))


@pytest.mark.property
@given(
    st.one_of(st.integers(), st.floats(allow_nan=False), st.sampled_from(["above 1", "conflict"])),
    st.floats(allow_nan=False),
)
def test_a_summary_survives_its_file(value, low):
    written = one(value, low=low, high=math.inf, level=0.95, method="a, b", step="s")
    read = Summary.from_csv(written.to_csv(), "summary.csv")
    assert read == written
    assert type(read["a"].value) is type(value)


@pytest.mark.unit
def test_a_damaged_summary_is_told_by_line():
    text = one(1).to_csv()
    with pytest.raises(DataError, match=r"b/s\.csv, line 1: the header must be"):
        Summary.from_csv("x\n" + text, "b/s.csv")
    with pytest.raises(DataError, match=r"b/s\.csv, line 3: 1 cells"):
        Summary.from_csv(text + "x\n", "b/s.csv")
    with pytest.raises(DataError, match=r"line 2: There is no basis 'assume'"):
        Summary.from_csv(text.replace("assumed", "assume"), "b/s.csv")


@pytest.mark.unit
def test_counts_are_compared_exactly_and_floats_within_a_billionth():
    assert compare_summaries(one(630), one(630)) == ()
    assert [moved.by for moved in compare_summaries(one(630), one(631))] == [1]
    assert compare_summaries(one(2.0), one(2.0 * (1 + 9e-10))) == ()
    assert len(compare_summaries(one(2.0), one(2.0 * (1 + 2e-9)))) == 1
    assert len(compare_summaries(one(1e18), one(1e18 + 1024))) == 0
    assert len(compare_summaries(one(10**18), one(10**18 + 1))) == 1
    assert len(compare_summaries(one("conflict"), one("repaired"))) == 1
    assert compare_summaries(one(math.inf), one(math.inf)) == ()
    assert len(compare_summaries(one(1.0), one(math.inf))) == 1


@pytest.mark.unit
def test_a_tolerance_counts_for_the_names_it_fits_and_the_last_one_wins():
    wide = Tolerance("a*", 0.5, 0.0, "a test")
    narrow = Tolerance("ab", 0.1, 0.0, "a test")
    assert compare_summaries(one(1.0), one(1.4), [wide]) == ()
    assert len(compare_summaries(one(1.0, "b"), one(1.4, "b"), [wide])) == 1
    assert len(compare_summaries(one(1.0, "ab"), one(1.4, "ab"), [wide, narrow])) == 1
    assert compare_summaries(one(3), one(3), [Tolerance("*", 0.0, 0.0, "")]) == ()


@pytest.mark.unit
def test_what_is_gone_or_new_or_otherwise_called_moved():
    moved = compare_summaries(one(1), one(1, "b"))
    assert [(each.name, each.was, each.now) for each in moved] == [("b", None, 1), ("a", 1, None)]
    renamed = compare_summaries(one(1), Summary((Result("a", 1, "plans", "assumed"),)))
    assert [each.part for each in renamed] == ["unit"]
    assert str(renamed[0]).endswith("a, unit: children -> plans")


@pytest.mark.unit
def test_results_are_found_by_name_and_step():
    both = one(1).named_step("x") + one(2).named_step("y")
    assert both.of_step("y")["a"].value == 2
    with pytest.raises(DataError, match="several steps have a result a"):
        both["a"]
    with pytest.raises(UnknownNameError, match="Did you mean 'rate'"):
        one(1, "rate")["ratte"]
    with pytest.raises(DataError, match="two results of one step"):
        Summary((*one(1), *one(2)))
    with pytest.raises(DataError, match="lower-case"):
        one(1, "A b")


@pytest.mark.unit
def test_words_of_a_result():
    result = Result("a", 1234.56, "x", "assumed", -0.04, math.inf)
    assert result.both(1) == "1,234.6 (0.0 to no limit)"
    assert result.between(1) == "0.0 and no limit"
    assert Result("a", -2, "x", "assumed").text() == "-2"
    with pytest.raises(DataError, match="has no interval"):
        Result("a", -2, "x", "assumed").range()


@pytest.mark.unit
def test_the_row_of_the_change_log_changes_with_any_digit():
    assert changelog_row("x", one(1.0)) != changelog_row("x", one(1.0000000001))
    assert changelog_row("x", one(1)).startswith("| Experiment: x | – | 1 results, sha256 ")


@pytest.mark.unit
def test_parts_of_names_are_told_once_in_order():
    names = ("value/b/2016", "value/a/2016", "value/b/2018", "value", "other/c/2020")
    summary = Summary(tuple(Result(name, 1, "children", "assumed") for name in names))
    assert summary.parts("value/", 1) == ("b", "a")
    assert summary.parts("value/", 2) == ("2016", "2018")
    assert summary.parts("", 0) == ("value", "other")


@pytest.mark.unit
def test_a_proportion_and_its_ends_become_percent_together():
    one = Result.within("share", (0.5, 0.25, 0.75), "percent", "assumed", 0.9, "exact", scale=100)
    assert (one.value, one.low, one.high, one.level) == (50, 25, 75, 0.9)
    assert one.both() == "50 (25 to 75)"
