"""Which of a folder's files answers why plans and caseloads moved, and how that is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import riskmodel
from riskmodel.errors import DataError
from riskmodel.report.model import Chart
from riskmodel.report.sections.change import change_section

MONTHS = "month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(
    f"{2021 + month // 12}-{month % 12 + 1:02d},{400 + month},{40},{39}\n" for month in range(36)
)
PANEL = "la_code,area,year,pop_0_17_midyear,cpp_at_31_mar,cpp_starts,sw_cases_held,{}\n".format(
    "sw_case_holders_fte"
) + "".join(
    f"{code},Area {code},{year},90000,{300 + 10 * (year - 2019)},{350},{1800},{100 - year + 2019}\n"
    for code in (900, 901, 902)
    for year in range(2019, 2024)
)


@pytest.mark.integration
def test_the_panel_answers_before_own_months(folder_of):
    files = {"months.csv": MONTHS, "panel.csv": PANEL}
    text = '[about]\nname = "Northshire"\ncode = "900"\n'
    authority = riskmodel.open_authority(folder_of(text, files=files))
    change = authority.change
    assert (change.area, change.source) == ("Northshire", "panel.csv")
    assert (change.before, change.after, change.whole) == (320, 340, (0, 0, 20))
    assert "longer durations account for +20" in change.summary()
    workers = authority.caseload_change
    assert (workers.cases.value, workers.workers.value) == pytest.approx((0, 1800 / 96 - 1800 / 98))
    assert authority.change is change


@pytest.mark.integration
def test_own_months_answer_where_there_is_no_panel(folder_of):
    text = '[about]\nname = "Northshire"\npopulation = 90000\n'
    authority = riskmodel.open_authority(folder_of(text, files={"months.csv": MONTHS}))
    change = authority.change
    assert (change.first, change.last) == ("31 December 2021", "31 December 2023")
    assert change.change == 24
    assert "children in the area (one figure alone)" in change.missing
    with pytest.raises(DataError, match="panel"):
        _ = authority.caseload_change
    with pytest.raises(DataError, match="panel"):
        _ = authority.others


@pytest.mark.integration
def test_children_on_a_plan_alone_explain_nothing_of_themselves(folder_of):
    lines = [line.split(",")[:2] for line in MONTHS.splitlines()]
    stocks = "".join(f"{month},{stock}\n" for month, stock in lines)
    authority = riskmodel.open_authority(
        folder_of('[about]\nname = "Northshire"\n', files={"months.csv": stocks})
    )
    assert not authority.change.is_parted
    assert "account" not in authority.change.summary()
    blocks = change_section(authority.change, title="Why").blocks
    assert not any(isinstance(block, Chart) for block in blocks)


@pytest.mark.integration
def test_the_example_answers_from_its_published_tables_and_is_drawn():
    example = riskmodel.example()
    change, caseload = example.change.plot(), example.caseload_change.plot()
    for words in (b"July 2013", b"626", "−52".encode(), b"+256"):
        assert words in change.svg
    assert b"Fewer workers" in caseload.svg
    assert "97 (91 to 103)" in caseload.alt


@pytest.mark.integration
def test_a_projected_caseload_is_parted_until_the_target(exampleshire):
    authority = riskmodel.open_authority(exampleshire)
    sizes = {"months": 18, "replicates": 40}
    change = authority.projected_caseload_change(**sizes)
    plan = authority.caseload(**sizes)
    assert change.last == "September 2025", "the target lies beyond the last month"
    assert change.after["caseload"].value == pytest.approx(np.median(plan.caseload()[-1]))
    scenario = authority.projected_caseload_change("fifteen_more_posts", **sizes)
    assert scenario.after["workers"].value > change.after["workers"].value
