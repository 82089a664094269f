"""Scenario files: what is read, and each mistake with its file, line and key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.scenarios import read_scenario, scenario, scenario_template
from riskmodel.scenarios.reading import parse_scenario

HEAD = 'name = "ours"\ndescription = "What happens."\n'
CHANGE = (
    '[[change]]\nparameter = "workforce.posts"\nfrom_month = "2016-01"\nvalue = 90\n'
    'reason = "r"\nsource = "assumed"\n'
)
# Lines of HEAD + CHANGE: 1 name, 2 description, 3 [[change]], 4 parameter, 5 from_month, 6 value,
# 7 reason, 8 source.


def write(folder: Path, text: str, name: str = "ours.toml") -> Path:
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return place


def refused(place: Path) -> DataError:
    with pytest.raises(DataError) as found:
        read_scenario(place)
    return found.value


@pytest.mark.unit
def test_a_sound_file_is_read_with_everything_in_it(tmp_path: Path):
    second = (
        '[[change]]\nparameter = "starts.looked_after"\nfrom_month = 1\nto_month = 12\n'
        "multiplier = 2\nramp = true\nfrom = {child_protection_plan = [0.1, 0.3], closed = 0.8}\n"
        'reason = """\nlines of a reason\nvalue = 3\n"""\n'
        'source = "para 21"\n'
    )
    found = read_scenario(write(tmp_path, "\ufeff# note\n" + HEAD + CHANGE + second))
    assert found.name == "ours"
    posts, starts = found.changes
    assert (posts.parameter, posts.from_month, posts.to_month, posts.value, posts.basis) == (
        "workforce.posts", "2016-01", None, 90, "assumed",
    )  # fmt: skip
    assert (starts.ramp, starts.multiplier, starts.to_month, starts.basis) == (
        True, 2, 12, "published",
    )  # fmt: skip
    # The words of the reason are no key.
    assert starts.place.line() == 10
    assert {key: starts.place.line(key) for key in starts.place} == {
        "parameter": 11, "from_month": 12, "to_month": 13, "multiplier": 14, "ramp": 15,
        "from": 16, "reason": 17, "source": 21,
    }  # fmt: skip


@pytest.mark.unit
def test_windows_line_ends_and_changes_on_one_line_are_read(tmp_path: Path):
    place = tmp_path / "ours.toml"
    place.write_bytes((HEAD + CHANGE).replace("\n", "\r\n").encode())
    assert read_scenario(place).changes[0].place.line("source") == 8
    inline = (
        'change = [{parameter = "workforce.posts", from_month = 1, value = -2, reason = "r", '
        'source = "assumed"}]\n'
    )
    error = refused(write(tmp_path, HEAD + inline))
    assert (error.line, error.field) == (3, "value")


DEFECTS = [
    # what is changed in the text, line, key, part of the message
    (("workforce.posts", "workforce.post"), 4, "parameter", "Did you mean 'workforce.posts'"),
    (('"2016-01"', "2016-01"), 5, None, 'no TOML.*a month is written in quotes: "2026-03"'),
    (('"2016-01"', "2016-01-01"), 5, "from_month", "found the date 2016-01-01"),
    (('"2016-01"', '"Jan 2016"'), 5, "from_month", "found 'Jan 2016'"),
    (('"2016-01"', "0"), 5, "from_month", "counts from 1"),
    (('"2016-01"', "true"), 5, "from_month", "must be a month.*found true"),
    (('"2016-01"', "1" + "0" * 30), 5, "from_month", "beyond"),
    (("value = 90", "value = -1"), 6, "value", "cannot be -1; allowed is 0 or more"),
    (("value = 90", 'value = "90"'), 6, "value", "must be a number; found '90'"),
    (("value = 90", "value = nan"), 6, "value", "cannot be nan"),
    (("value = 90", "value = 1" + "0" * 400), 6, "value", "holds a number of over 300 digits"),
    (("value = 90", "multiplier = 90"), 6, "multiplier", "is no multiplier; allowed is from 0"),
    (("value = 90", "value = 90\nmultiplier = 2"), 6, "value", "found both value and multiplier"),
    (("value = 90\n", ""), 3, "value", "found neither"),
    (("value = 90", "value = 90\nramp = true"), 3, "to_month", "a ramp needs"),
    (("value = 90", "value = 90\nramp = 1"), 7, "ramp", "must be true or false; found 1"),
    (("value = 90", 'value = 90\nto_month = "2015-12"'), 7, "to_month", "before from_month"),
    (("value = 90", "valeu = 90"), 6, "valeu", "no key of a change.*Did you mean 'value'"),
    (("value = 90", 'value = 90\nbased_on = ["plateau"]'), 7, "based_on", "stands above the"),
    (("value = 90", "value = 90\nvalue = 91"), 7, None, "no TOML"),
    (('reason = "r"\n', ""), 3, "reason", "is missing: why"),
    (('reason = "r"', 'reason = ""'), 7, "reason", "is missing: why"),
    (('source = "assumed"\n', ""), 3, "source", 'is missing.*or "assumed"'),
    (('parameter = "workforce.posts"\n', ""), 3, "parameter", "is missing: the lever"),
    (('from_month = "2016-01"\n', ""), 3, "from_month", "is missing: first month"),
    (("[[change]]", "[change]"), 3, "change", r"two brackets: \[\[change\]\]"),
    (("[[change]]", "[[changes]]"), 3, "changes", "no key of a scenario.*Did you mean 'change'"),
    (('name = "ours"', 'name = "Our own"'), 1, "name", "'Our own' is no name; allowed"),
    (('name = "ours"', 'name = "plateau"'), 1, "name", "the library has a scenario 'plateau'"),
    (('name = "ours"', "name = 3"), 1, "name", "must be a text; found 3"),
    (('name = "ours"\n', ""), None, "name", "is missing: how the scenario is called"),
    (('"What happens."', '""'), 2, "description", "is missing: what happens"),
    (('name = "ours"', 'name = "ours"\nvalue = 3'), 2, "value", "stands below a"),
    (('name = "ours"', 'name = "ours"\nbased_on = "plateau"'), 2, "based_on", "a list of texts"),
    (('name = "ours"', 'name = "ours"\nbased_on = ["platau"]'), 2, "based_on",
     r"Did you mean 'plateau'.*platau\.toml"),
    (('name = "ours"', 'name = "ours"\nbased_on = ["their.toml"]'), 2, "based_on",
     r"no file beside ours\.toml: 'their\.toml'.*Allowed: ours\.toml"),
    (('name = "ours"', 'name = "ours"\nbased_on = ["plateau", "plateau"]'), 2, "based_on",
     "names 'plateau' twice"),
    (('"assumed"\n', '"assumed"\nreplaces = true\n'), 9, "replaces", "nothing to replace"),
]  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize(("swap", "line", "key", "message"), DEFECTS)
def test_each_defect_is_named_with_file_line_and_key(
    tmp_path: Path, swap: tuple[str, str], line: int | None, key: str | None, message: str
):
    text = HEAD + CHANGE
    assert swap[0] in text
    error = refused(write(tmp_path, text.replace(*swap, 1)))
    assert (error.file, error.line, error.field) == ("ours.toml", line, key)
    assert error.__class__ is DataError
    where = f"ours.toml, line {line}" if line else "ours.toml, field"
    assert str(error).startswith(where)
    with pytest.raises(DataError, match=message):
        read_scenario(tmp_path / "ours.toml")
    assert len(str(error)) < 900


@pytest.mark.unit
def test_what_looks_like_a_change_within_a_text_moves_no_line(tmp_path: Path):
    head = HEAD.replace('"What happens."', "'''It's \"\"\" here:\n[[change]]\nvalue = 3\n'''")
    error = refused(write(tmp_path, head + CHANGE.replace("value = 90", "value = -1")))
    assert (error.line, error.field) == (9, "value")


@pytest.mark.unit
def test_overlapping_changes_name_both_lines(tmp_path: Path):
    error = refused(write(tmp_path, HEAD + CHANGE + CHANGE.replace("90", "80")))
    assert (error.line, error.field) == (11, "from_month")
    assert "overlaps another change of workforce.posts (line 3), from 2016-01" in str(error)
    inherits = (
        HEAD
        + 'based_on = ["national_growth"]\n'
        + CHANGE.replace("workforce.posts", "starts.child_protection_plan")
        + "to = {early_help = 0.178, child_in_need_plan = 0.005, closed = 0.817}\n"
    )
    error = refused(write(tmp_path, inherits.replace('"2016-01"', "1")))
    assert (error.line, error.field) == (5, "parameter")
    assert "national_growth changes starts.child_protection_plan too" in str(error)
    sound = inherits.replace('"2016-01"', "1") + "replaces = true\n"
    assert len(read_scenario(write(tmp_path, sound)).combined) == 1
    both = HEAD + 'based_on = ["national_growth", "growth_2013_15"]\n'
    error = refused(write(tmp_path, both))
    assert (error.line, error.field) == (3, "based_on")


@pytest.mark.unit
def test_a_month_outside_the_horizon_is_named_with_its_line(tmp_path: Path):
    found = read_scenario(write(tmp_path, HEAD + CHANGE.replace("2016-01", "2061-01")))
    with pytest.raises(DataError) as error:
        found.levers("2015-11", 36)
    assert (error.value.file, error.value.line, error.value.field) == ("ours.toml", 5, "from_month")
    assert "2061-01 lies outside; the horizon is 2015-12 to 2018-11" in str(error.value)


@pytest.mark.unit
def test_files_can_be_based_on_files_beside_them(tmp_path: Path):
    write(tmp_path, HEAD.replace("ours", "mother") + CHANGE, "mother.toml")
    (tmp_path / "sub").mkdir()
    child = 'name = "child"\ndescription = "d"\nbased_on = ["../mother.toml", "recruitment_freeze"]'
    found = scenario(str(write(tmp_path / "sub", child, "child.toml")))
    assert [each.origin for each in found.combined] == ["mother", "recruitment_freeze"]
    # A mistake in a parent is named with the parent's file.
    write(tmp_path, HEAD + CHANGE.replace("90", "-90"), "mother.toml")
    error = refused(tmp_path / "sub" / "child.toml")
    assert (error.file, error.line, error.field) == ("mother.toml", 6, "value")


@pytest.mark.unit
def test_a_circle_is_shown(tmp_path: Path):
    text = 'name = "{}"\ndescription = "d"\nbased_on = ["{}.toml"]\n'
    for name, parent in (("a", "b"), ("b", "c"), ("c", "b"), ("self", "self")):
        write(tmp_path, text.format(name, parent), f"{name}.toml")
    error = refused(tmp_path / "a.toml")
    assert (error.file, error.line, error.field) == ("c.toml", 3, "based_on")
    assert str(error).endswith("in a circle: b.toml → c.toml → b.toml")
    assert "self.toml → self.toml" in str(refused(tmp_path / "self.toml"))


@pytest.mark.unit
def test_what_is_no_file_or_no_text_is_refused(tmp_path: Path):
    assert "absent.toml: cannot be read: No such file" in str(refused(tmp_path / "absent.toml"))
    place = tmp_path / "bytes.toml"
    place.write_bytes(b"name = '\xff'")
    assert str(refused(place)).startswith("bytes.toml: cannot be read")
    assert "nested" in str(refused(write(tmp_path, "a = " + "[" * 5000)))
    assert "no TOML" in str(refused(write(tmp_path, "a = " + "1" * 5000)))
    with pytest.raises(UnknownNameError, match="Did you mean 'recruitment_freeze'"):
        scenario("recruitment_frieze")


@pytest.mark.unit
def test_the_template_is_sound_at_once_and_its_examples_are_too(tmp_path: Path):
    text = scenario_template("ours", ["national_growth"], tmp_path)
    found = read_scenario(write(tmp_path, text))
    assert (found.name, found.parameters) == ("ours", ("starts.child_protection_plan",))
    plain = scenario_template("ours")
    assert parse_scenario(plain, "ours.toml").combined == ()
    # Each example, with its signs taken away, is a sound change.
    begin = plain.index("# [[change]]")
    examples = plain[begin : plain.index("# Children are never lost")]
    written = "\n".join(line.removeprefix("#").removeprefix(" ") for line in examples.split("\n"))
    uncommented = parse_scenario(plain[:begin] + written, "ours.toml")
    assert len(uncommented.changes) == 3
    for name, based_on, message in (
        ("Our own", [], "is no name"),
        ("plateau", [], "the library has"),
        ("ours", ["platau"], "Did you mean 'plateau'"),
        ("ours", ["national_growth", "plateau"], "both change starts"),
        ("ours", ["absent.toml"], "no file beside"),
        ("ours", ["ours.toml"], "in a circle"),
    ):
        with pytest.raises(DataError, match=message):
            scenario_template(name, based_on, tmp_path)


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    at=st.integers(0, len(HEAD + CHANGE)),
    cut=st.integers(0, 12),
    put=st.text(st.sampled_from("\n=\"[]{}#.\\'tru0-9eE+_ \u2028\x00é"), max_size=6),
)
def test_a_garbled_file_is_read_or_refused_and_nothing_else(at: int, cut: int, put: str):
    text = HEAD + CHANGE
    garbled = text[:at] + put + text[at + cut :]
    refusal = None
    try:
        parse_scenario(garbled, "ours.toml").levers("2015-11", 24)
    except DataError as error:
        refusal = error
    if refusal is not None:
        assert str(refusal).startswith("ours.toml")
        assert refusal.line is None or 1 <= refusal.line <= garbled.count("\n") + 1


VARIED = HEAD + "[variants]\nplateau = 0.6\nnational_growth = 0.3\nbaseline = 0.1\n"


@pytest.mark.unit
def test_variants_are_scenarios_with_weights(tmp_path: Path):
    found = read_scenario(write(tmp_path, VARIED))
    assert [(weight, each.name) for weight, each in found.variants] == [
        (0.6, "plateau"), (0.3, "national_growth"), (0.1, "baseline"),
    ]  # fmt: skip
    frame = found.to_frame()
    assert set(frame["weight"]) == {0.6, 0.3}
    assert found.parameters == tuple(frame["parameter"].unique())
    levers = found.levers("2015-09", 30).drawn(1, 500)
    months = [each.levers("2015-09", 30) for _, each in found.variants]
    name = "starts.child_protection_plan"
    ways = [tuple(np.round(each.apply(name, np.full(30, 50.0)), 9)) for each in months]
    drawn = [tuple(row) for row in np.round(levers.apply(name, np.full(30, 50.0)), 9)]
    assert set(drawn) == set(ways)
    assert drawn.count(ways[0]) / 500 == pytest.approx(0.6, abs=0.07)
    assert "plateau 60%, national_growth 30%, baseline 10%" in "\n".join(found.remarks())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (VARIED.replace("0.6", "0.5"), 3, "the weights must add up to 1; they add up to 0.9"),
        (VARIED.replace("0.6", "-0.6"), 4, "a weight lies above 0 and below 1; found -0.6"),
        (VARIED.replace("0.6", '"much"'), 4, "a weight: a number above 0 and below 1"),
        (VARIED.replace("plateau", "platea"), 3, "Did you mean 'plateau'"),
        (HEAD + "[variants]\nplateau = 1.0\n", 3, "are two or more"),
        (HEAD + "variants = [0.5, 0.5]\n", 3, "must be"),
        (VARIED.replace("HEAD", "") + CHANGE.replace("workforce.posts", "workforce.vacancy_rate")
         .replace("90", "0.2"), 0, ""),
        (HEAD + 'based_on = ["national_growth"]\n[variants]\nplateau = 0.5\nbaseline = 0.5\n', 5,
         "changes starts.child_protection_plan, which this scenario changes too"),
    ],
)  # fmt: skip
def test_variants_that_cannot_be_are_refused_with_their_line(tmp_path: Path, text, line, message):
    place = write(tmp_path, text)
    if not line:
        # Changes of the scenario's own hold beside whichever variant does.
        assert "workforce.vacancy_rate" in read_scenario(place).parameters
        return
    error = refused(place)
    assert message in str(error)
    assert error.line == line
