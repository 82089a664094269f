"""Inputs on which a wrong answer came out without a word: refused, or left out and said."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    assert "6 authorities, " in judged.out
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
