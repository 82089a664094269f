"""The lists of an inspection (Annex A): known by headings, accounted for, made into months."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.account import Tally
from riskmodel.errors import DataError
from riskmodel.intake import read_lists

CHILD = ("Child Unique ID", "Gender", "Date of Birth")
Table = list[tuple[Any, ...]]
LISTS: dict[str, Table] = {
    "List 1": [(*CHILD, "Date of Contact"), (1.0, "a) Male", date(2010, 5, 1), date(2020, 12, 1))],
    "List 4": [
        (*CHILD, "Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation",
         "Factors identified at the end of assessment"),
        (1.0, "a) Male", date(2010, 5, 1), date(2020, 10, 1), date(2020, 11, 2), "3B, 4A"),
        (2.0, "b) Female", date(2012, 5, 1), date(2020, 10, 1), date(2020, 11, 12), "21"),
        (3.0, "b) Female", date(2015, 5, 1), date(2021, 2, 1), "", "3B"),
    ],
    "List 5": [
        (*CHILD, "Strategy discussion initiating Section 47 Enquiry Start Date",
         "Date of Initial Child Protection Conference"),
        (1.0, "a) Male", date(2010, 5, 1), date(2020, 11, 5), date(2020, 11, 19)),
    ],
    "List 6": [
        (*CHILD, "CIN Start Date", "CIN Closure Date", "Case Status", "Allocated Worker"),
        (1.0, "a) Male", date(2010, 5, 1), date(2020, 9, 1), "", "b) Child protection plan", ""),
        (2.0, "b) Female", date(2012, 5, 1), date(2020, 9, 9), date(2020, 11, 30), "e) Closed", ""),
    ],
    "List 7": [
        (*CHILD, "Child Protection Plan Start Date", "Initial Category of Abuse",
         "Child Protection Plan End Date", "Number of Previous Child Protection Plans"),
        (1.0, "a) Male", date(2010, 5, 1), date(2020, 11, 20), "Neglect", "", 1.0),
        (8.0, "a) Male", date(2009, 5, 1), date(2019, 2, 1), "Neglect", date(2021, 1, 10), 0.0),
        (8.0, "a) Male", date(2009, 5, 1), date(2019, 2, 1), "Neglect", date(2021, 1, 10), 0.0),
        (9.0, "a) Male", date(2009, 5, 1), "", "Neglect", "", 0.0),
    ],
    "List 8": [
        (*CHILD, "Date Started to be Looked After", "Start date of current legal status",
         "Child's Legal Status", "Date Ceased to be Looked After",
         "Date of Last Social Work Visit"),
        (5.0, "b) Female", date(2006, 1, 1), date(2018, 1, 1), date(2019, 1, 1), "C2: FCO", "",
         date(2021, 3, 12)),
        (6.0, "b) Female", date(2006, 1, 1), date(2020, 12, 5), date(2020, 12, 5), "V4: breaks", "",
         ""),
    ],
    "Care leavers": [("Child Unique ID", "Eligibility Category"), (7.0, "b) Former relevant")],
}  # fmt: skip


def workbook(place: Path, lists: Mapping[str, Sequence[Sequence[Any]]], above: int = 0) -> Path:
    with xlsxwriter.Workbook(place) as book:
        form = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in lists.items():
            sheet = book.add_worksheet(name)
            if above:
                sheet.write(0, 0, f"Annex A, {name}")
            for number, row in enumerate(rows, start=above):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, value, form)
                    else:
                        sheet.write(number, column, value)
    return place


def csv_files(folder: Path, lists: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    for name, rows in lists.items():
        with (folder / f"{name.lower().replace(' ', '_')}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(
                [f"{v:%d/%m/%Y}" if isinstance(v, date) else v for v in row] for row in rows
            )
    return folder


@pytest.mark.unit
@pytest.mark.parametrize("form", ["workbook", "titles", "folder"])
def test_lists_are_read_in_every_form(tmp_path: Path, form: str) -> None:
    if form == "folder":
        found = read_lists(csv_files(tmp_path, LISTS))
    else:
        found = read_lists(workbook(tmp_path / "a.xlsx", LISTS, 3 if form == "titles" else 0))
    assert found.account == {
        "children in need": Tally(2, 2),
        "child protection plans": Tally(4, 2, {"no_start": 1, "repeated": 1}),
        "children looked after": Tally(2, 1, {"short_break": 1}),
    }
    assert (found.rows["contacts"], found.rows["assessments"]) == (1, 3)
    assert found.day == date(2021, 3, 12)
    assert found.counts == {"missing_date": 1, "table_not_read": 1}
    assert found.intake is not None
    assert found.intake.account.assessments == Tally(3, 2, {"open": 1})
    counts = found.intake.assessments.counts()
    assert (counts.total_assessments, counts.total_plans) == (2, 1)
    place = counts.factors.index("parent_domestic_violence")
    assert (counts.assessments[place], counts.plans[place]) == (1, 1)
    row = found.intake.assessments.frame.iloc[0]
    assert (str(row.conference_date)[:10], row.category_of_abuse) == ("2020-11-19", "neglect")


@pytest.mark.unit
def test_months_are_the_whole_ones_of_the_half_year_before(tmp_path: Path) -> None:
    found = read_lists(workbook(tmp_path / "a.xlsx", LISTS))
    plans, care = found.series()
    assert [str(day)[:7] for day in plans.dates] == [
        "2020-10", "2020-11", "2020-12", "2021-01", "2021-02",
    ]  # fmt: skip
    assert plans.stock.tolist() == [1, 2, 2, 1, 1]
    assert plans.starts.tolist() == [0, 1, 0, 0, 0]
    assert plans.ends.tolist() == [0, 0, 0, 1, 0]
    assert care.stock.tolist() == [1] * 5
    need = found.to_frame().query("stage == 'child_in_need'")
    assert need.stock.tolist() == [2, 1, 1, 1, 1]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("Child Protection Plan Start Date", "CP plan start date"),
        ("Child Protection Plan End Date", "CPP End"),
        ("Child Unique ID", "Child  unique identifier"),
        ("Child Unique ID", "Unique ID of child"),
    ],
)
def test_headings_of_other_versions_are_known(tmp_path: Path, known: str, other: str) -> None:
    rows = [tuple(other if cell == known else cell for cell in row) for row in LISTS["List 7"]]
    found = read_lists(workbook(tmp_path / "a.xlsx", {"Plans": rows}))
    assert found.account["child protection plans"].used == 2


@pytest.mark.unit
def test_a_heading_that_is_not_known_is_named(tmp_path: Path) -> None:
    rows = [
        (*row, "x" if place else "Colour of folder") for place, row in enumerate(LISTS["List 7"])
    ]
    found = read_lists(workbook(tmp_path / "a.xlsx", {"List 7": rows}))
    (issue,) = (issue for issue in found.issues if issue.rule == "unknown_heading")
    assert (issue.reference, issue.found) == ("List 7", "'Colour of folder'")


@pytest.mark.unit
def test_assessments_without_factors_have_none(tmp_path: Path) -> None:
    rows = [row[:5] for row in LISTS["List 4"]]
    found = read_lists(workbook(tmp_path / "a.xlsx", {**LISTS, "List 4": rows}))
    assert found.intake is not None
    assert found.intake.assessments.factors == ()
    assert "no_factors_recorded" not in found.intake.counts


@pytest.mark.unit
def test_a_list_without_rows_holds_nobody(tmp_path: Path) -> None:
    found = read_lists(workbook(tmp_path / "a.xlsx", {**LISTS, "List 8": LISTS["List 8"][:1]}))
    assert found.account["children looked after"] == Tally(0, 0)
    assert not found.series()[1].stock.any()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"List 1": LISTS["List 1"]}, "holds no list of Annex A that is read here"),
        ({"List 7": LISTS["List 7"], "Plans": LISTS["List 7"]}, "is a second list of child prot"),
    ],
)
def test_what_is_no_annex_is_refused(tmp_path: Path, lists: dict[str, Table], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_lists(workbook(tmp_path / "a.xlsx", lists))


@pytest.mark.property
@settings(max_examples=20)
@given(
    name=st.sampled_from(["List 4", "List 6", "List 7", "List 8"]),
    row=st.integers(0, 2),
    column=st.integers(0, 5),
    value=st.sampled_from(["", "n/a", 42.5, date(1899, 12, 31), date(2035, 1, 1), "31/13/2020"]),
)
def test_whatever_stands_in_a_cell_the_account_adds_up(
    name: str, row: int, column: int, value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [list(cells) for cells in LISTS[name]]
    rows[row % len(rows)][column % len(rows[0])] = value
    place = csv_files(tmp_path_factory.mktemp("lists"), {**LISTS, name: rows})
    message = ""
    try:
        found = read_lists(place)
    except DataError as error:
        message = str(error)
    if message:
        assert "\n" not in message
        return
    for periods in found.periods:
        assert len(periods.starts) <= sum(tally.used for tally in found.account.values())
    if found.day is not None:
        frame = found.to_frame()
        assert (frame.stock >= 0).all()
        change = frame.groupby("stage").stock.diff() - (frame.starts - frame.ends)
        assert not change.dropna().any()
