"""Inputs on which a wrong answer came out without a word: refused, or left out and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..authority.conftest import MONTHS, TEAMS

YEARS = range(2010, 2016)


def panel(path: Path, *, population: str = "130000", total: str = "") -> Path:
    """Six authorities that differ a little, and their total as a row where it has a name."""
    rows, sums = [], dict.fromkeys(YEARS, (0, 0, 0))
    for code in range(801, 807):
        for year in YEARS:
            stock = 200 + 7 * (code - 800) + 5 * (year - 2010) + (code * year) % 11
            counts = (stock, stock + 20, stock + 15)
            sums[year] = tuple(a + b for a, b in zip(sums[year], counts, strict=True))
            rows.append(f"{code},Place {code},{year},{','.join(map(str, counts))},{population}")
    if total:
        rows += [f"{total},{year},{','.join(map(str, sums[year]))}," for year in YEARS]
    heading = "la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends,pop_0_17_midyear"
    path.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
    return path


PANEL_COMMANDS = [
    ("national", "{}", "--replicates", "40", "--months", "2"),
    ("backtest", "{}", "--horizons", "1", "--models", "last_value", "--workers", "1"),
    ("project", "{}", "--authority", "801"),
    ("caseload", "{}", "--authority", "801", "--structure", "{structure}"),
    ("project", "{months}", "--learn", "{}"),
    ("intake", "panel", "{}", "--out", "{out}"),
]


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", PANEL_COMMANDS)
@pytest.mark.parametrize(
    ("population", "said"),
    [("130", "fewer than the"), ("0", "from 1 to 20,000,000"), ("130000.5", "a fraction")],
)
def test_a_population_in_thousands_is_refused_wherever_a_panel_is_taken(
    words, population, said, call, tmp_path
):
    file = panel(tmp_path / "panel.csv", population=population)
    structure, months = tmp_path / "teams.toml", tmp_path / "months.csv"
    structure.write_text(call("caseload", "--template", "structure").out, encoding="utf-8")
    months.write_text("month,cpp_stock\n2014-12,200\n2015-03,203\n", encoding="utf-8")
    places = {"structure": structure, "months": months, "out": tmp_path / "out.csv"}
    refused = call(*(word.format(file, **places) for word in words)).message
    assert "pop_0_17_midyear" in refused
    assert said in refused


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("population", "said"),
    [("130", "fewer than the 203"), ("0", "1 to 20,000,000"), ("12.7", "whole"), ("1e15", "whole")],
)
def test_a_population_that_cannot_be_is_refused_beside_own_months(population, said, call, tmp_path):
    months = tmp_path / "months.csv"
    months.write_text("month,cpp_stock\n2014-12,200\n2015-03,203\n", encoding="utf-8")
    assert said in call("project", months, "--population", population).message


@pytest.mark.end_to_end
@pytest.mark.parametrize("total", ["Total,All authorities", "999,Greater Place"])
def test_a_total_row_is_left_out_and_said(total, call, tmp_path):
    """By its name, or because its figures are the sum of the others in every year."""
    file = panel(tmp_path / "panel.csv", total=total)
    words = ("--replicates", "40", "--months", "2", "--format", "csv")
    answer = call("national", file, *words)
    assert answer.code == 0, answer.err
    assert answer.out == call("national", panel(tmp_path / "without.csv"), *words).out
    name = total.split(",")[0]
    assert f"riskmodel: {name} (" in answer.err
    assert "line 38" in answer.err
    text = call("national", file, *words[:-2])
    assert "6 authorities together" in text.out
    assert f"{name} ({total.split(',')[1]}) is " in text.out
    judged = call("backtest", file, "--horizons", "1", "--models", "last_value", "--workers", "1")
    assert "6 authorities" in judged.out
    assert f"{name} (" in judged.err


@pytest.mark.end_to_end
def test_an_authority_of_the_size_of_the_others_together_stays(call, tmp_path):
    """Only where it is their sum in every year that can be told is it left out."""
    file = panel(tmp_path / "panel.csv", total="999,Greater Place")
    lines = file.read_text(encoding="utf-8").splitlines()
    cells = lines[-1].split(",")
    cells[3] = str(int(cells[3]) + 1)
    file.write_text("\n".join((*lines[:-1], ",".join(cells))) + "\n", encoding="utf-8")
    answer = call("national", file, "--replicates", "40", "--months", "2")
    assert "7 authorities together" in answer.out


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("cell", "said"), [("18.4%", "a percentage"), ("18.4", "a fraction"), ("18%", "a percentage")]
)
def test_a_percentage_or_a_fraction_is_no_count(cell, said, call, tmp_path):
    file = tmp_path / "panel.csv"
    heading = "la_code,area,year,cpp_at_31_mar,cpp_starts_second_or_subsequent,sw_fte"
    file.write_text(f"{heading}\n801,Here,2019,300,{cell},12.5\n", encoding="utf-8")
    refused = call("intake", "panel", file, "--out", tmp_path / "out.csv").message
    assert f"line 2, field cpp_starts_second_or_subsequent: found '{cell}', {said}" in refused
    open_data = tmp_path / "open.csv"
    open_data.write_text(
        "time_period,time_identifier,geographic_level,old_la_code,la_name,CPP_start,CPP_subsequent"
        f"\n2019,Reporting year,Local authority,801,Here,75,{cell}\n",
        encoding="utf-8",
    )
    refused = call("intake", "panel", open_data, "--out", tmp_path / "out.csv").message
    assert f"field CPP_subsequent: found '{cell}', {said}" in refused


RECORDS = "SMITHJ,2015-03-31,true,3B\nJONES-K,2015-04-01,false,2B\n"


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    "words",
    [
        ("factors", "{}"),
        ("factors", "{}", "--mapping", "{mapping}"),
        ("factors", "{modules}"),
        ("intake", "check", "{xml}"),
        ("intake", "panel", "{}", "--out", "{out}"),
        ("intake", "snapshots", "{}"),
        ("project", "{}"),
        ("national", "{}"),
        ("backtest", "{}"),
    ],
)
def test_no_record_is_shown_where_headings_are_missing(words, call, tmp_path):
    places = {
        "mapping": tmp_path / "map.toml",
        "modules": tmp_path / "modules",
        "xml": tmp_path / "return.xml",
        "out": tmp_path / "out.csv",
    }
    places["modules"].mkdir()
    places["mapping"].write_text('[columns]\nplan = "CP plan"\n', encoding="utf-8")
    places["xml"].write_text("<Message/>", encoding="utf-8")
    for name in ("table.csv", "modules/assessments.csv", "return.factors.csv"):
        (tmp_path / name).write_text(RECORDS, encoding="utf-8")
    refused = call(*(word.format(tmp_path / "table.csv", **places) for word in words)).message
    assert "line 1: the first line" in refused
    assert "SMITH" not in refused
    assert "2015-03-31" not in refused


@pytest.mark.end_to_end
@pytest.mark.parametrize("row", ["SMITHJ,JONES-K,1", "SMITHJ,2015-03-31,JONES-K"])
def test_no_cell_of_a_side_file_is_shown(row, call, tmp_path):
    (tmp_path / "return.xml").write_text("<Message/>", encoding="utf-8")
    (tmp_path / "return.factors.csv").write_text(
        f"LAchildID,AssessmentAuthorisationDate,local\n{row}\n", encoding="utf-8"
    )
    refused = call("intake", "check", tmp_path / "return.xml").message
    assert "return.factors.csv, line 2, field " in refused
    assert "JONES" not in refused


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("project", "--stage", ","), "an option names nothing: got ','"),
        (("project", "--show", "above", "--above", ","), "an option names nothing: got ','"),
        (("caseload", "--scenario", " , "), "an option names nothing"),
        (("sensitivity", "--assessments", "1000000000"), "from 1 to 20,000,000"),
        (("sensitivity", "--assessments", ","), "--assessments names no number"),
        (("sensitivity", "--overlap", ","), "--overlap names no number"),
        (("sensitivity", "--assessments", "9" * 5000), "one of 5,000 digits"),
        (("bounds", "3B", "--assessments", str(10**21)), "from 1 to 20,000,000"),
        (("factors", "x" * 300 + ".csv"), "cannot be used: File name too long"),
        (("factors", "caf\udce9.csv"), r"'caf\udce9.csv' holds a character that cannot be shown"),
        (("factors", "\x1b[2Jown.csv"), r"'\x1b[2Jown.csv' holds a character"),
    ],
)
def test_what_can_only_be_a_slip_is_refused(words, said, call):
    assert said in call(*words).message


@pytest.mark.end_to_end
def test_more_resamples_than_memory_holds_are_refused(call, tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("plan,3B\n" + "true,true\nfalse,false\n" * 30, encoding="utf-8")
    reason = "made-up rows of a test, seen by nobody"
    words = ("impact", table, "--no-suppression", reason, "--bootstrap", 10**9)
    assert "from 0 to 100,000" in call(*words).message


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("section", "key", "price"),
    [("costs", "post_per_year", "9" * 25), ("levers", "post", "9" * 400), ("costs", "post", "nan")],
)
def test_a_price_of_many_digits_names_its_place(section, key, price, call, tmp_path):
    prices = tmp_path / "prices.toml"
    others = "shorter_plans_percent = 1\ndiversion_percent = 1\n" if section == "levers" else ""
    key = "agency_per_week" if price == "nan" else key
    prices.write_text(f"[{section}]\n{others}{key} = {price}\n", encoding="utf-8")
    show = "mix" if section == "levers" else "cost"
    refused = call("caseload", "--show", show, "--costs", prices).message
    line = 4 if section == "levers" else 2
    said = (
        "holds a number of over 300" if len(price) > 300 else "a price must be 0 or more, at most"
    )
    assert f"prices.toml, line {line}, field {key}: {said}" in refused


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("lever", "value"),
    [("workforce.hires_per_month", "1e10"), ("starts.child_protection_plan", "1e8")],
)
def test_a_scenario_beyond_any_country_is_refused(lever, value, call, tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(
        'name = "own"\ndescription = "A slip of the pen."\n\n[[change]]\n'
        f'parameter = "{lever}"\nfrom_month = 1\nvalue = {value}\n'
        'reason = "A slip of the pen."\nsource = "assumed"\n',
        encoding="utf-8",
    )
    assert "allowed is 0 or more, at most 100,000" in call("scenario", "check", file).message


@pytest.mark.end_to_end
def test_a_damaged_parquet_is_one_message(call, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "damaged.parquet"
    pq.write_table(pa.table({"plan": [True, False], "child_neglect": [True, False]}), file)
    data = file.read_bytes()
    file.write_bytes(data.replace(b"child_neglect", b"chi\xf1d_neglect"))
    assert (
        "no Parquet file, or a broken one: its names are no text" in call("factors", file).message
    )


@pytest.mark.end_to_end
def test_an_area_cannot_steer_the_terminal(call, tmp_path):
    file = panel(tmp_path / "panel.csv")
    text = file.read_text(encoding="utf-8").replace("Place 801", "Here\x1b[2J\u202eereht")
    file.write_text(text, encoding="utf-8")
    answer = call("national", file, "--replicates", "40", "--months", "2", columns=140)
    assert answer.code == 0
    assert "\u202e" not in answer.out
    assert "\x1b[2J" not in answer.out
    assert r"Here\x1b[2J\u202eereht" in answer.out.replace("\x1b[0m", "")


@pytest.mark.end_to_end
def test_what_memory_cannot_hold_is_refused_before_any_calculation(call, tmp_path, monkeypatch):
    for place in ("calibrate_model", "simulate_scenarios"):
        monkeypatch.setattr(
            f"riskmodel.demand.projecting.{place}", lambda *_, **__: pytest.fail("begun")
        )
    (tmp_path / "months.csv").write_text(MONTHS, encoding="utf-8")
    (tmp_path / "authority.toml").write_text('[about]\nname = "North"\n', encoding="utf-8")
    heading = TEAMS.partition("\n")[0]
    for number, simulations, told in (
        (2001, 100, "found 2,001 teams; allowed: at most 2,000. Put small ones together"),
        (1900, 2000, "2,000 simulations of 1,900 teams and 60 months take about 4.6 GB of memory; "
         "allowed: 4 GB. Ask for at most 1,754 simulations"),
    ):  # fmt: skip
        rows = [f"t{row},north,family_support,1,0,0,0,1" for row in range(number)]
        (tmp_path / "teams.csv").write_text("\n".join((heading, *rows)) + "\n", "utf-8")
        out = ("report", tmp_path, "--out", tmp_path / "out", "--simulations", simulations)
        for words in (out, ("caseload", tmp_path, "--simulations", simulations)):
            assert told in " ".join(call(*words).message.split())
        assert not (tmp_path / "out").exists()
    refused = call(
        *("project", "--scenario", "plateau", "--simulations", "100000", "--months", "120")
    ).message
    assert "100,000 simulations of" in refused
    assert "scenarios and 3 stages and 120 months" in refused


@pytest.mark.end_to_end
def test_a_place_that_takes_no_file_is_said_before_the_work(call, tmp_path, monkeypatch):
    """Root may write anywhere, so the answer of the system is set."""
    import os

    monkeypatch.setattr("riskmodel.cli.report.whole_report", lambda *_, **__: pytest.fail("begun"))
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: str(path) != str(tmp_path) and real(path, mode)
    )
    for name in ("new", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        refused = call("report", "--out", tmp_path / name).message
        assert "takes no new file" in refused


@pytest.mark.end_to_end
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_behind_standard_output_is_one_message(form):
    import subprocess
    import sys

    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    with full.open("w") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "riskmodel", "scenario", "levers", "--format", form],
            stdout=stream, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "riskmodel: the answer cannot be written: No space left on device\n"


OPEN = "time_period,time_identifier,geographic_level,country_code,country_name,old_la_code,la_name"


def open_data(path: Path, heading: str, *rows: str) -> Path:
    path.write_text("\n".join((f"{OPEN},{heading}", *rows)) + "\n", encoding="utf-8")
    return path


@pytest.mark.end_to_end
def test_a_quarter_is_no_year(call, tmp_path):
    row = "2019,Q1,Local authority,E92000001,England,801,Here,75,12"
    file = open_data(tmp_path / "open.csv", "CPP_start,CPP_subsequent", row)
    refused = call("intake", "panel", file, "--out", tmp_path / "out.csv").message
    assert "line 2, field time_identifier: found 'Q1'" in refused


@pytest.mark.end_to_end
def test_another_country_is_not_england(call, tmp_path):
    file = open_data(
        tmp_path / "open.csv", "CPP_start,CPP_subsequent",
        "2019,Reporting year,National,K02000001,United Kingdom,,,70000,9000",
        "2020,Reporting year,National,E92000001,England,,,66000,9100",
    )  # fmt: skip
    answer = call("intake", "panel", file, "--out", tmp_path / "out.csv")
    assert "United Kingdom is not England, so its rows are left out" in answer.out
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["E92000001,England,2020,66000,9100"]


@pytest.mark.end_to_end
def test_a_part_is_never_taken_for_all_looked_after(call, tmp_path):
    place = "2019,Reporting year,Local authority,E92000001,England,801,Here"
    whole = "Children looked after at 31 March"
    part = f"{whole} who were unaccompanied asylum-seeking children"
    file = open_data(tmp_path / "part.csv", "population_count,number", f"{place},{part},41")
    refused = call("intake", "panel", file, "--out", tmp_path / "out.csv").message
    assert "each is a part of it" in refused
    assert "unaccompanied" in refused
    rows = (f"{place},{whole},600", f"{place},{part},55")
    file = open_data(tmp_path / "both.csv", "population_count,number", *rows)
    assert call("intake", "panel", file, "--out", tmp_path / "out.csv").code == 0
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["la_code,area,year,lac_at_31_mar", "801,Here,2019,600"]


@pytest.mark.end_to_end
def test_suppressed_is_small_and_not_none(call, tmp_path):
    file = panel(tmp_path / "panel.csv")
    with file.open("a", encoding="utf-8") as stream:
        stream.writelines(f"899,Small,{year},c,c,c,9000\n" for year in YEARS)
    refused = call("project", file, "--authority", "899").message
    assert "cpp_at_31_mar is suppressed. That means 1 to 5 children, not none" in refused


@pytest.mark.end_to_end
def test_flows_of_quarters_are_no_months(call, tmp_path):
    file = tmp_path / "months.csv"
    rows = ["month,cpp_stock,cpp_starts,cpp_ends"]
    rows += [f"2017-{month:02},39{month % 10},93,92" for month in (3, 6, 9, 12)]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    refused = call("project", file, "--show", "flows").message
    assert "line 3, field starts" in refused
    assert "look like those of 3" in refused


SOUND = {
    "months.csv": MONTHS,
    "teams.csv": TEAMS,
    "authority.toml": '[about]\nname = "Here"\npopulation = 90000\n[workforce]\nposts = 40\n'
    '[[prices]]\nyear = "2023/24"\npost_per_year = 58000\n',
}


def folder_with(folder: Path, file: str, before: str, after: str) -> Path:
    """A sound folder in which one thing is another."""
    folder.mkdir()
    for name, text in SOUND.items():
        assert name != file or before in text
        changed = text.replace(before, after, 1) if name == file else text
        (folder / name).write_text(changed, encoding="utf-8")
    return folder


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("authority.toml", "90000", "61500000000", "a number, from 1 to 20,000,000"),
        ("authority.toml", "posts = 40", "posts = 950000", "a number, from 0 to 100,000"),
        ("authority.toml", "58000", "58000000000", "a number, from 0 to 1,000,000,000"),
        ("months.csv", ",401,", ",1000000000000,", "of children from 0 to 20,000,000"),
        (
            "teams.csv",
            "212,0,0,0,10",
            "212,0,0,0,950000",
            "full-time equivalents from 0 to 100,000",
        ),
        ("teams.csv", ",212,", ",1000000000000,", "of cases from 0 to 1,000,000"),
    ],
)
def test_more_than_a_country_has_is_refused_in_a_folder(file, before, after, said, call, tmp_path):
    folder = folder_with(tmp_path / "own", file, before, after)
    for words in (("check", folder), ("caseload", folder, "--months", "2")):
        answer = call(*words)
        assert answer.code in (1, 2)
        assert said in " ".join((answer.out + answer.err).split())


@pytest.mark.end_to_end
@pytest.mark.parametrize(("price", "said"), [("58", "below"), ("580000", "above"), ("58000", "")])
def test_a_price_of_a_post_that_is_likely_a_slip_is_warned_of_in_a_line(
    price, said, call, tmp_path
):
    folder = folder_with(tmp_path / "own", "authority.toml", "58000", price)
    prices = tmp_path / "prices.toml"
    prices.write_text(f'[costs]\npost_per_year = {price}\nprices = "2015/16"\n', encoding="utf-8")
    sizes = ("--months", "24", "--simulations", "100", "--format", "json")
    asked = ("caseload", "--show", "cost", *sizes)
    posts = ("decide", "--too-few", "90000", "--too-many", price, *sizes)
    for words in ((*asked, "--costs", prices), (*asked[:1], folder, *asked[1:]), posts):
        answer = call(*words)
        assert answer.code == 0
        lines = [line for line in answer.err.splitlines() if "a post at £" in line]
        assert len(lines) == bool(said)
        assert all(f"is {said} the usual £" in line for line in lines)
    assert ("a post at £" in " ".join(call("check", folder).out.split())) is bool(said)
