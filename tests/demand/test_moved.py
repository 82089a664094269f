"""Children are conserved: what a scenario takes from one stage is elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.demand.implied import expected_stock
from riskmodel.demand.simulation.changed import REPEATS, change_inputs, moves, unplaced
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.simulating import simulate_scenarios
from riskmodel.errors import DataError
from riskmodel.levers import OUTSIDE, Levers
from riskmodel.projection import BASELINE
from riskmodel.scenarios import Change, Scenario, load_library
from riskmodel.snapshots import StageMoves

PLAN, CARE, NEED = STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
MONTHS, REPLICATES = 30, 40


def stage(starts: float, mean: float, opening: int) -> StageInputs:
    wobble = np.linspace(0.9, 1.1, REPLICATES)
    return StageInputs(
        np.outer(wobble, np.linspace(starts, 1.1 * starts, MONTHS)),
        mean * wobble,
        np.full(REPLICATES, 1.3),
        np.full(REPLICATES, opening),
        overdispersion=np.full(REPLICATES, 2.0),
    )


BASE = {PLAN: stage(53, 303, 626), CARE: stage(20, 800, 555), NEED: stage(160, 350, 1801)}


def stocks(inputs: StageInputs, months_of: StageInputs | None = None) -> np.ndarray:
    of = inputs if months_of is None else months_of
    return expected_stock(
        inputs.opening, inputs.rates, of.mean_days, inputs.shape,
        opening_survival=inputs.opening_survival,
    )  # fmt: skip


def check_conserved(levers: Levers) -> None:
    """In every month and simulation, and for every stage by itself."""
    after, found = change_inputs(BASE, levers), moves(BASE, levers)
    by_starts = [m for m in found if not m.lever.startswith(("length", "workforce"))]
    by_time = [m for m in found if m.lever.startswith(("length", "workforce"))]
    started, held = {}, {}
    for name, inputs in BASE.items():
        started[name] = (
            inputs.rates
            - sum(m.children for m in by_starts if m.origin == name)
            + sum(m.children for m in by_starts if m.destination == name)
        )
        # What is in a stage, were it not for the time gained, and what that moves.
        steady = expected_stock(
            inputs.opening, started[name], inputs.mean_days, inputs.shape,
            opening_survival=after[name].opening_survival,
        )  # fmt: skip
        gained = sum(
            m.children * ((m.destination == name) - float(m.origin == name)) for m in by_time
        )
        held[name] = steady + np.cumsum(np.broadcast_to(gained, steady.shape), axis=1)
        np.testing.assert_allclose(stocks(after[name]), held[name], rtol=1e-9, atol=1e-7)
    gone = sum(m.children for m in by_starts if m.destination in OUTSIDE)
    before = sum(inputs.rates for inputs in BASE.values())
    np.testing.assert_allclose(sum(started.values()) + gone, before, rtol=1e-12)
    # Over all stages and outside, what the time gained moves is nought.
    outside = sum(m.children for m in by_time if m.destination in OUTSIDE)
    all_moved = sum(m.children for m in by_time)
    inside = sum(m.children for m in by_time if m.destination in STAGES)
    np.testing.assert_allclose(np.asarray(inside + outside), np.asarray(all_moved), atol=1e-9)


@pytest.mark.property
@pytest.mark.parametrize("scenario", load_library(), ids=lambda each: each.name)
def test_every_scenario_of_the_library_conserves_children(scenario):
    check_conserved(scenario.levers("2015-11", MONTHS).drawn(3, REPLICATES))


SHARES = st.sampled_from(
    [
        {"closed": 1.0},
        {"early_help": 0.3, "closed": 0.7},
        {"elsewhere": (0.2, 0.4), "closed": 0.7},
    ]
)


@st.composite
def changes(draw):
    moved = draw(
        st.sampled_from([f"{what}.{name}" for what in ("starts", "length") for name in STAGES])
    )
    others = [name for name in STAGES if name != moved.partition(".")[2]]
    to = draw(
        SHARES
        | st.sampled_from([{others[0]: 0.2, "closed": 0.8}, {others[1]: (0.1, 0.3), "closed": 0.8}])
    )
    number = draw(st.floats(0.7, 1.2) | st.tuples(st.floats(0.7, 0.9), st.floats(0.95, 1.2)))
    first = draw(st.integers(1, 20))
    ramp = draw(st.booleans())
    return Change(
        moved, first, draw(st.integers(first, MONTHS)) if ramp else None, multiplier=number, to=to,
        ramp=ramp, reason="r", source="assumed",
    )  # fmt: skip


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(made=st.lists(changes(), min_size=1, max_size=3, unique_by=lambda each: each.parameter))
def test_generated_scenarios_conserve_children(made):
    levers = Scenario("generated", "d", made).levers("2015-11", MONTHS)
    check_conserved(levers.drawn(5, REPLICATES))


@pytest.mark.property
def test_opening_and_starts_less_ends_is_the_stock_and_a_change_of_nothing_the_baseline():
    same = Change(
        "starts.looked_after", 1, multiplier=1.0, to={"closed": 1.0}, reason="r", source="assumed"
    )
    nothing = Scenario("nothing", "d", [same])
    levers = {each.name: each.levers("2015-11", MONTHS) for each in (*load_library(), nothing)}
    found = simulate_scenarios("", "", "2015-11", BASE, levers, 1, None, 1)
    assert found.stock[found.scenarios.index("nothing")].tobytes() == found.stock[0].tobytes()
    for name in found.scenarios:
        for place, each in enumerate(found.stages):
            change = (found.of("starts", name, each) - found.of("ends", name, each)).cumsum(axis=1)
            closing = found.opening[:, place, None] + change
            assert (closing == found.of("stock", name, each)).all(), (name, each)


@pytest.mark.unit
def test_children_whom_an_enquiry_no_longer_leads_to_a_plan_are_in_need_or_closed():
    """The defect that this guards against: a scenario that lowers caseloads by losing children."""
    (scenario,) = (each for each in load_library() if each.name == "section_47_2010_11")
    levers = scenario.levers("2015-11", MONTHS).drawn(1, REPLICATES)
    after = change_inputs(BASE, levers)
    fewer = (BASE[PLAN].rates - after[PLAN].rates).sum()
    more = (after[NEED].rates - BASE[NEED].rates).sum()
    assert fewer > 0
    assert 0.4 < more / fewer < 0.8
    assert after[CARE] is BASE[CARE]


@pytest.mark.unit
def test_children_moved_to_a_group_without_figures_are_outside_and_it_is_said():
    alone = {PLAN: BASE[PLAN]}
    levers = Levers.after("2015-11", MONTHS)
    fewer = levers.with_path(f"starts.{PLAN}", multiplier=0.5, to=((NEED, 0.6), ("closed", 0.4)))
    after = change_inputs(alone, fewer)
    assert list(after) == [PLAN]
    # On plans nothing changes but the starts, as where the other group is projected.
    assert np.array_equal(after[PLAN].rates, change_inputs(BASE, fewer)[PLAN].rates)
    (said,) = unplaced({"fewer": fewer}, alone)
    assert said.startswith("fewer: children whom it moves to “on a child in need plan”")
    assert not list(unplaced({"fewer": fewer}, BASE))


@pytest.mark.unit
def test_a_group_that_is_too_small_cannot_give_children():
    levers = Levers.after("2015-11", MONTHS)
    more = levers.with_path(f"starts.{NEED}", multiplier=2.0, to=((CARE, 1.0),))
    with pytest.raises(DataError, match="takes more children from looked_after in 2015-12"):
        change_inputs(BASE, more)


@pytest.mark.unit
def test_the_table_of_flows_of_the_published_figures(library_outlooked):
    library_flows = library_outlooked.flows().to_frame()
    moved = library_flows[library_flows["lever"] != ""]
    assert set(moved["scenario"]) == {"section_47_2010_11"}
    assert set(moved["to"]) == {NEED, "closed"}
    # The lever moves children to two places, and fewer come back to a plan later on.
    assert sorted(moved["lever"]) == [
        "conversion.assessment_to_section_47_enquiry",
        "conversion.assessment_to_section_47_enquiry",
        REPEATS,
    ]
    assert (moved["low"] <= moved["children"]).all()
    assert (moved["children"] <= moved["high"]).all()
    counted = library_flows[library_flows["lever"] == ""].set_index(["scenario", "from", "to"])
    starts = counted["children"]
    lost = starts[BASELINE, "outside", PLAN] - starts["section_47_2010_11", "outside", PLAN]
    assert moved["children"].sum() == pytest.approx(lost, rel=0.1)


@pytest.fixture(scope="module")
def library_outlooked():
    from riskmodel.authority.library import library_outlook

    return library_outlook("section_47_2010_11", "2017-11", 300, 1)


@pytest.mark.integration
def test_moves_between_stages_that_are_printed_go_on_at_their_share(library_outlooked):
    flows = library_outlooked.flows()
    children = flows.to_frame().set_index(["scenario", "lever", "from", "to"])["children"]
    started = children[BASELINE, "", "outside", PLAN]
    for origin, share in ((NEED, 3.5 / 631), ("early_help", 112.5 / 631)):
        assert children[BASELINE, "", origin, PLAN] == pytest.approx(share * started, rel=0.1)
        assert ("section_47_2010_11", "", origin, PLAN) not in children
    assert "(3 of 630 in 2014/15, report card para 15)" in flows.summary()
    assert "these figures do not say" in flows.summary()
    only = flows.only(["section_47_2010_11"]).summary()
    assert "With no change of policy" not in only
    assert len(flows.only([BASELINE]).preview()) == 2


@pytest.mark.integration
@pytest.mark.parametrize(("moved", "of", "shown"), [(5, 90, False), (85, 90, False), (6, 90, True)])
def test_moves_of_few_own_children_are_not_shown(library_outlooked, moved, of, shown):
    own = StageMoves(PLAN, NEED, "ends", moved, of, "had one", "2024, x.xml", "observed")
    source = replace(library_outlooked.source, moves=(own,))
    flows = replace(library_outlooked, source=source).flows()
    rows = flows.only([BASELINE]).to_frame()
    assert ((rows["from"] == PLAN) & (rows["to"] == NEED)).any() == shown
    assert ("are no longer on a protection plan" in flows.summary()) == shown
    assert f"{moved} of {of}" not in flows.summary()
