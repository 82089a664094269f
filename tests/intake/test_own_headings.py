"""Tables of months and teams with headings of their own, and all wrong cells told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskmodel.authority.folder.checks import check_folder
from riskmodel.caseload import read_structure
from riskmodel.errors import DataError, SeveralDataErrors
from riskmodel.intake import read_snapshots

TODAY = date(2015, 12, 31)
MONTHS = "Reporting month,CP plans at month end,Starts\n2015-01,100,9\n2015-02,102,7\n"
MAPPING = (
    '[months]\nmonth = "Reporting month"\ncpp_stock = "CP plans at month end"\n'
    'cpp_starts = "starts"\n'
)
TEAMS = "Team,Area,CP,Children in care,CIN,Workers\na,n,1,2,3,4\n"
TEAM_MAPPING = (
    '[teams]\nchild_protection_plan = "CP"\nlooked_after = "Children in care"\n'
    'child_in_need_plan = "CIN"\n'
)


def write(folder: Path, text: str, name: str = "months.csv") -> Path:
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return place


def read(folder: Path, table: str = MONTHS, mapping: str = MAPPING):
    own = write(folder, mapping, "mapping.toml")
    return read_snapshots(write(folder, table), mapping=own, today=TODAY)


@pytest.mark.unit
def test_months_with_headings_of_their_own(tmp_path: Path) -> None:
    (found,) = read(tmp_path)
    assert found.stock.tolist() == [100, 102]
    assert found.starts.tolist() == [9, 7]
    with pytest.raises(DataError, match="line 3, field CP plans at month end: found 'few'"):
        read(tmp_path, MONTHS.replace("102", "few"))


@pytest.mark.unit
def test_teams_with_headings_of_their_own(tmp_path: Path) -> None:
    own = write(tmp_path, TEAM_MAPPING, "mapping.toml")
    (team,) = read_structure(write(tmp_path, TEAMS, "teams.csv"), mapping=own)
    assert (team.child_protection_plan, team.looked_after, team.child_in_need_plan) == (1, 2, 3)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("table", "mapping", "message"),
    [
        (
            MONTHS.replace("Starts", "cpp_stock"),
            MAPPING.rpartition("cpp_starts")[0],
            r"field cpp_stock: stands in two columns, 'CP plans at month end', 'cpp_stock'",
        ),
        (MONTHS, MAPPING.replace('starts"', 'Startz"'), r"mapping.toml, line 4, field cpp_starts"),
        (MONTHS, MAPPING.replace("cpp_starts", "cp_starts"), "line 4.*Did you mean 'cpp_starts'"),
        (MONTHS, MAPPING.replace('"starts"', '"cp plans at month end"'), "given two meanings"),
        (MONTHS, '[columns]\ncpp_stock = "x"\n', r"under \[months\] of a mapping"),
    ],
)
def test_what_a_mapping_of_months_cannot_be(
    tmp_path: Path, table: str, mapping: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, table, mapping)


@pytest.mark.unit
def test_an_unknown_column_says_what_to_write(tmp_path: Path) -> None:
    line = 'under [months] of a mapping .* write cpp_stock = "Reporting month"'
    with pytest.raises(DataError, match=line.replace("[", r"\[").replace("]", r"\]")):
        read_snapshots(write(tmp_path, MONTHS.replace("Starts", "month")), today=TODAY)
    with pytest.raises(DataError, match=r'under \[teams\].* write looked_after = "CP"'):
        read_structure(write(tmp_path, TEAMS, "teams.csv"))


@pytest.mark.unit
def test_all_wrong_cells_of_months_are_told_at_once(tmp_path: Path) -> None:
    rows = "".join(f"2014-{month:02},few,{month}\n" for month in range(1, 13))
    with pytest.raises(SeveralDataErrors) as caught:
        read(tmp_path, MONTHS.splitlines()[0] + "\n" + rows + "2015-13,-2,-3\n")
    lines = str(caught.value).split("\n")
    assert len(lines) == 11
    assert lines[9].startswith("months.csv, line 11, field CP plans at month end: found 'few'")
    assert lines[10] == "months.csv: and 5 more"


@pytest.mark.unit
def test_a_correction_below_nought_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"take 4 off that month.s starts .* leave the cell empty"):
        read(tmp_path, MONTHS.replace("102,7", "102,-4"))
    with pytest.raises(DataError) as caught:
        read(tmp_path, MONTHS.replace("102,7", "-102,7"))
    assert "corrects" not in str(caught.value)


@pytest.mark.unit
def test_all_wrong_cells_of_teams_are_told_at_once(tmp_path: Path) -> None:
    own = write(tmp_path, TEAM_MAPPING, "mapping.toml")
    wrong = TEAMS.replace("a,n,1,2,3,4", "a,n,x,2,y,z\na,,1,2,3,4")
    with pytest.raises(SeveralDataErrors) as caught:
        read_structure(write(tmp_path, wrong, "teams.csv"), mapping=own)
    places = [(one.line, one.field) for one in caught.value.each]
    assert places == [
        (2, "child_protection_plan"), (2, "child_in_need_plan"), (2, "workers"), (3, "area"),
        (3, "team"),
    ]  # fmt: skip


@pytest.mark.unit
def test_a_folder_uses_the_mapping_and_check_lists_every_wrong_cell(tmp_path: Path) -> None:
    write(tmp_path, '[about]\nname = "Ourshire"\n', "authority.toml")
    write(tmp_path, MAPPING + TEAM_MAPPING, "mapping.toml")
    write(tmp_path, MONTHS)
    write(tmp_path, TEAMS, "teams.csv")
    found = check_folder(tmp_path)
    assert not [one for one in found.problems if one.severity == "mistake"]
    assert found.authority.months[0].stock.tolist() == [100, 102]
    assert found.authority.structure.names == ("a",)
    write(tmp_path, MONTHS.replace("100,9", "a,b"))
    mistakes = [one for one in check_folder(tmp_path).problems if one.severity == "mistake"]
    assert [(one.place.line, one.place.field) for one in mistakes] == [
        (2, "CP plans at month end"), (2, "Starts"),
    ]  # fmt: skip
