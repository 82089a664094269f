"""Returns on children looked after and lists of an inspection against the bare readers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from python_calamine import load_workbook

from riskmodel.intake import read_lists, read_looked_after

CHILDREN = 17_000
RECORDS = 3_000


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three episodes a child in two years' returns, of which the second repeats what was open."""
    place = tmp_path_factory.mktemp("bench") / "returns"
    heading = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE"
    years: dict[str, list[str]] = {"2018": [heading], "2019": [heading]}
    for child in range(CHILDREN):
        first = date(2017, 4, 1) + timedelta(child % 250)
        middle, last = first + timedelta(20), date(2018, 4, 1) + timedelta(child % 300)
        days = [f"{day:%d/%m/%Y}" for day in (first, middle, last)]
        closed = f"{child},{days[0]},S,C1,N1,U4,PR1,{days[1]},X1,CARPL"
        years["2018"] += [closed, f"{child},{days[1]},P,C1,N1,K2,PR4,,,"]
        years["2019"] += [
            f"{child},{days[1]},P,C1,N1,K2,PR4,{days[2]},X1,CARPL",
            f"{child},{days[2]},P,C1,N1,U4,PR1,,,",
        ]
    for year, rows in years.items():
        (place / year).mkdir(parents=True)
        (place / year / "episodes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bench") / "lists.xlsx"
    child = ("Child Unique ID", "Gender", "Date of Birth", "Ethnicity", "Allocated Team")
    headings = {
        4: ("Assessment Date of Authorisation", "Assessment factors"),
        5: ("Section 47 Enquiry Start Date", "Date of Initial Child Protection Conference"),
        6: ("CIN Start Date", "CIN Closure Date"),
        7: ("Child Protection Plan Start Date", "Child Protection Plan End Date"),
        8: ("Date Started to be Looked After", "Date Ceased to be Looked After"),
    }
    with xlsxwriter.Workbook(place, {"constant_memory": True}) as book:
        form = book.add_format({"num_format": 14})
        for number in range(1, 12):
            sheet = book.add_worksheet(f"List {number}")
            named = headings.get(number, ("Date of contact", "Date of referral"))
            sheet.write_row(0, 0, (*child, *named, *[f"Reason {place}" for place in range(10)]))
            for row in range(1, RECORDS + 1):
                day = date(2020, 10, 1) + timedelta(row % 120)
                sheet.write_row(row, 0, (row, "a) Male"))
                sheet.write_datetime(row, 2, date(2010, 1, 1) + timedelta(row), form)
                sheet.write_row(row, 3, ("a) WBRI", f"Team {row % 9}"))
                sheet.write_datetime(row, 5, day, form)
                if number == 4:
                    sheet.write(row, 6, "3B, 4A")
                else:
                    sheet.write_datetime(row, 6, day + timedelta(30), form)
                sheet.write_row(row, 7, [f"z) Other {row % 7}"] * 10)
    return place


@pytest.mark.integration
def test_two_returns_of_children_looked_after(compare, episodes: Path) -> None:
    def ours() -> None:
        assert read_looked_after(episodes).account["episodes"].used == 3 * CHILDREN

    def limit() -> None:
        years = [
            pd.read_csv(file, parse_dates=["DECOM", "DEC"], date_format="%d/%m/%Y")
            for file in sorted(episodes.rglob("episodes.csv"))
        ]
        episode = ["CHILD", "DECOM"]
        rows = pd.concat(years).drop_duplicates(episode, keep="last").sort_values(episode)
        assert len(rows) == 3 * CHILDREN

    ours()
    found = compare(
        f"{4 * CHILDREN:,} episodes in the returns of two years, put together", ours,
        "pandas.read_csv with dates, later rows kept, sorted", limit, "at most 3",
    )  # fmt: skip
    assert found.ratio > 0


@pytest.mark.integration
def test_eleven_lists_of_three_thousand_rows(compare, lists: Path) -> None:
    def ours() -> None:
        assert read_lists(lists).account["child protection plans"].read == RECORDS

    def limit() -> None:
        book = load_workbook(str(lists))
        rows = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        assert len(rows) == 11

    ours()
    found = compare(
        f"eleven lists of {RECORDS:,} rows, read and linked",
        ours, "calamine alone, all sheets", limit, "at most 2",
    )  # fmt: skip
    assert found.ratio > 0
