"""Levers: the register, and paths that leave the baseline alone where nothing is set."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers import LEVERS, LeverPath, Levers, Range, RangedPart, lever, varied_path

STARTS, CAP = "starts.child_protection_plan", "workforce.caseload_cap"
NAMES = [
    "starts.child_protection_plan",
    "starts.looked_after",
    "starts.child_in_need_plan",
    "length.child_protection_plan",
    "length.looked_after",
    "length.child_in_need_plan",
    "population_0_17",
    "conversion.referral_to_assessment",
    "conversion.assessment_to_section_47_enquiry",
    "conversion.section_47_enquiry_to_conference",
    "conversion.conference_to_child_protection_plan",
    "starts.unaccompanied_children",
    "diversion.early_help",
    "workforce.posts",
    "workforce.vacancy_rate",
    "workforce.turnover_rate",
    "workforce.hires_per_month",
    "workforce.recruitment_lag_months",
    "workforce.agency_fte",
    "workforce.sickness_rate",
    "workforce.newly_qualified_share",
    "workforce.newly_qualified_protection",
    "workforce.case_holding_share",
    "workforce.caseload_cap",
    "workforce.specialist_share",
    "workforce.specialist_caseload",
    "workforce.specialist_length_multiplier",
    "placements.own_carer_places",
    "placements.own_home_beds",
    "placements.step_down",
    "placements.reunification",
    "placements.price",
    "feedback.caseload_to_length",
    "feedback.child_in_need_to_starts",
]


def none(months: int = 4) -> Levers:
    return Levers.after("2015-11", months)


@pytest.mark.unit
def test_the_register_holds_every_lever_and_each_can_be_neutral():
    assert list(LEVERS) == NAMES
    for each in LEVERS.values():
        assert each.lowest < each.highest
        assert each.operations
        assert each.neutral is None or each.holds(each.neutral)
        assert "ramp" not in each.operations or len(each.operations) > 1
        assert not each.whole or each.operations == ("value",)
    sides = {side: [e.name for e in LEVERS.values() if e.acts_on == side]
             for side in ("demand", "workforce", "placements", "feedback")}  # fmt: skip
    assert [len(names) for names in sides.values()] == [13, 14, 5, 2]
    assert all(LEVERS[name].neutral == 0 for name in sides["feedback"])
    assert all(LEVERS[name].highest == 0.4 for name in sides["feedback"])


@pytest.mark.unit
def test_an_unknown_lever_is_named_with_the_nearest_and_its_group():
    with pytest.raises(DataError, match=r"'workforce\.post'.*Did you mean 'workforce\.posts'") as e:
        lever("workforce.post")
    assert "workforce.agency_fte" in str(e.value)
    assert "length." not in str(e.value)
    with pytest.raises(DataError, match=r"Did you mean 'workforce\.turnover_rate'"):
        lever("turnovr")
    with pytest.raises(DataError, match=r"Allowed: starts\.…, .*population_0_17.*feedback\.…"):
        none().apply("nonsense", 1.0)


@pytest.mark.property
@given(
    name=st.sampled_from([name for name in NAMES if not LEVERS[name].whole]),
    seed=st.integers(0, 2**32 - 1),
    shape=st.sampled_from([(5,), (3, 5), (2, 3, 5)]),
)
def test_without_a_change_the_baseline_comes_back_to_the_last_bit(
    name: str, seed: int, shape: tuple[int, ...]
):
    known = LEVERS[name]
    high = min(known.highest, 1e6)
    base = known.lowest + np.random.default_rng(seed).random(shape) * (high - known.lowest)
    found = none(5).apply(name, base)
    assert found.tobytes() == base.tobytes()
    assert found is not base
    # A change of another lever, and the months that a change leaves out, are the same.
    other = none(5).with_path(STARTS if name != STARTS else CAP, value=20)
    assert other.apply(name, base).tobytes() == base.tobytes()
    value = np.full(5, np.nan)
    value[2] = high
    some = none(5).with_path(name, value=value).apply(name, base)
    assert np.delete(some, 2, axis=-1).tobytes() == np.delete(base, 2, axis=-1).tobytes()
    assert (some[..., 2] == high).all()


@pytest.mark.property
@given(
    base=st.floats(0, 500),
    value=st.floats(0, 500),
    weight=st.floats(0.001, 1),
    multiplier=st.floats(0, 3),
)
def test_apply_is_its_formula(base: float, value: float, weight: float, multiplier: float):
    levers = none(1).with_path(STARTS, value=value, weight=weight, multiplier=multiplier)
    expected = ((1 - weight) * base + weight * value) * multiplier
    assert levers.apply(STARTS, base)[0] == pytest.approx(expected, abs=1e-12)
    # A full value takes nothing of the baseline.
    assert none(1).with_path(STARTS, value=value).apply(STARTS, base)[0] == value


@pytest.mark.unit
def test_a_result_that_is_impossible_is_refused_with_its_month_and_never_clipped():
    levers = none().with_path("workforce.turnover_rate", multiplier=[1, 1, 1.5, 2])
    with pytest.raises(
        DataError, match=r"turnover_rate: would be 1\.2 in 2016-02 \(baseline 0\.8\).*from 0 to 1"
    ):
        levers.apply("workforce.turnover_rate", 0.8)
    grid = np.full((2, 4), 0.3)
    grid[1, 3] = 0.6
    with pytest.raises(DataError, match=r"1\.2 in 2016-03 \(baseline 0\.6\)"):
        levers.apply("workforce.turnover_rate", grid)
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(DataError, match="in 2015-12"):
            none().apply(STARTS, wrong)
    with pytest.raises(DataError, match="whole numbers"):
        none().apply("workforce.recruitment_lag_months", 2.5)


@pytest.mark.unit
def test_neutral_values_stand_in_for_a_missing_baseline():
    levers = none().with_path("conversion.referral_to_assessment", multiplier=[1, 1.1, 1.2, 1.2])
    found = levers.apply("conversion.referral_to_assessment")
    assert found.tolist() == [1, 1.1, 1.2, 1.2]
    assert levers.apply("diversion.early_help").tolist() == [0, 0, 0, 0]
    with pytest.raises(UnknownNameError, match="neutral value"):
        levers.apply(STARTS)


@pytest.mark.unit
def test_levers_can_be_taken_one_at_a_time():
    levers = none().with_path(CAP, value=14).with_path(STARTS, multiplier=1.2)
    assert levers.changed == (STARTS, CAP)
    assert levers == none().with_path(STARTS, multiplier=1.2).with_path(CAP, value=14)
    assert hash(levers) == hash(pickle.loads(pickle.dumps(levers)))
    assert levers.only([CAP]) == none().with_path(CAP, value=14) == levers.without(STARTS)
    assert levers.only([]) == Levers.none(levers.months) != levers
    assert levers.without("workforce.posts") == levers
    assert levers.path("workforce.posts").changes is False
    assert levers.with_path(STARTS, multiplier=1.0).changed == (CAP,)
    with pytest.raises(DataError, match="Did you mean"):
        levers.without("workforce.caseload_cup")
    with pytest.raises(DataError, match="Did you mean"):
        levers.only(["starts.looked_afte"])


@pytest.mark.unit
def test_months_paths_and_shapes_are_checked():
    assert none(2).months == ("2015-12", "2016-01")
    with pytest.raises(DataError, match="at least one month"):
        Levers(())
    with pytest.raises(DataError, match="found 2016-02"):
        Levers(("2015-12", "2016-02"))
    with pytest.raises(DataError, match="last axis"):
        none().apply(STARTS, [1.0, 2.0])
    with pytest.raises(DataError, match=r"posts: has 4 months, and the projection 2"):
        Levers(none(2).months, none().with_path("workforce.posts", value=3).paths)
    path = none().with_path(CAP, value=14).paths[0]
    with pytest.raises(DataError, match="one path; found two"):
        Levers(none().months, (path, path))
    with pytest.raises(ValueError, match="read-only"):
        path.value[0] = 3
    ones = np.ones(2)
    for value, weight, multiplier in (
        ([3.0, 3.0], [1.0, 2.0], ones),
        ([3.0, np.nan], ones, ones),
        ([3.0, 3.0], ones, [1.0, -1.0]),
        ([3.0, 3.0], np.ones(3), ones),
    ):
        with pytest.raises(DataError):
            LeverPath(CAP, np.array(value), np.array(weight), np.array(multiplier))


@pytest.mark.unit
def test_a_frame_has_a_row_for_each_lever_and_month():
    assert none().to_frame().empty
    frame = none().with_path(CAP, value=14).with_path(STARTS, multiplier=1.2).to_frame()
    assert list(frame.columns) == ["parameter", "month", "value", "weight", "multiplier"]
    assert len(frame) == 8
    assert frame.loc[frame.parameter == CAP, "value"].tolist() == [14.0] * 4
    assert "changes nothing" in str(none())


@pytest.mark.property
@given(
    low=st.floats(0.05, 0.5),
    width=st.floats(0.01, 0.4),
    highest=st.sampled_from([1.0, np.inf]),
)
def test_one_simulation_in_ten_lies_beyond_each_end_of_a_range_and_none_beyond_a_limit(
    low, width, highest
):
    each = Range(low, low + width, highest=highest)
    assert each.at(np.array([0.1, 0.9])) == pytest.approx([low, low + width])
    assert each.low < each.middle < each.high
    drawn = each.at(np.linspace(0.0001, 0.9999, 500))
    assert ((drawn > 0) & (drawn < highest)).all()
    assert (np.diff(drawn) > 0).all()
    even = Range(low, low + width, "uniform", highest=highest)
    assert even.at(np.array([0.0, 0.5, 1.0])) == pytest.approx([low, low + width / 2, low + width])


@pytest.mark.unit
def test_a_lever_draws_the_same_in_every_scenario_and_for_more_simulations():
    part = RangedPart(Range(0.8, 1.1), (0.0, 0.5, 1.0, 1.0), True)
    to = (
        ("child_in_need_plan", Range(0.2, 0.6, highest=1.0)),
        ("closed", 0.45),
        ("elsewhere", 0.15),
    )
    ranged = none().with_path(STARTS, multiplier=[1, 0.975, 0.95, 0.95], ranges=(part,), to=to)
    both = ranged.with_path("starts.looked_after", multiplier=1.5)
    few, many = ranged.drawn(3, 100).path(STARTS), both.drawn(3, 700).path(STARTS)
    assert few.multiplier.tobytes() == many.multiplier[:100].tobytes()
    assert ranged.drawn(4, 100) != ranged.drawn(3, 100)
    # Linear in how far the change is there, and the baseline where it is not.
    made = ranged.drawn(3, 100).apply(STARTS, np.full((100, 4), 10.0))
    assert (made[:, 0] == 10).all()
    np.testing.assert_allclose(made[:, 1] - 10, (made[:, 2] - 10) / 2)
    assert np.quantile(many.multiplier[:, 2], 0.1) == pytest.approx(0.8, abs=0.03)
    shares = dict(many.to)
    assert sum(shares.values()) == pytest.approx(np.ones(700))
    np.testing.assert_allclose(shares["closed"], 3 * shares["elsewhere"])
    assert np.quantile(shares["child_in_need_plan"], [0.1, 0.9]) == pytest.approx(
        [0.2, 0.6], abs=0.04
    )
    assert none().drawn(3, 100) == none()


@pytest.mark.unit
def test_each_simulation_has_one_variant_the_same_for_every_lever():
    none = Levers.after("2015-11", 3)
    name, other = "starts.child_protection_plan", "starts.looked_after"
    part = RangedPart(Range(0.5, 0.7), (1.0,) * 3, True)
    fewer = none.with_path(
        name, multiplier=part.range.middle, ranges=(part,), to=(("closed", 1.0),)
    ).with_path(other, multiplier=0.9, to=(("closed", 1.0),))
    more = none.with_path(name, multiplier=2.0, to=(("early_help", 0.4), ("closed", 0.6)))
    weights = ((0.3, fewer), (0.5, more), (0.2, none))
    levers = Levers(
        none.months,
        tuple(varied_path(n, [(w, each.path(n)) for w, each in weights]) for n in (name, other)),
    )
    # Undrawn it stands at the mean, its middle.
    assert levers.apply(name, 1.0)[0] == pytest.approx(0.3 * part.range.middle + 0.5 * 2 + 0.2)
    drawn = levers.drawn(7, 4000)
    numbers, others = drawn.apply(name, np.ones(3))[:, 0], drawn.apply(other, np.ones(3))[:, 0]
    is_fewer, is_more, is_none = numbers < 0.99, numbers == 2, numbers == 1
    for share, those in ((0.3, is_fewer), (0.5, is_more), (0.2, is_none)):
        assert those.mean() == pytest.approx(share, abs=0.03)
    assert (others[is_fewer] == 0.9).all()
    assert (others[~is_fewer] == 1).all()
    assert (numbers[is_fewer] == fewer.drawn(7, 4000).apply(name, np.ones(3))[is_fewer, 0]).all()
    to = dict(drawn.path(name).to)
    assert (to["early_help"] == np.where(is_more | is_none, np.where(is_more, 0.4, 0), 0)).all()
    np.testing.assert_allclose(sum(to.values()), 1)
    # Another choice changes who has which, and nothing of the ranges.
    again = levers.drawn(7, 4000, choice=8).apply(name, np.ones(3))[:, 0]
    both = (again < 0.99) & is_fewer
    assert both.any()
    assert (again[both] == numbers[both]).all()
    assert levers.until(2) == Levers(none.months[:2], tuple(path.until(2) for path in levers.paths))
    # One that sets a value beside one that multiplies, and one that does nothing.
    value = none.with_path(name, value=[np.nan, 30, 30], weight=[0, 0.5, 1])
    kinds = ((0.3, fewer), (0.5, value), (0.2, none))
    mixed = Levers(none.months, (varied_path(name, [(w, e.path(name)) for w, e in kinds]),))
    ways = [each.apply(name, np.full(3, 50.0)) for _, each in kinds]
    mean = sum(weight * way for (weight, _), way in zip(kinds, ways, strict=True))
    np.testing.assert_allclose(mixed.apply(name, np.full(3, 50.0)), mean)
    found = mixed.drawn(7, 4000).apply(name, np.full(3, 50.0))
    assert {tuple(row) for row in found if row[0] == 50} == {tuple(way) for way in ways[1:]}
    assert (found[:, 2] == 30).mean() == pytest.approx(0.5, abs=0.03)
