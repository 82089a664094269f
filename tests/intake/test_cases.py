"""Files on which a wrong answer came out, or none: each now gives the right one, or an issue."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from riskmodel.cli.app import app
from riskmodel.disclosure import Policy
from riskmodel.disclosure.account_text import released_account, released_finding
from riskmodel.errors import DataError
from riskmodel.intake import Account, Tally, read_assessments, read_counts
from riskmodel.intake.table_file import TableFile

FOLDER = Path(__file__).with_name("cases")
EDGES = Path(__file__).with_name("edge_cases")
VIOLENCE = "parent_domestic_violence"
WAIVER = ("--no-suppression", "made-up input of a regression test")

RIGHT = {
    "child_record_twice.xml": ({VIOLENCE: (6, 6)}, {"child_repeated": 6, "repeated": 6}),
    "element_in_other_case.xml": ({VIOLENCE: (6, 6)}, {"element_case": 6}),
    "factors_without_their_group.xml": ({VIOLENCE: (6, 6)}, {"factors_without_group": 6}),
    "header_year_against_reference_date.xml": ({VIOLENCE: (6, 6)}, {"header_contradiction": 1}),
    "modules_one_code_a_row": (
        {VIOLENCE: (20, 6), "parent_drugs_misuse": (6, 6), "child_neglect": (6, 6)},
        {"joined_rows": 12},
    ),
    "modules_ids_as_decimals": ({VIOLENCE: (20, 6)}, {"keys_joined": 6}),
    "modules_two_forms_of_referral_date": ({VIOLENCE: (20, 6)}, {}),
    "one_row_a_factor.csv": (
        {VIOLENCE: (20, 6), "parent_drugs_misuse": (6, 6), "child_neglect": (6, 6)},
        {"joined_rows": 12},
    ),
    "rows_twice.csv": ({VIOLENCE: (20, 6)}, {"repeated": 6}),
    "factor_headings_with_words.csv": (
        dict.fromkeys(
            (VIOLENCE, "parent_drugs_misuse", "child_neglect", "parent_mental_health"), (20, 6)
        ),
        {},
    ),
    "unborn_with_expected_date.xml": ({VIOLENCE: (6, 6)}, {}),
}
"""Assessments and plans of factors among 20 assessments and 6 plans, and issues by rule."""


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.regression
@pytest.mark.parametrize("name", sorted(RIGHT))
def test_a_case_gives_the_right_counts(name: str) -> None:
    factors, rules = RIGHT[name]
    found = read_assessments(FOLDER / name)
    counts = found.assessments.counts()
    assert (counts.total_assessments, counts.total_plans) == (20, 6)
    told = zip(counts.factors, counts.assessments.tolist(), counts.plans.tolist(), strict=True)
    by_name = {factor: (n, k) for factor, n, k in told}
    assert {factor: by_name[factor] for factor in factors} == factors
    assert found.by_rule() == rules


@pytest.mark.regression
@pytest.mark.parametrize("name", ["x_far.xml", "plan_years_after_assessment.csv"])
@pytest.mark.parametrize("command", ["check", "factors"])
def test_a_return_of_which_no_plan_counts_exits_with_1_and_says_so(name: str, command: str) -> None:
    words = ("intake", "check") if command == "check" else ("factors", *WAIVER)
    code, out, err = run(*words, FOLDER / name)
    assert code == 1
    assert "No plan follows an assessment: the file holds" in out
    if command == "factors":
        assert out.index("No plan follows") < out.index("Parent Domestic Violence")
        assert "There are no quadrants" in out
        assert "plans follow an assessment" in err.splitlines()[-1]


@pytest.mark.regression
def test_a_return_without_one_assessment_never_exits_with_0() -> None:
    code, out, _ = run("intake", "check", EDGES / "children_missing.xml")
    assert code == 1
    assert "No assessment can be counted" in out
    with pytest.raises(DataError, match=r"another_collection.xml.*'CSWW'; allowed: CIN"):
        run("intake", "check", FOLDER / "another_collection.xml")


@pytest.mark.regression
def test_unborn_children_are_known_by_their_expected_date() -> None:
    groups = read_counts(FOLDER / "unborn_with_expected_date.xml", by=("age_band",))
    unborn = groups[("unborn",)]
    assert (unborn.total_assessments, unborn.total_plans) == (6, 6)
    assert ("not known",) not in groups


@pytest.mark.regression
def test_assessments_outside_the_year_are_an_issue_each_and_later_ones_are_no_date() -> None:
    found = read_assessments(FOLDER / "assessments_outside_the_census_year.xml")
    assert (found.by_rule()["outside_year"], found.by_rule()["bad_date"]) == (3, 3)
    assert dict(found.account.assessments.left_out) == {"bad_date": 3}
    assert not found.is_sound


@pytest.mark.regression
def test_codes_with_a_stroke_are_read_alike_in_a_return_and_a_table(tmp_path: Path) -> None:
    content = (EDGES / "sound.xml").read_text(encoding="utf-8")
    (tmp_path / "return.xml").write_text(content.replace(">3B<", ">4B/2B<"), encoding="utf-8")
    (tmp_path / "t.csv").write_text('plan,factors\n1,"4B/2B,16A"\n', encoding="utf-8")
    tables = [read_assessments(tmp_path / name).assessments for name in ("return.xml", "t.csv")]
    found = [[name for name in table.factors if table.frame[name][0]] for table in tables]
    assert found[0] == found[1] == ["parent_drugs_misuse", "parent_mental_health", "child_neglect"]


@pytest.mark.unit
def test_an_element_at_another_place_or_nearly_ours_is_reported(tmp_path: Path) -> None:
    content = (EDGES / "sound.xml").read_text(encoding="utf-8")
    place = tmp_path / "return.xml"
    for old, new, rule in (
        ("CINdetails>", "CINdetail>", "misspelt_element"),
        ("</CINdetails>", "<PersonBirthDate>2010-01-02</PersonBirthDate></CINdetails>",
         "misplaced_element"),
        ("</CINdetails>", "<PreProceedings>1</PreProceedings></CINdetails>", "unknown_element"),
        ("Child>", "CHILD>", "element_case"),
    ):  # fmt: skip
        place.write_text(content.replace(old, new), encoding="utf-8")
        assert rule in read_assessments(place).by_rule()


@pytest.mark.unit
def test_what_looks_like_a_factor_and_is_not_read_is_named(tmp_path: Path) -> None:
    place = tmp_path / "t.csv"
    place.write_text("plan,3B,1A visits,Team\n1,1,2,North\n", encoding="utf-8")
    issues = read_assessments(place).issues
    assert [(issue.rule, issue.field) for issue in issues] == [("heading_not_read", "1A visits")]


FORMS = ("csv", "xlsx", "parquet", "parquet in row groups")
ROWS = (
    ("assessment_id", "child_id", "assessment_date", "plan", "3B", "2B"),
    ("1", "7", "2014-06-10", "1", "1", "0"),
    ("2", "8", "2014-06-11", "0", "0", "1"),
    ("1", "7", "2014-06-10", "1", "1", "0"),
    ("3", "9", "2014-06-12", "0", "1", "0"),
    ("2", "8", "2014-06-11", "1", "1", "0"),
)
"""Five rows of three assessments: the first comes again, and the second with other values."""


def table_of(folder: Path, form: str, rows: tuple[tuple[str, ...], ...] = ROWS) -> Path:
    """The rows as a table of that form."""
    head, *body = rows
    place = folder / f"t.{form[:7].strip()}"
    if form == "csv":
        with place.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    elif form == "xlsx":
        with xlsxwriter.Workbook(place) as book:
            sheet = book.add_worksheet()
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    else:
        columns = dict(zip(head, zip(*body, strict=True), strict=True))
        flags = {name: [cell == "1" for cell in cells] for name, cells in columns.items()}
        typed = {
            name: flags[name] if name in ("plan", "3B", "2B") else list(cells)
            for name, cells in columns.items()
        }
        for name in ("assessment_id", "child_id"):
            if name in typed:
                typed[name] = [int(cell) for cell in typed[name]]
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(typed), place, row_group_size=2)
    return place


@pytest.mark.integration
@pytest.mark.parametrize("form", FORMS)
def test_an_assessment_counts_once_in_tables_of_every_form(tmp_path: Path, form: str) -> None:
    counted = TableFile(table_of(tmp_path, form)).counts()
    counts = counted.groups[()]
    assert (counts.total_assessments, counts.total_plans) == (3, 2)
    assert counts.assessments.tolist() == [3, 1]
    assert counted.issues == 2
    assert dict(counted.account.assessments.left_out) == {"repeated": 2}
    if form != "parquet in row groups":
        found = read_assessments(table_of(tmp_path, form))
        assert found.by_rule() == {"repeated": 1, "repeat_differs": 1}
        with pytest.raises(DataError, match="each assessment once"):
            read_assessments(table_of(tmp_path, form), strict=True)


@pytest.mark.integration
def test_rows_without_identifiers_and_identifiers_of_several_children_count_as_they_are(
    tmp_path: Path,
) -> None:
    bare = tuple(row[3:] for row in ROWS)
    assert len(read_assessments(table_of(tmp_path, "csv", bare)).assessments) == 5
    shared = (ROWS[0], *((("1", str(child), *ROWS[1][2:])) for child in (7, 8, 9)))
    found = read_assessments(table_of(tmp_path, "csv", shared))
    assert len(found.assessments) == 3
    assert found.by_rule() == {"identifier_shared": 2}
    years = (("year", *ROWS[0]), *((year, *ROWS[1]) for year in ("2014", "2015")))
    assert len(read_assessments(table_of(tmp_path, "csv", years)).assessments) == 2


@pytest.mark.parquet
@pytest.mark.integration
@pytest.mark.parametrize("at_once", [300, 1 << 24])
def test_repeats_across_files_and_row_groups_are_found_and_counted_in_their_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.setattr("riskmodel.intake.tables.piece_repeats._AT_ONCE", at_once)
    draw = np.random.default_rng(5)
    rows = pd.DataFrame(
        {
            "assessment_id": draw.integers(0, 400, 1000),
            "authority": "931",
            "area": draw.choice(["north", "south"], 1000),
        }
    )
    rows["child_id"] = rows["assessment_id"] // 2
    rows["plan"] = rows["assessment_id"] % 3 == 0
    rows["3B"] = draw.random(1000) < 0.5
    folder = tmp_path / "table"
    folder.mkdir()
    for number in range(5):
        part = rows.iloc[200 * number : 200 * (number + 1)]
        pq.write_table(pa.Table.from_pandas(part), folder / f"{number}.parquet", row_group_size=64)
    whole = read_assessments(folder).assessments
    assert len(whole) == rows["assessment_id"].nunique()
    for by in ((), ("area",)):
        in_pieces = read_counts(folder, by=by)
        expected = dict(whole.counts_by(by)) if by else {(): whole.counts()}
        assert in_pieces == expected
    assert at_once > 300 or read_counts(folder, by=("area",), workers=2) == expected


@pytest.mark.parquet
@pytest.mark.integration
def test_the_rule_of_183_days_holds_in_row_groups_too(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pd.read_csv(FOLDER / "plan_years_after_assessment.csv")
    table["plan"] = table["plan_start_date"].notna()
    table["3B"] = table["3B"] == 1
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "t.parquet", row_group_size=7)
    counted = TableFile(tmp_path / "t.parquet").counts()
    assert (counted.groups[()].total_assessments, counted.groups[()].total_plans) == (20, 0)
    assert counted.account.rule == "no_plan"
    assert dict(counted.account.plans.left_out) == {"not_linked": 6}


def modules(folder: Path, **tables: str) -> Path:
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text.replace(" ", "\n"), encoding="utf-8")
    return folder


HEAD = "LAchildID,AssessmentAuthorisationDate,AssessmentFactors"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("children", "in_plans", "linked", "rule"),
    [
        (("1", "2"), "000001", True, "keys_joined"),
        (("c1", "c2"), "C1", True, "keys_joined"),
        (("000001", "1"), "01", False, "keys_apart"),
        (("c1", "C1"), "C01", False, "keys_apart"),
    ],
    ids=["zeros", "capitals", "two_children_by_zeros", "two_children_by_capitals"],
)
def test_references_join_only_where_no_two_children_would_be_one(
    tmp_path: Path, children: tuple[str, str], in_plans: str, linked: bool, rule: str
) -> None:
    rows = " ".join(f"{child},2014-06-10,3B" for child in children)
    place = modules(
        tmp_path / "m",
        assessments=f"{HEAD} {rows}",
        plans=f"LAchildID,CPPstartDate {in_plans},2014-07-01",
    )
    found = read_assessments(place)
    assert len(found.assessments) == 2
    assert found.assessments.frame["child_id"].astype(str).nunique() == 2
    assert int(found.assessments.frame["plan"].sum()) == linked
    assert rule in found.by_rule()


@pytest.mark.unit
def test_repeats_in_module_tables_are_reported(tmp_path: Path) -> None:
    place = modules(
        tmp_path / "m",
        assessments=f"{HEAD} A,2014-06-10,3B A,10/06/2014,3B B,2014-06-10,3B;2B B,2014-06-10,16A",
        children="LAchildID,PersonBirthDate A,2010-01-01 A,2011-01-01 B,2010-01-01 B,2010-01-01",
        plans="LAchildID,CPPstartDate A,2014-07-01",
    )
    found = read_assessments(place)
    assert len(found.assessments) == 2
    assert found.by_rule() == {
        "child_differs": 1, "child_repeated": 1, "repeated": 1, "repeat_differs": 1,
    }  # fmt: skip
    assert found.account.children == Tally(4, 2, {"repeated": 2})
    assert found.account.assessments == Tally(4, 2, {"repeated": 2})


@pytest.mark.unit
def test_two_children_under_one_reference_are_not_joined(tmp_path: Path) -> None:
    content = (EDGES / "sound.xml").read_text(encoding="utf-8")
    start, end = content.index("<Child>"), content.index("</Child>") + len("</Child>")
    child = content[start:end]
    place = tmp_path / "return.xml"
    again = child.replace("2010-01-02", "2011-01-02")
    place.write_text(content.replace(child, child + again), encoding="utf-8")
    found = read_assessments(place)
    assert len(found.assessments) == 2
    assert found.by_rule() == {"child_differs": 1}


@pytest.mark.unit
def test_an_account_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(DataError, match="9 read, 7 used, 1 left out"):
        Tally(9, 7, {"open": 1})
    with pytest.raises(DataError, match="no reason"):
        Tally(9, 8, {"lost": 1})
    both = Account(Tally(3, 2, {"open": 1}), Tally(1, 1)) + Account(Tally(1, 1), Tally(0, 0))
    assert str(both) == (
        "3 of 4 assessments counted; left out: 1 open. 1 of 1 plans follow an assessment."
    )


@pytest.mark.unit
def test_a_small_number_left_out_is_not_told_of_observed_records() -> None:
    policy = Policy(threshold=5)
    few = Account(Tally(103, 100, {"open": 3}), Tally(30, 27, {"not_linked": 3}))
    for words in (
        released_account(few, policy, 100, 27),
        released_account(few, policy, 100, "[c]"),
    ):
        assert "3" not in words
        assert "30" not in words
        assert "[c]" in words
    many = Account(Tally(120, 100, {"open": 18, "repeated": 2}), Tally(40, 30, {"not_linked": 10}))
    words = released_account(many, policy, 100, 30)
    assert "100 of 120 assessments counted; left out: open, repeated." in words
    assert "30 of 40 plans follow an assessment; left out: 10 after no assessment." in words
    none = Account(Tally(20, 20), Tally(4, 0, {"not_linked": 4}))
    assert released_finding(none, policy) == "No plan follows an assessment."


@pytest.mark.end_to_end
def test_the_account_is_the_last_line_and_leaves_tidy_data_alone() -> None:
    place = FOLDER / "rows_twice.csv"
    account = (
        "20 of 26 assessments counted; left out: 6 repeated. 6 of 6 plans follow an assessment."
    )
    code, out, err = run("intake", "check", place)
    assert code == 1
    assert account in " ".join(out.split())
    code, out, err = run("intake", "check", place, "--format", "csv")
    assert "assessments counted" not in out
    assert err.splitlines()[-1] == f"riskmodel: {account}"
    found = json.loads(run("intake", "check", place, "--format", "json")[1])["account"]
    assert found["assessments"] == {"read": 26, "used": 20, "left_out": {"repeated": 6}}
    for form in ("text", "csv", "json"):
        code, out, err = run("factors", place, *WAIVER, "--format", form)
        assert code == 0
        assert err.splitlines()[-1] == f"riskmodel: {account}"
        if form == "text":
            assert out.startswith("6 of 6 plans follow an assessment.\n")
        elif form == "json":
            assert json.loads(out)["account"] == account


TABLES = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["", "7", "8"]),
        st.sampled_from(["", "2014-06-10", "10/06/2014", "soon"]),
        st.sampled_from(["1", "0", "perhaps"]),
        st.sampled_from(["1", "0", "", "yes"]),
        st.sampled_from(["", "2014-07-01", "2019-01-01", "2013-01-01"]),
    ),
    max_size=12,
)
HEADS = (
    "assessment_id,child_id,assessment_date,plan,3B,plan_start_date",
    "number,child_id,assessment_date,plan,3B,plan_start_date",
    "assessment_id,child_id,assessment_date,plan,factors,plan_start_date",
)


@pytest.mark.property
@given(rows=TABLES, heading=st.sampled_from(HEADS), ragged=st.integers(0, 2))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
def test_every_row_of_a_table_is_used_or_left_out_for_a_reason(
    rows: list[tuple[object, ...]],
    heading: str,
    ragged: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("account") / "t.csv"
    lines = [heading, *(",".join(map(str, row)) for row in rows), *["1,2"] * ragged]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = read_assessments(place)
    account, joined = found.account, found.by_rule().get("joined_rows", 0)
    assert account.assessments.read == len(rows) + ragged - joined
    assert account.assessments.used == len(found.assessments)
    assert account.plans.used == int(found.assessments.frame["plan"].sum())
    if found.by_rule().get("bad_factors", 0) + joined == 0:
        assert account.plans.read == sum(row[3] == "1" for row in rows)


def _swapped(content: str, draw: Callable[[st.SearchStrategy[int]], int]) -> str:
    """A return with a few of its texts and elements changed, repeated or taken out."""
    lines = content.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(7, len(lines) - 3))
        what = draw(st.integers(0, 2))
        lines[at : at + 1] = [lines[at]] * what
    return "".join(lines)


@pytest.mark.property
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
def test_every_record_of_a_mutated_return_is_used_or_left_out_for_a_reason(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = data.draw(st.sampled_from(["sound.xml", "two_plans_one_assessment.xml",
                                      "assessment_not_authorised.xml", "plan_184_days_after.xml",
                                      "empty_groups.xml", "impossible_date.xml"]))  # fmt: skip
    content = _swapped((EDGES / name).read_text(encoding="utf-8"), data.draw)
    place = tmp_path_factory.mktemp("account") / "return.xml"
    place.write_text(content, encoding="utf-8")
    try:
        found = read_assessments(place)
    except DataError as error:
        # No well-formed return any more; an account that does not add up is no such message.
        if "add up" in str(error):
            raise
        return
    account = found.account
    for kind, module in (("assessments", "Assessments"), ("plans", "ChildProtectionPlans")):
        assert getattr(account, kind).read == found.modules[module]
    assert account.children is not None
    assert account.children.read == found.modules["Child"]
    assert account.assessments.used == len(found.assessments)
