"""Runs: finished points are kept, results are there at once, parameters are watched."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from riskmodel.errors import DataError
from riskmodel.experiments import (
    compare_runs,
    points_to_compute,
    read_experiment,
    read_experiments,
    run_experiment,
    run_experiments,
)
from riskmodel.parameters import loader


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def change_parameter(monkeypatch: pytest.MonkeyPatch, name: str, value: float) -> None:
    """Let a parameter have another value, as if its file said so."""
    from dataclasses import replace

    changed = tuple(
        replace(one, numbers=(value, *one.numbers[1:])) if one.name == name else one
        for one in loader._read()
    )
    monkeypatch.setattr(loader, "_read", lambda: changed)


@pytest.mark.integration
def test_a_run_writes_tables_summary_answer_and_manifest(declare, measured):
    experiment = declare()
    run = run_experiment(experiment)
    assert measured() == [10, 20, 30, 40]
    assert (run.points, run.computed, run.moved) == (4, 4, None)
    files = content(run.folder)
    assert set(files) == {
        "toy_mean.means.csv",
        "summary.csv",
        "answer.md",
        "parameters.txt",
        "manifest.json",
    }
    table = pd.read_csv(run.folder / "toy_mean.means.csv")
    assert list(table.columns[:2]) == ["draws", "shift"]
    assert len(table) == 4
    assert "4 means were drawn.\n\n- Assumed: a normal distribution.\n\n" in run.answer
    assert files["parameters.txt"] == b"interval_level\n"
    assert run.parameters == run.experiment.parameters == ("interval_level",)
    record = json.loads(files["manifest.json"])
    assert record["seed"] == 7
    assert record["parameters"] == {"interval_level": [0.95]}
    assert record["steps"]["toy_mean"]["grid"] == {"draws": [10, 20, 30, 40]}
    assert set(record["files"]) == set(files) - {"manifest.json"}
    assert str(run.folder.parent) not in files["manifest.json"].decode()


@pytest.mark.integration
def test_finished_points_are_not_computed_again(declare, toml, measured):
    first = run_experiment(declare())
    before = content(first.folder)
    measured()
    again = run_experiment(declare())
    assert (again.computed, measured()) == (0, [])
    assert content(again.folder) == before
    grown = run_experiment(declare(toml.replace("30, 40]", "30, 40, 50]", 1)))
    assert (grown.computed, measured()) == (1, [50])
    # A point's draws are its own: the others are what they were.
    assert content(grown.folder)["toy_mean.means.csv"].startswith(before["toy_mean.means.csv"])


@pytest.mark.integration
def test_an_interrupted_run_goes_on_where_it_was(declare, measured, tmp_path: Path):
    stop = tmp_path / "stop-at-30"
    stop.touch()
    with pytest.raises(KeyboardInterrupt):
        run_experiment(declare())
    assert measured() == [10, 20]
    assert not (declare().folder / "results").exists()
    stop.unlink()
    run = run_experiment(declare())
    assert measured() == [30, 40]
    assert run.computed == 2


@pytest.mark.integration
def test_a_damaged_point_is_told_and_a_half_written_one_computed_again(declare, measured):
    run_experiment(declare())
    cache = declare().folder / ".cache" / "full"
    assert points_to_compute(declare()) == ()
    keys = points_to_compute(declare(), cache=cache)
    (cache / keys[1] / "point.json").unlink()
    measured()
    assert points_to_compute(declare()) == keys[1:2]
    assert run_experiment(declare()).computed == 1
    assert measured() == [20]
    (cache / keys[2] / "0.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match="remove that folder and run again"):
        run_experiment(declare())


@pytest.mark.integration
def test_points_are_computed_again_where_a_parameter_that_they_read_changed(
    declare, code, monkeypatch, measured
):
    # The parameter is read by two of the four points.
    some = code.replace(
        'parameter("interval_level").value',
        'parameter("wilson_at_most" if draws > 20 else "interval_level").value',
    )
    first = run_experiment(declare(code=some))
    assert first.parameters == ("interval_level", "wilson_at_most")
    measured()
    change_parameter(monkeypatch, "few_plans_below", 20)
    assert run_experiment(declare(code=some)).computed == 0
    change_parameter(monkeypatch, "wilson_at_most", 20)
    assert len(points_to_compute(declare(code=some))) == 2
    again = run_experiment(declare(code=some))
    assert measured() == [30, 40]
    assert set(again.tables["toy_mean.means"]["level"]) == {0.95, 20}
    assert run_experiment(declare(code=some)).computed == 0


@pytest.mark.integration
def test_changed_code_of_a_study_is_computed_again_and_of_another_is_not(declare, code, measured):
    other = declare(name="other")
    for experiment in (declare(), other):
        run_experiment(experiment)
    changed = declare(code=code.replace("normal(", "laplace("))
    assert run_experiment(changed).computed == 4
    assert points_to_compute(other) == ()


@pytest.mark.integration
def test_workers_load_the_code_where_it_is(declare, measured):
    alone = content(run_experiment(declare()).folder)
    shared = run_experiment(declare(name="shared"), workers=2)
    assert shared.computed == 4
    same = "toy_mean.means.csv"
    assert content(shared.folder)[same] == alone[same]


@pytest.mark.integration
def test_code_that_is_changed_during_the_run_is_refused(declare, code, measured):
    edits = 'def measure(point):\n    with open(__file__, "a") as own:\n        own.write("#\\n")\n'
    with pytest.raises(DataError, match="was changed during the run"):
        run_experiment(declare(code=code.replace("def measure(point):\n", edits)))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("a\n{{ summary['poinst'].text() }}", r"toy/answer\.md\.j2, line 2: .*mean 'points'"),
        ("a\n\n{{ nothing }}", r"toy/answer\.md\.j2, line 3: 'nothing' is undefined"),
        ("a\n{% for %}", r"toy/answer\.md\.j2, line 2: "),
    ],
)
def test_a_template_that_cannot_be_filled_is_told_with_its_line(declare, measured, answer, message):
    with pytest.raises(DataError, match=message):
        run_experiment(declare(answer=answer), is_quick=True)


@pytest.mark.integration
def test_results_may_be_written_elsewhere(declare, tmp_path: Path, measured):
    folder = declare().folder
    home = tmp_path / "results-of-mine" / "toy"
    run = run_experiment(read_experiment(folder, home=home))
    assert run.folder == home / "results"
    assert sorted(path.name for path in folder.iterdir()) == [
        "analysis.py",
        "answer.md.j2",
        "experiment.toml",
    ]
    with pytest.raises(DataError, match="comes with the package"):
        run_experiment(read_experiment(folder, home=home), accept=True)


@pytest.mark.integration
def test_a_moved_number_is_found_until_it_is_accepted(declare, toml, measured):
    accepted = run_experiment(declare(), accept=True)
    assert accepted.is_as_before
    assert run_experiment(declare()).moved == ()
    changed = declare(toml.replace("seed = 7", "seed = 8"))
    run = run_experiment(changed)
    assert not run.is_as_before
    # The mean of 40 draws may move by 1; the number of points did not.
    assert [(one.name, one.part) for one in run.moved] == [
        (f"mean/{draws}", "value") for draws in (10, 20, 30)
    ]
    assert run_experiment(changed, accept=True).is_as_before
    assert run_experiment(changed).moved == ()


@pytest.mark.integration
def test_a_quick_run_has_its_own_place_and_no_baseline(declare, measured):
    run = run_experiment(declare(), is_quick=True)
    assert (measured(), run.folder.name, run.moved) == ([10], "quick", None)
    assert "From quick settings" in run.answer
    with pytest.raises(DataError, match="quick run makes no baseline"):
        run_experiment(declare(), is_quick=True, accept=True)


@pytest.mark.integration
def test_a_file_that_is_not_given_is_asked_for(declare, toml, tmp_path: Path, measured):
    text = toml.replace("[[steps]]", '[inputs.given]\npanel = "a panel"\n[[steps]]', 1)
    with pytest.raises(DataError, match=r"needs panel \(a panel\): give --input panel=PATH"):
        run_experiment(declare(text))
    panel = tmp_path / "panel.csv"
    panel.write_text("a\n1\n", encoding="utf-8")
    first = run_experiment(declare(text), files={"panel": panel})
    panel.write_text("a\n2\n", encoding="utf-8")
    assert run_experiment(declare(text), files={"panel": panel}).computed == first.points


@pytest.mark.integration
def test_results_of_another_experiment_are_an_input(declare, toml, measured):
    declare(toml, "zebra")
    declare(toml.replace("[[steps]]", '[inputs]\nresults_of = ["zebra"]\n[[steps]]', 1), "apple")
    root = declare(toml, "zebra").folder.parent
    runs = list(run_experiments(["apple"], read_experiments(root)))
    assert [run.experiment.name for run in runs] == ["zebra", "apple"]
    declare(toml.replace("shift = 1.5", "shift = 2.5"), "zebra")
    again = list(run_experiments(["apple"], read_experiments(root)))
    assert [run.computed for run in again] == [4, 4]


@pytest.mark.integration
def test_two_runs_are_compared_and_the_difference_explained(declare, toml, tmp_path, measured):
    run = run_experiment(declare())
    kept = tmp_path / "kept"
    run.folder.rename(kept)
    same = compare_runs(kept, run_experiment(declare()).folder)
    assert same.is_same
    assert same.explanation.startswith("The runs are the same")
    other = compare_runs(kept, run_experiment(declare(toml.replace("seed = 7", "seed = 8"))).folder)
    assert not other.is_same
    assert other.manifest == (("seed", "7", "8"),)
    assert other.explanation == (
        "One thing differs between the runs, and so moved the numbers: seed."
    )
    assert [one.table for one in other.tables] == ["toy_mean.means.csv"]
    assert other.tables[0].cells == 4
    assert len(other.to_frame()) == 4
    several = compare_runs(
        kept,
        run_experiment(
            declare(toml.replace("shift = 1.5", "shift = 2.5").replace("7", "9"))
        ).folder,
    )
    assert "2 things differ" in several.explanation
    with pytest.raises(DataError, match="holds no results of a run"):
        compare_runs(kept, tmp_path)


@pytest.mark.integration
def test_numbers_changed_by_hand_are_told_from_changed_inputs(declare, tmp_path, measured):
    run = run_experiment(declare())
    kept = tmp_path / "kept"
    run.folder.rename(kept)
    again = run_experiment(declare())
    path = again.folder / "summary.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",4,", ",5,"), encoding="utf-8")
    found = compare_runs(kept, again.folder)
    assert [(one.name, one.was, one.now) for one in found.moved] == [("points", 4, 5)]
    assert "changed by hand" in found.explanation
