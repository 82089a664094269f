"""Own months of a folder counted from the returns and lists that lie in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.errors import DataError
from riskmodel.intake import convert

CENSUS = (
    Path(__file__).parents[1] / "intake" / "cases" / "child_record_twice.xml"
).read_text(encoding="utf-8")  # fmt: skip
CARE = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n"
    "1,2014-05-10,S,C1,N1,U4,PR1,2014-09-01,E8\n2,2014-06-10,S,C1,N1,U4,PR1,2015-02-03,E8\n"
)
LIST = (
    "Child unique ID,Date started to be looked after,Date ceased to be looked after,"
    "Child's legal status\n"
    "1,2015-05-10,2015-09-01,C1\n2,2015-06-10,,C1\n"
)
PLANS = "month,cpp_stock,cpp_starts,cpp_ends\n2015-01,30,4,3\n2015-02,31,4,3\n"


def told(folder: Path) -> tuple[str, str]:
    """What is said of own months, and all notes."""
    checked = check_folder(folder)
    months = next(thing for thing in checked.things if thing.what == "Own months")
    return months.holds, "\n".join(str(problem) for problem in checked.problems)


@pytest.mark.integration
def test_stages_without_a_table_are_counted_from_records_and_a_table_holds(folder_of):
    files = {
        "months.csv": PLANS,
        "returns/census-2015.xml": CENSUS,
        "looked_after/episodes.csv": CARE,
    }
    folder = folder_of(files=files)
    holds, notes = told(folder)
    assert "2 months, 2015-01 to 2015-02: child_protection_plan" in holds
    assert "12 months, 2014-04 to 2015-03: looked_after (counted from looked_after)" in holds
    assert (
        "census-2015.xml: gives child_protection_plan too, which is taken from months.csv" in notes
    )
    assert "2 of 2 episodes used" in notes
    series = {one.stage: one for one in open_authority(folder).inputs.own_series()}
    assert series["child_protection_plan"].stock.tolist() == [30, 31]
    (counted,) = convert([folder / "looked_after"]).series
    assert series["looked_after"].stock.tolist() == counted.stock.tolist()
    (folder / "months.csv").unlink()
    authority = open_authority(folder)
    assert authority.rests_on("projection") == ("census-2015.xml, looked_after",)
    stocks = authority.months[0].stock.tolist()
    assert stocks == convert([folder / "returns"]).series[0].stock.tolist()
    # A projection would show with how few it begins.
    assert "of looked_after, so few in some month" in notes
    assert set(authority.demand.observations) == {"child_protection_plan"}
    (folder / "returns" / "census-2015.xml").unlink()
    with pytest.raises(DataError, match="so few in some month"):
        _ = open_authority(folder).demand


@pytest.mark.integration
def test_of_two_records_of_one_stage_the_longer_holds(folder_of):
    files = {"looked_after.csv": CARE, "Annex A/List 8.csv": LIST}
    holds, notes = told(folder_of(files=files))
    assert "looked_after (counted from looked_after.csv)" in holds
    assert "Annex A: gives looked_after too, which is taken from looked_after.csv" in notes


@pytest.mark.unit
def test_records_that_cannot_be_read_are_one_message(folder_of):
    folder = folder_of(files={"looked_after/notes.csv": "a,b\n1,2\n"})
    checked = check_folder(folder)
    mistakes = [problem for problem in checked.problems if problem.severity == "mistake"]
    assert [str(one.place) for one in mistakes] == ["looked_after"]
    assert "is none of what can be converted" in mistakes[0].message
    with pytest.raises(DataError, match="looked_after: is none of what can be converted"):
        _ = open_authority(folder).demand


@pytest.mark.integration
def test_tables_that_name_no_months_take_those_that_the_folder_says(folder_of):
    files = {
        "ssd/ssd_cin_assessments.csv": "cina_person_id,cina_assessment_id,"
        "cina_assessment_auth_date\n1,A1,2020-05-01\n",
        "ssd/ssd_cp_plans.csv": "cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
        "1,2020-06-01,\n",
        "ssd/ssd_assessment_factors.csv": "cinf_assessment_id,cinf_assessment_factors_json\n"
        'A1,"[""3B""]"\n',
    }
    folder = folder_of(files=files)
    with pytest.raises(DataError, match=r"ssd: .*records_from and records_to of \[about\]"):
        _ = open_authority(folder).months
    said = '[about]\nrecords_from = "2020-04"\nrecords_to = "2020-09"\n'
    (folder / "authority.toml").write_text(said, encoding="utf-8")
    (plans,) = open_authority(folder).months
    assert plans.stock.tolist() == [0, 0, 1, 1, 1, 1]


@pytest.mark.unit
def test_a_return_that_gives_no_months_is_still_a_return(folder_of):
    empty = CENSUS.replace("CPPstartDate", "CPPbegun")
    folder = folder_of(files={"returns/census-2015.xml": empty})
    authority = open_authority(folder)
    assert (authority.has("returns"), authority.has("months")) == (True, False)


@pytest.mark.integration
def test_years_of_the_panel_stand_before_counted_months(folder_of):
    panel = (
        "la_code,area,year,pop_0_17_midyear,cpp_at_31_mar,lac_at_31_mar\n"
        "931,Mine,2013,90000,20,40\n931,Mine,2014,90000,22,41\n931,Mine,2015,90000,24,43\n"
    )
    settings = '[about]\ncode = "931"\n'
    files = {"panel.csv": panel, "returns/census-2015.xml": CENSUS}
    demand = open_authority(folder_of(settings, files=files)).demand
    plans = [o for o in demand.observations["child_protection_plan"] if o.counted == "stock"]
    assert [(o.month, o.middle) for o in plans[:2]] == [("2013-03", 20), ("2014-03", 22)]
    assert (plans[2].month, plans[-1].month, plans[-1].middle) == ("2014-04", "2015-03", 6)
    away = [o.middle for o in demand.observations["looked_after"] if o.counted == "stock"]
    assert away == [40, 41, 43]


@pytest.mark.integration
def test_moves_into_care_are_counted_where_two_records_name_children_alike(folder_of):
    ended = "<CPPstartDate>2014-07-01</CPPstartDate>"
    care = CARE.splitlines()[0] + "\n"
    for child in ("C0000", "C0001", "X1"):
        care += f"{child},2014-09-15,S,C1,N1,U4,PR1,2015-01-05,E8\n"
    files = {
        "returns/census-2015.xml": CENSUS.replace(
            ended, f"{ended}<CPPendDate>2014-09-20</CPPendDate>"
        ),
        "looked_after/episodes.csv": care,
    }
    moves = open_authority(folder_of(files=files)).inputs.records.moves
    assert [(m.origin, m.destination, m.counted, m.moved, m.of) for m in moves] == [
        ("child_protection_plan", "looked_after", "starts", 2, 3),
        ("looked_after", "child_protection_plan", "ends", 0, 3),
    ]
    assert moves[0].source == "2014-04 to 2015-03, census-2015.xml, looked_after"
