"""``riskmodel backtest``: formats, charts, the same bytes, and a message for every mistake."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskmodel.streams import stream

COLUMNS = [
    *("measure", "model", "la_code", "origin", "horizon_years", "observed", "crps"),
    *("q05", "q10", "q25", "median", "q75", "q90", "q95", "basis"),
]
CHEAP = ("--models", "riskmodel,ridge,drift")


def panel_rows(authorities: int = 8, first: int = 2010, last: int = 2017) -> list[list[str]]:
    generator = stream(41, "tests/cli/backtest")
    rows = []
    for place in range(authorities):
        level = generator.uniform(50, 600)
        for year in range(first, last + 1):
            level *= float(generator.lognormal(0, 0.15))
            rows.append([f"{201 + place}", f"Area {place}", str(year), f"{level:.0f}"])
    return rows


def write(path: Path, rows: list[list[str]], heading: str = "cpp_at_31_mar") -> Path:
    lines = [f"la_code,area,year,{heading}", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("backtest") / "panel.csv", panel_rows())


@pytest.mark.end_to_end
def test_csv_is_the_rows_alone_and_the_same_with_any_number_of_workers(call, panel):
    first, second = (
        call(
            "backtest", panel, *CHEAP, "--measure", measure, "--workers", number, "--format", "csv"
        )
        for measure, number in (("cpp_at_31_mar", 1), ("cpp", 2))
    )
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    rows = list(csv.reader(io.StringIO(first.out)))
    assert rows[0] == COLUMNS
    models = {"riskmodel", "last_value", "last_value_pooled", "ridge", "drift"}
    assert {row[1] for row in rows[1:]} == models
    # Origins 2014 to 2016, three, two and one year ahead of them, five models, eight authorities.
    assert len(rows) - 1 == 5 * 8 * (3 + 2 + 1)


@pytest.mark.end_to_end
def test_json_is_the_same_rows_and_the_summary_where_asked_for(call, panel):
    words = ("backtest", panel, *CHEAP, "--workers", 1, "--origins", "2014,2016", "--horizons", 1)
    rows = call(*words, "--format", "json").json
    table = list(csv.DictReader(io.StringIO(call(*words, "--format", "csv").out)))
    assert [{key: str(value) for key, value in row.items()} for row in rows] == table
    summary = call(*words, "--format", "json", "--summary").json
    assert [row["model"] for row in summary] == [
        "riskmodel",
        "last_value",
        "last_value_pooled",
        "drift",
        "ridge",
    ]
    assert sum(row["best"] for row in summary) == 1
    assert summary[1]["skill_percent"] == 0


@pytest.mark.end_to_end
def test_the_text_names_the_winner_and_says_what_the_words_mean(call, panel):
    answer = call("backtest", panel, *CHEAP, "--workers", 1)
    said = " ".join(answer.out.split())
    assert answer.code == 0
    assert "(best)" in said
    assert "Best by mean CRPS: 1 ahead" in said
    assert "in the highest, where 10% should" in said


@pytest.mark.end_to_end
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_three_charts_are_written_side_by_side(call, panel, tmp_path, ending):
    out = tmp_path / f"judged.{ending}"
    words = ("backtest", panel, *CHEAP, "--workers", 1, "--origins", 2015, "--horizons", "1-2")
    assert call(*words, "--out", out).code == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(f"judged{end}.{ending}" for end in ("", "-coverage", "-pit"))
    assert "is there already" in call(*words, "--out", out).message


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--origins", "2014-2030"), "from 2012 to 2016, not 2017, 2018"),
        (("--origins", "2016-2014"), "--origins takes whole numbers, spans first-last"),
        (("--origins", "lately"), "got 'lately'"),
        (("--origins", ""), "got ''"),
        (("--horizons", "0"), "horizons are whole years from 1 to 10, got 0"),
        (("--horizons", "1-40"), "horizons are whole years from 1 to 10"),
        (("--horizons", "-1"), "--horizons takes whole numbers"),
        (("--folds", "1"), "parts of the authorities are 2 or more, got 1"),
        (("--workers", "0"), "workers must be at least 1"),
        (("--engine", "dusk"), "no engine 'dusk'"),
        (("--seed", "-1"), "seed must be 0 or more"),
        (("--models", "rigde"), "Did you mean 'ridge'?"),
        (("--models", ","), "names nothing"),
        (("--measure", "cpp_at_31_march"), "Did you mean 'cpp_at_31_mar'"),
        (("--measure", "lac_at_31_mar"), "has no column lac_at_31_mar"),
        (("--format", "xml"), "There is no format 'xml'"),
        (("--out", "picture.pdf"), ".svg or .png"),
    ],
)
def test_values_out_of_range_are_refused(call, panel, words, says):
    assert says in " ".join(call("backtest", panel, *words).message.split())


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.__setitem__(3, [*rows[3][:3], "many"]), ("line 5", "cpp_at_31_mar")),
        (lambda rows: rows.__setitem__(3, [*rows[3][:3], "-4"]), ("line 5", "-4")),
        (lambda rows: rows.__setitem__(3, [*rows[3][:2], "20x4", "9"]), ("line 5", "year")),
        (lambda rows: rows.append(rows[0]), ("line 66", "line 2 already")),
        (lambda rows: rows.append(["201", "Area 0", "2099", "9"]), ("line 66", "not over")),
        (lambda rows: rows.append(["", "Area 0", "2011", "9"]), ("line 66", "la_code")),
        (lambda rows: [row.__setitem__(3, "x") for row in rows], ("holds no figure",)),
        (lambda rows: rows.__delitem__(slice(2, None)), ("2010 to 2011 only",)),
    ],
)
def test_panels_that_cannot_be_are_refused_with_the_place(call, tmp_path, change, says):
    rows = panel_rows()
    change(rows)
    path = write(tmp_path / "panel.csv", rows)
    message = call("backtest", path, *CHEAP, "--workers", 1).message
    assert "panel.csv" in message
    for words in says:
        assert words in " ".join(message.split())


@pytest.mark.end_to_end
def test_a_missing_column_and_a_missing_file_are_said(call, tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("la_code,year,cpp_at_31_mar\n201,2014,9\n", encoding="utf-8")
    assert "this column is missing" in call("backtest", path).message
    assert "nowhere.csv" in call("backtest", tmp_path / "nowhere.csv").message


@pytest.mark.end_to_end
def test_one_authority_in_any_order_with_gaps_is_judged_by_what_ships(call, tmp_path):
    rows = panel_rows(1, 2009, 2021)[::-1]
    del rows[4]
    path = write(tmp_path / "own.csv", rows)
    answer = call("backtest", path, *CHEAP, "--workers", 1, "--format", "csv")
    assert answer.code == 0
    assert "used what comes with the package, learned by then" in " ".join(answer.err.split())
    origins = {row["origin"] for row in csv.DictReader(io.StringIO(answer.out))}
    # The figure of 2017 is not there; before 2015 nothing that ships had been learned.
    assert origins == {"2015", "2016", "2018", "2019", "2020"}


@pytest.mark.property
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.lists(
        st.sampled_from(
            ["0", "12", "455", "", "x", ":", "1,200", "7.5", "-1", "text", "1e9", "nan"]
        ),
        min_size=6,
        max_size=64,
    ),
    first=st.integers(2008, 2020),
)
def test_any_cells_give_an_answer_or_a_message(call, tmp_path, cells, first):
    rows = [
        [str(201 + place % 7), "Area", str(first + place // 7), f'"{cell}"']
        for place, cell in enumerate(cells)
    ]
    answer = call(
        "backtest", write(tmp_path / "p.csv", rows), *CHEAP, "--workers", 1, "--format", "csv"
    )
    if answer.code:
        assert answer.message
    else:
        for row in csv.DictReader(io.StringIO(answer.out)):
            assert all(row.values())


@pytest.mark.end_to_end
def test_a_flow_is_called_by_its_label(call, tmp_path):
    panel = write(tmp_path / "starts.csv", panel_rows(), "cpp_starts")
    answer = call("backtest", panel, "--models", "drift", "--measure", "cpp_starts")
    assert answer.code == 0, answer.err
    assert "Projections of child protection plans started in a year" in answer.out
