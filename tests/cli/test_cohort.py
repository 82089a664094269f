"""``riskmodel cohort``: made, checked and described; refused whole when something is wrong."""

from __future__ import annotations

import csv
import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskmodel.published import factor_counts

N = 1300
FORMS = ("cohort.csv", "cohort.parquet", "cohort.xml", "cohort")
NARROW = ("cohort.csv", "cohort.parquet", "cohort")


def generate(call: Any, out: Path, *words: object, assessments: int = N) -> Any:
    return call("cohort", "generate", "--assessments", assessments, "--out", out, *words)


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def printed_rows(answer: Any) -> dict[str, tuple[int, int]]:
    """Plans and assessments of the ten printed factors, as `factors` gives them."""
    names = factor_counts().factors
    rows = csv.DictReader(answer.out.splitlines())
    return {
        row["factor"]: (int(row["plans"]), int(row["assessments"]))
        for row in rows
        if row["factor"] in names
    }


def published_rows() -> dict[str, tuple[int, int]]:
    counts = factor_counts()
    pairs = zip(counts.plans.tolist(), counts.assessments.tolist(), strict=True)
    return dict(zip(counts.factors, pairs, strict=True))


# ------------------------------------------------------------------ made


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_back_the_published_table(call, tmp_path: Path, name: str):
    path = tmp_path / name
    made = generate(call, path)
    assert (made.code, made.err) == (0, "")
    assert f"{N:,} assessments" in made.out
    assert path.is_dir() == (not path.suffix)
    found = call("factors", path, "--format", "csv")
    said = f"riskmodel: {N:,} of {N:,} assessments counted. 630 of 630 plans follow an assessment."
    assert (found.code, found.err.strip()) == (0, said)
    assert printed_rows(found) == published_rows()
    assert call("cohort", "check", path).code == 0


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", NARROW)
def test_factors_alone_give_back_the_published_table(call, tmp_path: Path, name: str):
    path = tmp_path / name
    assert generate(call, path, "--columns", "factors").code == 0
    assert printed_rows(call("factors", path, "--format", "csv")) == published_rows()
    checked = call("cohort", "check", path, "--format", "json")
    assert checked.code == 0
    assert "birth_date" in checked.json["not_checked"]


@pytest.mark.end_to_end
def test_the_same_words_give_the_same_bytes_and_another_seed_others(call, tmp_path: Path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        for ending in ("csv", "parquet", "xml"):
            out = tmp_path / name / f"cohort.{ending}"
            assert generate(call, out, "--seed", seed).code == 0
    assert sums(tmp_path / "a") == sums(tmp_path / "b")
    assert not set(sums(tmp_path / "a").items()) & {
        item for item in sums(tmp_path / "c").items() if "dictionary" not in item[0]
    }


@pytest.mark.end_to_end
def test_one_worker_and_two_write_the_same_bytes(call, tmp_path: Path):
    words = ("--columns", "factors", "--years", 2, "--authorities", 2)
    for jobs in (1, 2):
        assert generate(call, tmp_path / f"{jobs}" / "c", *words, "--jobs", jobs).code == 0
    one, two = sums(tmp_path / "1"), sums(tmp_path / "2")
    assert len(one) == 4
    assert one == two


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", ["many.csv", "many"])
def test_several_authorities_and_years_keep_their_proportions(call, tmp_path: Path, name: str):
    path = tmp_path / name
    assert generate(call, path, "--years", 2, "--authorities", 2).code == 0
    checked = call("cohort", "check", path, "--format", "json")
    assert checked.code == 0
    assert checked.json["rows"] == 4 * N
    assert len(checked.json["checks"]) == 4
    by_unit = call("factors", path, "--by", "authority,year", "--format", "csv").out
    units = {(row["authority"], row["year"]) for row in csv.DictReader(by_unit.splitlines())}
    assert units == {(a, y) for a in ("001", "002") for y in ("2014", "2015")}
    assert {row["basis"] for row in csv.DictReader(by_unit.splitlines())} == {"assumed"}


@pytest.mark.end_to_end
def test_overlap_moves_what_occurs_together_and_no_count(call, tmp_path: Path):
    lifts = []
    for overlap in (0, 0.6):
        path = tmp_path / f"{overlap}.parquet"
        words = ("--overlap", overlap, "--columns", "factors")
        assert generate(call, path, *words, assessments=2250).code == 0
        assert printed_rows(call("factors", path, "--format", "csv")) == published_rows()
        pairs = call("cohort", "check", path, "--format", "json").json["pairs"]
        lifts.append({row["factors"]: row["lift"] for row in pairs})
    pair = "parent_domestic_violence + parent_mental_health"
    assert lifts[0][pair] < 1.2
    assert lifts[1][pair] > 1.5


@pytest.mark.integration
def test_an_empty_folder_and_the_present_one_are_used(call, tmp_path: Path, monkeypatch):
    (tmp_path / "empty").mkdir()
    assert generate(call, tmp_path / "empty", "--columns", "factors").code == 0
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert generate(call, Path(), "--columns", "factors").code == 0
    assert sums(tmp_path / "here") == sums(tmp_path / "empty")


# ------------------------------------------------------------------ refused


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--assessments 1068", "at least 1069"),
        ("--assessments 0", "at least 1 assessment"),
        ("--assessments many", "--assessments"),
        ("--assessments 2000 --overlap 1.5", "between 0"),
        ("--assessments 2000 --overlap nan", "between 0"),
        ("--assessments 2000 --parental-overlap -0.1", "between 0"),
        ("--assessments 2000 --years 0", "--years must lie between 1 and 100"),
        ("--assessments 2000 --authorities 0", "--authorities must lie between 1 and 999"),
        ("--assessments 2000 --jobs 0", "workers must be at least 1"),
        ("--assessments 2000 --seed -1", "seed must be 0 or more"),
        ("--assessments 2000 --columns factor", "Did you mean 'factors'?"),
        ("--assessments 2000 --overlp 0.2", "--overlap"),
        ("--assessments 2000000000", "at most 999,999,999"),
        ("--assessments 2000000 --columns all", "details are made for at most"),
        ("", "--assessments"),
    ],
)
def test_an_impossible_cohort_is_one_clear_message(call, tmp_path, words: str, expected: str):
    out = tmp_path / "cohort.parquet"
    assert expected in call("cohort", "generate", *words.split(), "--out", out).message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("cohort.xlsx", "", "allowed: .csv, .parquet, .xml, or a folder"),
        ("cohort.xml", "--years 2", "one authority and year"),
        ("cohort.xml", "--columns factors", "all columns"),
        ("cohort.csv", "--authorities 999 --years 100", "too many for CSV"),
    ],
)
def test_a_form_that_cannot_hold_the_cohort_is_refused(call, tmp_path, name, words, expected):
    assert expected in generate(call, tmp_path / name, *words.split()).message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", FORMS)
def test_what_is_there_already_is_kept(call, tmp_path: Path, monkeypatch, name: str):
    def must_not_begin(*_: object, **__: object) -> None:
        raise AssertionError("the work began")

    for module in ("generate_cohort", "generate_blocks"):
        monkeypatch.setattr(f"riskmodel.cohort.writing.{module}", must_not_begin)
    path = tmp_path / name
    kept = path if path.suffix else path / "notes.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine", encoding="utf-8")
    for words in ((), ("--columns", "factors")):
        if not (path.suffix == ".xml" and words):
            message = generate(call, path, *words).message
            assert f"{name} is there already" in message
    assert kept.read_text(encoding="utf-8") == "mine"
    assert len(sums(tmp_path)) == 1


@pytest.mark.end_to_end
def test_a_dictionary_in_the_way_is_kept_and_nothing_else_left(call, tmp_path: Path):
    kept = tmp_path / "cohort.dictionary.csv"
    kept.write_text("mine", encoding="utf-8")
    assert (
        "cohort.dictionary.csv is there already" in generate(call, tmp_path / "cohort.csv").message
    )
    assert kept.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", ["cohort.parquet", "cohort"])
def test_a_run_interrupted_midway_leaves_nothing(call, tmp_path: Path, monkeypatch, name: str):
    import riskmodel.cohort.writing as workflow

    whole = workflow.generate_blocks

    def two_blocks(*words: Any, **options: Any) -> Iterator[Any]:
        for number, block in enumerate(whole(*words, **options)):
            if number == 2:
                raise KeyboardInterrupt
            yield block

    monkeypatch.setattr(workflow, "generate_blocks", two_blocks)
    words = ("--columns", "factors", "--authorities", 4)
    answer = generate(call, tmp_path / name, *words)
    assert (answer.code, answer.out) == (130, "")
    assert "interrupted" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.end_to_end
@pytest.mark.parametrize("problem", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
@pytest.mark.parametrize("name", FORMS)
def test_a_write_that_fails_midway_leaves_nothing(call, tmp_path, monkeypatch, name, problem):
    written = []

    def half(*words: Any, **_: Any) -> None:
        written.append(True)
        raise problem

    def half_open(path: Path, *words: Any, **options: Any) -> Any:
        stream = opened(path, *words, **options)
        if path.name.endswith(".partial"):
            stream.write("<Message>")
            written.append(True)
            stream.close()
            raise problem
        return stream

    opened = Path.open
    monkeypatch.setattr(Path, "open", half_open)
    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", half)
    answer = generate(call, tmp_path / name)
    monkeypatch.undo()
    assert written
    assert answer.out == ""
    assert "Traceback" not in answer.err
    if isinstance(problem, OSError):
        assert answer.code == 2
        assert "cannot be written: full" in answer.err
    else:
        assert answer.code == 130
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ checked and described


@pytest.mark.end_to_end
def test_an_edited_copy_is_found(call, synthetic: Path, tmp_path: Path):
    path = synthetic / "cohort.csv"
    assert call("cohort", "check", path).code == 0
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    position = head.index("parent_domestic_violence")
    rows[0][position] = "false" if rows[0][position] == "true" else "true"
    copy = tmp_path / "cohort.csv"
    with copy.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])
    # Without its dictionary the copy would count as an authority's own records.
    dictionary = (synthetic / "cohort.dictionary.csv").read_bytes()
    (tmp_path / "cohort.dictionary.csv").write_bytes(dictionary)
    answer = call("cohort", "check", copy, "--format", "json")
    assert answer.code == 1
    assert "2,250 of 2,250 assessments counted" in answer.err
    assert answer.json["exact"] is False
    missed = [check["target"] for check in answer.json["checks"] if not check["holds"]]
    assert "parent_domestic_violence: assessments" in missed
    text = call("cohort", "check", copy)
    assert text.code == 1
    assert "MISSED" in text.out
    rows = list(csv.DictReader(call("cohort", "check", copy, "--format", "csv").out.splitlines()))
    assert [row["target"] for row in rows if row["holds"] == "False"] == missed


@pytest.mark.integration
def test_a_check_says_what_it_could_not_check(call, synthetic: Path):
    answer = call("cohort", "check", synthetic / "cohort.xml")
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert "Not checked: child_in_need_plan_before" in said
    assert "school_rating." in said


@pytest.mark.integration
def test_a_narrow_terminal_breaks_no_count(call, synthetic: Path):
    path = synthetic / "cohort.csv"
    checks = call("cohort", "check", path, "--format", "json").json["checks"]
    shown = call("cohort", "check", path, columns=60).out.split()
    for check in checks:
        if check["place"] == "para 16" and check["found"].isdigit():
            assert check["found"] in shown
    described = call("cohort", "describe", path, columns=60).out
    assert "2,250" in described
    assert "1,620" in described


@pytest.mark.integration
@pytest.mark.parametrize("name", ["cohort.csv", "cohort.xml"])
def test_a_description_adds_up(call, synthetic: Path, name: str):
    found = call("cohort", "describe", synthetic / name, "--format", "json").json
    assert (found["assessments"], found["plans"]) == (2250, 630)
    assert sum(row["assessments"] for row in found["factors_an_assessment"]) == 2250
    assert sum(row["plans"] for row in found["factors_an_assessment"]) == 630
    assert all(row["basis"] in ("published", "assumed") for row in found["columns"])
    in_csv = call("cohort", "describe", synthetic / name, "--format", "csv").out
    rows = list(csv.DictReader(in_csv.splitlines()))
    assert [row["column"] for row in rows] == [row["column"] for row in found["columns"]]


@pytest.mark.end_to_end
@pytest.mark.parametrize("command", ["check", "describe"])
def test_what_is_no_cohort_is_one_clear_message(call, tmp_path: Path, command: str):
    assert "no such file" in call("cohort", command, tmp_path / "none.csv").message
    (tmp_path / "a.txt").write_text("plan\n", encoding="utf-8")
    assert "allowed" in call("cohort", command, tmp_path / "a.txt").message
    (tmp_path / "empty").mkdir()
    assert "empty" in call("cohort", command, tmp_path / "empty").message
    (tmp_path / "a.csv").write_text("plan,height\ntrue,1\n", encoding="utf-8")
    assert "no column is a factor" in call("cohort", command, tmp_path / "a.csv").message
    (tmp_path / "a.xml").write_text("<Message><Head", encoding="utf-8")
    assert "a.xml" in call("cohort", command, tmp_path / "a.xml").message


@pytest.mark.end_to_end
def test_a_table_without_printed_factors_cannot_be_checked(call, tmp_path: Path):
    path = tmp_path / "other.csv"
    path.write_text("plan,factor_debt\ntrue,true\nfalse,false\n", encoding="utf-8")
    assert "none of the printed factors" in call("cohort", "check", path).message
    assert call("cohort", "describe", path).code == 0
