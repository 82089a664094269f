"""Returns on children looked after: what counts, periods of care, months, and what is said."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.account import Tally
from riskmodel.errors import DataError
from riskmodel.intake import LookedAfter, read_looked_after
from riskmodel.intake.looked_after.result import GROUPS

HEADING = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE"
# Child 1 stays over two years and moves; 2 comes and goes; 3 was there before; 4 has short breaks.
FIRST = """\
1,2017-05-10,S,C1,N1,U4,PR1,2017-09-01,X1,
1,2017-09-01,L,C2,N1,U4,PR1,,,
2,10/06/2017,S,V2,N4,K2,PR4,20/12/2017,E4A,
3,2015-02-01,S,C2,N1,U1,PR1,2017-06-30,E11,
4,2017-07-01,S,V4,N3,R1,PR4,2017-07-03,E8,
"""
SECOND = """\
1,2017-09-01,L,C2,N1,U4,PR1,2018-08-15,X1,CARPL
1,2018-08-15,P,C2,N1,H5,PR4,,,
2,2018-11-01,S,C1,N1,U4,PR1,,,
"""


def written(folder: Path, **years: str) -> Path:
    for year, rows in years.items():
        place = folder / year
        place.mkdir(parents=True)
        (place / "episodes.csv").write_text(f"{HEADING}\n{rows}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def care(tmp_path_factory: pytest.TempPathFactory) -> LookedAfter:
    folder = written(tmp_path_factory.mktemp("returns"), y2018=FIRST, y2019=SECOND)
    (folder / "y2018" / "header.csv").write_text(
        "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,1,2013-06-15,WBRI,,,\n2,2,2001-01-05,OOTH,,,\n"
        "3,2,2010-01-01,WBRI,,,\n4,1,2009-01-01,WBRI,,,\n4,1,2009-01-01,WBRI,,,\n",
        encoding="utf-8",
    )
    (folder / "y2019" / "uasc.csv").write_text(
        "CHILD,SEX,DOB,DUC\n2,2,2001-01-05,2019-01-05\n", encoding="utf-8"
    )
    (folder / "y2019" / "reviews.csv").write_text(
        "CHILD,REVIEW\n1,2018-05-01\n,2018-06-01\n77,2018-06-01\n", encoding="utf-8"
    )
    (folder / "y2019" / "contacts.csv").write_text("CHILD,CONTACT_ID\n1,12\n", encoding="utf-8")
    return read_looked_after(folder)


@pytest.mark.unit
def test_every_record_is_accounted_for(care: LookedAfter) -> None:
    assert care.account["episodes"] == Tally(8, 6, {"superseded": 1, "short_break": 1})
    assert care.account["records of children"] == Tally(5, 4, {"repeated": 1})
    assert care.account["records of unaccompanied children"] == Tally(1, 1)
    assert care.account["reviews"] == Tally(3, 1, {"no_child": 1, "unknown_child": 1})
    assert dict(care.counts) == {"table_not_read": 1}
    assert care.is_sound
    assert "6 of 8 episodes used" in care.summary()


@pytest.mark.unit
def test_a_period_is_a_run_of_episodes_without_a_gap(care: LookedAfter) -> None:
    periods = care.periods()
    shown = [
        (child, str(start)[:10], str(end)[:10], number)
        for child, start, end, number in zip(
            periods.child_id, periods.start, periods.end, periods.episodes, strict=True
        )
    ]
    assert shown == [
        ("1", "2017-05-10", "NaT", 3),
        ("2", "2017-06-10", "2017-12-20", 1),
        ("2", "2018-11-01", "NaT", 1),
        ("3", "2015-02-01", "2017-06-30", 1),
    ]


@pytest.mark.unit
def test_months_are_those_of_the_returns(care: LookedAfter) -> None:
    (series,) = care.series()
    frame = series.to_frame().set_index(series.dates.astype("datetime64[M]").astype(str))
    assert (len(frame), frame.index[0], frame.index[-1]) == (24, "2017-04", "2019-03")
    assert frame.stock[["2017-04", "2017-06", "2017-12", "2018-11"]].tolist() == [1, 2, 1, 2]
    assert frame.starts.sum() == 3
    assert frame.ends[frame.ends > 0].to_dict() == {"2017-06": 1, "2017-12": 1}


@pytest.mark.unit
@pytest.mark.parametrize("by", GROUPS)
def test_groups_add_up_to_all(care: LookedAfter, by: str) -> None:
    measures = ["stock", "starts", "ends"]
    together = care.months(by).groupby("month_end")[measures].sum()
    assert together.equals(care.to_frame().set_index("month_end")[measures].astype(np.int64))


@pytest.mark.unit
def test_a_child_counts_in_the_group_of_the_day(care: LookedAfter) -> None:
    def stock(by: str, month: str, group: str) -> int:
        frame = care.months(by)
        inside = (frame.month_end == pd.Timestamp(month)) & (frame[by] == group)
        return int(frame.stock[inside].sum())

    assert stock("legal_status", "2017-08-31", "interim care order") == 1
    assert stock("legal_status", "2017-09-30", "full care order") == 1
    assert stock("placement", "2018-08-31", "independent or semi-independent") == 1
    assert stock("age_band", "2018-05-31", "0 to 4") == 1
    assert stock("age_band", "2018-06-30", "5 to 10") == 1
    assert stock("unaccompanied", "2018-12-31", "unaccompanied") == 1
    assert stock("unaccompanied", "2019-01-31", "unaccompanied") == 0


FAULTS = {
    "unknown_code": "5,2017-05-10,S,C9,N1,U4,PR1,,,",
    "bad_date": "5,2017-02-30,S,C1,N1,U4,PR1,,,",
    "missing_date": "5,,S,C1,N1,U4,PR1,,,",
    "missing_reference": ",2017-05-10,S,C1,N1,U4,PR1,,,",
    "ends_before_start": "5,2017-05-10,S,C1,N1,U4,PR1,2017-05-01,E8,",
    "repeated": "1,2017-05-10,S,C1,N1,U4,PR1,2017-09-01,X1,",
    "not_the_last": "3,2015-01-01,S,C1,N1,U4,PR1,,,",
    "gap_closed": "5,2017-05-10,S,C1,N1,U4,PR1,2017-06-10,X1,\n5,2017-06-20,P,C1,N1,K2,PR1,,,",
    "overlapping": "3,2015-01-01,S,C1,N1,U4,PR1,2017-07-15,X1,",
    "end_continues": "3,2017-06-30,L,C1,N1,U4,PR1,,,",
    "start_missing": "5,2017-05-10,P,C1,N1,U4,PR1,,,",
    "next_missing": "5,2017-05-10,S,C1,N1,U4,PR1,2017-06-10,X1,",
    "reason_without_end": "5,2017-05-10,S,C1,N1,U4,PR1,,E8,",
    "after_the_year": "5,2018-05-10,S,C1,N1,U4,PR1,,,",
    "bad_row": "5,2017-05-10,S",
}


@pytest.mark.unit
@pytest.mark.parametrize(("rule", "row"), FAULTS.items(), ids=list(FAULTS))
def test_each_fault_is_named_with_its_line(tmp_path: Path, rule: str, row: str) -> None:
    care = read_looked_after(written(tmp_path, y2018=f"{FIRST}{row}\n"))
    assert care.counts[rule] == 1
    assert any(issue.rule == rule and "line" in issue.reference for issue in care.issues)
    assert care.account["episodes"].read == 6 + row.count("\n")
    assert not np.nansum(np.abs(care.series()[0].unexplained))


@pytest.mark.unit
def test_a_child_that_the_next_return_lacks_leaves_with_the_year(tmp_path: Path) -> None:
    care = read_looked_after(written(tmp_path, y2018=FIRST, y2019=SECOND.replace("1,201", "9,201")))
    assert care.counts["not_carried_on"] == 1
    lost = care.periods().query("child_id == '1'")
    assert [str(end)[:10] for end in lost.end] == ["2018-04-01"]


@pytest.mark.unit
def test_a_workbook_with_a_sheet_a_table_is_the_same(tmp_path: Path, care: LookedAfter) -> None:
    with xlsxwriter.Workbook(tmp_path / "r.xlsx") as book:
        sheet = book.add_worksheet("Episodes")
        sheet.write(0, 0, "Return of the year, made up")
        for number, line in enumerate([HEADING, *FIRST.splitlines()]):
            sheet.write_row(number + 2, 0, line.split(","))
    found = read_looked_after(tmp_path / "r.xlsx")
    assert found.account["episodes"] == Tally(5, 4, {"short_break": 1})
    whole = care.to_frame().head(9)[["stock", "starts", "ends"]]
    assert found.to_frame().head(9)[["stock", "starts", "ends"]].equals(whole)


@pytest.mark.unit
def test_what_is_no_return_of_one_year_is_refused(tmp_path: Path) -> None:
    rows = "".join(
        f"{n},{2012 + n % 8 // 2}-05-01,S,C1,N1,U4,PR1,{2012 + n % 8 // 2}-09-01,E8,\n"
        for n in range(70)
    )
    written(tmp_path, all=rows)
    with pytest.raises(DataError, match=r"no return of one year.*--since and --until"):
        read_looked_after(tmp_path)
    window = tuple(f"2014-{month:02}" for month in range(1, 13))
    (series,) = read_looked_after(tmp_path, window=window).series()
    assert (series.starts.sum(), series.stock.max()) == (18, 18)


@pytest.mark.unit
def test_a_folder_without_episodes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_text("CHILD,SEX,DOB,ETHNIC\n1,1,2010-01-01,WBRI\n")
    with pytest.raises(DataError, match="no table of episodes"):
        read_looked_after(tmp_path)


def lives() -> st.SearchStrategy[list[list[tuple[int, list[int]]]]]:
    """Of each child periods: days until it begins, and the days of each of its episodes."""
    period = st.tuples(st.integers(1, 500), st.lists(st.integers(1, 400), min_size=1, max_size=3))
    return st.lists(st.lists(period, min_size=1, max_size=3), min_size=1, max_size=6)


@pytest.mark.property
@settings(max_examples=12)
@given(children=lives())
def test_months_of_all_years_are_those_that_happened(
    children: list[list[tuple[int, list[int]]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    first_day, years = date(2014, 4, 1), range(2016, 2020)
    episodes, periods = [], []
    # A child who comes and goes in each year, so that the year of each return is told.
    for year in years:
        known = (date(year - 1, 5, 1), date(year - 1, 5, 2), date(year - 1, 5, 3))
        periods.append((known[0], known[2]))
        episodes.append((f"k{year}", known[0], known[1], "S", "X1"))
        episodes.append((f"k{year}", known[1], known[2], "P", "E8"))
    for number, child in enumerate(children):
        day = first_day
        for wait, lengths in child:
            day += timedelta(wait)
            start = day
            for place, length in enumerate(lengths):
                reason = "E8" if place == len(lengths) - 1 else "X1"
                begun, day = day, day + timedelta(length)
                episodes.append((str(number), begun, day, "P" if place else "S", reason))
            periods.append((start, day))
    returns = {}
    for year in years:
        first, last = date(year - 1, 4, 1), date(year, 3, 31)
        lines = [
            f"{child},{start},{begin},C1,N1,U4,PR1,{end if end <= last else ''},"
            f"{reason if end <= last else ''},\n"
            for child, start, end, begin, reason in episodes
            if start <= last and end >= first
        ]
        returns[f"y{year}"] = "".join(lines)
    care = read_looked_after(written(tmp_path_factory.mktemp("r"), **returns))
    assert care.is_sound, care.counts
    (series,) = care.series()
    assert len(series) == 48
    for place, month_end in enumerate(series.dates.tolist()):
        month = (month_end.year, month_end.month)
        assert series.stock[place] == sum(s <= month_end < e for s, e in periods)
        assert series.starts[place] == sum((s.year, s.month) == month for s, _ in periods)
        assert series.ends[place] == sum((e.year, e.month) == month for _, e in periods)


@pytest.mark.property
@settings(max_examples=40)
@given(
    line=st.integers(0, 5),
    cell=st.integers(0, 9),
    text=st.sampled_from(["", "S", "X1", "2017-06-01", "2016-01-01", "31/12/2019", "9", "é,", '"']),
    again=st.integers(0, 5),
)
def test_whatever_is_wrong_the_account_adds_up(
    line: int, cell: int, text: str, again: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [HEADING, *FIRST.splitlines()]
    cells = lines[line].split(",")
    cells[cell] = text
    lines[line] = ",".join(cells)
    lines.append(lines[again])
    folder = tmp_path_factory.mktemp("r")
    (folder / "episodes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    message = ""
    try:
        care = read_looked_after(folder)
    except DataError as error:
        message = str(error)
    if message:
        assert "\n" not in message
        return
    tally = care.account["episodes"]
    assert tally.used == len(care.episodes)
    assert tally.read <= 6
    for series in care.series():
        assert not np.nansum(np.abs(series.unexplained))
        assert np.nanmin(series.stock) >= 0


@pytest.mark.unit
def test_legal_statuses_without_their_days_are_refused(tmp_path: Path) -> None:
    episodes = "clae_person_id,clae_cla_episode_start_date,clae_cla_episode_ceased\n1,2020-07-01,\n"
    (tmp_path / "ssd_cla_episodes.csv").write_text(episodes)
    (tmp_path / "ssd_legal_status.csv").write_text("lega_person_id,lega_legal_status\n1,C2\n")
    with pytest.raises(DataError, match="column is missing"):
        read_looked_after(tmp_path, window=("2020-07",))


@pytest.mark.unit
def test_episodes_of_the_dataset_have_the_placement_in_force_and_the_child_its_dates(
    tmp_path: Path,
) -> None:
    for name, text in {
        "ssd_cla_episodes": "clae_person_id,clae_cla_episode_start_date,"
        "clae_cla_episode_start_reason,clae_cla_episode_ceased_date,clae_cla_episode_ceased_reason"
        "\n1,2020-07-01,S,2020-09-01,X1\n1,2020-09-01,P,,\n2,2020-07-05,S,,\n3,2020-07-06,S,,\n",
        "ssd_legal_status": "lega_person_id,lega_legal_status,lega_legal_status_start_date\n"
        "1,C1,2020-07-01\n",
        "ssd_cla_placement": "clap_person_id,clap_cla_placement_start_date,"
        "clap_cla_placement_end_date,clap_cla_placement_type,clap_cla_placement_provider,"
        "clap_cla_placement_distance\n1,2020-09-01,,K2,PR4,31.5\n1,2020-07-01,2020-09-01,U4,PR1,2\n"
        "3,2020-01-01,2020-02-01,U4,PR1,\n",
        "ssd_person": "pers_person_id,pers_dob\n1,2008-05-06\n2,2004-01-01\n9,2001-01-01\n",
        "ssd_immigration_status": "immi_person_id,immi_immigration_status,"
        "immi_immigration_status_end_date\n2,UASC,2021-01-01\n1,Indefinite leave to remain,\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    care = read_looked_after(tmp_path, window=("2020-07", "2020-08", "2020-09"))
    rows = care.episodes.set_index(["child_id", "start_reason"])
    assert rows["placement"].tolist() == ["U4", "K2", "", ""]  # what ended before is not in force
    assert rows.loc[("1", "P"), ["provider", "distance", "legal_status"]].tolist() == [
        "PR4", 31.5, "C1",
    ]  # fmt: skip
    assert rows["birth_date"].astype(str).tolist()[:3] == ["2008-05-06", "2008-05-06", "2004-01-01"]
    assert rows["unaccompanied"].tolist() == [False, False, True, False]
    assert str(rows.loc[("2", "S"), "unaccompanied_until"])[:10] == "2021-01-01"
    assert care.account["records of unaccompanied children"].left_out == {"other_status": 1}


@pytest.mark.unit
def test_a_return_as_xml_is_refused_with_what_is_read(tmp_path):
    from riskmodel.intake import convert

    texts = {
        "903.xml": "<SSDA903><CHILD/></SSDA903>",
        "cla.xml": "<Message><Header><CollectionDetails><Collection>CLA</Collection>"
        "</CollectionDetails></Header></Message>",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        for read in (read_looked_after, lambda path: convert([path])):
            with pytest.raises(DataError, match=rf"{name}.*CSV files or a workbook, not from XML"):
                read(tmp_path / name)
