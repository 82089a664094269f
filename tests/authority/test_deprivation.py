"""Deprived children beside plans: the level that a ratio elsewhere would give."""

from __future__ import annotations

import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.errors import DataError

from .conftest import MONTHS

ROWS = (
    "year,area,deprived_children,plans\n"
    "2013,,14000,300\n2013,England,2640000,44000\n"
    "2023,Northshire,16000,400\n2023,England,3000000,50000\n"
    "2023,North,10000,200\n2023,South,6000,200\n"
)
PANEL = "la_code,area,year,cpp_at_31_mar\n101,Northshire,2022,390\n101,Northshire,2023,400\n"


@pytest.mark.unit
@pytest.mark.parametrize("source", ["months.csv", "panel.csv"])
def test_the_level_at_the_ratio_of_england_and_by_area(folder_of, source):
    months = MONTHS.replace("2023-", "2022-") + "2023-12,500,40,40\n"
    text = months if source == "months.csv" else PANEL
    files = {"deprivation.csv": ROWS, source: text}
    own = open_authority(folder_of('[about]\nname = "Northshire"\n', files=files))
    level, before, areas = own.change.notes[-3:]
    # 16,000 / 400 is 40, 3,000,000 / 50,000 is 60, and 16,000 / 60 is 267.
    assert level == (
        "On 31 March 2023 there was a plan for every 60 deprived children in England, and here "
        "for every 40. At England's ratio 267 children would be on a plan instead of 400."
    )
    assert before == "On 31 March 2013 it was for every 60 in England and 47 here."
    assert "North 200 (as deprived: 250), South 200 (as deprived: 150)" in areas
    assert not any("no measure of deprivation" in note for note in own.change.notes)
    assert any(one.what == "Deprivation" for one in check_folder(own.folder).things)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("plans", "plan", "line 1, field plans: this column is missing; the file has 'year'"),
        ("14000", "14 thousand", "line 2, field deprived_children: found '14 thousand'"),
        ("44000", "0", "line 3, field plans: found '0'; allowed: a whole number above 0"),
        ("2023,South", "2023,North", "line 7, field area: North in 2023 stands twice"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_line(folder_of, old, new, said):
    folder = folder_of("", files={"deprivation.csv": ROWS.replace(old, new, 1)})
    with pytest.raises(DataError, match=said):
        _ = open_authority(folder).deprivation
    assert not check_folder(folder).is_sound
