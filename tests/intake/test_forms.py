"""The same assessments in every form that is read: XML, tables, lists, modules, Excel, mapped."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from riskmodel.assessments import Assessments
from riskmodel.census import factor_code
from riskmodel.cohort import CohortDesign, generate_cohort
from riskmodel.cohort.export import write_csv
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import read_assessments, read_counts, read_mapping
from riskmodel.published import factor_counts

SYNTHETIC = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.xml"
YEAR = 2015


@pytest.fixture(scope="module")
def cohort() -> Assessments:
    """The reference cohort as its census return gives it, local factors left aside."""
    return read_assessments(SYNTHETIC).assessments


def codes_of(table: Assessments) -> list[list[str]]:
    """The factor codes of each row."""
    coded = {name: factor_code(name, YEAR) for name in table.factors}
    flags = table.frame[[name for name, code in coded.items() if code]].to_numpy()
    codes = [code for code in coded.values() if code]
    return [[code for code, flag in zip(codes, row, strict=True) if flag] for row in flags]


def texts(table: Assessments, name: str) -> list[str]:
    missing = table.frame[name].isna()
    return [
        "" if gap else str(value)[:10]
        for value, gap in zip(table.frame[name], missing, strict=True)
    ]


def write_rows(place: Path, columns: dict[str, list[Any]]) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return place


def as_array(codes: list[str]) -> str:
    return json.dumps(codes or ["21"])


def as_object(codes: list[str]) -> str:
    return json.dumps({code: "Yes" if code in codes else "No" for code in [*codes, "1A", "21"]})


def as_text(codes: list[str]) -> str:
    return "; ".join(codes or ["21"])


def listed(table: Assessments, folder: Path, form: Callable[[list[str]], str]) -> Path:
    columns: dict[str, list[Any]] = {
        "child_id": texts(table, "child_id"),
        "plan": table.frame["plan"].tolist(),
        "AssessmentFactors": [form(codes) for codes in codes_of(table)],
    }
    return write_rows(folder / "listed.csv", columns)


def as_modules(table: Assessments, folder: Path) -> Path:
    """One table a module, by census names; the referral date names the episode."""
    children, referred = texts(table, "child_id"), texts(table, "referral_date")
    genders = {"male": "1", "female": "2"}
    assessed = texts(table, "assessment_date")
    head: dict[str, list[Any]] = {"Year": [YEAR], "LEA": ["800"]}
    write_rows(folder / "header.csv", head)
    # Some children are not born yet, and some have two assessments: one record of each child.
    gender = [genders.get(each, "0") for each in table.frame["gender"]]
    people = dict.fromkeys(zip(children, texts(table, "birth_date"), gender, strict=True))
    names = ("LAchildID", "PersonBirthDate", "GenderCurrent")
    write_rows(
        folder / "children.csv",
        {name: [row[place] for row in people] for place, name in enumerate(names)},
    )
    key = {"LAchildID": children, "CINreferralDate": referred}
    write_rows(folder / "assessments.csv", {**key, "AssessmentAuthorisationDate": assessed})
    long = [
        (child, day, code)
        for child, day, codes in zip(children, assessed, codes_of(table), strict=True)
        for code in codes or ["21"]
    ]
    names = ("LAchildID", "AssessmentAuthorisationDate", "AssessmentFactors")
    columns = {name: [row[place] for row in long] for place, name in enumerate(names)}
    write_rows(folder / "factors.csv", columns)
    held = texts(table, "conference_date")
    begun = texts(table, "section_47_date")
    enquiry = {**key, "S47ActualStartDate": begun, "DateOfInitialCPC": held}
    write_rows(folder / "section47.csv", _where(begun, enquiry))
    alone = [date if not start else "" for date, start in zip(held, begun, strict=True)]
    write_rows(folder / "conferences.csv", _where(alone, {**key, "DateOfInitialCPC": alone}))
    starts = texts(table, "plan_start_date")
    plans = {
        **key,
        "CPPstartDate": starts,
        "CPPendDate": texts(table, "plan_end_date"),
        "InitialCategoryOfAbuse": table.frame["category_of_abuse"].fillna("").tolist(),
        "NumberOfPreviousCPP": texts(table, "previous_plans"),
    }
    write_rows(folder / "plans.csv", _where(starts, plans))
    return folder


def _where(present: list[str], columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        name: [value for value, there in zip(values, present, strict=True) if there]
        for name, values in columns.items()
    }


def as_ssd(table: Assessments, folder: Path) -> Path:
    """Tables and columns of the Standard Safeguarding Dataset, episodes by number."""
    children = texts(table, "child_id")
    episodes = [f"E{number}" for number in range(len(children))]
    identities = [f"F{number}" for number in range(len(children))]
    write_rows(
        folder / "ssd_cin_episodes.csv",
        {
            "cine_referral_id": episodes,
            "cine_person_id": children,
            "cine_referral_date": texts(table, "referral_date"),
        },
    )
    write_rows(
        folder / "ssd_cin_assessments.csv",
        {
            "cina_assessment_id": identities,
            "cina_person_id": children,
            "cina_referral_id": episodes,
            "cina_assessment_auth_date": texts(table, "assessment_date"),
        },
    )
    write_rows(
        folder / "ssd_assessment_factors.csv",
        {
            "cinf_table_id": identities,
            "cinf_assessment_id": identities,
            "cinf_assessment_factors_json": [as_array(codes) for codes in codes_of(table)],
        },
    )
    starts = texts(table, "plan_start_date")
    write_rows(
        folder / "ssd_cp_plans.csv",
        _where(
            starts,
            {
                "cppl_person_id": children,
                "cppl_referral_id": episodes,
                "cppl_cp_plan_start_date": starts,
                "cppl_cp_plan_end_date": texts(table, "plan_end_date"),
            },
        ),
    )
    return folder


def is_published(counts: Any) -> bool:
    printed = factor_counts()
    where = [counts.factors.index(name) for name in printed.factors]
    return (
        counts.plans[where].tolist() == printed.plans.tolist()
        and counts.assessments[where].tolist() == printed.assessments.tolist()
        and counts.total_plans == printed.total_plans
    )


@pytest.mark.integration
def test_a_return_gives_the_published_table_to_the_digit(cohort: Assessments) -> None:
    assert is_published(cohort.counts())


@pytest.mark.integration
@pytest.mark.parametrize("form", [as_array, as_object, as_text])
def test_lists_of_factors_give_the_same_table(
    cohort: Assessments, tmp_path: Path, form: Callable[[list[str]], str]
) -> None:
    found = read_assessments(listed(cohort, tmp_path, form), strict=True).assessments
    assert is_published(found.counts())
    both = [name for name in found.factors if name in cohort.factors]
    pd.testing.assert_frame_equal(found.frame[both], cohort.frame[both])
    assert len(both) == 32


@pytest.mark.integration
def test_modules_in_csv_give_the_same_rows(cohort: Assessments, tmp_path: Path) -> None:
    found = read_assessments(as_modules(cohort, tmp_path / "return"), strict=True)
    assert found.issues == ()
    assert is_published(found.assessments.counts())
    frame = found.assessments.frame
    kept = [name for name in frame.columns if name != "authority"]
    pd.testing.assert_frame_equal(frame[kept], cohort.frame[kept])
    assert found.modules["plans"] == 630


@pytest.mark.integration
def test_safeguarding_dataset_tables_give_the_same_table(
    cohort: Assessments, tmp_path: Path
) -> None:
    folder = as_ssd(cohort, tmp_path)
    found = read_assessments(folder, strict=True)
    assert found.issues == ()
    assert is_published(found.assessments.counts())
    assert read_counts(folder)[()] == found.assessments.counts()
    for name in ("referral_date", "plan_start_date", "plan_end_date"):
        pd.testing.assert_series_equal(found.assessments.frame[name], cohort.frame[name])


@pytest.mark.parquet
@pytest.mark.integration
def test_parquet_with_lists_gives_the_same_table(cohort: Assessments, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    codes = codes_of(cohort)
    for name, cells in (("texts", [as_array(each) for each in codes]), ("lists", codes)):
        table = pa.table({"plan": cohort.frame["plan"].to_numpy(), "factors": cells})
        pq.write_table(table, tmp_path / f"{name}.parquet")
        counts = read_counts(tmp_path / f"{name}.parquet")[()]
        assert is_published(counts)


@pytest.mark.integration
def test_an_own_workbook_with_a_mapping_gives_the_same_table(
    cohort: Assessments, tmp_path: Path
) -> None:
    place = tmp_path / "own.xlsx"
    names = list(cohort.factors[:32])
    with xlsxwriter.Workbook(place, {"default_date_format": "dd/mm/yyyy"}) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["nothing here"])
        sheet = book.add_worksheet("Data")
        headings = [f"RF_{factor_code(name, YEAR)}" for name in names]
        sheet.write_row(0, 0, ["Ref", "Auth", "CPP?", *headings])
        dates = pd.to_datetime(cohort.frame["assessment_date"]).dt.to_pydatetime()
        for row, (day, plan) in enumerate(zip(dates, cohort.frame["plan"], strict=True)):
            sheet.write_row(row + 1, 0, [row, None, "Y" if plan else "N"])
            sheet.write_datetime(row + 1, 1, day)
        for column, name in enumerate(names, start=3):
            sheet.write_column(1, column, [1 if flag else None for flag in cohort.frame[name]])
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        '[columns]\nchild_id = "Ref"\nassessment_date = "Auth"\nplan = "CPP?"\n'
        '[factors]\nprefix = "RF_"\n[flags]\ntrue = ["Y"]\nfalse = ["N", ""]\n'
        '[dates]\nformat = "%d/%m/%y"\n',
        encoding="utf-8",
    )
    found = read_assessments(place, mapping=mapping, sheet="Data", strict=True).assessments
    assert is_published(found.counts())
    pd.testing.assert_series_equal(found.frame["assessment_date"], cohort.frame["assessment_date"])
    assert read_counts(place, mapping=mapping, sheet="Data")[()] == found.counts()
    with pytest.raises(UnknownNameError, match="Did you mean 'Data'"):
        read_assessments(place, mapping=read_mapping(mapping), sheet="Dat")


def module(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


ASSESSED = "LAchildID,AssessmentAuthorisationDate,AssessmentFactors\n"


@pytest.mark.unit
def test_tables_without_an_episode_are_linked_by_child(tmp_path: Path) -> None:
    module(tmp_path, "assessments.csv", ASSESSED + 'A1,2014-06-01,3B\nA1,2014-09-01,"16A,4B"\n')
    module(tmp_path, "plans.csv", "LAchildID,CPPstartDate\nA1,2014-09-20\nA2,2014-09-20\n")
    found = read_assessments(tmp_path)
    assert found.assessments.frame["plan"].tolist() == [False, True]
    assert found.by_rule() == {"plan_not_linked": 1}
    assert not {"year", "authority"} & set(found.assessments.frame.columns)


@pytest.mark.unit
def test_a_list_that_cannot_be_read_leaves_its_assessment_out(tmp_path: Path) -> None:
    module(tmp_path, "assessments.csv", ASSESSED + 'A1,2014-06-01,"[1"\nA2,2014-06-01,3B\n')
    found = read_assessments(tmp_path)
    assert found.by_rule() == {"bad_factors": 1}
    assert (found.rows_read, found.rows_left_out) == (2, 1)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("plan.csv", "a\n", r"plan.csv: is no module: .*Did you mean 'plans'"),
        ("plans.csv", "LAchildID,Start\n", r"plans.csv, field CPPstartDate: this column is miss"),
        ("ssd_cin_assessments.csv", ASSESSED, "is a second table of assessments"),
        ("factors.csv", "AssessmentFactors\n3B\n", "shares no column with the table of assess"),
        ("plans.csv", "LAchildID,cppl_person_id,CPPstartDate\n", "stands in two columns"),
    ],
)
def test_modules_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    module(tmp_path, "assessments.csv", ASSESSED + "A1,2014-06-01,3B\n")
    module(tmp_path, name, text)
    with pytest.raises(DataError, match=message):
        read_assessments(tmp_path)


@pytest.mark.unit
def test_a_factor_of_an_assessment_that_is_not_there_is_reported(tmp_path: Path) -> None:
    bare = ASSESSED.replace(",AssessmentFactors", "")
    module(tmp_path, "assessments.csv", bare + "A1,2014-06-01\n")
    rows = "A1,2014-06-01,3B\nA1,2014-06-01,4B\nA9,2014-06-01,1A\n"
    module(tmp_path, "factors.csv", ASSESSED + rows)
    found = read_assessments(tmp_path)
    assert found.by_rule() == {"row_not_linked": 1}
    assert found.assessments.counts().assessments.sum() == 2


@pytest.mark.parquet
@pytest.mark.integration
def test_a_synthetic_table_says_so_without_its_dictionary(tmp_path: Path) -> None:
    cohort = generate_cohort(CohortDesign(1_200))
    place = write_csv(cohort, tmp_path / "t.csv")
    beside = read_assessments(place).assessments
    assert (beside.source, beside.weakest_basis) == ("synthetic", "assumed")
    assert beside.basis == cohort.basis
    assert "synthetic" not in beside.frame
    (tmp_path / "t.dictionary.csv").unlink()
    alone = read_assessments(place).assessments
    assert set(alone.basis.values()) == {"assumed"}
    assert alone.counts() == cohort.counts()
    # Through other programs, which keep the column and lose everything beside it.
    frame = pd.read_csv(place)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.head(40).to_excel(tmp_path / "t.xlsx", index=False)
    for name in ("t.parquet", "t.xlsx"):
        assert read_assessments(tmp_path / name).assessments.weakest_basis == "assumed"
    assert read_counts(tmp_path / "t.parquet")[()] == cohort.counts()
    assert read_counts(tmp_path / "t.xlsx")[()].total_assessments == 40
    # Written again, a table that was read keeps its mark.
    again = write_csv(alone, tmp_path / "again.csv")
    assert again.read_text(encoding="utf-8").startswith('"synthetic",')


@pytest.mark.parquet
@pytest.mark.unit
def test_a_mark_on_some_rows_is_refused_and_another_column_of_that_name_is_none(
    tmp_path: Path,
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = tmp_path / "t.csv"
    place.write_text("Synthetic,plan,3B\ntrue,1,1\n,0,1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"t\.csv, field synthetic: 1 of 2 rows are marked"):
        read_assessments(place)
    for cells in ("false,1,1\nfalse,0,1", ",1,1\n,0,1", "cannabis,1,1\nnone,0,1"):
        place.write_text(f"Synthetic,plan,3B\n{cells}\n", encoding="utf-8")
        found = read_assessments(place).assessments
        assert (found.weakest_basis, found.source) == ("observed", "t.csv")
        assert ("Synthetic" in found.frame) == ("cannabis" in cells)
    for flags in ([True, False], [True, True]):
        table = pa.table({"synthetic": flags, "plan": [True] * 2, "3B": [True] * 2})
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=1)
        if all(flags):
            assert read_counts(tmp_path / "t.parquet")[()].basis == "assumed"
        else:
            with pytest.raises(DataError, match="different bases"):
                read_counts(tmp_path / "t.parquet")
