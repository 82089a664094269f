"""The change of plans in parts: they add up, agree with closed forms, and name what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.explanations import change_of_counts, change_of_months, change_of_panel
from riskmodel.explanations.change import CHAIN, whole_parts
from riskmodel.explanations.change_sources import published_change
from riskmodel.report.brief.why import _message, _parts
from riskmodel.report.model import Chart
from riskmodel.report.sections.change import change_section
from riskmodel.series import AuthorityPanel
from riskmodel.snapshots import MonthlySeries, month_ends

NAMES = [link.name for link in CHAIN]
COUNTS = st.fixed_dictionaries({name: st.integers(0, 5000) for name in NAMES})
YEAR = dict(zip(NAMES, (100_000, 5000, 4000, 1000, 500, 400, 300), strict=True))


def panel_of(*years: dict[str, float]) -> AuthorityPanel:
    names = sorted({name for year in years for name in year})
    return AuthorityPanel(
        ("900",) * len(years),
        ("Northshire",) * len(years),
        np.arange(2020, 2020 + len(years)),
        {name: np.array([year.get(name, math.nan) for year in years]) for name in names},
    )


@pytest.mark.property
@given(COUNTS, COUNTS)
def test_the_parts_add_up_whatever_is_nought(before, after):
    parts, missing = change_of_counts(before, after)
    change = after["cpp_at_31_mar"] - before["cpp_at_31_mar"]
    assert math.fsum(part.children for part in parts) == pytest.approx(change, abs=1e-6)
    assert len(parts) + len(missing) == len(CHAIN)


@pytest.mark.unit
@pytest.mark.parametrize("name", NAMES[:-1])
def test_only_the_term_that_moved_has_a_part(name):
    """A link and all after it grow by half: the term that ends in it has the whole change."""
    grown = NAMES[NAMES.index(name) :]
    after = {key: count * (1.5 if key in grown else 1) for key, count in YEAR.items()}
    parts, _ = change_of_counts(YEAR, after)
    found = {part.name: part.children for part in parts}
    assert found.pop(name) == pytest.approx(150)
    assert list(found.values()) == pytest.approx([0] * len(found))
    assert sum(part.words.startswith("no change in") for part in parts) >= len(found) - 1


@pytest.mark.unit
@pytest.mark.parametrize("plans", [299, 302, 303, 304])
def test_of_a_change_of_next_to_nothing_there_are_no_shares(plans):
    is_slight = plans <= 303  # a hundredth of 300
    before = {"referrals": 5000, "cpp_starts": 400, "cpp_at_31_mar": 300}
    after = {"referrals": 5100, "cpp_starts": 440, "cpp_at_31_mar": plans}
    change = change_of_panel(panel_of(before, after), "900")
    assert change.is_slight is is_slight
    assert change.to_frame()["share"].isna().all() == is_slight
    assert ("about the same" in change.summary()) is is_slight
    assert ("account" in change.summary()) is not is_slight
    shown = change_section(change, title="Why").blocks
    (table,) = (block.data for block in shown if isinstance(block, Chart))
    assert all((row[-1] == "–") is is_slight for row in table.frame.to_numpy())
    assert ("stayed about the same" in _message(change)) is is_slight
    assert (_parts(change) == "") is is_slight


@pytest.mark.unit
def test_links_without_a_figure_join_their_neighbours_and_are_named():
    before = {**YEAR, "s47_enquiries": math.nan}
    after = {name: 2 * count for name, count in YEAR.items()} | {"icpc_children": 0}
    parts, missing = change_of_counts(before, after)
    assert "Plans started for each assessment" in [part.label for part in parts]
    assert missing == ("section 47 enquiries", "initial conferences (0 at one date)")


@pytest.mark.unit
@pytest.mark.parametrize(("start", "end"), [(0.0, 300.0), (300.0, 0.0)])
def test_a_stock_from_or_to_nought_is_the_limit_of_small_numbers(start, end):
    before, after = YEAR | {"cpp_at_31_mar": start}, YEAR | {"cpp_at_31_mar": end}
    parts, _ = change_of_counts(before, after)
    small = [row | {"cpp_at_31_mar": max(row["cpp_at_31_mar"], 1e-60)} for row in (before, after)]
    near, _ = change_of_counts(*small)
    assert [p.children for p in parts] == pytest.approx([p.children for p in near], abs=1e-6)


@pytest.mark.unit
def test_a_stock_without_a_figure_is_refused():
    with pytest.raises(DataError, match="children on a plan"):
        change_of_counts(YEAR, {"cpp_starts": 3})


@pytest.mark.property
@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8))
def test_whole_parts_add_up_and_move_by_less_than_one(parts):
    whole = whole_parts(parts)
    assert sum(whole) == round(math.fsum(parts))
    assert all(abs(one - part) < 1 + 1e-9 for one, part in zip(whole, parts, strict=True))


@pytest.mark.unit
def test_a_panel_is_asked_for_two_years_and_assessments_of_one_kind():
    years = [{name: count + 10 * row for name, count in YEAR.items()} for row in range(6)]
    for row, year in enumerate(years):
        counted = year.pop("assessments")
        year["initial_assessments" if row < 3 else "assessments_completed_continuous"] = counted
        year.update(
            {
                f"cpp_at_31_mar_duration_{band}": year["cpp_at_31_mar"] / 5
                for band in ("under_3m", "3_to_6m", "6m_to_1y", "1_to_2y", "2y_plus")
            }
        )
    panel = panel_of(*years)
    usual = change_of_panel(panel, "900")
    assert (usual.first, usual.change, usual.missing) == ("31 March 2023", 20, ())
    change = change_of_panel(panel, "900", 2021)
    assert (change.first, change.last, change.change) == ("31 March 2021", "31 March 2025", 40)
    assert change.missing == ("assessments",), "one kind is never set beside the other"
    assert sum(part.children for part in change.groups) == pytest.approx(40)
    assert abs(change.remainder) < 1e-9
    with pytest.raises(DataError, match="no change from 2015"):
        change_of_panel(panel, "900", 2015)


@pytest.mark.unit
def test_own_months_have_starts_of_twelve_months_and_durations():
    months = np.arange("2020-01", "2023-01", dtype="datetime64[M]")
    starts = np.where(np.arange(36) < 12, 30.0, 36.0)
    stock = np.linspace(300, 370, 36).round()
    series = MonthlySeries("", month_ends(months), "child_protection_plan", stock, starts, starts)
    change = change_of_months(series)
    assert (change.first, change.last) == ("31 December 2020", "31 December 2022")
    by_starts, by_duration = change.parts
    assert (by_starts.before, by_starts.after) == (360, 432)
    assert by_duration.before == pytest.approx(365.25 * change.before / 360)
    assert by_starts.children + by_duration.children == pytest.approx(change.change)


@pytest.mark.regression
def test_the_report_card_s_own_tables():
    change = published_change()
    assert (change.before, change.after) == (422, 626)
    groups, share = change.parts
    assert (groups.before, groups.after) == (3300, 2982)
    assert share.after == pytest.approx(626 / 2982)
    mean = 204 / math.log(626 / 422)
    assert groups.children == pytest.approx(mean * math.log(2982 / 3300))
    assert change.whole == (-52, 256)
    assert f"at most {mean * math.log(1.1 / 0.9):.0f} of the 204" in change.notes[0]
    assert f"{626 * 40 / 60:.0f} children would be on a plan" in change.notes[1]
    assert "referrals" in change.summary()
