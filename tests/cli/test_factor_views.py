"""``riskmodel factors --show``: every view, its data alone, its basis, and its refusals."""

from __future__ import annotations

import csv
import io
import json
from statistics import median

import pytest

from riskmodel.disclosure.release import release_counted
from riskmodel.factors.views import VIEWS, ViewOptions, factor_view
from riskmodel.intake import TableFile


def _by_year(path):
    return release_counted(TableFile(path).counts(("year",)), by=("year",))


@pytest.fixture(scope="module")
def cohort_csv(tmp_path_factory):
    from pathlib import Path

    from riskmodel.cohort import CohortDesign
    from riskmodel.cohort.writing import write_cohort

    folder = tmp_path_factory.mktemp("views")
    design = CohortDesign(2250, authorities=("001",), years=(2014, 2015), seed=2)
    return write_cohort(design, Path(folder) / "two-years.csv")


@pytest.mark.integration
@pytest.mark.parametrize("view", sorted(VIEWS))
def test_every_view_works_on_published_counts_and_on_a_table(view, cohort_csv):
    published = factor_view(view, None)
    table = factor_view(view, _by_year(cohort_csv))
    assert set(published["basis"]) <= {"published", "assumed"}
    assert set(table["basis"]) == {"assumed"}
    assert list(table.columns[:2]) == ["year", "factor"]
    assert set(table["year"]) == {2014, 2015}


@pytest.mark.integration
def test_change_compares_each_group_with_the_one_before_and_adds_up(cohort_csv):
    frame = factor_view("change", _by_year(cohort_csv))
    assert set(frame["from_group"]) == {"year 2014"}
    assert set(frame["to_group"]) == {"year 2015"}
    parts = frame[["volume", "prevalence", "conversion", "remainder"]].sum(axis=1)
    assert parts.tolist() == pytest.approx(frame["change"].tolist())


@pytest.mark.integration
def test_the_same_seed_gives_the_same_probabilities():
    one, again, other = (
        factor_view("membership", None, options=ViewOptions(seed=seed)) for seed in (1, 1, 2)
    )
    assert one.equals(again)
    assert not one.equals(other)


@pytest.mark.end_to_end
@pytest.mark.parametrize("view", [*sorted(VIEWS)])
def test_csv_and_json_hold_the_same_data(view, call):
    rows = list(csv.DictReader(io.StringIO(call("factors", "--show", view, "--format", "csv").out)))
    same = json.loads(call("factors", "--show", view, "--format", "json").out)
    assert len(rows) == len(same) > 0
    assert list(rows[0]) == list(same[0])


@pytest.mark.end_to_end
def test_text_says_basis_and_association(call):
    text = call("factors", "--show", "ranks").out
    assert "Basis: published. Associations" in text


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--show", "funel"), "Did you mean 'funnel'"),
        (("--show", "change"), "at least two groups"),
        (("--show", "associations", "--assessments", "1000"), "too few"),
        (("--show", "associations", "--assessments", "2,250x"), "whole numbers"),
        (("--show", "comparison", "--cut", "25"), "25% is 0.25"),
        (("--show", "ranks", "--by", "year"), "one group"),
    ],
)
def test_refusals_are_one_clear_message(words, message, call):
    found = call("factors", *words)
    assert found.code == 2
    assert message in found.err
    assert found.out == ""


@pytest.mark.end_to_end
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_quadrant_chart_is_written_and_nothing_is_lost(ending, call, tmp_path):
    place = tmp_path / f"quadrants.{ending}"
    assert call("factors", "--out", str(place), "--format", "csv").code == 0
    before = place.read_bytes()
    assert len(before) > 5000
    again = call("factors", "--out", str(place))
    assert again.code == 2
    assert "is there already" in again.err
    assert place.read_bytes() == before
    assert call("factors", "--out", str(tmp_path / "quadrants.gif")).code == 2


@pytest.mark.end_to_end
@pytest.mark.parametrize("view", ["associations", "comparison", "shrinkage"])
def test_a_level_in_percent_is_refused(view, call):
    assert "usual is 0.95" in call("factors", "--show", view, "--level", "95").message


@pytest.mark.end_to_end
def test_a_picture_is_of_the_rates_alone(call, tmp_path):
    place = tmp_path / "ranks.svg"
    assert "not this view" in call("factors", "--show", "ranks", "--out", place).message
    assert not place.exists()


@pytest.mark.end_to_end
def test_shrinkage_of_a_table_has_its_own_factors_alone(cohort_csv):
    shrunken = factor_view("shrinkage", release_counted(TableFile(cohort_csv).counts()))
    assert "printed" not in shrunken
    assert shrunken["conversion_rate"].notna().all()
    between = shrunken["conversion_rate"].median()
    nearer = (shrunken["shrunken"] - between).abs() <= (
        shrunken["conversion_rate"] - between
    ).abs() + 0.02
    assert nearer.all()


@pytest.mark.integration
def test_a_table_is_classed_by_its_own_cuts_and_held_against_no_chart(call, cohort_csv, tmp_path):
    place = tmp_path / "own.svg"
    answer = call("factors", cohort_csv, "--format", "json", "--out", place)
    own, asked = answer.json, call("factors", cohort_csv, "--cuts", "report", "--format", "json")
    shares = [row["share_of_plans"] for row in own["factors"]]
    for row in own["factors"]:
        assert not any("printed" in name for name in row)
        assert (row["prevalence"] == "high") == (row["share_of_plans"] >= median(shares))
        assert (row["impact"] == "high") == (row["conversion_rate"] >= 1260 / 4500)
    assert own["thresholds"]["impact_above"] == own["thresholds"]["impact_at_most"]
    drawn = place.read_text(encoding="utf-8")
    assert "Cut at 28%" in drawn
    assert "rinted" not in drawn
    assert asked.json["factors"][0]["printed_impact"] == "low"


@pytest.mark.integration
def test_a_group_that_sets_no_cuts_says_so_and_the_others_keep_theirs(call, tmp_path):
    table = tmp_path / "own.csv"
    rows = ["true,true,north", "false,true,north", "false,false,north", "false,true,south"]
    table.write_text("plan,child_neglect,area\n" + "\n".join(rows), encoding="utf-8")
    reason = ("--no-suppression", "made-up rows of a test, seen by nobody")
    said = " ".join(call("factors", table, "--by", "area", *reason).out.split())
    assert "area north: Quadrants are cut at 100.0% of plans and a rate of 33.3%" in said
    assert "area south: There are no quadrants: a table without a plan" in said
    assert "report card" not in said
    refused = call("factors", table, "--by", "area", "--show", "membership", *reason)
    assert "state cuts" in refused.message


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("cuts", "high"),
    [
        ("0.12,0.25", lambda share, rate: (share >= 0.12, rate >= 0.25)),
        ("base-rate", lambda share, rate: (None, rate >= 630 / 2250)),
        ("quantile:0.8", None),
    ],
)
def test_quadrants_of_a_table_by_other_cuts(cuts, high, call, cohort_csv):
    rows = call("factors", cohort_csv, "--by", "year", "--cuts", cuts, "--format", "json").json[
        "factors"
    ]
    assert {row["prevalence"] for row in rows} == {row["impact"] for row in rows} == {"high", "low"}
    for row in rows:
        if high is None:
            continue
        common, often = high(row["share_of_plans"], row["conversion_rate"])
        assert common is None or (row["prevalence"] == "high") == common
        assert (row["impact"] == "high") == often
    if high is None:
        commonest = [row for row in rows if row["year"] == 2015 and row["prevalence"] == "high"]
        assert len(commonest) == 7  # the top fifth of 34 factors


@pytest.mark.end_to_end
@pytest.mark.parametrize("cuts", ["median", "0.1", "2,0.3", "quantile:1.5", "quantile:x"])
def test_cuts_that_cannot_be_read_are_refused(cuts, call, cohort_csv):
    assert call("factors", cohort_csv, "--cuts", cuts).code == 2
    assert call("factors", "--cuts", cuts).code == 2


@pytest.mark.end_to_end
def test_the_funnel_is_drawn_with_the_outlying_factors_named(call, tmp_path):
    place = tmp_path / "funnel.svg"
    assert call("factors", "--show", "funnel", "--out", place).code == 0
    drawn = place.read_text(encoding="utf-8")
    assert "Child Emotional Abuse" in drawn
    assert "Child Domestic Violence" in drawn
    assert "Child Neglect" not in drawn
