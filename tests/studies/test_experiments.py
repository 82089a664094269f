"""The repository's experiments: declared, founded, repeatable, and what they find."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.cli.explanations import explanations_section
from riskmodel.errors import DataError, OutputError
from riskmodel.experiments import (
    Point,
    load_analyses,
    measure_experiment,
    new_experiment,
    points_to_compute,
    read_baseline,
    read_experiment,
    read_experiments,
    run_experiments,
)
from riskmodel.experiments.answers import write_answer
from riskmodel.experiments.baseline import changelog_row, compare_summaries
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import FactorPatterns

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
SLOW = {
    "calibration-check",
    "caseload-ambition",
    "demand-scenarios",
    "quadrants-rebuilt",
    "what-margins-can-say",
}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.unit
def test_every_experiment_has_its_page_and_its_baseline(declared):
    assert len(declared) >= 13
    for name, experiment in declared.items():
        readme = (experiment.folder / "README.md").read_text(encoding="utf-8")
        for heading in ("# " + name, "## Why", "## How to read", "## What would change our mind"):
            assert heading in readme, name
        assert read_baseline(experiment), name


@pytest.mark.unit
def test_the_change_log_tells_every_baseline(declared):
    text = CHANGELOG.read_text(encoding="utf-8")
    for name, experiment in declared.items():
        baseline = read_baseline(experiment)
        if baseline is None:
            continue
        ending = changelog_row(name, baseline).rpartition(" | ")[2]
        rows = [row for row in text.splitlines() if row.startswith(f"| Experiment: {name} |")]
        assert rows, name
        assert rows[0].endswith(ending), f"put {changelog_row(name, baseline)} into CHANGELOG.md"


@pytest.mark.integration
def test_a_comparison_measures_only_the_steps_that_it_takes(declared):
    """The report is made from these: what is declared for it and no more, by the full settings."""
    compared = declared["explanations-compared"]
    begun: list[str] = []
    _, summary = measure_experiment(compared.name, declared, progress=begun.append)
    assert begun == [*compared.results_of, compared.name]
    baseline = read_baseline(compared)
    assert baseline is not None
    assert compare_summaries(baseline, summary) == ()
    steps = compared.results_of["explanation-child-in-need"]
    assert steps == ("leap_frogging", "vicious_circle")
    tables, _ = measure_experiment("explanation-child-in-need", declared, steps=steps)
    assert tuple(tables) == steps
    assert not any(declared[name].has_quick_settings for name in compared.results_of)


@pytest.mark.integration
def test_the_report_shows_what_the_comparison_found(quick):
    section = explanations_section()
    tables = [block for block in section.blocks if hasattr(block, "frame")]
    shown = "; ".join(tables[0].frame["share"])
    answer = quick.runs["explanations-compared"].answer
    for share in tables[0].frame["share"]:
        assert f"| {share} |" in answer, shown


@pytest.mark.unit
def test_every_analysis_is_a_step_of_its_study_and_of_no_other(declared):
    names = []
    for experiment in declared.values():
        analyses = load_analyses(experiment.folder)
        assert {step.analysis.name for step in experiment.steps} == set(analyses)
        names += list(analyses)
    assert len(names) == len(set(names))


@pytest.mark.integration
def test_the_record_of_parameters_is_what_a_run_reads(quick, declared):
    # The full run may read more: it has more points.
    for name, run in quick.runs.items():
        recorded = set(declared[name].parameters)
        assert set(run.parameters) <= recorded, name
        if not run.experiment.has_quick_settings:
            assert set(run.parameters) == recorded, name
        written = (run.folder / "parameters.txt").read_text(encoding="utf-8").split()
        assert tuple(written) == run.parameters
        manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
        assert list(manifest["parameters"]) == written


@pytest.mark.integration
def test_a_changed_parameter_changes_exactly_the_experiments_that_read_it(quick, monkeypatch):
    from dataclasses import replace

    from riskmodel.parameters import loader, parameters

    def unfinished() -> set[str]:
        return {
            name
            for name, run in quick.runs.items()
            if points_to_compute(quick.experiments[name], is_quick=True)
        }

    known = loader._read()
    used = {one for run in quick.runs.values() for one in run.parameters}
    assert len(used) > 10
    assert unfinished() == set()
    for changed in (*sorted(used)[::5], "interval_level", "girls_share"):
        values = tuple(
            replace(one, numbers=(one.numbers[0] * 1.01 + 0.001, *one.numbers[1:]))
            if one.name == changed
            else one
            for one in known
        )
        with monkeypatch.context() as patch:
            patch.setattr(loader, "_read", lambda values=values: values)
            assert changed in {one.name for one in parameters()}
            found = unfinished()
        expected = {name for name, run in quick.runs.items() if changed in run.parameters}
        # What the summary alone reads makes no point run again.
        assert found <= expected, changed
        assert found or not expected, changed


@pytest.mark.regression
def test_the_short_ones_match_their_baselines(copied):
    names = [name for name, one in copied.items() if name not in SLOW and not one.given]
    for run in run_experiments(names, copied):
        if run.experiment.name in names and not run.experiment.has_quick_settings:
            assert run.moved == (), run.experiment.name


DRAWN = """
question = "Do workers change a byte?"
seed = 5
expected_seconds = 2

[[steps]]
analysis = "{analysis}"
{settings}
"""


@pytest.fixture
def drawn(declared, tmp_path: Path):
    """A copy of a study with other settings, run on so many workers: the files of its results."""

    def run(name: str, settings: str, workers: int) -> dict[str, bytes]:
        source = declared[name]
        folder = tmp_path / str(workers) / "drawn"
        shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("results", "quick"))
        (folder / "answer.md.j2").write_text("Drawn.", encoding="utf-8")
        text = DRAWN.format(analysis=source.steps[-1].analysis.name, settings=settings)
        (folder / "experiment.toml").write_text(text, encoding="utf-8")
        (found,) = run_experiments(["drawn"], read_experiments(folder.parent), workers=workers)
        assert found.computed == 4
        return files_of(found.folder)

    return run


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (
            "what-margins-can-say",
            "settings = { replicates = 1 }\ngrid = { assessments = [1500, 2250], "
            "overlap = [0.3, 0.6] }",
        ),
        (
            "calibration-check",
            "settings = { panels = 2 }\n"
            'grid = { truth = ["as-learned", "children"], batch = [0, 1] }',
        ),
        (
            "demand-scenarios",
            "settings = { replicates = 100, years = [2016.0] }\n"
            'grid = { scenario = ["baseline", "plateau", "national_growth", "caseload_cap_14"] }',
        ),
    ],
)
def test_the_bytes_are_the_same_on_any_number_of_workers(drawn, name, settings):
    found = [drawn(name, settings, workers) for workers in (1, 2)]
    assert found[0] == found[1]
    assert len(found[0]) > 4


@pytest.mark.integration
def test_a_new_experiment_runs_at_once(tmp_path: Path):
    folder = new_experiment(tmp_path / "anywhere" / "thirteenth")
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "analysis.py",
        "answer.md.j2",
        "experiment.toml",
    }
    assert "# thirteenth" in (folder / "README.md").read_text(encoding="utf-8")
    found = {"thirteenth": read_experiment(folder)}
    (run,) = run_experiments(["thirteenth"], found, accept=True)
    assert run.parameters == ("wilson_at_most",)
    assert "Child Emotional Abuse: 43.3 (38.4 to 48.3) percent" in run.answer
    table = pd.read_csv(run.folder / "conversion_rates.rates.csv")
    assert sorted(set(table["level"])) == [0.8, 0.95]
    with pytest.raises(DataError, match="lower-case"):
        new_experiment(tmp_path / "Thirteenth")
    with pytest.raises(OutputError, match="is there already"):
        new_experiment(folder)


@pytest.mark.integration
def test_rates_of_observed_records_are_protected(tmp_path: Path):
    random = np.random.Generator(np.random.SFC64(1))
    rows = 400
    frame = pd.DataFrame({"plan": random.random(rows) < 0.3})
    for name, share in (("child_neglect", 0.3), ("parent_mental_health", 0.4)):
        frame[name] = random.random(rows) < share
    frame["child_young_carer"] = [True, True, *[False] * (rows - 2)]
    folder = new_experiment(tmp_path / "mine")
    frame.astype(int).to_csv(folder / "table.csv", index=False)
    text = (folder / "experiment.toml").read_text(encoding="utf-8")
    text = text.replace(
        '# files = { table = "assessments.csv" }', 'files = { table = "table.csv" }'
    )
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    (run,) = run_experiments(["mine"], read_experiments(tmp_path))
    table = pd.read_csv(run.folder / "conversion_rates.rates.csv")
    rare = table[table["factor"] == "child_young_carer"]
    assert len(rare) == 2
    assert rare[["assessments", "conversion_rate"]].isna().all(axis=None)
    assert "disclosure_threshold" in run.parameters
    assert "rate/child_young_carer" not in run.summary
    assert run.summary["rate/child_neglect"].basis == "observed"


@pytest.mark.unit
def test_a_number_from_nowhere_is_found(not_in_results):
    answer = "Of 630 plans (para 16), 28.4 percent (24.9 to 32.0) in 2014/15; 7 more over 10."
    assert not_in_results(answer, {630.0, 28.38, 24.92, 32.05}) == ["7"]
    assert not_in_results("12.35", {12.3, 12.4}) == ["12.35"]


@pytest.mark.integration
def test_every_number_of_a_quick_answer_is_in_its_results(quick, not_in_results, cells):
    for name, run in quick.runs.items():
        answer = (run.folder / "answer.md").read_text(encoding="utf-8")
        assert answer == run.answer
        assert "## What this rests on" in answer
        assert "## What this cannot say" in answer
        assert not_in_results(answer, cells(run.folder / "summary.csv")) == [], name


@pytest.mark.regression
def test_every_number_of_a_committed_answer_is_in_the_baseline(declared, not_in_results, cells):
    for name, experiment in declared.items():
        answer = experiment.folder / "results" / "answer.md"
        if experiment.baseline.is_file():
            text = answer.read_text(encoding="utf-8")
            assert not_in_results(text, cells(experiment.baseline)) == [], name
            assert "quick settings" not in text, name


@pytest.mark.integration
def test_no_answer_says_effect_or_impossible_certainty(quick):
    for name, run in quick.runs.items():
        for word in ("caused", "the effect of", "proves", "nan", "None"):
            assert word not in run.answer, (name, word)


# What the experiments find, against what can be worked out by hand.


@pytest.mark.regression
def test_deprivation_by_hand(quick):
    found = quick.runs["explanation-deprivation"].summary
    assert found["ratio/weight-1/children"].value == pytest.approx(60 / 40)
    assert found["ratio/weight-0/children"].value == pytest.approx(30.9 / 37.9)
    share = (1 - 30.9 / 37.9) / (1 - 30.9 * 40 / (37.9 * 60))
    assert found["break_even"].value == pytest.approx(100 * share)
    narrow, wide = (found[f"ratio/weight-1/{kind}"] for kind in ("children", "families"))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


@pytest.mark.regression
def test_the_funnel_adds_up_in_every_window_and_method(quick):
    found = quick.runs["explanation-sensitivity"].summary
    for window, change in (
        ("2011-2015", 569 - 332),
        ("2011-2014", 504 - 332),
        ("2012-2015", 569 - 364),
        ("2014-2015", 65),
    ):
        for method in ("lmdi", "shapley"):
            assert found[f"{window}/{method}/change"].value == change
            assert found[f"{window}/{method}/sum"].value == pytest.approx(change, abs=1e-9)
            parts = found.starting(f"{window}/{method}/part/")
            assert len(parts) == 6
            assert sum(one.value for one in parts) == pytest.approx(change, abs=1e-9)
    conversion = np.log((634 / 5663) / (418 / 5394)) / np.log(569 / 332)
    assert found["share_of_growth"].value == pytest.approx(100 * conversion)
    from_2012 = 100 * np.log((634 / 5663) / (477 / 6359)) / np.log(569 / 364)
    assert found["share_of_growth"].high == pytest.approx(from_2012, abs=1)  # 90; Shapley 89
    assert round(found["share_of_growth"].low) == 55


@pytest.mark.regression
def test_thresholds_by_hand(quick):
    found = quick.runs["explanation-thresholds"].summary
    starts = found["plans-started/length-1/posterior/cases_on_list"].value
    assert starts == pytest.approx(4 + 612 * 4.5 / 19)
    stock = found["plans-started/length-1/posterior/children_on_plan"].value
    assert stock == pytest.approx(starts * 303 / 365)
    assert found["share_of_growth"].low > 0


@pytest.mark.regression
def test_leap_frogging_by_hand(quick):
    found = quick.runs["explanation-child-in-need"].summary
    stock = 112 * 303 / 365
    assert found["stock/known"].value == pytest.approx(stock)
    assert found["of_growth/known"].value == pytest.approx(100 * stock / (626 - 422))
    assert found["plans/neither-least"].value == 630 - 112 - 3
    assert found["of_growth/known"].low is None, "a full count has no sampling error"
    most = found.of_step("leap_frogging")["share_of_growth"]
    assert (most.low, most.high) == (0, pytest.approx(100 * stock / (626 - 422)))
    assert found["elasticity-0.4/amplification"].value == pytest.approx(1 / 0.6)


@pytest.mark.unit
def test_an_elasticity_beyond_what_lengths_allow_is_refused(code):
    with pytest.raises(DataError, match=r"above 0\.4"):
        code("explanation-child-in-need.circle").measure(Point({"elasticity": 0.5}))


@pytest.mark.regression
def test_older_girls_hold_for_every_reading_of_the_printed_figures(quick, code):
    """Ends were looked for in corners: no point inside may lie beyond them."""
    older_girls = code("explanation-older-girls")
    found = quick.runs["explanation-older-girls"].summary
    bounds = found["share_of_growth"]
    random = np.random.Generator(np.random.SFC64(3))
    for _ in range(300):
        under, over, share, female, male, total = (
            random.uniform(low, low + 0.01) for low in (0.645, 1.145, 0.705, 0.845, 0.655, 0.765)
        )
        older = older_girls._older(over, under, share)
        girls = older_girls._girls(female, male, total)
        low, high = older_girls.joint_growth_bounds(older, girls)
        assert bounds.low - 1e-6 <= 100 * low
        assert 100 * high <= bounds.high + 1e-6
        part = found["age-table/over-10/share_of_growth"]
        assert part.low - 1e-6 <= 100 * older.share_of_growth <= part.high + 1e-6


@pytest.mark.regression
def test_the_comparison_takes_over_what_the_explanations_found(quick):
    found = quick.runs["explanations-compared"].summary
    funnel = quick.runs["explanation-sensitivity"].summary
    assert found["share/child-protection-funnel"].high == funnel["share_of_growth"].high
    assert found["share/deprivation"].value == "not identified"
    assert found["share/deprivation"].high is None
    assert found["sum_of_upper_ends"].value > 100
    table = pd.read_csv(
        quick.runs["explanations-compared"].folder / "explanations_compared.explanations.csv"
    )
    assert len(table) == 6
    assert table["cannot_say"].notna().all()


@pytest.mark.regression
def test_quadrants_and_margins_find_what_is_known(quick):
    cuts = quick.runs["quadrants-rebuilt"].summary
    assert (cuts["cut/plans/prevalence"].low, cuts["cut/plans/prevalence"].high) == (66, 84)
    assert cuts["contradictions/plans"].value == 0
    assert cuts["contradictions/assessments"].value > 0
    margins = quick.runs["what-margins-can-say"].summary
    assert margins["pairs/2250/any/asked"].value == 3 * 2
    assert margins["verdict/child_emotional_abuse"].value == "above 1"


@pytest.mark.integration
def test_coverage_knows_the_truth_of_the_adjusted_measures(code):
    """A table with the population's shares measures the population's values."""
    trials = code("calibration-check.trials")
    truths = trials.adjusted_truths(-1.2)
    cells = np.array([[bool((n >> k) & 1) for k in range(3)] for n in range(8)])
    present = np.array(trials.PRESENT)
    weight = np.prod(np.where(cells, present, 1 - present), axis=1)
    assessments = np.rint(weight * 4e6).astype(int)
    risk = 1 / (1 + np.exp(-(-1.2 + cells @ np.array(trials.ODDS))))
    table = FactorPatterns(
        tuple("abc"), cells, assessments, np.rint(assessments * risk).astype(int), "assumed"
    )
    found = measure_impact(table).to_frame().set_index(["measure", "factor"])["value"]
    assert len(truths) == 3 * 6 + 1
    for key, truth in truths.items():
        assert found[key] == pytest.approx(truth, rel=1e-4, abs=1e-5), key


@pytest.mark.unit
def test_every_subject_of_coverage_can_be_chosen(code):
    study = code("calibration-check")
    assert set(study.INTERVAL_COVERAGE.options["subject"].allowed) == set(study.SUBJECTS)


@pytest.mark.regression
def test_the_committed_answers_are_their_templates_filled_from_the_baselines(declared):
    for name, experiment in declared.items():
        baseline = read_baseline(experiment)
        assert baseline is not None
        committed = (experiment.folder / "results" / "answer.md").read_text(encoding="utf-8")
        assert write_answer(experiment, baseline, is_quick=False) == committed, name
