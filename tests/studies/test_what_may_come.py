"""The experiments on what may come: projections, caseloads, and how far either is to be trusted."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from riskmodel.caseload import Target, posts_needed, published_structure, published_workforce
from riskmodel.demand.national.made_up import made_up_country
from riskmodel.demand.pooled.backtest import backtest
from riskmodel.demand.pooled.course import log_rates
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.judged import OURS
from riskmodel.demand.pooled.process import covariance, size_scale
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.demand.projecting import Outlook, project
from riskmodel.demand.sources import published_source
from riskmodel.errors import DataError
from riskmodel.experiments import Point, Run, read_baseline, run_experiments
from riskmodel.experiments.answers import write_answer
from riskmodel.experiments.summary import Summary
from riskmodel.intake import panel_text, read_panel
from riskmodel.streams import stream

SHARED = Path(__file__).resolve().parents[3] / "shared/data/dfe/authority_panel_2010_2021.csv"
PLANS = "child_protection_plan"


# Scenarios and caseloads


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    """As `riskmodel project` makes it, with the replicates and seed of the quick runs."""
    return project(published_source(), months=54, replicates=200, seed=2015)


@pytest.mark.regression
def test_the_baseline_is_the_projection_that_the_command_gives(quick, outlook):
    found = quick.runs["demand-scenarios"].summary
    made = outlook.projection
    for stage in made.stages:
        stock = made.of("stock", "baseline", stage)[:, made.months.index("2020-03")]
        result = found[f"value/baseline/{stage}/2020"]
        assert result.value == pytest.approx(stock.mean())
        assert (result.low, result.high) == pytest.approx(np.quantile(stock, (0.025, 0.975)))


@pytest.mark.regression
def test_differences_are_paired_and_their_changes_add_up(quick):
    found = quick.runs["demand-scenarios"].summary
    place = f"plateau/{PLANS}"
    value = found[f"value/{place}/2020"].value - found[f"value/baseline/{PLANS}/2020"].value
    assert found[f"difference/{place}/2020"].value == pytest.approx(value)
    parts = {one.name.rpartition("/")[2]: one.value for one in found.starting(f"change/{place}/")}
    together = parts.pop("together")
    assert len(parts) == 3
    assert sum(parts.values()) == pytest.approx(together)
    # The expected difference and the simulated one are of the same thing.
    assert together == pytest.approx(value, abs=0.05 * abs(value) + 3)


@pytest.mark.regression
def test_a_freeze_moves_who_does_the_work_and_nothing_else(quick):
    found = quick.runs["demand-scenarios"].summary
    assert {one.name.split("/")[2] for one in found.starting("difference/recruitment_freeze/")} == {
        "caseload"
    }
    assert found["difference/recruitment_freeze/caseload/2018"].value > 0
    moved = {one.name.split("/")[2] for one in found.starting("difference/unaccompanied")}
    assert moved == {"looked_after", "caseload"}


@pytest.mark.regression
def test_posts_are_those_of_the_caseload_room_on_both_readings(quick, outlook):
    found = quick.runs["caseload-ambition"].summary
    expected = posts_needed(
        outlook.projection,
        published_structure(),
        published_workforce(),
        Target(14, "2018-03", 0.8),
        seed=2015,
    )
    assert found["needed/baseline/2018-03/80"].value == expected.posts
    changed = {each.assumption: (each.posts_low, each.posts_high) for each in expected.sensitivity}
    shown = {
        one.method: (one.value, found[one.name.replace("/low", "/high")].value)
        for one in found.starting("sensitivity/")
        if one.name.endswith("/low")
    }
    assert shown == changed
    readings = found["posts/at_work"].value - found["posts/people"].value
    more, on_people = (found[f"more_{name}/baseline/2018-03/80"] for name in ("at_work", "people"))
    assert on_people.value - more.value == pytest.approx(readings)
    assert readings > 5


@pytest.mark.regression
def test_more_certainty_takes_more_posts_and_a_freeze_makes_it_impossible(quick):
    found = quick.runs["caseload-ambition"].summary
    posts = [found[f"needed/baseline/2018-03/{chance}"].value for chance in ("50", "80", "95")]
    assert posts == sorted(posts)
    assert posts[0] < posts[-1]
    assert found["needed/recruitment_freeze/2016-03/80"].value == "none"
    assert "no number is enough" in quick.runs["caseload-ambition"].answer
    chances = [one.value for one in found.starting("chance/")]
    assert chances == sorted(chances)
    enough = [one for one in found.starting("chance/") if int(one.name[7:]) >= posts[1]]
    assert enough[0].value >= 80


@pytest.mark.regression
def test_the_circle_comes_to_rest_where_the_formula_says(quick):
    found = quick.runs["explanation-child-in-need"].summary
    for elasticity in ("0", "0.2", "0.4"):
        place = f"simulated/elasticity-{elasticity}"
        formula = 100 * (1.1 ** (1 / (1 - float(elasticity))) - 1)
        assert found[f"{place}/formula"].value == pytest.approx(formula)
        reach = found[f"{place}/growth"].high - found[f"{place}/growth"].value
        # Two and a half intervals of the mean: the growth itself would be off by more.
        assert found[f"{place}/growth"].value == pytest.approx(formula, abs=2.5 * reach)
        assert reach < 1


@pytest.mark.unit
def test_without_a_circle_the_push_is_all_there_is(code):
    simulated = code("explanation-child-in-need.simulated")
    table = simulated.measure(Point({"elasticity": 0.0, "push": 0.0, "replicates": 20}))
    row = table["rest"].iloc[0]
    assert row["formula"] == 1
    assert row["grown"] == pytest.approx(1, abs=5 * row["error"])


# Calibration of the calibration


def ranks(*, bad: str = "") -> dict[str, pd.DataFrame]:
    random = stream(1, "test/ranks")
    rows = [
        (0, number, name, rank, 0.1, 100)
        for name in ("mean_days", "shape", "level")
        for number, rank in enumerate(
            random.beta(0.4, 0.4, 400) if name == bad else random.random(400)
        )
    ]
    columns = ["batch", "repetition", "parameter", "rank", "pareto_k", "draws"]
    return {"ranks": pd.DataFrame(rows, columns=columns)}


@pytest.mark.unit
def test_ranks_that_pile_up_at_the_ends_are_told(code, declared):
    summarise = code("calibration-check").DEMAND_CALIBRATION.summarise
    sound = summarise(ranks())
    assert sound["not_uniform"].value == 0
    assert sound["coverage/90/shape"].value == pytest.approx(90, abs=4)
    found = summarise(ranks(bad="shape"))
    assert found["not_uniform"].value == 1
    assert found["least_uniform"].value == "shape"
    assert found["all/90"].low == found["coverage/90/shape"].value < 80
    experiment = declared["calibration-check"]
    others = read_baseline(experiment) or Summary(())
    kept = [one for one in others if one.step != "demand_calibration"]
    whole = Summary((*kept, *found.named_step("demand_calibration")))
    assert "1 of them depart" in write_answer(experiment, whole, is_quick=False)


@pytest.mark.unit
def test_panels_from_the_learned_process_have_its_spread(code):
    forecasts = code("calibration-check.forecasts")
    learned = shipped(forecasts.MEASURE, 2021)
    squares = []
    for number in range(60):
        random = stream(number, "test/panels")
        panel = forecasts.panel_as_learned(learned, random)
        beside, _ = log_rates(panel)
        # Beside the panel's own course; the median takes the Student-t's tails away.
        squares.append(np.median((beside - np.median(beside, axis=0)) ** 2))
    years = np.arange(len(panel.years), dtype=float)
    scale = size_scale(np.exp(np.log(panel.population) + learned.course.mean()))
    whole = covariance(learned.process, years, scale, learned.stay_years)
    usual = np.sqrt(np.median(np.diagonal(whole, axis1=1, axis2=2)))
    # Median of |t| over its standard deviation lies a little under the normal's 0.6745.
    assert np.sqrt(np.mean(squares)) / usual == pytest.approx(0.65, abs=0.05)


@pytest.mark.unit
def test_panels_of_children_keep_their_books(code):
    forecasts = code("calibration-check.forecasts")
    learned = shipped(forecasts.MEASURE, 2021)
    panel = forecasts.panel_of_children(learned, stream(2, "test/panels"))
    change = np.diff(panel.stock, axis=1)
    assert np.array_equal(change, (panel.starts - panel.ends)[:, 1:])
    stay = np.median(panel.stock) / np.median(panel.starts)
    assert stay == pytest.approx(learned.stay_years, rel=0.1)


@pytest.mark.unit
def test_bootstrap_is_tried_where_it_is_printed_and_shrinkage_on_both_sides(code):
    trials = code("calibration-check.trials")
    found = list(
        trials._adjusted(stream(3, "test/t"), trials.MODELS[:1], 2, "bootstrap", resamples=100)
    )
    kinds = {interval for interval, *_ in found}
    assert "risk difference, bootstrap" in kinds
    # Odds ratios have profile intervals whatever is resampled.
    assert "odds ratio, bootstrap" not in kinds
    assert all(0 <= coverage <= 1 and math.isfinite(width) for *_, coverage, width in found)
    shares = {name: share for name, _, share, _ in trials.shrunken(stream(4, "test/t"), 100)}
    by_count, true = (
        shares[f"shrunken rate, {side} printed"] for side in ("side of its count", "true side")
    )
    assert by_count < true
    assert shares["shrunken rate, printed"] > 0.85


# Backtest


def write_panel(path: Path, forecasts: ModuleType) -> Path:
    """A panel of simulated authorities, as `riskmodel intake panel` writes one."""
    learned = shipped(forecasts.MEASURE, 2021)
    made = forecasts.panel_of_children(learned, stream(5, "test/panel"))
    rows = [
        {
            "la_code": f"E0900{place:04d}",
            "area": f"Simulated {place}",
            "year": year,
            "cpp_at_31_mar": int(made.stock[place, column]),
            "cpp_starts": int(made.starts[place, column]),
            "cpp_ends": int(made.ends[place, column]),
            "pop_0_17_midyear": round(made.population[place, column]),
        }
        for place in range(24)
        for column, year in enumerate(made.years)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def judged(copied, tmp_path: Path, panel: Path) -> Run:
    (run,) = run_experiments(
        ["would-it-have-worked"],
        copied,
        files={"panel": panel},
        is_quick=True,
        cache=tmp_path / "cache",
    )
    return run


@pytest.mark.integration
def test_the_backtest_runs_on_any_panel(copied, code, tmp_path, not_in_results, cells):
    path = write_panel(tmp_path / "panel.csv", code("calibration-check.forecasts"))
    run = judged(copied, tmp_path, path)
    assert not_in_results(run.answer, cells(run.folder / "summary.csv")) == []
    models = ("riskmodel", "last_value_pooled", "drift", "mean_reversion", "ridge")
    direct = backtest(read_panel(path), "cpp_at_31_mar", origins=(2019, 2020), models=models)
    table = direct.skill().set_index(["model", "horizon_years"])
    for ahead in (1, 2):
        found = run.summary[f"skill/cpp_at_31_mar/{ahead}/{OURS}"]
        expected = table.loc[(OURS, ahead)]
        assert found.value == pytest.approx(expected["skill_percent"])
        assert (found.low, found.high) == pytest.approx(
            (expected["skill_low"], expected["skill_high"])
        )
        assert run.summary[f"winner/cpp_at_31_mar/{ahead}"].value == direct.winners()[ahead]
    sizes = run.summary.starting("size_skill/cpp_at_31_mar/1/")
    assert [one.name.rpartition("/")[2] for one in sizes] == list(
        code("would-it-have-worked").GROUPS
    )


@pytest.mark.integration
def test_a_whole_panel_is_judged_in_quick_form(copied, tmp_path, not_in_results, cells):
    panel = SHARED
    if not panel.is_file():
        panel = tmp_path / "panel.csv"
        country = made_up_country(years=range(2010, 2022))
        panel.write_text(panel_text(country), encoding="utf-8")
    run = judged(copied, tmp_path, panel)
    assert not_in_results(run.answer, cells(run.folder / "summary.csv")) == []
    assert run.summary["authorities"].value > 70
    assert f"skill/cpp_at_31_mar/1/{OURS}" in run.summary
    # Two origins of one stock; drift is worse than the last value, as it is on all of them.
    assert run.summary["skill/cpp_at_31_mar/1/drift"].value < 0


@pytest.mark.unit
def test_sizes_are_quarters_at_the_origin(code):
    backtested = code("would-it-have-worked")
    stock = np.array([[1.0, 40.0], [2.0, 30.0], [3.0, 20.0], [4.0, 10.0], [np.nan, 5.0]])
    nothing = np.full_like(stock, np.nan)
    codes = tuple("abcde")
    history = StageHistory("cpp_at_31_mar", codes, (2014, 2015), stock, nothing, nothing, nothing)
    table = pd.DataFrame({"la_code": [*"abcd", "a"], "origin": [2014] * 4 + [2015]})
    assert backtested._sizes(history, table) == [*backtested.GROUPS, "largest"]


@pytest.mark.regression
def test_what_is_not_reached_is_said(declared):
    """The committed answer, from its baseline: aims, winners and failures as the numbers are."""
    experiment = declared["would-it-have-worked"]
    summary = Summary.from_csv(experiment.baseline.read_text(encoding="utf-8"), "baseline.csv")
    answer = (experiment.folder / "results" / "answer.md").read_text(encoding="utf-8")
    assert write_answer(experiment, summary, is_quick=False) == answer
    reached = [
        summary[f"skill/cpp_at_31_mar/{ahead}/{OURS}"].value >= summary[f"aims/{ahead}"].value
        for ahead in (1, 2, 3, 4)
    ]
    assert answer.count("(not reached)") == reached.count(False)
    # Were another model better at one horizon, its name would stand under "Where it fails".
    changed = Summary(
        tuple(
            replace(one, value="ridge") if one.name == "winner/cpp_at_31_mar/2" else one
            for one in summary
        )
    )
    told = write_answer(experiment, changed, is_quick=False)
    assert "on a protection plan at 2 years: ridge regression across authorities is better" in told


@pytest.mark.unit
def test_a_backtest_without_a_panel_says_what_it_needs(code):
    with pytest.raises(DataError, match="--input panel=PATH"):
        code("would-it-have-worked").FORECAST_BACKTEST.measure(
            Point({"measure": "cpp_at_31_mar", "parting": 0})
        )
