"""Open data of the Department for Education and plain panels: figures, symbols, neighbours."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import (
    PANEL_RULES,
    join_panels,
    known_layouts,
    panel_text,
    read_dfe,
    read_dfe_factors,
    read_layouts,
    read_neighbours,
    read_panel,
    read_panels,
    with_neighbours,
)
from riskmodel.intake.figures import read_cell, read_rows, read_year
from riskmodel.intake.open_data.layouts import Layout, layout_of
from riskmodel.intake.open_data.panel_notes import panel_notes
from riskmodel.panel_measures import MEASURES
from riskmodel.series import ENGLAND, AuthorityPanel

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "dfe"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared open data files are not on this machine"
)

KEYS = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name,category"
)


def row(code: str, year: str, *cells: str, level: str = "Local authority") -> str:
    local = level == "Local authority"
    names = (code, f"E0600{code}", f"Area {code}") if local else ("", "", "")
    region = ("E12", "North") if level != "National" else ("", "")
    return ",".join(
        (year, "Reporting year", level, ENGLAND, "England", *region, *names, "x", *cells)
    )


def write(folder: Path, columns: str, *rows: str, name: str = "d.csv") -> Path:
    place = folder / name
    place.write_text("\n".join((f"{KEYS},{columns}", *rows)) + "\n", encoding="utf-8-sig")
    return place


PLANS = "CPP_start,CPP_subsequent,CPP_subsequent_percent"


@pytest.mark.unit
def test_symbols_become_a_status_and_never_zero(tmp_path: Path) -> None:
    symbols = ("c", "x", ":", "z", "low", "0", '"1,234"')
    rows = [row(f"80{i}", "2015", cell, "1", "2.5") for i, cell in enumerate(symbols)]
    found = read_dfe([write(tmp_path, PLANS, *rows)])
    assert found.status["cpp_starts"] == (
        "suppressed", "not_available", "not_available", "not_applicable", "low", "observed",
        "observed",
    )  # fmt: skip
    figures = found.figures["cpp_starts"]
    assert np.isnan(figures[:5]).all()
    assert figures[5:].tolist() == [0, 1234]


@pytest.mark.unit
def test_levels_regions_are_left_out_and_england_stands_last(tmp_path: Path) -> None:
    rows = (
        row("", "2015", "100", "20", "20", level="National"),
        row("", "2015", "60", "12", "20", level="Regional"),
        row("801", "201415", "10", "2", "20"),
    )
    found = read_dfe([write(tmp_path, PLANS, *rows)])
    assert found.la_codes == ("801", ENGLAND)
    assert found.years.tolist() == [2015, 2015]
    assert found.areas == ("Area 801", "England")


@pytest.mark.unit
def test_a_file_is_known_by_its_columns_and_several_become_one(tmp_path: Path) -> None:
    first = write(tmp_path, PLANS, row("801", "2015", "10", "2", "20"), name="anything.csv")
    second = write(
        tmp_path,
        "referral_count,rereferral_count,no_further_action_count,not_in_need_count",
        row("801", "2015", "50", "5", "c", "3"),
        row("802", "2014", "7", "1", "0", "0"),
        name="b.csv",
    )
    found = read_dfe([first, second])
    assert found.la_codes == ("801", "802")
    assert found.figures["cpp_starts"][0] == 10
    assert found.status["cpp_starts"][1] == "not_available"
    assert found.status["referrals_nfa"][0] == "suppressed"


@pytest.mark.unit
def test_workforce_and_looked_after_children_follow_their_published_layout(tmp_path: Path) -> None:
    workforce = write(
        tmp_path,
        "turnover_rate_fte,vacancy_rate_fte,agency_rate_fte,caseload_fte,inpost_fte",
        row("801", "2019", "15.5", "16.1", "c", "17.2", "210.5"),
    )
    looked_after = write(
        tmp_path,
        "population_count,number,rate_per_10000",
        row("801", "2019", "Children starting to be looked after each year", "90", "30"),
        row("801", "2019", "Children ceasing to be looked after each year", "80", "28"),
        row("801", "2019", "Children looked after at 31 March each year", "c", "c"),
        name="l.csv",
    )
    found = read_dfe([workforce, looked_after])
    assert found.figures["sw_turnover_rate_fte_pct"].tolist() == [15.5]
    assert found.status["sw_agency_rate_fte_pct"] == ("suppressed",)
    assert [found.figures[f"lac_{each}"][0] for each in ("starts", "ends")] == [90, 80]
    assert found.status["lac_at_31_mar"] == ("suppressed",)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("columns", "cells", "message"),
    [
        (PLANS, ("many", "2", "3"), r"d.csv, line 2, field CPP_start: found 'many'; allowed"),
        (PLANS, ("-4", "2", "3"), "found '-4'"),
        (PLANS, ("1,2", "2"), "found 13 cells; allowed: 14|found 14 cells; allowed: 14"),
        (
            "a,b,c",
            ("1", "2", "3"),
            "no column of figures is known. Beside time and place the file has: 'a', 'b', 'c'.",
        ),
    ],
)
def test_a_cell_or_file_of_another_kind_is_refused_with_its_place(
    tmp_path: Path, columns: str, cells: tuple[str, ...], message: str
) -> None:
    if message.startswith("found 13"):
        place = write(tmp_path, columns, row("801", "2015", "1", "2"))
        message = "line 2: found 13 cells; allowed: 14"
    else:
        place = write(tmp_path, columns, row("801", "2015", *cells))
    with pytest.raises(DataError, match=message):
        read_dfe([place])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((row("801", "2015", "1", "1", "1"), row("801", "2015", "2", "1", "1")), "in two rows"),
        ((row("801", "20", "1", "1", "1"),), "field time_period: found '20'"),
        ((row("801", "2015", "1", "1", "1", level="Ward"),), "field geographic_level"),
        ((row("", "2015", "1", "1", "1").replace("E0600", ""),), "found no code"),
    ],
    ids=["twice", "year", "level", "code"],
)
def test_rows_that_name_no_authority_and_year_once_are_refused(
    tmp_path: Path, rows: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_dfe([write(tmp_path, PLANS, *rows)])


@pytest.mark.unit
def test_two_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    first = write(tmp_path, PLANS, row("801", "2015", "10", "2", "20"), name="a.csv")
    second = write(tmp_path, PLANS, row("801", "2015", "11", "2", "18"), name="b.csv")
    with pytest.raises(DataError, match=r"801 in 2015 is 11 here and 10 in a.csv"):
        read_dfe([first, second])


@pytest.mark.unit
def test_factors_keep_their_code_person_and_status(tmp_path: Path) -> None:
    place = write(
        tmp_path,
        "Episodes_with_assessment_factor,Domestic_Abuse_parent,Physical_Abuse_adult_on_child,Other",
        row("801", "2021", "200", "90", "c", "12"),
    )
    found = read_dfe_factors([place])
    assert [entry[3:] for entry in found.rows] == [
        ("3B", "parent_domestic_violence", "parent", 90.0, "observed"),
        ("18C", "child_physical_abuse", "child", found.rows[1][6], "suppressed"),
        ("20", "general_other", "general", 12.0, "observed"),
    ]
    assert math.isnan(found.rows[1][6])
    assert found.summary() == "3 factor codes, 1 authorities, 2021 to 2021 (d.csv)"
    assert found.to_frame()["episodes"].isna().tolist() == [False, True, False]
    assert read_dfe([place]).figures["episodes_with_assessment_factors"].tolist() == [200]


@pytest.mark.unit
def test_of_two_releases_of_the_factors_the_later_is_kept_and_nothing_stands_twice(
    tmp_path: Path,
) -> None:
    columns = "Episodes_with_assessment_factor,Neglect,Other"
    early = [row("801", "2021", "200", "90", "12")]
    late = [row("801", "2021", "200", "91", "12"), row("801", "2022", "210", "c", "13")]
    paths = [
        write(tmp_path, columns, *early, name="early.csv"),
        write(tmp_path, columns, *late, name="late.csv"),
    ]
    for order in (paths, paths[::-1]):
        found = read_dfe_factors(order)
        assert [(entry[2], entry[3], entry[7]) for entry in found.rows] == [
            (2021, "16A", "observed"), (2021, "20", "observed"),
            (2022, "16A", "suppressed"), (2022, "20", "observed"),
        ]  # fmt: skip
        assert found.rows[0][6] == 91
        (note,) = found.notes
        assert str(note).startswith(
            "late.csv and early.csv hold different figures in 1 cell (801 in 2021, 16A: 91 and 90)"
        )


PUBLISHED = ("[bcd]*.csv", "ons*.csv")
"""The shared open data files; ``cla`` is among the first. Neighbours are read by another door."""


def shared_files() -> list[Path]:
    return sorted(path for pattern in PUBLISHED for path in SHARED.glob(pattern))


# England's share that the file prints for 2022 is 23.3%, which is 14,990 of 64,390: there the
# compiled panel errs.
ENGLAND_2022 = {(ENGLAND, 2022, "cpp_starts_second_or_subsequent"): (14_990, 14_550)}

# Two tables of one release differ. The compiled panel has the figure of d5, and so has a panel of
# both: d5 gives the parts too, and 379 follows from the year before (399 + 550 - 580 is 369).
D1_ALONE = {
    ("938", 2013, "cpp_at_31_mar"): (424, 379),
    (ENGLAND, 2013, "cpp_at_31_mar"): (43_190, 43_140),
}

Different = dict[tuple[str, int, str], tuple[float, float]]


@pytest.fixture(scope="module")
def compiled() -> dict[tuple[str, int, str], float]:
    """The figures of the compiled panel by authority, year and measure."""
    panel = read_panel(SHARED / "authority_panel_2010_2023.csv")
    keys = list(zip(panel.la_codes, panel.years.tolist(), strict=True))
    return {
        (*key, name): float(figure)
        for name in panel.measures
        for key, figure in zip(keys, panel.figures[name], strict=True)
        if not math.isnan(figure)
    }


def compared(
    panel: AuthorityPanel, compiled: dict[tuple[str, int, str], float]
) -> tuple[int, Different]:
    """How many figures are those of the compiled panel, and those that are not with both."""
    equal, different = 0, {}
    keys = list(zip(panel.la_codes, panel.years.tolist(), strict=True))
    for name in panel.measures:
        for key, figure in zip(keys, panel.figures[name], strict=True):
            other = compiled.get((*key, name))
            if other is None or math.isnan(figure):
                continue
            if figure == other:
                equal += 1
            else:
                different[*key, name] = (float(figure), other)
    return equal, different


@needs_shared
@pytest.mark.regression
def test_the_shared_files_are_the_compiled_panel_wherever_both_hold_a_figure(
    compiled: dict[tuple[str, int, str], float],
) -> None:
    found = read_dfe(shared_files())
    assert compared(found, compiled) == (26_363, ENGLAND_2022)
    # Of these the compiled panel has no column.
    both = {name for *_, name in compiled}
    assert set(found.measures) - both == {
        "cin_plan_starts", "cin_plan_ends", "cin_plan_at_31_mar", "cpp_at_31_mar_3m_or_more",
        "cpp_at_31_mar_reviewed_in_time", "cpp_starts_neglect", "cpp_starts_physical",
        "cpp_starts_sexual", "cpp_starts_emotional", "cpp_starts_multiple",
        "assessments_46_to_50_working_days", "assessments_51_to_60_working_days",
        "assessments_61_plus_working_days", "icpc_16_to_20_working_days",
        "icpc_21_plus_working_days",
    }  # fmt: skip
    assert both - set(found.measures) == {"initial_assessments", "core_assessments"}
    (note,) = [note for note in found.notes if note.rule == "same_release"]
    assert "938 in 2013, cpp_at_31_mar: 379 and 424" in str(note)
    # The files to 2021 hold nothing that those to 2023 changed.
    assert "earlier_release" not in {note.rule for note in found.notes}
    some = [path for path in shared_files() if path.name.startswith(("d1", "d3", "d5"))]
    assert panel_text(read_dfe(reversed(some))) == panel_text(read_dfe(some))


ALONE = {
    "b1_children_in_need_to_2021.csv": 2_181,
    "b1_children_in_need_to_2023.csv": 2_663,
    "b7_child_in_need_plans_to_2023.csv": 0,
    "c1_children_in_need_referrals_and_rereferrals_to_2021.csv": 2_855,
    "c1_children_in_need_referrals_and_rereferrals_to_2023.csv": 3_485,
    "c2_children_in_need_assessments_duration_to_2023.csv": 1_430,
    "c3_factors_identified_at_end_of_assessment_to_2021.csv": 0,
    "c3_factors_identified_at_end_of_assessment_to_2023.csv": 0,
    "c4_children_in_need_section_47s_and_icpcs_to_2023.csv": 1_766,
    "c6_children_in_need_referrals_by_month_to_2023.csv": 888,
    "cla_number_and_rate_per_10k_children_to_2023.csv": 720,
    "csww_indicators_to_2023.csv": 4_438,
    "d1_child_protection_plans_to_2023.csv": 2_574,
    "d2_cpps_starting_by_category_of_abuse_to_2023.csv": 885,
    "d3_cpps_subsequent_plan_to_2021.csv": 1_442,
    "d3_cpps_subsequent_plan_to_2023.csv": 1_761,
    "d5_cpps_at31march_by_duration_to_2021.csv": 3_802,
    "d5_cpps_at31march_by_duration_to_2023.csv": 4_654,
    "d6_cpps_reviewed_within_timescales_to_2023.csv": 0,
    "d7_cpps_ending_by_duration_to_2023.csv": 4_477,
    "ons_mid-year_population_estimates_to_2023.csv": 969,
}
"""How many figures of each file the compiled panel has too. Of b7, c3 and d6 it has none."""


@needs_shared
@pytest.mark.regression
def test_each_shared_file_alone_is_the_compiled_panel_but_for_what_is_listed(
    compiled: dict[tuple[str, int, str], float],
) -> None:
    found = {path.name: compared(read_dfe([path]), compiled) for path in shared_files()}
    exceptions = {
        "d1_child_protection_plans_to_2023.csv": D1_ALONE,
        "d3_cpps_subsequent_plan_to_2023.csv": ENGLAND_2022,
    }
    assert {name: other for name, (_, other) in found.items() if other} == exceptions
    assert {name: equal for name, (equal, _) in found.items()} == ALONE


CASES = Path(__file__).with_name("cases")


@pytest.mark.regression
def test_the_tables_of_plans_and_of_children_looked_after_give_starts_and_ends_too() -> None:
    plans = read_dfe([CASES / "plans_file_starts_and_ends_not_read.csv"])
    assert {name: plans.figures[name].tolist() for name in plans.measures} == {
        "cpp_at_31_mar": [400, 410], "cpp_ends": [280, 300], "cpp_starts": [300, 310],
    }  # fmt: skip
    looked_after = read_dfe([CASES / "looked_after_numbers_of_today.csv"])
    assert {name: looked_after.figures[name].tolist() for name in looked_after.measures} == {
        "lac_at_31_mar": [600], "lac_starts": [200],
    }  # fmt: skip


@pytest.mark.regression
def test_of_two_tables_of_one_release_the_one_with_the_parts_is_kept_and_both_are_named() -> None:
    paths = [CASES / f"same_release_two_figures_{table}.csv" for table in ("d1", "d5")]
    found = read_dfe(paths)
    assert found.figures["cpp_at_31_mar"].tolist() == [379, 430]
    (note,) = found.notes
    assert (note.rule, note.la_code) == ("same_release", "801")
    assert str(note) == (
        "same_release_two_figures_d5.csv and same_release_two_figures_d1.csv hold different "
        "figures in 1 cell (801 in 2013, cpp_at_31_mar: 379 and 424); those of "
        "same_release_two_figures_d5.csv are kept, whose table goes first within a release"
    )
    other_way = read_dfe(paths[::-1])
    assert panel_text(other_way) == panel_text(found)
    assert other_way.notes == found.notes
    assert note in join_panels([found]).notes


@pytest.mark.unit
def test_the_later_release_is_kept_with_one_note_that_counts_the_cells(tmp_path: Path) -> None:
    # Releases are known by their last year, not by the names of the files.
    years = ("2012", "2013", "2014", "2015", "2016")
    early = [row("801", year, "10", "2", "20") for year in years[:4]]
    late = [row("801", year, "11", "2", "18") for year in years]
    # What is withheld now was published before: a figure stands before a status.
    late[0] = row("801", "2012", "c", "2", "c")
    first = write(tmp_path, PLANS, *early, name="new.csv")
    second = write(tmp_path, PLANS, *late, name="old.csv")
    for paths in ([first, second], [second, first]):
        found = read_dfe(paths)
        assert found.figures["cpp_starts"].tolist() == [10, 11, 11, 11, 11]
        (note,) = found.notes
        assert note.rule == "earlier_release"
        assert "old.csv and new.csv hold different figures in 3 cells (801 in 2013" in str(note)
        assert str(note).endswith("those of old.csv are kept, the later release (to 2016)")


@pytest.mark.unit
def test_what_of_a_file_is_not_read_is_said(tmp_path: Path) -> None:
    months = "April,May,June,July,August,September,October,November,December,January,February,March"
    cells = ["5"] * 12
    referrals = write(tmp_path, f"Referrals,{months}", row("801", "2015", "60", *cells))
    population = write(
        tmp_path,
        "age_group,population_estimate",
        row("801", "2015", "Children aged 0 to 17 years", "9000"),
        row("801", "2015", "Children aged 0 to 4 years", "2000"),
        name="p.csv",
    )
    found = read_dfe([referrals, population])
    assert found.figures["referrals"].tolist() == [60]
    assert found.figures["pop_0_17_midyear"].tolist() == [9000]
    notes = [str(note) for note in found.notes if note.rule == "layout"]
    assert notes[0] == (
        "d.csv (referrals by month): the referrals of each month are not read, only those of the "
        "year"
    )
    assert notes[1].startswith("p.csv (population by age): the estimate of the middle of a year")
    assert {note.rule for note in found.notes} <= set(PANEL_RULES)


@pytest.mark.unit
@pytest.mark.parametrize(
    "layout",
    [each for each in known_layouts() if any(MEASURES[f.measure].counts for f in each.figures)],
    ids=lambda layout: layout.name,
)
@pytest.mark.parametrize("cell", ["18.4%", "18.4"])
def test_no_layout_reads_a_percentage_or_a_fraction_as_a_count(
    tmp_path: Path, layout: Layout, cell: str
) -> None:
    for figure in (each for each in layout.figures if MEASURES[each.measure].counts):
        words = {name: kinds[0] for name, kinds in figure.where.items()}
        columns = dict.fromkeys((*layout.needs, *words, figure.column))
        cells = [cell if name == figure.column else words.get(name, "1") for name in columns]
        place = write(tmp_path, ",".join(columns), row("801", "2015", *cells))
        with pytest.raises(DataError, match=re.escape(f"field {figure.column}: found '{cell}', a")):
            read_dfe([place])


@needs_shared
@pytest.mark.regression
def test_the_shared_factors_hold_a_row_for_each_code_and_symbol() -> None:
    found = read_dfe_factors(SHARED.glob("c3*.csv")).to_frame()
    england = found[(found["la_code"] == ENGLAND) & (found["year"] == 2018)]
    counts = dict(zip(england["code"], england["episodes"], strict=True))
    assert (counts["1B"], counts["2B"]) == (64380, 62260)
    assert not found.duplicated(["la_code", "year", "code"]).any()
    assert set(found["status"]) == {"observed", "suppressed", "not_available", "not_applicable"}
    assert found["episodes"].isna().equals(found["status"] != "observed")


def plain(folder: Path, *lines: str, name: str = "panel.csv") -> Path:
    place = folder / name
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


@pytest.mark.unit
def test_a_plain_panel_is_read_and_written_back_with_its_symbols(tmp_path: Path) -> None:
    place = plain(
        tmp_path,
        "la_code,area,year,referrals,sw_agency_rate_fte_pct",
        '801,"Bristol, City of",2015,"1,234",12.5%',
        "801,Bristol,2016,c,low",
        "314 / 318,Both,2016,,z",
    )
    found = read_panel(place)
    assert found.figures["referrals"][1] == 1234
    again = tmp_path / "again.csv"
    again.write_text(panel_text(found), encoding="utf-8")
    assert read_panel(again) == found
    assert found.status["sw_agency_rate_fte_pct"] == ("not_applicable", "observed", "low")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ("la_cod,area,year,referrals",),
            "line 1, field la_code: this column is missing.*'la_cod'",
        ),
        (("la_code,area,year,referals",), "line 1, field referals.*Did you mean 'referrals'"),
        (("la_code,area,year,referrals", "801,A,2015,few"), "line 2, field referrals: found 'few'"),
        (("la_code,area,year,referrals", "801,A,15,1"), "line 2, field year: found '15'"),
        (("la_code,area,year,referrals", ",A,2015,1"), "line 2, field la_code: found nothing"),
        (
            ("la_code,area,year,referrals", "801,A,2015,1", "", "801,A,2015,1"),
            "line 4, field la_code: 801 in 2015 stands in line 2 already",
        ),
        (("la_code,area,year,referrals", "801,A,2015"), "line 2: found 3 cells; allowed: 4"),
        (("la_code,area,year,year",), "line 1, field year: stands in two columns"),
        (("la_code,area,year,referrals",), "line 2: there is no row below the headings"),
    ],
    ids=["missing", "unknown", "cell", "year", "code", "twice", "ragged", "heading_twice", "none"],
)
def test_a_panel_of_an_analyst_is_refused_with_file_line_and_column(
    tmp_path: Path, lines: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=rf"panel\.csv, {message}"):
        read_panel(plain(tmp_path, *lines))


@pytest.mark.unit
def test_what_a_reader_of_a_panel_has_to_know_is_noted(tmp_path: Path) -> None:
    place = plain(
        tmp_path,
        "la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends",
        "801,A,2015,120,60,50",
        "801,A,2014,100,50,40",
        "801,A,2013,90,c,30",
        "802,Old,2013,50,20,20",
        "803,New,2015,70,,",
        "804,D,2013,10,1,1",
        "804,D,2015,10,1,1",
    )
    found = read_panel(place)
    assert found.figures["cpp_at_31_mar"][:3].tolist() == [90, 100, 120]
    assert [(note.rule, note.la_code) for note in found.notes] == [
        ("order", "801"), ("ends_early", "802"), ("single_year", "802"),
        ("begins_late", "803"), ("single_year", "803"), ("gap", "804"),
    ]  # fmt: skip
    assert {note.rule for note in found.notes} <= set(PANEL_RULES)
    words = [str(note) for note in found.notes]
    assert words[0] == (
        "panel.csv, line 3, field year: 801 has 2014 after 2015 in line 2; put in order"
    )
    assert words[1] == "panel.csv, line 5, field year: 802 ends in 2013, others in 2015"
    # Of several files the first is named: a note is read line by line.
    joined = replace(found, source="panel.csv, more.csv, and.csv")
    assert str(panel_notes(joined)[0]).startswith("panel.csv and 2 more, field year: 802 ends")
    assert words[5] == "panel.csv, line 8, field year: 804 lacks 2014; not filled in"
    assert [note.la_code for note in found.authority("803").notes] == ["803", "803"]


@pytest.mark.unit
def test_a_stock_that_its_flows_do_not_explain_is_kept_and_noted(tmp_path: Path) -> None:
    stocks = {"801": (100, 110, 120), "802": (100, 130, 141)}
    lines = [
        f"{code},A,{year},{stock},50,40"
        for code, found in stocks.items()
        for year, stock in zip((2014, 2015, 2016), found, strict=True)
    ]
    head = "la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends"
    found = read_panel(plain(tmp_path, head, *lines))
    (note,) = found.notes
    assert (note.rule, note.la_code) == ("unexplained", "802")
    assert str(note) == (
        "panel.csv, line 6, field cpp_at_31_mar: 802: 1 of 2 years differ by more than 10% from "
        "the year before, plus starts, less ends; furthest 2015, 130 where these give 110"
    )
    assert found.figures["cpp_at_31_mar"][4] == 130


@pytest.mark.unit
def test_newest_first_is_one_note_and_joining_keeps_it(tmp_path: Path) -> None:
    lines = [f"80{i},A,{year},5" for year in (2015, 2014) for i in (1, 2, 3)]
    found = read_panel(plain(tmp_path, "la_code,area,year,referrals", *lines))
    (note,) = found.notes
    assert str(note) == (
        "panel.csv, line 5, field year: 801 has 2014 after 2015 in line 2, and so on for 2 others; "
        "put in order"
    )
    assert note in join_panels([found, found.authority("801")]).notes


@pytest.mark.unit
def test_a_year_that_is_not_over_is_refused(tmp_path: Path) -> None:
    place = plain(tmp_path, "la_code,area,year,referrals", "801,A,2015,1", "801,A,2016,1")
    assert len(read_panel(place, today=date(2016, 3, 31))) == 2
    with pytest.raises(
        DataError,
        match=r"panel\.csv, line 3, field year: found 2016, which .* allowed: years up to 2015",
    ):
        read_panel(place, today=date(2016, 3, 30))


@pytest.mark.unit
def test_panels_join_and_a_figure_stands_before_a_status() -> None:
    first = AuthorityPanel(("801",), ("A",), np.array([2015]), {"referrals": np.array([np.nan])})
    second = AuthorityPanel(("801",), ("A",), np.array([2015]), {"referrals": np.array([4.0])})
    assert join_panels([first, second]).figures["referrals"].tolist() == [4.0]
    assert join_panels([second, first]).figures["referrals"].tolist() == [4.0]


@pytest.mark.unit
def test_neighbours_come_from_the_user_with_england_beside(tmp_path: Path) -> None:
    listed = read_neighbours(
        plain(tmp_path, "la_code,neighbour_code", "801,803", "801,999", "803,801", name="n.csv")
    )
    assert dict(listed) == {"801": ("803", "999"), "803": ("801",)}
    codes = ("801", "802", "803", ENGLAND)
    everyone = AuthorityPanel(
        codes, codes, np.full(4, 2015), {"referrals": np.array([1.0, 2.0, 3.0, 9.0])}
    )
    assert with_neighbours(everyone, "801", listed).la_codes == ("801", "803", ENGLAND)
    with pytest.raises(UnknownNameError, match="no authority with neighbours '802'"):
        with_neighbours(everyone, "802", listed)


@pytest.mark.unit
@pytest.mark.parametrize("pair", ["801,801", "801,", "801,803\n801,803"])
def test_a_list_of_neighbours_that_makes_no_sense_is_refused(tmp_path: Path, pair: str) -> None:
    with pytest.raises(DataError, match=r"n\.csv, line [23], field neighbour_code"):
        read_neighbours(plain(tmp_path, "la_code,neighbour_code", pair, name="n.csv"))


WIDE = "old_la_code,la_name,SN_2,SN_2P,SN_1,SN_1P,SN_10,SN_10P"


@pytest.mark.unit
def test_the_published_table_of_neighbours_is_read_in_order_of_nearness(tmp_path: Path) -> None:
    near = "801,Here,804,Close,803,Very close,805,Close"
    found = read_neighbours(plain(tmp_path, WIDE, near, name="n.csv"))
    assert dict(found) == {"801": ("803", "804", "805")}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["801,Here,804,,803,,803,"], "line 2, field SN_10: found '801', '803'"),
        (["801,Here,,,803,,805,"], "line 2, field SN_2: found '801', ''"),
        (["801,A,804,,803,,805,", "801,A,804,,803,,805,"], "line 3, field old_la_code: '801' has"),
    ],
)
def test_a_published_table_of_neighbours_that_makes_no_sense_is_refused(
    tmp_path: Path, rows: list[str], message: str
) -> None:
    with pytest.raises(DataError, match=rf"n\.csv, {message}"):
        read_neighbours(plain(tmp_path, WIDE, *rows, name="n.csv"))


@needs_shared
@pytest.mark.regression
def test_the_shared_neighbours_are_ten_for_each_authority() -> None:
    found = read_neighbours(SHARED / "sn_model_2025_wide.csv")
    assert len(found) == 153
    assert {len(listed) for listed in found.values()} == {10}
    assert found["301"] == (
        "308", "821", "313", "333", "336", "307", "304", "312", "874", "203",
    )  # fmt: skip


@pytest.mark.unit
def test_cells_and_years_of_published_tables() -> None:
    assert read_cell("[c]") is not None
    assert read_cell("1,23") is None
    assert read_cell("9" * 400) is None
    assert read_cell("nan") is None
    assert read_cell("1e5") is None
    assert read_year("2014-15") is None
    assert read_year("2021.0") == 2021


OWN = """
[[layout]]
name = "section 47 enquiries"
where = { age = ["Total", "All*"] }

[layout.measures]
enquiries = "s47_enquiries"

[[layout.groups]]
measure = "icpc_children"
column = "number"
where = { kind = ["conferences"] }
"""


def layout(folder: Path, text: str = OWN) -> Path:
    place = folder / "own.toml"
    place.write_text(text, encoding="utf-8")
    return place


@pytest.mark.unit
def test_a_layout_of_the_analyst_reads_the_total_rows_of_a_file_that_is_not_known(
    tmp_path: Path,
) -> None:
    columns = "age,kind,enquiries,number"
    rows = (
        row("801", "2015", "Total", "x", "90", "1"),
        row("801", "2015", "0 to 4", "x", "40", "1"),
        row("802", "2015", "ALL AGES", "x", "c", "1"),
        row("801", "2015", "total", "Conferences", ":", "30"),
    )
    place = write(tmp_path, columns, *rows[:3])
    with pytest.raises(
        DataError, match=r"file has: 'age', 'kind', 'enquiries', 'number'\. Known: chil"
    ):
        read_dfe([place])
    found = read_dfe([place], layouts=read_layouts(layout(tmp_path)))
    assert found.figures["s47_enquiries"][0] == 90
    assert found.status["s47_enquiries"] == ("observed", "suppressed")
    grouped = OWN.replace('enquiries = "s47_enquiries"', "").replace("[layout.measures]", "")
    found = read_dfe(
        [write(tmp_path, columns, *rows[1:])], layouts=read_layouts(layout(tmp_path, grouped))
    )
    assert found.measures == ("icpc_children",)
    assert found.figures["icpc_children"].tolist() == [30]


@pytest.mark.unit
def test_rows_that_no_layout_tells_apart_are_refused_with_what_parts_them(tmp_path: Path) -> None:
    text = OWN.replace('where = { age = ["Total", "All*"] }', "")
    rows = (row("801", "2015", "Total", "x", "9", "1"), row("801", "2015", "0-4", "x", "4", "1"))
    place = write(tmp_path, "age,kind,enquiries,number", *rows)
    with pytest.raises(
        DataError,
        match=r"d\.csv, line 3, field s47_enquiries: 801 in 2015 stands in two rows, this one and "
        r"line 2\. They differ in age \('Total', '0-4'\)",
    ):
        read_dfe([place], layouts=read_layouts(layout(tmp_path, text)))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 3", "needs one or more sections"),
        ("[[layout", "this is no TOML"),
        ("[[layout]]\nname = 'a'", "line 1, field layout: names no measure"),
        ("[[layout]]\nmeasures = {a = 'referrals'}", "line 1, field name: must be a text"),
        (
            "[[layout]]\nname = 'a'\nmeasures = {a = 'referals'}",
            "line 3, field a.*Did you mean 'referrals'",
        ),
        (
            "[[layout]]\nname = 'a'\nmeasure = {a = 'referrals'}",
            "line 3, field measure: .*Did you mean 'measures'",
        ),
        ("[[layout]]\nname = 'a'\nmeasures = 4", "line 3, field measures: must be a section"),
        (
            "[[layout]]\nname = 'a'\ngroups = 4",
            r"line 3, field groups: must be tables.*\[\[groups\]\]",
        ),
        ("[[layout]]\nname = 'a'\ngroups = [4]", "line 3, field groups: must be tables"),
        (
            "[[layout]]\nname = 'a'\nmeasures = {a = 'referrals'}\nwhere = {b = 'Total'}",
            r"line 4, field b: must be a list of texts, such as \[.Total.\]",
        ),
        (
            "[[layout]]\nname = 'a'\nmeasures = {a = 'referrals'}\nchecked = 'x'",
            "no kind of check 'x'",
        ),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=rf"own\.toml.*{message}"):
        read_layouts(layout(tmp_path, text))


@pytest.mark.unit
def test_every_layout_of_the_package_says_what_it_was_checked_against() -> None:
    assert {each.checked for each in known_layouts()} == {"files", "columns"}
    assert len({each.name for each in known_layouts()}) == len(known_layouts())
    assert all(figure.measure in MEASURES for each in known_layouts() for figure in each.figures)


@needs_shared
@pytest.mark.regression
def test_a_layout_is_marked_as_checked_when_a_shared_file_is_read_by_it() -> None:
    found = {
        layout_of(read_rows(path)[0], (), path.name).name
        for path in shared_files()
    }  # fmt: skip
    assert found == {each.name for each in known_layouts() if each.checked == "files"}


@pytest.mark.unit
def test_two_authorities_that_report_together_and_later_column_names(tmp_path: Path) -> None:
    workforce = write(
        tmp_path, "turnover_rate_fte,vacancy_rate_fte", row("314 / 318", "2019", "10", "u")
    )
    later = write(
        tmp_path, "Referrals,Re_referrals", row("801", "2019", "100", "20"), name="later.csv"
    )
    found = read_dfe([workforce, later])
    assert found.la_codes == ("314 / 318", "801")
    assert found.status["sw_vacancy_rate_fte_pct"] == ("not_available", "not_available")
    assert found.figures["rereferrals_within_12m"][1] == 20
    with pytest.raises(DataError, match="which ends on 31 March 2019 and is not over"):
        read_dfe([later], today=date(2018, 12, 1))


@pytest.mark.unit
def test_open_data_and_plain_panels_go_together(tmp_path: Path) -> None:
    plans = write(tmp_path, PLANS, row("801", "2015", "10", "2", "20"))
    own = plain(tmp_path, "la_code,area,year,s47_enquiries", "801,Here,2015,33")
    found = read_panels([own, plans])
    assert set(found.measures) == {"cpp_starts", "cpp_starts_second_or_subsequent", "s47_enquiries"}
    assert found.areas == ("Area 801",)
    assert read_panels([own]) == read_panel(own)
    with pytest.raises(DataError, match="at least one file"):
        read_panels([])
