"""Demand, teams and scenarios together: from an authority's figures to an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.authority.answers import Service, posts_sentences
from riskmodel.authority.comparison import compare, usual_target
from riskmodel.authority.measures import MEASURE_LABELS
from riskmodel.authority.mix import find_mix
from riskmodel.authority.service import plan_outlook, posts_answer, project_service
from riskmodel.caseload import (
    FeedbackSwitches,
    LeverCosts,
    LeverGrid,
    Structure,
    Target,
    Team,
    UnitCosts,
    plan,
    published_structure,
    published_workforce,
)
from riskmodel.caseload.needs import posts_by_replicate
from riskmodel.caseload.scenario_feedback import loops
from riskmodel.caseload.scenario_workforce import (
    opened_with,
    recruiting,
    usual_workforce,
    workforce_of,
)
from riskmodel.demand.simulation.changed import change_inputs
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers import Levers, Range, RangedPart
from riskmodel.levers.path import varied_path
from riskmodel.projection import BASELINE
from riskmodel.report.model import Paragraph
from riskmodel.report.sections.scenarios import scenarios_section
from riskmodel.scenarios import LIBRARY, Scenario, load_library, scenario

MONTHS, REPLICATES, SEED = 26, 200, 1
PLAN = "child_protection_plan"
BOTH = FeedbackSwitches(0.2, 0.1)


@pytest.fixture(scope="module")
def library():
    return project_service(
        scenarios=load_library(), months=MONTHS, replicates=REPLICATES, seed=SEED
    )


@pytest.fixture(scope="module")
def planned(library):
    return plan_outlook(library)


@pytest.fixture(scope="module")
def looped():
    """Little of it, with both loops closed."""
    return project_service(
        scenarios=[scenario("national_growth"), Scenario("nothing", "Changes nothing.")],
        months=MONTHS,
        replicates=REPLICATES,
        seed=SEED,
        switches=BOTH,
    )


@pytest.fixture(scope="module")
def compared(library, planned):
    return compare(library, planned, costs=UnitCosts(post_per_year=12.0))


@pytest.mark.integration
def test_costs_of_years_and_of_parts_add_up_to_the_cost(library, planned):
    def prices_of(year):
        return UnitCosts(post_per_year=12.0 if year == "2015/16" else 24.0, agency_per_week=1.0)

    found = compare(library, planned, ["baseline", "plateau"], costs=prices_of, attribution=False)
    values = found.differences.set_index("measure")["value_against"]
    years = [name for name in values.index if name.startswith("cost.20")]
    assert years[:2] == ["cost.2015/16", "cost.2016/17"]
    assert values[years].sum() == pytest.approx(values["cost"])
    assert values[["cost.posts", "cost.agency"]].sum() == pytest.approx(values["cost"])
    flat = compare(
        library, planned, ["baseline", "plateau"], costs=lambda _: prices_of(""), attribution=False
    ).differences.set_index("measure")["value_against"]
    assert flat["cost.2016/17"] == pytest.approx(values["cost.2016/17"])
    assert flat["cost.2015/16"] > values["cost.2015/16"]
    shown = found.preview().to_string()
    assert "Cost in 2015/16 (" in shown
    assert "Cost of agency workers from the opening to the month" in shown


def setting(outlook, name, **path):
    return outlook.levers[BASELINE].with_path(name, **path)


@pytest.mark.integration
def test_a_scenario_without_changes_is_the_baseline_byte_for_byte(looped):
    quiet = project_service(
        scenarios=[Scenario("nothing", "Changes nothing.")],
        months=MONTHS,
        replicates=REPLICATES,
        seed=SEED,
    )
    for outlook in (quiet, looped):
        made = outlook.projection
        one, other = (made.scenarios.index(name) for name in (BASELINE, "nothing"))
        for measured in ("starts", "ends", "stock"):
            values = getattr(made, measured)
            assert values[one].tobytes() == values[other].tobytes()
        planned = plan_outlook(outlook)
        for name in ("cases", "mean_caseload", "unallocated", "uncovered", "statistics"):
            values = getattr(planned, name)
            assert values[one].tobytes() == values[other].tobytes()
        found = compare(outlook, planned, [BASELINE, "nothing"])
        assert (found.differences["difference"] == 0).all()
        assert (found.differences["spread_paired"] == 0).all()
        assert found.attribution.empty


@pytest.mark.unit
def test_the_months_in_which_a_scenario_acts():
    """Also of drawn ranges and of variants; without levers none."""
    months = ("2020-01", "2020-02", "2020-03", "2020-04")
    none = Levers.none(months)
    first = none.with_path(f"starts.{PLAN}", multiplier=[2, 2, 1, 1])
    both = first.with_path("workforce.posts", value=[np.nan, np.nan, 5, np.nan])
    assert (none.acting, first.acting, both.acting) == ((), months[:2], months[:3])
    wide = RangedPart(Range(0.5, 1.5, lowest=0.0, highest=3.0), (0, 0, 0, 1.0), True)
    assert none.with_path(f"starts.{PLAN}", ranges=(wide,)).acting == months[3:]


@pytest.mark.integration
def test_a_scenario_that_ended_before_says_so_on_every_face(tmp_path):
    change = (
        '[[change]]\nparameter = "workforce.hires_per_month"\nmultiplier = 2\nfrom_month = 1\n'
        '{}reason = "a test"\nsource = "assumed"\n'
    )
    made = []
    for name, end in (
        ("hiring_drive", "to_month = 3\n"),
        ("lasting", ""),
        ("till", "to_month = 24\n"),
    ):
        file = tmp_path / f"{name}.toml"
        file.write_text(f'name = "{name}"\ndescription = "More."\n{change.format(end)}')
        made.append(scenario(str(file)))
    outlook = project_service(scenarios=made, months=MONTHS, replicates=40, seed=SEED)
    found = compare(outlook, plan_outlook(outlook), attribution=False)
    assert found.month == outlook.projection.months[23]
    assert found.ended == {"hiring_drive": outlook.projection.months[2]}
    (said,) = found.over()
    assert said.startswith("“hiring_drive” ends in December 2015, before September 2017: what ")
    assert said in found.remarks()[0]
    section = scenarios_section(made, found, outlook, title="Scenarios")
    texts = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert said.replace("hiring_drive", "Hiring drive") in texts


@pytest.mark.integration
def test_bytes_do_not_depend_on_workers(library, looped):
    for outlook in (library, looped):
        levers = {name: each for name, each in outlook.levers.items() if name != BASELINE}
        again = outlook.simulate(levers, workers=2)
        assert again.scenarios == outlook.projection.scenarios
        assert again.stock.tobytes() == outlook.projection.stock.tobytes()


@pytest.mark.integration
def test_fewer_replicates_are_the_first_of_many_where_blocks_stay_whole():
    many = project_service(
        scenarios=[scenario("plateau")], months=6, replicates=600, seed=2, switches=BOTH
    )
    few = many.simulate({"plateau": many.levers["plateau"]}, replicates=512)
    assert few.stock.tobytes() == np.ascontiguousarray(many.projection.stock[:, :512]).tobytes()


@pytest.mark.integration
def test_paired_draws_make_differences_less_noisy(compared, looped):
    apart = compare(looped, plan_outlook(looped), [BASELINE, "national_growth"])
    for found, at_least in ((compared, 10), (apart, 4)):
        rows = found.differences
        moved = rows[rows["measure"].isin(["caseload", f"stock_{PLAN}"])]
        moved = moved[moved["spread_paired"] > 0].set_index("scenario")
        ratio = (moved["spread_unpaired"] / moved["spread_paired"]) ** 2
        assert len(ratio) >= 2
        # Where a scenario sets starts to a number, the baseline's own course is what differs.
        assert (ratio[~ratio.index.isin(["plateau", "growth_2013_15", "recruitment_freeze"])]
                > at_least).all()  # fmt: skip
        assert (ratio > 1).all()


@pytest.mark.integration
def test_feedback_leaves_the_other_stages_as_they_are(library, looped):
    for stage in ("looked_after", "child_in_need_plan"):
        for name in (BASELINE, "national_growth"):
            one = library.projection.of("stock", name, stage)
            assert np.array_equal(one, looped.projection.of("stock", name, stage))
    assert not np.array_equal(
        library.projection.of("stock", BASELINE, PLAN),
        looped.projection.of("stock", BASELINE, PLAN),
    )


@pytest.mark.unit
@pytest.mark.parametrize("which", ["length", "starts"])
def test_each_loop_reaches_its_own_multiplier(library, which):
    """Half as many plans again make plans longer, or more of them start; nothing else."""
    switches = FeedbackSwitches(**{f"{'length' if which == 'length' else 'start'}_elasticity": 0.2})
    inputs = library.inputs
    loop = loops(published_structure(), None, switches, seed=SEED)(inputs, library.levers[BASELINE])
    opening = np.stack([each.opening for each in inputs.values()], axis=1)
    place = list(inputs).index(PLAN)
    more = opening.copy()
    more[:, place] = 1.5 * more[:, place]
    starts, length = loop(0, more)
    acted, still = (length, starts) if which == "length" else (starts, length)
    assert (still == 1).all()
    assert np.median(acted[:, place]) > 1.01
    assert (np.delete(acted, place, axis=1) == 1).all()
    # A month later than a scenario's own switch ends, nothing is fed back.
    name = {"length": "caseload_to_length", "starts": "child_in_need_to_starts"}[which]
    early = np.where(np.arange(MONTHS) < 3, 0.2, np.nan)
    own = setting(library, f"feedback.{name}", value=early)
    own_loop = loops(published_structure(), None, None, seed=SEED)(inputs, own)
    first, later = own_loop(2, more), own_loop(3, more)
    assert max(float(np.max(each)) for each in first) > 1.01
    assert all((np.asarray(each) == 1).all() for each in later)


@pytest.mark.integration
def test_a_scenario_with_feedback_puts_the_baseline_beside_it_like_with_like(library):
    own = Scenario(
        "loop",
        "Caseload lengthens plans.",
        (
            *scenario("recruitment_freeze").changes,
            scenario("caseload_cap_14")
            .changes[0]
            .__class__(
                "feedback.caseload_to_length", 1, value=0.3, reason="A test.", source="assumed"
            ),
        ),
    )
    outlook = project_service(scenarios=[own], months=MONTHS, replicates=REPLICATES, seed=SEED)
    assert outlook.feedback is not None
    baseline = outlook.projection.of("stock", BASELINE, PLAN)
    assert not np.array_equal(baseline, library.projection.of("stock", BASELINE, PLAN))
    error = library.projection.of("stock", BASELINE, PLAN).std(axis=0).max() / np.sqrt(REPLICATES)
    exact = library.projection.of("stock", BASELINE, PLAN).mean(axis=0)
    assert np.abs(baseline.mean(axis=0) - exact).max() < 4 * error
    longer = outlook.projection.of("stock", "loop", PLAN).mean(axis=0)
    assert longer[-1] > baseline.mean(axis=0)[-1]


@pytest.mark.integration
def test_a_loop_that_runs_away_says_so_and_in_which_scenario():
    fewer = (
        scenario("recruitment_freeze")
        .changes[0]
        .__class__("workforce.case_holding_share", 2, value=0.2, reason="A test.", source="assumed")
    )
    with pytest.raises(DataError, match=r"scenario few: .*runs away"):
        project_service(
            scenarios=[Scenario("few", "Hardly anybody holds cases.", (fewer,))],
            months=48,
            replicates=64,
            seed=SEED,
            switches=FeedbackSwitches(0.4, 0.4),
        )


@pytest.mark.integration
def test_every_scenario_of_the_library_runs_and_compares(library, planned, compared):
    assert planned.scenarios == LIBRARY
    assert compared.scenarios == LIBRARY
    rows = compared.differences
    assert set(rows["scenario"]) == set(LIBRARY[1:])
    by_year = {name for name in rows["measure"] if name.startswith("cost.20")}
    assert set(rows["measure"]) == {*MEASURE_LABELS, *by_year}
    assert rows["difference"].notna().all()
    changed = set(compared.attribution["scenario"])
    assert changed == set(LIBRARY[1:])
    pivot = rows.pivot_table(index="scenario", columns="measure", values="difference")
    assert pivot.loc["growth_2013_15", f"stock_{PLAN}"] > 0
    assert pivot.loc["childrens_centres_close", "posts_needed"] > 0
    assert pivot.loc["section_47_2010_11", "caseload"] < 0
    assert pivot.loc["recruitment_freeze", "fte"] < 0
    assert pivot.loc["recruitment_freeze", "cost"] < 0
    assert pivot.loc["caseload_cap_14", "unallocated"] > 0
    assert pivot.loc["unaccompanied_children_double", "stock_looked_after"] > 0
    # A team with fewer cases for each worker leaves more for the others.
    assert pivot.loc["specialist_team", "caseload"] > 0
    assert pivot.loc["specialist_team", f"stock_{PLAN}"] < 0


@pytest.mark.integration
def test_the_attribution_adds_up_to_the_difference(compared):
    rows = compared.attribution.set_index(["scenario", "measure", "change"])["difference"]
    differences = compared.differences.set_index(["scenario", "measure"])["difference"]
    for (name, measure), part in rows.groupby(level=[0, 1]):
        values = part.droplevel([0, 1])
        single = values.drop(["together", "remainder"]).sum()
        assert values["together"] == pytest.approx(single + values["remainder"], abs=1e-9)
        assert values["together"] == pytest.approx(differences[name, measure], abs=1e-9)
    # Two changes of a demand that is linear in both leave no remainder but chance.
    assert rows["childrens_centres_close", "cases", "remainder"] == pytest.approx(0, abs=2)


@pytest.mark.property
@settings(max_examples=15)
@given(more=st.floats(1, 1.6), month=st.integers(1, 20))
def test_more_posts_never_raise_caseload(library, planned, more, month):
    path = np.where(np.arange(MONTHS) >= month - 1, more, 1.0)
    force = workforce_of(setting(library, "workforce.posts", multiplier=path))
    projection = library.projection
    forces = dict.fromkeys(projection.scenarios, published_workforce()) | {"plateau": force}
    found = plan(projection, published_structure(), forces, SEED)
    before, after = planned.caseload("plateau"), found.caseload("plateau")
    assert (after <= before).all()


@pytest.mark.regression
def test_fourteen_by_september_2017():
    """The answer to the committee's question, on a fixed seed; the width is that of the draws."""
    outlook = project_service(months=24, replicates=400, seed=1)
    target = usual_target(outlook)
    assert (target.cap, target.by, target.probability) == (14, "2017-09", 0.8)
    found = posts_answer(outlook, target)
    assert found.posts_now == pytest.approx(96.9, abs=0.1)
    assert found.posts == pytest.approx(156, abs=6)
    assert found.low == pytest.approx(113, abs=8)
    assert found.high == pytest.approx(175, abs=10)
    assert {each.assumption for each in found.sensitivity} >= {"posts that stay vacant"}
    assert all(each.posts_low <= each.posts_high for each in found.sensitivity)
    teams, force = published_structure(), published_workforce()
    plan_of = plan_outlook(outlook)
    service = Service(outlook, plan_of, teams, force, target, FeedbackSwitches(), None, None)
    words = posts_sentences(service, BASELINE)
    assert words[0].startswith(f"{found.more:+.0f} posts")
    assert "September 2017" in words[0]


@pytest.mark.integration
def test_the_answer_is_the_quantile_of_paired_replicates(library, compared):
    rows = compared.differences.set_index(["measure", "scenario"])
    for name in ("plateau", "recruitment_freeze", "specialist_team"):
        found = posts_answer(library, compared.target, scenario=name, sensitivity=False)
        assert found.posts == rows.loc[("posts_needed", name), "value"]
    with pytest.raises(UnknownNameError, match="Did you mean 'plateau'"):
        posts_answer(library, compared.target, scenario="platau")


@pytest.mark.unit
def test_a_freeze_stays_a_freeze_when_candidates_are_found_otherwise(library):
    freeze = library.levers["recruitment_freeze"]
    hires = recruiting(freeze, workforce_of(freeze)).monthly("hires_per_month", MONTHS)
    assert (hires[:12] == 0).all()
    assert np.isinf(hires[12:]).all()
    soon = Target(14, library.projection.months[9], 0.8)
    with pytest.raises(DataError, match="no number of posts"):
        posts_answer(library, soon, scenario="recruitment_freeze")


@pytest.mark.unit
def test_ranges_of_posts_play_no_part_in_the_posts_needed_and_those_of_hires_do(library, compared):
    def levers(name: str) -> Levers:
        part = RangedPart(Range(0.5, 1.5, "uniform"), (1.0,) * MONTHS, True)
        return setting(library, name, multiplier=part.range.middle, ranges=(part,))

    hires, posts = (levers(f"workforce.{name}") for name in ("hires_per_month", "posts"))
    # The middle of this range is no change, and yet the scenario sets the candidates.
    drawn = recruiting(hires, workforce_of(hires, None, library.draws))
    each = drawn.monthly("hires_per_month", MONTHS)
    assert each.shape == (MONTHS, library.projection.replicates)
    assert np.isfinite(each).all()
    assert np.ptp(each[0]) > 0.8 * published_workforce().first("hires_per_month")
    outlook = replace(library, levers=dict(library.levers) | {"plateau": posts})
    asked = [
        posts_answer(one, compared.target, scenario="plateau", sensitivity=False)
        for one in (replace(library, levers={"plateau": library.levers[BASELINE]}), outlook)
    ]
    assert asked[0].posts == asked[1].posts
    assert "plays no part" in asked[1].assumes
    assert "plays no part" not in asked[0].assumes


@pytest.mark.unit
def test_candidates_that_a_variant_sets_limit_its_own_simulations_alone(library):
    hires = "workforce.hires_per_month"
    few, none = setting(library, hires, value=2.0).path(hires), library.levers[BASELINE].path(hires)
    varied = Levers(
        library.levers[BASELINE].months, (varied_path(hires, [(0.4, few), (0.6, none)]),)
    )

    def needed(levers):
        force = recruiting(levers, workforce_of(levers, None, library.draws), library.draws)
        target = Target(14, library.projection.months[20], 0.8)
        return posts_by_replicate(
            library.projection, published_structure(), force, target, seed=SEED,
            baseline=opened_with(levers, None),
        )  # fmt: skip

    sets = (varied.path(hires).drawn(*library.draws).weight > 0).all(axis=1)
    assert 0.3 < sets.mean() < 0.5
    mixed, limited, free = map(
        needed, (varied, setting(library, hires, value=2.0), Levers.none(varied.months))
    )
    np.testing.assert_array_equal(mixed[sets], limited[sets])
    np.testing.assert_array_equal(mixed[~sets], free[~sets])
    assert np.isinf(limited).mean() > 0.5
    assert np.isfinite(free).all()


@pytest.mark.unit
def test_levers_make_a_workforce_month_by_month(library):
    nothing = library.levers[BASELINE]
    assert workforce_of(nothing, published_workforce()) is not None
    force = published_workforce()
    assert workforce_of(nothing, force) is force
    path = np.where(np.arange(MONTHS) >= 12, 1.5, 1.0)
    made = workforce_of(setting(library, "workforce.turnover_rate", multiplier=path), force)
    turnover = made.monthly("turnover_rate", MONTHS)
    assert turnover[0] == force.turnover_rate
    assert turnover[-1] == pytest.approx(1.5 * force.turnover_rate)
    with pytest.raises(DataError, match=rf"{library.projection.months[0]}.*from 0 to 1"):
        workforce_of(setting(library, "workforce.turnover_rate", multiplier=9.0), force)


@pytest.mark.unit
def test_a_structure_of_twice_the_workers_has_twice_the_posts():
    assert usual_workforce(published_structure()).posts == published_workforce().posts
    made = [
        usual_workforce(
            Structure((Team("a", "x", "family_support", 100, 50, 150, 0, low, low + 2),), "t",
                      "observed")
        )
        for low in (9, 19)
    ]  # fmt: skip
    assert made[1].posts == pytest.approx(2 * made[0].posts)
    assert made[1].hires_per_month == pytest.approx(2 * made[0].hires_per_month)
    assert made[0].posts * 0.86 * made[0].share_at_work(1)[0] == pytest.approx(10)


@pytest.mark.unit
def test_a_specialist_team_changes_lengths_where_share_and_multiplier_are_set(library):
    share, times = "workforce.specialist_share", "workforce.specialist_length_multiplier"
    both = setting(library, share, value=0.25).with_path(times, value=0.6)
    changed = change_inputs(library.inputs, both)
    before = library.inputs[PLAN].mean_days
    np.testing.assert_allclose(changed[PLAN].mean_days, 0.9 * before)
    assert changed["looked_after"] is library.inputs["looked_after"]
    for name in (share, times):
        assert change_inputs(library.inputs, both.only([name]))[PLAN] is library.inputs[PLAN]


@pytest.mark.integration
def test_mixes_start_from_the_answer_and_need_fewer_posts_with_more_of_a_lever(library):
    target = Target(14, library.projection.months[-2], 0.8)
    grid = LeverGrid((0.0, 0.1, 0.2), (0.0, 0.1, 0.2))
    costs = LeverCosts(50.0, 5.0, 7.0)
    mix = find_mix(library, target, grid=grid, costs=costs)
    posts = {
        (point.levers.shorter_plans, point.levers.diversion): point.levers.posts
        for point in mix.found.points
    }
    answer = posts_answer(library, target, sensitivity=False)
    assert posts[0.0, 0.0] == answer.posts
    for step in grid.diversion:
        assert posts[0.0, step] >= posts[0.1, step] >= posts[0.2, step]
    # Diverted plans stay cases, as children in need: they need fewer posts here because these
    # teams hold nearly all plans and fewer of the children in need.
    for step in grid.shorter_plans:
        assert posts[step, 0.0] >= posts[step, 0.2]
    assert mix.found.best.cost == min(costs.of(point.levers) for point in mix.found.points)
    assert "cost" in mix.to_frame()
    assert "cost" not in find_mix(library, target, grid=LeverGrid()).to_frame()
    certain = [point.levers.posts for point in mix.certainty]
    assert len(certain) == 6
    on_a_frozen_service = find_mix(
        library, target, scenario="recruitment_freeze", grid=LeverGrid()
    ).found.best.levers.posts
    frozen = posts_answer(library, target, scenario="recruitment_freeze", sensitivity=False)
    assert on_a_frozen_service == frozen.posts
    # What a scenario assumes with a range is drawn, not set to its middle.
    part = RangedPart(Range(0.4, 1.4), (1.0,) * MONTHS, True)
    ranged = setting(
        library, f"starts.{PLAN}", multiplier=part.range.middle, ranges=(part,),
        to=(("closed", 1.0),),
    )  # fmt: skip
    named = {BASELINE: library.levers[BASELINE], "ranged": ranged}
    outlook = replace(library, levers=named, projection=library.simulate({"ranged": ranged}))
    drawn = find_mix(outlook, target, scenario="ranged", grid=LeverGrid()).found.best.levers.posts
    assert drawn == posts_answer(outlook, target, scenario="ranged", sensitivity=False).posts


@pytest.mark.unit
def test_a_comparison_of_what_is_not_there_is_refused(library, planned):
    with pytest.raises(UnknownNameError, match="Did you mean 'plateau'"):
        compare(library, planned, ["baseline", "platau"])
    with pytest.raises(DataError, match="outside the plan"):
        compare(library, planned, target=Target(14, "2030-01", 0.8))


@pytest.mark.unit
def test_differences_against_a_scenario_that_is_not_the_baseline(library, planned):
    found = compare(library, planned, ["plateau", BASELINE], attribution=False)
    assert set(found.differences["against"]) == {"plateau"}
    back = compare(library, planned, [BASELINE, "plateau"], attribution=False)
    np.testing.assert_allclose(
        found.differences["difference"], -back.differences["difference"], atol=1e-9
    )
    assert found.attribution.empty
    assert "baseline beside plateau" in str(found)


@pytest.mark.unit
def test_levers_of_other_months_are_refused(library):
    with pytest.raises(DataError):
        library.simulate({"short": Levers.after("2015-11", 3)})
