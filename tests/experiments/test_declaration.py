"""``experiment.toml``: what is refused, with line, key and the nearest names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.experiments import (
    in_order,
    read_experiment,
    read_experiments,
    run_experiments,
    users_of,
)


@pytest.mark.unit
def test_a_declaration_is_read_whole(declare):
    found = declare()
    assert (found.name, found.seed, found.expected_seconds) == ("toy", 7, 1)
    assert found.parameters == ()
    step = found.steps[0]
    assert (step.id, step.analysis.name) == ("toy_mean", "toy-mean")
    points = list(step.points(found.seed))
    assert [point.settings["draws"] for point in points] == [10, 20, 30, 40]
    assert {point.settings["shift"] for point in points} == {1.5}
    assert [point.index for point in points] == [0, 1, 2, 3]
    quick = list(step.points(found.seed, is_quick=True))
    assert [point.settings["draws"] for point in quick] == [10]
    assert found.has_quick_settings
    assert found.number_of_points() == 4


@pytest.mark.unit
@pytest.mark.parametrize(
    ("was", "now", "line", "words"),
    [
        ("question =", "questoin =", 1, "Did you mean 'question'"),
        ("seed = 7", 'seed = "7"', 2, "must be a whole number"),
        ("seed = 7", "seed = -7", 2, "must be 0 or more"),
        ("expected_seconds = 1\n", "", None, "needs 'expected_seconds'"),
        ("seed = 7", "seed = 7\nparameters = []", 3, "is recorded: remove this key"),
        ('"toy-mean"', '"toy-maen"', 6, "Did you mean 'toy-mean'"),
        ("{ shift = 1.5 }", "{ shfit = 1.5 }", 7, "Did you mean 'shift'"),
        ("{ shift = 1.5 }", '{ shift = "much" }', 7, "shift must be a number"),
        ("{ shift = 1.5 }", '{ kind = "fany" }', 7, "Did you mean 'fancy'"),
        ("{ shift = 1.5 }", "{ is_even = 1 }", 7, "is_even must be true or false"),
        ("{ shift = 1.5 }", '{ range = ["a"] }', 7, "range must be a list of numbers"),
        ("draws = [10, 20, 30, 40]", "draws = [10, 0]", 10, "draws must be at least 1, got 0"),
        ("draws = [10, 20, 30, 40]", "draws = 10", 10, "a grid needs a list of values"),
        (
            "draws = [10, 20, 30, 40]",
            "draws = [10]\nshift = [1.5]",
            11,
            "stands under settings too",
        ),
        ("[steps.quick]", "[steps.quik]", 12, "Did you mean 'quick'"),
        ('reason = "a test"\n', "", 15, "needs 'reason'"),
        ("seed = 7", "seed = = 7", 2, "this is no TOML"),
        ("seed = 7", 'paragraphs = "47\u2028"\nseed = -7', 3, "must be 0 or more"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(declare, toml, was, now, line, words):
    assert was in toml
    with pytest.raises(DataError) as refused:
        declare(toml.replace(was, now, 1))
    assert words in str(refused.value)
    assert str(refused.value).startswith("toy/experiment.toml")
    assert refused.value.line == line


@pytest.mark.unit
def test_inputs_are_checked(declare, toml):
    with pytest.raises(DataError, match=r"there is no table\.csv in the folder"):
        declare(toml.replace("[[steps]]", '[inputs.files]\ntable = "table.csv"\n[[steps]]', 1))
    with pytest.raises(DataError, match="Did you mean 'given'"):
        declare(toml.replace("[[steps]]", '[inputs.givn]\na = "b"\n[[steps]]', 1))


@pytest.mark.unit
def test_a_folder_is_named_so_that_it_can_be_typed(declare):
    with pytest.raises(DataError, match="lower-case letters"):
        declare(name="My Toy")


@pytest.mark.unit
def test_two_steps_need_ids_of_their_own(declare, toml):
    twice = toml + '\n[[steps]]\nanalysis = "toy-mean"\n'
    with pytest.raises(DataError, match="another step has the id 'toy_mean'"):
        declare(twice)
    assert [step.id for step in declare(twice + 'id = "second"\n').steps] == ["toy_mean", "second"]


@pytest.mark.unit
def test_a_grid_without_what_the_answer_needs_is_refused(declare, toml, code):
    needs = code.removesuffix(")\n") + '    needs={"draws": (10, 20)},\n)\n'
    with pytest.raises(DataError, match=r"line 13, .*no answer without draws 20: put 10, 20 on"):
        declare(code=needs)
    with pytest.raises(DataError, match=r"line 10, .*no answer without draws 10"):
        declare(toml.replace("draws = [10, 20, 30, 40]", "draws = [20]"), code=needs)
    declare(toml.replace("draws = [10]", "draws = [20, 10]"), code=needs)


@pytest.mark.unit
def test_experiments_come_after_those_they_take_results_of(declare, toml, tmp_path: Path):
    takes = toml.replace("[[steps]]", '[inputs]\nresults_of = ["NAME"]\n[[steps]]', 1)
    root = tmp_path / "experiments"
    declare(toml, "zebra")
    declare(takes.replace("NAME", "zebra"), "apple")
    shutil.copytree(root / "zebra", root / "_passed-over")
    found = read_experiments(root)
    assert in_order(["apple"], found) == ("zebra", "apple")
    # What has not been run has no record of what it reads.
    assert users_of("interval_level", found) == ()
    for _ in run_experiments(["zebra"], found):
        found = read_experiments(root)
    assert users_of("interval_level", found) == ("apple", "zebra")
    assert users_of("wilson_at_most", found) == ()
    with pytest.raises(UnknownNameError, match="Did you mean 'zebra'"):
        in_order(["zebr"], found)
    declare(takes.replace("NAME", "apple"), "zebra")
    with pytest.raises(DataError, match="apple -> zebra -> apple"):
        in_order(["apple"], read_experiments(root))
    for wrong, near in (("aple", "apple"), ("apple:toy_maen", "toy_mean")):
        declare(takes.replace("NAME", wrong), "zebra")
        with pytest.raises(DataError, match=f"line 6, .*Did you mean '{near}'"):
            read_experiments(root)
    with pytest.raises(DataError, match="--folder"):
        read_experiments(tmp_path / "nowhere")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("means = tables", "means == = tables", r"toy/analysis\.py, line 25: .*SyntaxError"),
        ("NOTES = Path", "NOTES = Pth", r"toy/analysis\.py, line 10: .*name 'Pth' is not"),
        ('Option(False, "a switch")', "Option(", r"toy/analysis\.py, line \d+: .*SyntaxError"),
        ("TOY = Analysis(", "TOY = dict, (", r"toy/analysis\.py: holds no Analysis"),
    ],
)
def test_code_that_cannot_be_loaded_is_told_with_its_line(declare, code, was, now, message):
    assert was in code
    with pytest.raises(DataError, match=message):
        declare(code=code.replace(was, now))
    declare()


@pytest.mark.unit
def test_a_study_without_code_is_told_how_to_get_some(declare):
    experiment = declare()
    (experiment.folder / "analysis.py").unlink()
    with pytest.raises(DataError, match=r"no analysis\.py in .*toy.*experiment new FOLDER"):
        read_experiment(experiment.folder)


@pytest.mark.unit
def test_code_may_stand_in_several_files_and_an_edit_is_loaded(declare, code):
    helper = declare().folder / "sizes.py"
    more = "from .sizes import SHIFT\n" + code.replace('Option(0.0, "mean', 'Option(SHIFT, "mean')
    for shift in (2.5, 3.5):
        # The second has the length of the first, and is written in the same second.
        helper.write_text(f"SHIFT = {shift}\n", encoding="utf-8")
        analysis = declare(code=more).steps[0].analysis
        assert analysis.option("shift").default == shift
    assert not (helper.parent / "__pycache__").exists()
