"""One matrix by month of who stays, moves, comes and leaves: nobody is lost or counted twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskmodel.demand.assessing import Assessed, assessing
from riskmodel.demand.matrix import ASSESSMENT, CLOSED, STEP_DOWN, ways
from riskmodel.demand.moved import ANYWHERE
from riskmodel.demand.simulation.changed import REPEATS, moves
from riskmodel.errors import DataError
from riskmodel.levers import OUTSIDE
from riskmodel.projection import BASELINE
from riskmodel.scenarios import Scenario, load_library
from riskmodel.snapshots import StageMoves
from tests.demand.test_moved import MONTHS, NEED, PLAN, REPLICATES, changes, check_conserved

STEPPED = StageMoves(PLAN, NEED, "ends", 40, 90, "had one", "2024, x.xml", "observed")
MANY, FEW = Assessed(6_000, "2024/25 of x.csv"), Assessed(300, "2024/25 of x.csv")
TRANSIT = {ASSESSMENT, STEP_DOWN}


@pytest.fixture(scope="module")
def base():
    """Two years of the published figures, with made-up counts of what they do not print."""
    from riskmodel.authority.library import library_outlook

    outlook = library_outlook("section_47_2010_11", "2017-11", 300, 1)
    source = replace(outlook.source, moves=(*outlook.source.moves, STEPPED), assessed=MANY)
    return replace(outlook, source=source)


def under(base, scenario, assessed=MANY):
    """The outlook under a scenario besides the baseline."""
    levers = scenario.levers(base.projection.opening_month, len(base.projection.months))
    named = {BASELINE: base.levers[BASELINE], scenario.name: levers}
    several = {name: each for name, each in named.items() if name != BASELINE}
    source = replace(base.source, assessed=assessed)
    return replace(base, source=source, levers=named, projection=base.simulate(several))


def check_matrix(outlook, scenario):
    """Each way holds somebody or nobody, and rows and columns are stocks, starts and ends.

    In each simulation and month, not on average.
    """
    projection, found = outlook.projection, ways(outlook, scenario)
    leaving, coming = (defaultdict(float) for _ in range(2))
    for (origin, destination), children in found.items():
        assert children.shape == (projection.replicates, len(projection.months))
        assert children.min() >= -1e-9, (origin, destination)
        leaving[origin] = leaving[origin] + children
        coming[destination] = coming[destination] + children
    for place, stage in enumerate(projection.stages):
        stock, starts, ends = (
            projection.of(name, scenario, stage).astype(float)
            for name in ("stock", "starts", "ends")
        )
        before = np.column_stack([projection.opening[:, place], stock[:, :-1]])
        parts = [stage, STEP_DOWN] if stage == NEED else [stage]
        np.testing.assert_allclose(sum(leaving[part] for part in parts), before, atol=1e-8)
        np.testing.assert_allclose(sum(coming[part] for part in parts), stock, atol=1e-8)
        stay = sum(found.get((part, part), 0.0) for part in parts)
        np.testing.assert_allclose(before - stay, ends, atol=1e-8)
        np.testing.assert_allclose(stock - stay, starts, atol=1e-8)
    for part in TRANSIT & set(coming):
        # Who is there after a month is there before the next.
        np.testing.assert_allclose(coming[part][:, :-1], leaving[part][:, 1:], atol=1e-8)
    return found


@pytest.mark.property
@pytest.mark.parametrize("scenario", load_library(), ids=lambda each: each.name)
def test_every_scenario_of_the_library_loses_nobody(base, scenario):
    found = check_matrix(under(base, scenario), scenario.name)
    assert {(ANYWHERE, ASSESSMENT), (PLAN, STEP_DOWN)} <= set(found)


@pytest.mark.property
@settings(max_examples=10, deadline=None)
@given(
    made=st.lists(changes(), min_size=1, max_size=3, unique_by=lambda each: each.parameter),
    assessed=st.sampled_from([MANY, FEW, None]),
)
def test_generated_scenarios_lose_nobody(base, made, assessed):
    scenario = Scenario("generated", "d", made)
    try:
        outlook = under(base, scenario, assessed)
    except DataError:
        # A group that is too small to give so many: tests/demand/test_moved.py has the message.
        assume(False)
    check_matrix(outlook, "generated")
    check_conserved(scenario.levers("2015-11", MONTHS).drawn(5, REPLICATES))


@pytest.mark.property
def test_means_of_the_table_are_those_of_the_ways_and_years_add_up_months(base):
    matrix = base.matrix()
    months = matrix.to_frame().set_index(["scenario", "from", "to"])
    for scenario in base.projection.scenarios:
        for (origin, destination), children in ways(base, scenario).items():
            rows = months.loc[(scenario, origin, destination)]
            np.testing.assert_allclose(rows["children"], children.mean(axis=0))
            is_assumed = TRANSIT & {origin, destination}
            assert set(rows["basis"]) == {"assumed" if is_assumed else "projected"}
    years = matrix.years.set_index(["scenario", "first_month", "from", "to"])
    first = years.loc[(BASELINE, base.projection.months[0])]
    for way, row in first.iterrows():
        assert row["children"] == pytest.approx(
            months.loc[(BASELINE, *way), "children"].iloc[:12].sum()
        )
        assert row["low"] <= row["median"] <= row["high"]
    assert (years.index.get_level_values("from") != years.index.get_level_values("to")).all()


@pytest.mark.property
def test_those_who_stepped_down_stay_as_long_as_others_in_need(base):
    """By brute force: children followed one by one, each leaving with the chance of the stage."""
    found = ways(base, BASELINE)
    stepped, stays = found[PLAN, STEP_DOWN], found[STEP_DOWN, STEP_DOWN]
    ended = base.projection.of("ends", BASELINE, PLAN)[:, :12].sum(axis=1)
    assert stepped[:, :12].sum() == pytest.approx(ended.sum() * 40.5 / 91, rel=0.02)
    stock = base.projection.of("stock", BASELINE, NEED)
    opening = base.projection.opening[:, base.projection.stages.index(NEED)]
    ends = base.projection.of("ends", BASELINE, NEED)
    luck, simulation = np.random.default_rng(4), 7
    children, scale = 0, 400
    for month in range(12):
        before = stock[simulation, month - 1] if month else opening[simulation]
        children -= luck.binomial(children, ends[simulation, month] / before)
        spread = 4 * np.sqrt(max(children, 1)) / scale + 1e-9
        assert stays[simulation, month] == pytest.approx(children / scale, abs=spread + 0.05)
        children += round(scale * stepped[simulation, month])


@pytest.mark.property
def test_assessments_under_way_follow_littles_law_and_what_leads_to_them(base):
    under_way = assessing(base, BASELINE)
    days = under_way.before / under_way.ended * 365.25 / 12
    np.testing.assert_allclose(days, np.broadcast_to(days[:, :1], days.shape))
    assert 31 <= days.min() < 33
    assert 61 < days.max() <= 63
    assert under_way.begun[:, :12].sum(axis=1).mean() == pytest.approx(MANY.a_year)
    ratio = under_way.after.mean() / (under_way.begun.mean(axis=0) * 47 / (365.25 / 12)).mean()
    assert ratio == pytest.approx(1, abs=0.1)
    half = base.levers[BASELINE].with_path(
        "conversion.referral_to_assessment", multiplier=0.5, to=(("closed", 1.0),)
    )
    fewer = assessing(replace(base, levers={"half": half}), "half")
    np.testing.assert_allclose(fewer.begun, under_way.begun / 2)
    later = base.levers[BASELINE].with_path(
        "conversion.assessment_to_section_47_enquiry", multiplier=0.5, to=(("closed", 1.0),)
    )
    same = assessing(replace(base, levers={"later": later}), "later")
    np.testing.assert_array_equal(same.begun, under_way.begun)


@pytest.mark.unit
def test_plans_follow_an_assessment_before_child_in_need_plans_and_the_rest_are_closed(base):
    found = ways(base, BASELINE)
    assert found[ANYWHERE, PLAN].max() == pytest.approx(0, abs=1e-9)
    assert found[ASSESSMENT, CLOSED].mean() > 0
    few = ways(replace(base, source=replace(base.source, assessed=FEW)), BASELINE)
    assert 10 * few[ASSESSMENT, NEED].mean() < few[ASSESSMENT, PLAN].mean()
    # A child in need plan begins after an assessment only where no protection plan needed it.
    assert not ((few[ASSESSMENT, NEED] > 1e-9) & (few[ANYWHERE, PLAN] > 1e-9)).any()
    assert few[ANYWHERE, PLAN].mean() > 0
    with pytest.raises(DataError, match="allowed: 1 or more"):
        Assessed(0, "x")


@pytest.mark.unit
def test_what_is_not_known_is_left_out_and_said(base):
    whole = base.matrix()
    assert "had one (2024, x.xml)" in whole.summary()
    assert "as many a year as in 2024/25 of x.csv" in whole.summary()
    assert "counted from the opening on" in whole.summary()
    assert "October 2016 to September 2017" in set(whole.moved["scenario"])
    assert {"Under assessment", "In need after a plan"} <= set(whole.moved["to"])
    first = whole.moved[whole.moved["scenario"] == whole.moved["scenario"].iloc[0]]
    along = list(dict.fromkeys(first["from"]))
    assert along[:3] == ["Outside", "With early help", "Under assessment"]
    assert along[-1] == "In need after a plan"
    without = replace(base, source=replace(base.source, moves=(), assessed=None)).matrix()
    assert not TRANSIT & {*without.months["from"], *without.months["to"]}
    said = without.summary()
    assert "do not say who moves between stages" in said
    assert "Children under assessment are not shown" in said
    assert "Moves from a protection plan to a child in need plan are not shown" in said


@pytest.mark.unit
def test_a_scenario_that_ends_plans_earlier_makes_those_who_step_down(base):
    """With a made-up lever on durations: who ends earlier goes where the scenario says."""
    levers = base.levers[BASELINE].with_path(f"length.{PLAN}", multiplier=0.8, to=((NEED, 1.0),))
    named = {BASELINE: base.levers[BASELINE], "shorter": levers}
    source = replace(base.source, moves=())
    outlook = replace(
        base, source=source, levers=named, projection=base.simulate({"shorter": levers})
    )
    check_matrix(outlook, "shorter")
    assert (PLAN, STEP_DOWN) not in ways(outlook, BASELINE)
    stepped = ways(outlook, "shorter")[PLAN, STEP_DOWN]
    gained = sum(m.children for m in moves(outlook.inputs, levers) if m.lever != REPEATS)
    assert stepped.sum(axis=1).mean() == pytest.approx(
        np.maximum(gained, 0).mean(axis=0).sum(), rel=0.05
    )
    assert not set(OUTSIDE) - {"closed"} & {way[1] for way in ways(outlook, "shorter")}
