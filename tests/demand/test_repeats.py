"""Children who come back to a plan: against every path enumerated, and what has to hold."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.monthly import end_shares
from riskmodel.demand.projecting import project
from riskmodel.demand.repeat_plans import (
    few_repeats,
    panel_repeats,
    repeat_sentence,
    repeat_shares,
    repeat_timing,
    repeats_of,
)
from riskmodel.demand.simulation.changed import REPEATS, brings_back, change_inputs, moves
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.project import project_stages
from riskmodel.demand.simulation.repeats import Repeats, starts_apart
from riskmodel.demand.simulation.stock_flow import simulate_stage
from riskmodel.demand.sources import published_source
from riskmodel.errors import DataError
from riskmodel.intake.plan_moves import repeat_plans
from riskmodel.levers import Levers
from riskmodel.parameters import parameter
from riskmodel.snapshots import RepeatPlans

PLAN, NEED = "child_protection_plan", "child_in_need_plan"
MONTHS, MEANS = 6, np.array([70.0, 130.0])
SHARE, TIMING = np.array([0.3, 0.6]), np.array([0.0, 0.5, 0.2, 0.1, 0.1, 0.05])
FIRST = np.array([[9.0, 8.0, 11.0, 7.0, 9.0, 6.0], [3.0, 3.5, 4.0, 4.5, 5.0, 5.5]])
SHAPE = np.array([1.0, 1.7])


def walked(kept, means):
    """Starts by month when every path of a first start is followed: stays, comes back, stays…"""
    starts = np.zeros_like(FIRST)
    for row in range(len(FIRST)):
        shares = [
            end_shares("gamma", means[row, month], SHAPE[row], MONTHS) for month in range(MONTHS)
        ]

        def follow(month, children, row=row, shares=shares):
            children = children * kept[month]
            starts[row, month] += children
            for end in range(month, MONTHS):
                for back in range(end + 1, MONTHS):
                    chance = shares[month][end - month] * SHARE[row] * TIMING[back - end]
                    follow(back, children * chance)

        for month in range(MONTHS):
            follow(month, FIRST[row, month])
    return starts


@pytest.fixture(scope="module")
def inputs():
    means = np.repeat(MEANS[:, None], MONTHS, axis=1)
    return StageInputs(
        walked(np.ones(MONTHS), means), MEANS, SHAPE, np.array([0, 0]),
        repeats=Repeats(SHARE, TIMING),
    )  # fmt: skip


def levers():
    return Levers.after("2015-03", MONTHS)


@pytest.mark.unit
def test_diverted_starts_are_missing_among_those_who_come_back_as_every_path_has_it(inputs):
    diverted = np.array([0.0, 0.2, 0.2, 0.4, 0.4, 0.1])
    asked = levers().with_path("diversion.early_help", value=diverted, to=(("closed", 1.0),))
    after = change_inputs({PLAN: inputs}, asked)[PLAN]
    means = np.repeat(MEANS[:, None], MONTHS, axis=1)
    np.testing.assert_allclose(after.rates, walked(1 - diverted, means), rtol=1e-10)
    assert (after.rates[:, 3:] < inputs.rates[:, 3:] * (1 - diverted[3:])).all()


@pytest.mark.unit
def test_plans_that_end_sooner_bring_children_back_sooner_as_every_path_has_it(inputs):
    multiplier = np.array([1.0, 0.6, 0.6, 0.5, 0.5, 0.5])
    asked = levers().with_path(f"length.{PLAN}", multiplier=multiplier, to=(("closed", 1.0),))
    after = change_inputs({PLAN: inputs}, asked)[PLAN]
    np.testing.assert_allclose(
        after.rates, walked(np.ones(MONTHS), MEANS[:, None] * multiplier), rtol=1e-10
    )
    assert (after.rates[:, 3:] > inputs.rates[:, 3:]).all()


@pytest.mark.unit
def test_a_link_of_the_chain_and_durations_together_are_every_path_too(inputs):
    asked = (
        levers()
        .with_path("conversion.referral_to_assessment", multiplier=0.8)
        .with_path(f"length.{PLAN}", multiplier=1.5, to=(("closed", 1.0),))
    )
    after = change_inputs({PLAN: inputs}, asked)[PLAN]
    means = np.repeat(1.5 * MEANS[:, None], MONTHS, axis=1)
    np.testing.assert_allclose(after.rates, walked(np.full(MONTHS, 0.8), means), rtol=1e-10)


@pytest.mark.unit
def test_first_and_repeat_starts_are_all_starts_and_first_ones_those_that_were_put_in(inputs):
    first, repeat = starts_apart(inputs)
    np.testing.assert_allclose(first + repeat, inputs.rates, rtol=1e-12)
    # Before the opening none ended here, which the function does not know: it takes as many as in
    # the first month, and by so much fewer are first.
    ended = inputs.rates[:, :1] * end_shares("gamma", MEANS, SHAPE, 1).T
    still = 1 - np.cumsum(TIMING)
    np.testing.assert_allclose(first + SHARE[:, None] * still * ended, FIRST, rtol=1e-10)


@pytest.mark.unit
def test_in_a_steady_state_repeat_starts_are_the_share_who_come_back():
    months = 120
    stock = 50.0 * 300 / (365.25 / 12)
    repeats = Repeats(np.array([0.2]), repeat_timing(months))
    steady = StageInputs(
        np.full((1, months), 50.0), np.array([300.0]), np.array([1.4]),
        np.array([round(stock)]), repeats=repeats,
    )  # fmt: skip
    np.testing.assert_allclose(starts_apart(steady).repeat / 50.0, 0.2, rtol=2e-3)


@pytest.mark.unit
def test_levers_that_say_how_many_start_say_so_of_repeat_plans_too(inputs):
    fewer = levers().with_path(f"starts.{PLAN}", multiplier=0.7)
    assert not brings_back(fewer)
    np.testing.assert_allclose(
        change_inputs({PLAN: inputs}, fewer)[PLAN].rates, 0.7 * inputs.rates, rtol=1e-15
    )
    # Starts that are set are what they are set to, whatever else changes.
    both = levers().with_path(f"starts.{PLAN}", value=5.0).with_path(
        f"length.{PLAN}", multiplier=0.5, to=(("closed", 1.0),)
    )  # fmt: skip
    np.testing.assert_allclose(change_inputs({PLAN: inputs}, both)[PLAN].rates, 5.0, rtol=1e-12)
    # Multiplied starts are so of those who come back sooner, beside the same starts.
    shorter = both.without(f"starts.{PLAN}")
    scaled = shorter.with_path(f"starts.{PLAN}", multiplier=0.7)
    one, other = (change_inputs({PLAN: inputs}, each)[PLAN].rates for each in (shorter, scaled))
    assert (other > 0.7 * inputs.rates - 1e-12).all()
    assert (other[:, 1:] < one[:, 1:]).all()


@pytest.mark.unit
def test_nobody_is_lost_with_those_who_do_not_come_back(inputs):
    need = replace(inputs, rates=inputs.rates + 20.0, repeats=None)
    asked = levers().with_path("diversion.early_help", value=0.3, to=((NEED, 0.6), ("closed", 0.4)))
    stages = {PLAN: inputs, NEED: need}
    after = change_inputs(stages, asked)
    taken = {name: np.zeros_like(inputs.rates) for name in (PLAN, NEED, "closed")}
    for move in moves(stages, asked):
        taken[move.origin] -= move.children
        taken[move.destination] += move.children
    for name, stage in stages.items():
        np.testing.assert_allclose(after[name].rates - stage.rates, taken[name], atol=1e-12)
    again = [move for move in moves(stages, asked) if move.lever == REPEATS]
    assert len(again) == 1
    assert (again[0].children[:, 2:] > 0).all()
    # Children who are moved onto a plan come back to one later too.
    onto = levers().with_path(f"starts.{NEED}", multiplier=0.9, to=((PLAN, 1.0),))
    more = change_inputs(stages, onto)[PLAN].rates - inputs.rates
    assert (more[:, 2:] > 0.1 * need.rates[:, 2:]).all()


@pytest.mark.unit
def test_a_scenario_that_changes_nothing_has_the_baselines_bytes(inputs):
    even = levers().with_path("conversion.referral_to_assessment", multiplier=1.0).with_path(
        f"length.{PLAN}", multiplier=1.0, to=(("closed", 1.0),)
    )  # fmt: skip
    after = change_inputs({PLAN: inputs}, even)[PLAN]
    assert after.rates.tobytes() == inputs.rates.tobytes()
    one = simulate_stage(inputs, 3, "demand/plan")
    other = simulate_stage(after, 3, "demand/plan", reference=inputs)
    for mine, theirs in zip(one, other, strict=True):
        assert mine.tobytes() == theirs.tobytes()
    # Who comes back is in the starts already: saying so moves nothing.
    for mine, theirs in zip(
        one, simulate_stage(replace(inputs, repeats=None), 3, "demand/plan"), strict=True
    ):
        assert mine.tobytes() == theirs.tobytes()


@pytest.mark.integration
def test_stocks_follow_from_starts_and_ends_where_children_come_back():
    months, number = 48, 600
    base = StageInputs(
        np.full((number, months), 52.0), np.full(number, 300.0), np.full(number, 1.5),
        np.full(number, 560), overdispersion=np.asarray(3.0),
        repeats=repeats_of(None, "2015-07", months, number, 1),
    )  # fmt: skip
    asked = Levers.after("2015-07", months).with_path(
        f"length.{PLAN}", multiplier=0.7, to=(("closed", 1.0),)
    )
    after = change_inputs({PLAN: base}, asked)
    made = project_stages(after, area="T", opening_month="2015-07", seed=2, reference={PLAN: base})
    starts, ends, stock = (made.of(n, "baseline", PLAN) for n in ("starts", "ends", "stock"))
    assert np.array_equal(560 + (starts - ends).cumsum(axis=1), stock)
    expected = after[PLAN].rates.sum(axis=1).mean()
    assert abs(starts.sum(axis=1).mean() - expected) < 4 * starts.sum(axis=1).std() / number**0.5


@pytest.mark.unit
def test_of_a_published_share_the_chance_is_that_of_the_count():
    level = np.array([0.05, 0.5, 0.95])
    counted = RepeatPlans(1050, 6340, "made up", "published")
    low, middle, high = repeat_shares(counted, "2015-07", level)
    assert middle == pytest.approx(0.1656, abs=0.001)
    assert (high - low) / 2 == pytest.approx(1.645 * np.sqrt(0.1656 / 6340), rel=0.05)
    # Without a count it is England's of the last year, as wide as authorities lie apart.
    england = parameter("repeat_plan_shares_england").numbers
    for opening, share in (
        ("2015-02", england[1]),
        ("2015-03", england[2]),
        ("2030-01", england[-1]),
    ):
        drawn = repeat_shares(None, opening, (np.arange(2000) + 0.5) / 2000)
        assert drawn.mean() == pytest.approx(share, rel=1e-3)
        assert drawn.std() == pytest.approx(0.05, rel=0.01)


@pytest.mark.unit
def test_records_with_numbers_of_children_give_back_the_share_that_they_were_made_with():
    """Plans that records follow for a few months alone tell of more than they show."""
    random, true = np.random.default_rng(4), 0.3
    timing = repeat_timing(400)
    window = [str(np.datetime64("2010-01") + month) for month in range(60)]
    first = int(np.datetime64("2010-01-01").astype(int))
    plans = []
    for child in range(6000):
        start = first - 400 + int(random.integers(0, 2200))
        while True:
            end = start + int(random.integers(60, 400))
            plans.append((f"c{child}", start, end))
            if random.random() > true:
                break
            gap = int(np.searchsorted(np.cumsum(timing), random.random()))
            later = np.datetime64(end, "D").astype("datetime64[M]") + max(gap, 1)
            start = int(later.astype("datetime64[D]").astype(int)) + 5
    counted = repeat_plans(plans, window, "made up")
    assert counted is not None
    assert sum(counted.followed) == counted.of
    middle = float(repeat_shares(counted, "2014-12", np.array(0.5)))
    assert counted.again / counted.of < true - 0.03
    assert middle == pytest.approx(true, abs=0.02)


@pytest.mark.unit
def test_who_comes_back_is_counted_by_hand():
    day = lambda text: int(np.datetime64(text).astype(int))  # noqa: E731
    plans = [
        ("a", day("2014-01-10"), day("2014-06-20")),
        ("a", day("2014-09-01"), day("2015-01-05")),  # back after three months; ends outside
        ("b", day("2014-02-01"), day("2014-11-30")),  # followed for one month, not back
        ("b", day("2015-02-01"), np.iinfo(np.int64).min),  # after the window
        ("c", day("2014-02-01"), day("2014-12-03")),  # followed for none
    ]
    window = [f"2014-{month:02}" for month in range(1, 13)]
    found = repeat_plans(plans, window, "f")
    assert found == RepeatPlans(1, 3, "2014-01 to 2014-12, f", "observed", (1, 1, 0, 0, 0, 0, 1))
    assert few_repeats(found)  # of few children nothing is used
    assert repeat_plans(plans[3:4], window, "f") is None
    assert not few_repeats(RepeatPlans(105, 634, "D3", "observed"))


@pytest.mark.unit
def test_a_panel_tells_the_share_of_its_last_year_that_has_one():
    nothing = float("nan")
    columns = {
        "cpp_starts_second_or_subsequent": [20, 30, nothing], "cpp_starts": [100, 120, 140]
    }  # fmt: skip
    found = panel_repeats([2013, 2014, 2015], columns.__getitem__, "p")
    assert found == RepeatPlans(30, 120, "year to March 2014, p", "observed")
    assert panel_repeats([2014], lambda _: [nothing], "p") is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("share", "timing"),
    [([1.0], [0.0, 0.5]), ([0.1], [0.1, 0.5]), ([0.1], [0.0, 0.7, 0.7]), ([0.1], [0.0, -0.1])],
)
def test_what_cannot_be_of_those_who_come_back_is_refused(share, timing):
    with pytest.raises(DataError, match="come"):
        Repeats(np.array(share), np.array(timing))


@pytest.mark.unit
def test_what_cannot_be_of_counts_or_sizes_is_refused(inputs):
    for again, of, followed in ((3, 2, ()), (0, 0, ()), (1, 3, (1, 1))):
        with pytest.raises(DataError):
            RepeatPlans(again, of, "s", "observed", followed)
    with pytest.raises(DataError, match="timing of all months"):
        replace(inputs, repeats=Repeats(SHARE, TIMING[:3]))


@pytest.mark.integration
def test_a_scenario_of_the_example_changes_who_comes_back_and_says_on_what_that_rests():
    from riskmodel.scenarios import scenario

    found = project(
        published_source().of([PLAN]), months=36, replicates=400,
        scenarios=[scenario("specialist_team")],
    )  # fmt: skip
    said = [note for note in found.warnings if "another follows" in note]
    assert len(said) == 1
    assert "17%" in said[0]
    assert "table D3, Oxfordshire" in said[0]
    assert repeat_sentence(None, "2015-07").count("assumed") == 2
    rows = found.flows().to_frame()
    back = rows[rows["lever"] == REPEATS]
    # Plans end sooner, so within three years more children come back to one.
    assert back[["from", "to"]].to_numpy().tolist() == [["closed", PLAN]]
    assert json.loads(back.to_json(orient="records"))[0]["children"] > 0
