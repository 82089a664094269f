"""``riskmodel national``: totals that add up, the same bytes, one message for a mistake."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from riskmodel.demand.national.courses import authority_stock, common_course_of
from riskmodel.demand.national.running import national_run
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import learn
from riskmodel.errors import DataError
from riskmodel.intake import read_panel
from riskmodel.report.national import national_report
from riskmodel.series import ENGLAND
from riskmodel.streams import stream

HEADING = "la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends,pop_0_17_midyear"
SHORT = ("--months", 12, "--replicates", 200)


def panel_text(authorities: int = 8, *, england: float = 2.0, first: int = 2012) -> str:
    """A panel whose last authority has ended two years early."""
    generator = stream(43, "tests/cli/national")
    lines, totals = [HEADING], {}
    for place in range(authorities):
        level = generator.uniform(60, 500)
        for year in range(first, 2021):
            level *= float(generator.lognormal(0, 0.12))
            if place == authorities - 1 and year > 2018:
                continue
            starts, ends = 1.2 * level, 1.15 * level
            lines.append(
                f'{201 + place},"Zone {chr(72 - place)}",{year},{level:.0f},{starts:.0f},'
                f"{ends:.0f},{50_000 + 9000 * place}"
            )
            totals[year] = totals.get(year, 0) + round(level)
    lines.append("986,London,2020,9000,,,")
    if england:
        lines += [
            f"{ENGLAND},England,{year},{england * total:.0f},,,11000000"
            for year, total in totals.items()
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("national") / "panel.csv"
    path.write_text(panel_text(), encoding="utf-8")
    return path


@pytest.mark.integration
def test_the_total_is_the_sum_of_the_authorities_in_every_replicate(panel):
    run = national_run(read_panel(panel), months=12, replicates=200, seed=5)
    courses = run.of("child_protection_plan")
    history = StageHistory.from_panel(read_panel(panel), "cpp_at_31_mar")
    learned = learn(history)
    common = common_course_of(learned, courses.stage, 12, 200, 5)
    one_by_one = [
        authority_stock(learned, history, each.code, common, months=12, seed=5)
        for each in courses.authorities
    ]
    assert np.array_equal(np.sum(one_by_one, axis=0), courses.total)
    for each, stock in zip(courses.authorities, one_by_one, strict=True):
        assert each.mean == pytest.approx(stock.mean(axis=0))


@pytest.mark.integration
def test_with_flows_the_totals_add_up_and_keep_the_identity(tmp_path):
    panel = tmp_path / "panel.csv"
    panel.write_text(panel_text(first=2016), encoding="utf-8")
    run = national_run(read_panel(panel), months=6, replicates=60, seed=5, flows=True)
    stock, starts, ends = (run.of("child_protection_plan", m) for m in ("stock", "starts", "ends"))
    moved = np.diff(stock.total, axis=1)
    assert np.array_equal(moved, starts.total[:, 1:] - ends.total[:, 1:])
    for each in (stock, starts, ends):
        means = np.sum([course.mean for course in each.authorities], axis=0)
        assert each.total.mean(axis=0) == pytest.approx(means)
    # Authorities do not start and end children in step: replicates differ between them.
    spread = sum(course.quantile(0.75)[0] - course.quantile(0.25)[0] for course in
                 starts.authorities)  # fmt: skip
    together = np.subtract(*np.quantile(starts.total[:, 0], [0.75, 0.25]))
    assert together < 0.75 * spread


@pytest.mark.integration
@pytest.mark.parametrize(("flows", "most"), [(False, "2,083"), (True, "520")])
def test_more_memory_than_a_laptop_has_is_refused_before_the_work(panel, monkeypatch, flows, most):
    monkeypatch.setattr("riskmodel.plausible.MOST_BYTES", 10**6)
    with pytest.raises(DataError, match=f"Ask for at most {most} simulations, or for fewer stages"):
        national_run(read_panel(panel), months=12, replicates=5000, flows=flows)


@pytest.mark.integration
def test_who_is_projected_and_what_is_said_of_the_others(panel):
    run = national_run(read_panel(panel), months=3, replicates=20)
    courses = run.of("child_protection_plan")
    assert [each.code for each in courses.authorities] == [f"{201 + n}" for n in range(7)]
    reasons = run.left_out_frame().set_index("la_code")["reason"]
    assert reasons["208"] == "no figure of cpp_at_31_mar in 2020; the last is of 2018"
    assert reasons["986"] == "a region: the sum of authorities"
    (said,) = run.assumptions
    assert "have 50% of England's" in said
    assert "assumed to move as these do" in said
    england = run.totals("child_protection_plan")[1]
    assert (england.code, england.latest) == (ENGLAND, 2 * courses.together().latest)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("england", "words"), [(0, "no figure for England"), (0.9, "may be counted twice")]
)
def test_england_only_where_the_panel_says_it(tmp_path, england, words):
    path = tmp_path / "panel.csv"
    path.write_text(panel_text(england=england), encoding="utf-8")
    run = national_run(read_panel(path), months=3, replicates=20)
    assert not run.england
    assert words in run.assumptions[0]


@pytest.mark.end_to_end
def test_csv_is_the_table_alone_and_the_same_with_any_number_of_workers(call, panel):
    first, second = (
        call("national", panel, *SHORT, "--workers", workers, "--format", "csv")
        for workers in (1, 2)
    )
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    rows = list(csv.DictReader(io.StringIO(first.out)))
    assert len(rows) == 12 * (7 + 2)
    assert list(rows[0])[:6] == ["la_code", "area", "stage", "measure", "month", "mean"]
    assert [row["la_code"] for row in rows[::12]] == [*(f"{201 + n}" for n in range(7)), "sum",
                                                     ENGLAND]  # fmt: skip
    assert call("national", panel, *SHORT, "--seed", 2, "--format", "csv").out != first.out


@pytest.mark.end_to_end
def test_json_has_the_same_rows(call, panel):
    rows = call("national", panel, *SHORT, "--format", "json").json
    assert {row["month"] for row in rows} == {f"2020-{m:02d}" for m in range(4, 13)} | {
        f"2021-0{m}" for m in (1, 2, 3)
    }


@pytest.mark.end_to_end
def test_the_text_ranks_nobody_and_says_what_it_rests_on(call, panel):
    answer = call("national", panel, *SHORT)
    said = " ".join(answer.out.split())
    assert answer.code == 0
    # Names run against codes here, and both against size: the order is that of names.
    places = [answer.out.index(f"Zone {letter}") for letter in "BCDEFGH"]
    assert places == sorted(places)
    assert "no figure of cpp_at_31_mar in 2020; the last is of 2018: Zone A" in said
    assert "a region: the sum of authorities: London" in said
    assert "Basis: projected." in said
    assert "assumed to move as these do" in said


@pytest.mark.end_to_end
def test_a_page_a_workbook_and_tables_the_same_twice(call, panel, tmp_path):
    neighbours = tmp_path / "neighbours.csv"
    neighbours.write_text("la_code,neighbour_code\n201,202\n201,203\n204,999\n", encoding="utf-8")
    words = ("national", panel, *SHORT, "--neighbours", neighbours)
    for name, workers in (("one", 1), ("two", 2)):
        answer = call(*words, "--workers", workers, "--out", tmp_path / name)
        assert answer.code == 0
    one, two = (
        {file.relative_to(tmp_path / name): file.read_bytes()
         for file in sorted((tmp_path / name).rglob("*")) if file.is_file()}
        for name in ("one", "two")
    )  # fmt: skip
    assert one == two
    assert {"index.html", "riskmodel-report.xlsx", "manifest.json"} <= {str(name) for name in one}
    page = one[Path("index.html")].decode()
    assert "Nothing here is a league table" in page
    assert "://" not in page.replace("http://www.w3.org", "")
    table = one[Path("tables/child-protection-plan-neighbours-table.csv")].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["la_code"], row["neighbours"]) for row in rows] == [("201", "Zone F, Zone G")]
    order = csv.DictReader(
        io.StringIO(one[Path("tables/child-protection-plan-table.csv")].decode())
    )
    assert [row["area"] for row in order] == [f"Zone {letter}" for letter in "BCDEFGH"]


@pytest.mark.integration
def test_a_panel_without_children_counted_is_drawn_as_counts(tmp_path):
    path = tmp_path / "panel.csv"
    lines = [",".join(line.split(",")[:4]) for line in panel_text().splitlines()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = national_run(read_panel(path), months=3, replicates=20)
    report = national_report(run, ["riskmodel"], [path])
    charts = {chart.id: chart for chart in report.charts()}
    assert "child_protection_plan_funnel" not in charts
    assert "Counts, on one scale" in charts["child_protection_plan_authorities"].caption


@pytest.mark.unit
def test_a_year_between_without_any_figure_is_refused(tmp_path):
    """What is learned stops the year before, and nothing may be projected from there unsaid."""
    rows = [line.split(",") for line in panel_text(england=0).splitlines()]
    for row in rows:
        if row[2] == "2017":
            row[3] = ""
    path = tmp_path / "panel.csv"
    path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no figure of cpp_at_31_mar in 2017"):
        national_run(read_panel(path), year=2017, months=3, replicates=20)


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--stage", "looked_afer"), "Did you mean 'looked_after'"),
        (("--stage", "looked_after"), "has no column lac_at_31_mar"),
        (("--year", "1999"), "holds cpp_at_31_mar of 2012 to 2020; --year 1999 is not among them"),
        (("--months", "0"), "needs 1 to 120 months, got 0"),
        (("--replicates", "1"), "needs 2 to 100,000 simulations, got 1"),
        (("--workers", "0"), "workers must be at least 1"),
        (("--engine", "dusk"), "no engine 'dusk'"),
        (("--scheduler", "tcp://127.0.0.1:1"), "goes with the engine dask"),
        (("--format", "excel"), "no format 'excel'"),
        (("--neighbours", "nowhere.csv", "--out", "new"), "nowhere.csv"),
        (("--neighbours", "nowhere.csv"), "give --out FOLDER too"),
        (("--out", "pyproject.toml"), "is a file, not a folder"),
    ],
)
def test_mistakes_are_one_message(call, panel, words, message):
    assert message in " ".join(call("national", panel, *SHORT, *words).message.split())


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("201,\"Zone H\",2014,", "201,\"Zone H\",2014,many", "line 4, field cpp_at_31_mar"),
        ("201,\"Zone H\",2014,", "201,\"Zone H\",2013,", "stands in line 3 already"),
        ("la_code,", "code,", "this column is missing"),
        ("cpp_at_31_mar", "referrals", "holds no stock of children"),
    ],
)  # fmt: skip
def test_malformed_panels(call, tmp_path, old, new, message):
    path = tmp_path / "broken.csv"
    path.write_text(panel_text().replace(old, new, 1), encoding="utf-8")
    answer = call("national", path, *SHORT)
    assert message in " ".join(answer.message.split())
