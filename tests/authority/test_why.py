"""Which of a folder's files answers why plans and caseloads moved, and how that is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import riskmodel
from riskmodel.errors import DataError
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.why import why_page, why_point
from riskmodel.report.model import Chart, Paragraph
from riskmodel.report.sections.change import change_section
from riskmodel.report.sizes import Sizes

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


TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,200,300,600,0,60\n"
    "two,county,disabled_children,10,90,310,0,\n"
    "three,county,specialist,5,20,12,0,\n"
)
WORKERS = "la_code,area,year,pop_0_17_midyear,cpp_at_31_mar,cpp_starts,{}\n".format(
    "sw_cases_held,sw_case_holders_fte"
) + "".join(
    f"900,Northshire,{year},90000,{300 + year - 2021},350,{cases},{people}\n"
    for year, cases, people in ((2021, 1800, 120), (2022, 1790, 110), (2023, 1740, 96))
)


def brief_of(folder):
    results = BriefResults(
        riskmodel.open_authority(folder), Sizes(months=18, replicates=20, seed=1)
    )
    assert results.change is not None
    page = why_page(results, results.change, "change")
    said = " ".join(block.text for block in page.blocks if isinstance(block, Paragraph))
    return why_point(results, results.change), said


@pytest.mark.integration
def test_cases_and_workers_are_parted_on_the_first_screen_and_every_team_is_counted(folder_of):
    text = '[about]\nname = "Northshire"\ncode = "900"\n'
    first, page = brief_of(folder_of(text, files={"teams.csv": TEAMS, "panel.csv": WORKERS}))
    # By hand: 15 to 18.125, the logarithmic mean of both times the logarithms of each ratio.
    mean = 3.125 / np.log(18.125 / 15)
    cases, workers = mean * np.log(1740 / 1800), mean * np.log(120 / 96)
    assert (round(cases, 1), round(workers, 1)) == (-0.6, 3.7)
    parted = (
        "Of the rise of 3.1 cases for each worker fewer workers account for +3.7 and fewer cases "
        "for −0.6."
    )
    assert first.startswith("Caseloads rose because there were fewer social workers, not more")
    assert first.endswith(parted)
    assert parted in page
    assert (
        "Disabled children's teams (410 cases now) and specialist teams (37 cases now) are counted "
        "with all others here"
    ) in page
    assert "cannot be concluded: no panel" not in page


@pytest.mark.integration
@pytest.mark.parametrize("years", [0, 1])
def test_without_workers_of_two_years_one_sentence_says_what_is_missing(folder_of, years):
    """With a panel that has none or one year of them, and with months and no panel."""
    text = '[about]\nname = "Northshire"\ncode = "900"\npopulation = 90000\n'
    lines = [line.split(",") for line in WORKERS.splitlines()]
    for place, line in enumerate(lines[1:]):
        line[-2:] = line[-2:] if place < years else ("", "")
    panel = "\n".join(map(",".join, lines)) + "\n"
    for number, files in enumerate(({"panel.csv": panel}, {"months.csv": MONTHS})):
        folder = folder_of(text, files={"teams.csv": TEAMS, **files})
        folder = folder.rename(folder.with_name(f"mine{number}"))
        first, page = brief_of(folder)
        for said in (first, page):
            assert said.count("more cases or fewer workers moved the caseload cannot be") == 1
        assert first.endswith("(sw_cases_held, sw_case_holders_fte) of two years.")


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
