"""What ``riskmodel factors`` lets out of observed records, and what of synthetic ones."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from riskmodel.streams import stream

NAMES = ("child_neglect", "parent_mental_health", "child_gangs")


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> Path:
    """A year of an authority's own records, made up: gangs are rare enough to point to a child."""
    random = stream(1, "test/disclosure")
    path = tmp_path_factory.mktemp("own") / "own.csv"
    rows = [
        [random.random() < share for share in (0.28, 0.2, 0.25, 0.006)]
        + ["north" if random.random() < 0.5 else "south"]
        for _ in range(900)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["plan", *NAMES, "area"])
        writer.writerows([[str(cell).lower() for cell in row] for row in rows])
    return path


@pytest.mark.end_to_end
def test_small_counts_of_observed_records_are_withheld(call, observed):
    for words in ((), ("--by", "area"), ("--show", "membership"), ("--show", "comparison")):
        answer = call("factors", observed, *words, "--format", "csv")
        gangs = [
            row for row in csv.DictReader(io.StringIO(answer.out)) if row["factor"] == "child_gangs"
        ]
        assert gangs
        for row in gangs:
            assert "[c]" in row.values()
            for column in ("plans", "assessments"):
                if row.get(column, "[c]") != "[c]":
                    assert not 1 <= int(row[column]) <= 5
        assert "withheld, shown as [c]" in answer.err


@pytest.mark.end_to_end
def test_json_has_null_and_names_the_column(call, observed):
    rows = call("factors", observed, "--format", "json").json["factors"]
    (gangs,) = [row for row in rows if row["factor"] == "child_gangs"]
    assert gangs["conversion_rate"] is None
    assert "conversion_rate" in gangs["suppressed"]


@pytest.mark.end_to_end
def test_a_waiver_needs_a_reason_in_a_sentence(call, observed):
    assert "at least 20 characters" in call("factors", observed, "--no-suppression", "ok").message
    reason = "made-up rows of a test, seen by nobody"
    answer = call("factors", observed, "--no-suppression", reason, "--format", "csv")
    assert answer.code == 0
    assert "[c]" not in answer.out


@pytest.mark.end_to_end
def test_a_higher_threshold_withholds_no_less(call, observed):
    withheld = [
        call("factors", observed, "--threshold", number, "--format", "csv").out.count("[c]")
        for number in (5, 40)
    ]
    assert withheld[0] <= withheld[1]


@pytest.mark.end_to_end
def test_synthetic_tables_pass_unsuppressed(call):
    table = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
    answer = call("factors", table, "--by", "area", "--format", "csv")
    assert "[c]" not in answer.out
    assert "withheld" not in answer.err


@pytest.mark.end_to_end
def test_too_little_to_print_is_one_message(call, tmp_path):
    table = tmp_path / "tiny.csv"
    table.write_text("plan,child_neglect\ntrue,true\nfalse,true\nfalse,false\n", encoding="utf-8")
    assert "too little of these observed records" in call("factors", table).message


TABLES = [
    ("factors", "{}"),
    ("impact", "{}"),
    ("bounds", "child_neglect", "--table", "{}"),
    ("sensitivity", "--table", "{}", "--overlap", "0", "--replicates", "1"),
    ("cohort", "check", "{}"),
    ("cohort", "describe", "{}"),
]
REASON = "made-up rows of a test, seen by nobody"


def of(words: tuple[str, ...], table: Path) -> list[str]:
    return [word.format(table) for word in words]


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", TABLES)
def test_every_command_says_what_is_withheld_and_only_of_observed_records(words, call, observed):
    own = call(*of(words, observed))
    assert own.code in (0, 1), own.err
    assert "withheld" in own.out
    assert "withheld" in own.err
    (line,) = [line for line in own.err.splitlines() if "--earlier" in line]
    assert "released elsewhere can give withheld counts away" in line
    if words[0] != "bounds":  # as many factors as the reference cohort has are too many to bound
        synthetic = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
        made_up = call(*of(words, synthetic))
        assert "withheld" not in made_up.out + made_up.err
        assert "--earlier" not in made_up.err


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", TABLES)
def test_a_waiver_is_printed_where_the_answer_is_read(words, call, observed):
    waived = (*of(words, observed), "--no-suppression", REASON)
    text = call(*waived)
    assert REASON in " ".join(text.out.split())
    assert REASON in text.err
    rows = list(csv.DictReader(io.StringIO(call(*waived, "--format", "csv").out)))
    assert {row["waiver"] for row in rows} == {REASON}
    assert not any("[c]" in row.values() for row in rows)
    data = call(*waived, "--format", "json").json
    assert data["disclosure"] == {"suppressed": False, "reason": REASON, "counts_withheld": 0}
    assert "leave --threshold" in call(*waived, "--threshold", 7).message
    assert "20 characters" in call(*of(words, observed), "--no-suppression", "ok").message


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", TABLES)
def test_threshold_and_rounding_reach_every_command(words, call, observed):
    plain = of(words, observed)
    data = call(*plain, "--threshold", 3, "--round-to", 10, "--format", "json").json
    assert data["disclosure"]["threshold"] == 3
    assert data["disclosure"]["round_to"] == 10
    assert "rounded to 5 or 10" in call(*plain, "--round-to", 7).message
    for threshold in (0, 1):
        refused = call(*plain, "--threshold", threshold)
        assert "from 2 to 1,000" in refused.message
        assert "--no-suppression REASON" in refused.message


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", TABLES)
def test_a_mapping_and_a_sheet_reach_every_command(words, call, observed, tmp_path):
    text = observed.read_text(encoding="utf-8").replace("plan,", "CP?,", 1)
    table = tmp_path / "named.csv"
    table.write_text(text, encoding="utf-8")
    mapping = tmp_path / "names.toml"
    mapping.write_text('[columns]\nplan = "CP?"\n', encoding="utf-8")
    expected = call(*of(words, observed), "--format", "csv")
    found = call(*of(words, table), "--mapping", mapping, "--format", "csv")
    assert (found.code, found.out) == (expected.code, expected.out)
    assert "for workbooks only" in call(*of(words, table), "--sheet", "Sheet1").message


@pytest.mark.end_to_end
def test_a_mapping_of_parquet(call, observed, tmp_path):
    import pandas as pd

    table = tmp_path / "own.parquet"
    pd.read_csv(observed).rename(columns={"plan": "CP?"}).to_parquet(table)
    mapping = tmp_path / "names.toml"
    mapping.write_text('[columns]\nplan = "CP?"\n', encoding="utf-8")
    words = ("--by", "area", "--format", "csv")
    assert call("factors", table, "--mapping", mapping, *words).out == (
        call("factors", observed, *words).out
    )


@pytest.mark.end_to_end
@pytest.mark.parametrize("words", [("factors",), ("bounds", "child_neglect"), ("sensitivity",)])
def test_options_of_a_table_need_one(words, call):
    assert "--threshold" in call(*words, "--threshold", 6).message
    assert "--sheet" in call(*words, "--sheet", "A").message


@pytest.mark.end_to_end
def test_one_observed_column_beside_made_up_ones_is_protected(call, observed, tmp_path):
    table = tmp_path / "own.csv"
    table.write_bytes(observed.read_bytes())
    rows = "plan,outcome,flag,observed,,\nchild_neglect,factor,flag,assumed,,\n"
    heading = "column,role,type,basis,allowed,description\n"
    (tmp_path / "own.dictionary.csv").write_text(heading + rows, encoding="utf-8")
    assert "[c]" in call("factors", table, "--format", "csv").out


@pytest.mark.end_to_end
def test_a_factor_with_a_withheld_count_is_in_no_model(call, observed, tmp_path):
    rows = list(csv.DictReader(io.StringIO(call("impact", observed, "--format", "csv").out)))
    gangs = [row for row in rows if row["factor"] == "child_gangs"]
    assert len(gangs) == 10
    assert {row["value"] for row in gangs} == {row["numerator"] for row in gangs} == {"[c]"}
    named = ("--factors", "child_neglect,parent_mental_health", "--format", "csv")
    others = [row for row in rows if row["factor"] != "child_gangs"]
    assert others == list(csv.DictReader(io.StringIO(call("impact", observed, *named).out)))
    refused = call("bounds", "child_gangs", "--table", observed).message
    assert "a count of Child Gangs is withheld" in refused
    refused = call("sensitivity", "--factors", "child_gangs", "--table", observed).message
    assert "a count of Child Gangs is withheld" in refused


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "uses"),
    [
        (("--cut", 0.3), "comparison"),
        (("--assessments", 2000), "associations"),
        (("--seed", 1), "membership and --show ranks"),
        (("--show", "ranks", "--method", "wilson"), "rates (the default)"),
        (("--show", "funnel", "--cuts", "base-rate"), "membership"),
        (("--show", "funnel", "--prevalence", "plans"), "rates"),
    ],
)
def test_an_option_that_a_view_does_not_use_is_refused(words, uses, call):
    assert f"--show {uses}" in call("factors", *words).message


@pytest.mark.end_to_end
def test_text_of_a_table_is_run_by_no_spreadsheet(call, observed, tmp_path):
    table = tmp_path / "formula.csv"
    text = observed.read_text(encoding="utf-8")
    table.write_text(text.replace("north", "=1+1").replace("south", "-2"), encoding="utf-8")
    out = call("factors", table, "--by", "area", "--format", "csv").out
    areas = {row["area"] for row in csv.DictReader(io.StringIO(out))}
    assert areas == {"'=1+1", "-2"}
    shown = call("published", "show", "statements", "--format", "csv").out
    cells = [cell for row in csv.reader(io.StringIO(shown)) for cell in row]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


@pytest.mark.end_to_end
def test_the_command_takes_an_earlier_release(call, tmp_path: Path) -> None:
    random = stream(2, "test/earlier")
    table, out = tmp_path / "own.csv", tmp_path / "out.csv"
    lines = ["plan,child_neglect,parent_mental_health"]
    for _ in range(300):
        cells = [random.random() < share for share in (0.3, 0.4, 0.4)]
        lines.append(",".join(str(cell).lower() for cell in cells))
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out.write_text(call("factors", table, "--format", "csv").out, encoding="utf-8")
    words = ("factors", table, "--earlier", out)
    again = call(*words, "--format", "csv")
    assert again.out == out.read_text(encoding="utf-8")
    assert "--earlier" not in again.err
    # Twenty-one more with a plan and the other factor; only one of them neglected.
    lines += ["true,false,true"] * 20 + ["true,true,true"]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = call(*words, "--format", "csv").out
    rows = {row["factor"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["child_neglect"]["plans"] == rows["child_neglect"]["conversion_rate"] == "[c]"
    assert rows["parent_mental_health"]["plans"].isdigit()
    for earlier, told in (((), 0), (("--earlier", out), 0)):  # what left is remembered
        checked = call("cohort", "check", table, *earlier, "--format", "csv").out
        assert checked.count("\nchild_neglect") == told
    refused = call("factors", table, "--earlier", tmp_path / "none.csv").message
    assert "cannot be read as an earlier release" in refused


@pytest.mark.end_to_end
def test_a_report_on_a_table_of_ones_own(call, observed, tmp_path):
    """The section, sheet and pictures show what may be printed; the manifest says why."""
    import json
    import zipfile

    out = tmp_path / "report"
    words = ("report", "--table", observed, "--out", out, "--threshold", 6)
    answer = call(*words)
    assert answer.code == 0, answer.err
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "riskmodel report --table own.csv --threshold 6"
    assert manifest["disclosure"]["threshold"] == 6
    assert manifest["disclosure"]["counts_withheld"] > 0
    assert "your own: own.csv" in manifest["inputs"]
    page = (out / "annex.html").read_text(encoding="utf-8")
    assert "own.csv" in page
    assert "Observed records: counts of 1 to 6 are withheld" in page
    rows = list(
        csv.DictReader(
            io.StringIO((out / "tables" / "factor-rates.csv").read_text(encoding="utf-8"))
        )
    )
    (gangs,) = [row for row in rows if row["factor"] == "Child Gangs"]
    assert gangs["conversion_rate_percent"] == gangs["plans"] == "[c]"
    for picture in (out / "figures").glob("*.svg"):
        assert "Child Gangs" not in picture.read_text(encoding="utf-8"), picture.name
    with zipfile.ZipFile(out / "riskmodel-report.xlsx") as book:
        strings = book.read("xl/sharedStrings.xml").decode("utf-8")
    for symbol in ("[c] confidential", "[x] not available", "[z] not applicable", "[low] above"):
        assert symbol in strings


@pytest.mark.integration
@pytest.mark.parametrize("waived", [True, False])
def test_a_report_says_what_applied(waived, observed):
    from functools import partial

    from riskmodel.authority.folder.one_table import table_authority
    from riskmodel.disclosure import Waiver
    from riskmodel.disclosure.release import release_counted
    from riskmodel.report.sections.factors import own_factors_section

    synthetic = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
    authority = table_authority(
        observed if waived else synthetic,
        protect=partial(release_counted, policy=Waiver(REASON)),
    )
    release = authority.release
    section = own_factors_section(release, title="Factors", source=authority.name)
    words = " ".join(getattr(block, "text", "") for block in section.blocks)
    assert (REASON in words) == waived
    reason = REASON if waived else "no observed records"
    assert release.manifest()["suppressed"] is False
    assert release.manifest()["reason"] == reason
    chart = next(
        block for block in section.blocks if getattr(block, "id", "") == "conversion_rates"
    )
    assert "[c]" not in chart.data.frame.to_numpy()
    assert len(chart.data.frame) == (3 if waived else 34)


@pytest.mark.end_to_end
def test_records_that_are_gone_after_a_release_by_group_end_in_words(call, observed, tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(observed.read_bytes())
    assert call("factors", path, "--by", "area").code == 0
    path.write_text(f"plan,{','.join(NAMES)},area\n", encoding="utf-8")
    answer = call("factors", path)
    assert answer.code == 1
    assert "0 of 0 assessments counted" in answer.err
