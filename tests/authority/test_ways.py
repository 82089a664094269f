"""What a folder says of assessments under way: its return, else the panel; own months alone."""

from __future__ import annotations

import pytest

import riskmodel
from riskmodel.authority.folder.ways import with_ways

SETTINGS = '[about]\nname = "Northshire"\ncode = "900"\n'
MONTHS = "month,cpp_stock,cin_plan_stock\n" + "".join(
    f"2023-{month:02d},{300 + month},{900 + month}\n" for month in range(1, 13)
)
PANEL = (
    "la_code,area,year,pop_0_17_midyear,cpp_at_31_mar,lac_at_31_mar,cin_at_31_mar,"
    "assessments_completed_continuous\n"
) + "".join(
    f"{code},Area {code},{year},90000,{300 + code - 900},400,1800,{counted}\n"
    for code in (900, 901, 902)
    for year, counted in ((2021, 2400), (2022, 2500 + code - 900), (2023, ""))
)
TABLE = "assessment_id,assessment_date,plan,child_neglect\n" + "".join(
    f"{n},{2022 + (n % 24 + 3) // 12}-{(n % 24 + 3) % 12 + 1:02d}-15,{n % 5 < 1:d},{n % 3 < 1:d}\n"
    for n in range(480)
)


def assessed(folder):
    authority = riskmodel.open_authority(folder)
    return with_ways(authority, authority.demand).assessed


@pytest.mark.integration
def test_the_last_year_in_which_the_panel_counts_them(folder_of):
    found = assessed(folder_of(SETTINGS, files={"months.csv": MONTHS, "panel.csv": PANEL}))
    assert (found.a_year, found.source) == (2500, "the year to March 2022 of panel.csv")


@pytest.mark.integration
def test_the_last_twelve_months_of_a_return_come_before_the_panel(folder_of):
    files = {"months.csv": MONTHS, "panel.csv": PANEL, "returns/2024.csv": TABLE}
    found = assessed(folder_of(SETTINGS, files=files))
    assert (found.a_year, found.source) == (240, "the year to 2024-03 of 2024.csv")


@pytest.mark.integration
@pytest.mark.parametrize(
    "files",
    [
        {"panel.csv": PANEL},
        {"months.csv": MONTHS, "returns/x.csv": "\n".join(TABLE.split("\n")[:40]) + "\n"},
    ],
)
def test_of_a_panel_alone_or_of_few_none_are_set_beside_the_stages(folder_of, files):
    assert assessed(folder_of(SETTINGS, files=files)) is None
