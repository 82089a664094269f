"""Sources made into own months and tables that every command reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskmodel.cli.app import app
from riskmodel.errors import DataError
from riskmodel.intake import (
    convert,
    months_between,
    months_text,
    read_assessments,
    read_looked_after,
    read_snapshots,
)

CASES = Path(__file__).parent / "cases"


def census(year: int, plans: str, *, child: str = "C1") -> str:
    return (
        '<?xml version="1.0"?><Message><Header><CollectionDetails><Collection>CIN</Collection>'
        f"<Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails>"
        "<Source><SourceLevel>L</SourceLevel><LEA>999</LEA></Source></Header><Children><Child>"
        f"<ChildIdentifiers><LAchildID>{child}</LAchildID><PersonBirthDate>2010-01-01"
        "</PersonBirthDate></ChildIdentifiers><CINdetails><CINreferralDate>2014-05-01"
        "</CINreferralDate><Assessments><AssessmentAuthorisationDate>"
        f"{year - 1}-06-01</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>"
        "<AssessmentFactors>3B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>"
        f"{plans}</CINdetails></Child></Children></Message>"
    )


def plan(start: str, end: str = "") -> str:
    ends = f"<CPPendDate>{end}</CPPendDate>" if end else ""
    return (
        f"<ChildProtectionPlans><CPPstartDate>{start}</CPPstartDate>{ends}</ChildProtectionPlans>"
    )


@pytest.mark.integration
def test_a_census_return_gives_the_months_of_its_year() -> None:
    made = convert([CASES / "child_record_twice.xml"])
    (series,) = made.series
    assert (len(series), str(series.dates[0]), str(series.dates[-1])) == (
        12, "2014-04-30", "2015-03-31",
    )  # fmt: skip
    assert (series.starts.sum(), series.stock[-1]) == (6, 6)
    assert made.assessments is not None
    assert made.assessments.counts().total_assessments == 20


@pytest.mark.integration
def test_returns_of_several_years_are_one_series(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(census(2015, plan("2014-06-10")))
    (tmp_path / "b.xml").write_text(census(2016, plan("2014-06-10", "2015-09-20")))
    made = convert([tmp_path])
    (series,) = made.series
    assert len(series) == 24
    assert series.stock.tolist() == [0] * 2 + [1] * 15 + [0] * 7
    assert "not_carried_on" not in made.counts
    assert made.assessments is not None
    assert len(made.assessments) == 2


@pytest.mark.integration
def test_a_plan_that_the_next_return_lacks_ends_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(census(2015, plan("2014-06-10")))
    (tmp_path / "b.xml").write_text(census(2016, plan("2015-06-10"), child="C2"))
    made = convert([tmp_path])
    assert made.counts["not_carried_on"] == 1
    assert made.series[0].ends.tolist() == [0] * 12 + [1] + [0] * 11


@pytest.mark.integration
def test_tables_without_a_year_need_the_months_stated() -> None:
    place = CASES / "modules_one_code_a_row"
    with pytest.raises(DataError, match=r"does not say of which year.*--since and --until"):
        convert([place])
    made = convert([place], window=months_between("2014-04", "2015-03"))
    assert made.series[0].starts.sum() == 6


@pytest.mark.integration
def test_tables_of_the_dataset_give_plans_and_children_looked_after(tmp_path: Path) -> None:
    tables = {
        "ssd_cin_assessments": "cina_person_id,cina_assessment_id,cina_assessment_auth_date\n"
        "1,A1,2020-05-01\n",
        "ssd_assessment_factors": "cinf_assessment_id,cinf_assessment_factors_json\n"
        'A1,"[""3B""]"\n',
        "ssd_cp_plans": "cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
        "1,2020-06-01,\n",
        "ssd_cla_episodes": "clae_person_id,clae_cla_episode_start_date,"
        "clae_cla_episode_start_reason,clae_cla_episode_ceased_date,clae_cla_episode_ceased_reason\n"
        "2,2020-07-01,S,2020-08-10,X1 new episode\n2,2020-08-10,P,2020-11-02,E4A Returned home\n"
        "3,2020-07-05,S,2020-07-07,E8\n",
        "ssd_legal_status": "lega_person_id,lega_legal_status,lega_legal_status_start_date\n"
        "2,V2 Section 20,2020-07-01\n3,V4,2020-07-05\n",
        "ssd_family": "fami_family_id,fami_person_id\n1,1\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    made = convert([tmp_path], window=months_between("2020-04", "2021-03"))
    plans, care = made.series
    assert plans.stock.tolist() == [0] * 2 + [1] * 10
    assert care.stock.tolist() == [0] * 3 + [1] * 4 + [0] * 5
    assert (care.starts.sum(), care.ends.sum()) == (1, 1)
    assert "2 of 3 episodes used; left out: 1 of a series of short breaks" in made.accounts[-1]
    assert made.counts["table_not_read"] == 3, "tables that are none of the census"
    with pytest.raises(DataError, match="--since and --until"):
        read_looked_after(tmp_path)
    (tmp_path / "ssd_legal_status.csv").unlink()
    care_alone = read_looked_after(tmp_path, window=months_between("2020-04", "2021-03"))
    assert care_alone.counts == {"legal_status_missing": 1}


@pytest.mark.integration
def test_what_is_written_is_read_again_to_the_same(tmp_path: Path) -> None:
    source = str(CASES / "child_record_twice.xml")
    for form in ("months", "wide"):
        place = str(tmp_path / f"{form}.csv")
        done = CliRunner().invoke(app, ["intake", "convert", source, "--out", place, "--to", form])
        assert done.exit_code == 0, done.output
        assert "20 of 26 assessments counted" in " ".join(done.output.split())
    assert read_snapshots(tmp_path / "months.csv") == convert([Path(source)]).series
    found = read_assessments(tmp_path / "wide.csv")
    assert (found.rows_read, found.assessments.counts().total_plans) == (20, 6)


@pytest.mark.unit
def test_months_of_several_areas_are_told_apart(tmp_path: Path) -> None:
    heading = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,LA"
    rows = "1,2017-05-10,S,C1,N1,U4,PR1,2017-09-01,E8,North\n2,2017-05-10,S,C1,N1,U4,PR1,,,South\n"
    (tmp_path / "e.csv").write_text(f"{heading}\n{rows}")
    series = convert([tmp_path / "e.csv"]).series
    (tmp_path / "m.csv").write_text(months_text(series))
    assert read_snapshots(tmp_path / "m.csv") == series
    assert [one.area for one in series] == ["North", "South"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("since", "until", "message"),
    [("2015-05", "2015-04", "back to"), ("soon", "2015-04", "allowed: a month as 2015-03")],
)
def test_months_that_are_none_are_refused(since: str, until: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        months_between(since, until)


@pytest.mark.unit
def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("plan,3B\nyes,no\n")
    with pytest.raises(DataError, match="none of what can be converted"):
        convert([tmp_path / "t.csv"])


@pytest.mark.end_to_end
def test_small_months_are_withheld_where_they_are_printed_and_exact_in_the_file(tmp_path: Path):
    rows = "".join(
        f"{child},2017-05-1{child},S,C1,N1,U4,PR1,{'2017-09-01,E8' if child > 3 else ','}\n"
        for child in range(1, 10)
    )
    heading = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n"
    (tmp_path / "e.csv").write_text(heading + rows)
    place = tmp_path / "months.csv"
    words = ["intake", "convert", str(tmp_path / "e.csv"), "--out", str(place)]
    done = CliRunner().invoke(app, words)
    said = " ".join(done.output.split())
    assert done.exit_code == 0, said
    assert "stock 0 to [c]" in said
    # Three children from September on, in seven months.
    assert "7 of its counts are from 1 to 5: the file is for working with" in said
    assert read_snapshots(place)[0].stock[-1] == 3


@pytest.mark.integration
def test_returns_of_two_years_say_who_had_a_child_in_need_plan_around_a_plan(
    tmp_path: Path,
) -> None:
    def need(start: str, end: str) -> str:
        dates = f"<CINPlanStartDate>{start}</CINPlanStartDate>"
        return f"<CINPlanDates>{dates}<CINPlanEndDate>{end}</CINPlanEndDate></CINPlanDates>"

    first = need("2023-05-10", "2023-11-14") + plan("2023-11-15", "2024-03-20")
    (tmp_path / "a.xml").write_text(census(2024, first))
    (tmp_path / "b.xml").write_text(census(2025, need("2024-03-21", "2024-09-01")))
    before, after = convert([tmp_path]).moves
    assert (before.counted, before.moved, before.of) == ("starts", 1, 1)
    assert (after.counted, after.moved, after.of) == ("ends", 1, 1)
    assert after.source == "2023-04 to 2025-03, a.xml, b.xml"
