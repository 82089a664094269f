"""What a reader gets of the adjusted association: the command and the section of the report."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from riskmodel.assessments import PLAN, Assessments
from riskmodel.cli.impact import impact
from riskmodel.cohort import CohortDesign, generate_cohort
from riskmodel.errors import OutputError, UnknownNameError
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.report.model import Chart, Paragraph, Section, Table
from riskmodel.report.sections.impact import impact_section

app = typer.Typer()
app.command()(impact)
MEASURES = [
    "factor",
    "measure",
    "value",
    "low",
    "high",
    "level",
    "method",
    "numerator",
    "denominator",
    "basis",
    "recorded_low",
    "recorded_high",
]


@pytest.fixture(scope="module")
def cohort() -> Assessments:
    return generate_cohort(CohortDesign(2250))


@pytest.fixture(scope="module")
def path(cohort: Assessments, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flags and plans as an authority's own file: no word of where they come from."""
    place = tmp_path_factory.mktemp("impact") / "assessments.csv"
    kept = ["assessment_id", "child_id", PLAN, *cohort.factors]
    cohort.frame[kept].to_csv(place, index=False)
    return place


def call(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.end_to_end
def test_text_says_what_it_is(path):
    text = call(path, "--interactions", "parental", "--folds", 2)
    assert "These are associations" in text
    assert "Basis: observed." in text
    assert "Child Emotional Abuse" in text
    assert "2-fold cross-validation, children kept together" in text
    assert re.search(r"pairs together: p = 0\.\d+", text)
    # Words of cause only where they are denied.
    assert "effect" not in text.replace("design effect", "")


@pytest.mark.end_to_end
def test_csv_is_data_alone(path):
    rows = list(csv.DictReader(io.StringIO(call(path, "--format", "csv"))))
    assert list(rows[0]) == MEASURES
    assert len(rows) == 34 * 10 + 1
    assert {row["level"] for row in rows} == {"0.95"}


@pytest.mark.end_to_end
def test_json_holds_the_rest(path):
    words = ("--factors", "3B, 4B,Child Neglect", "--interactions", "3B:4B", "--bootstrap", 100)
    data = json.loads(call(path, *words, "--seed", 3, "--level", 0.9, "--format", "json"))
    names = [row["factor"] for row in data["measures"]]
    assert set(names) >= {"parent_domestic_violence", "parent_mental_health", "child_neglect"}
    assert names[0] == "parent_domestic_violence"
    assert {row["level"] for row in data["measures"]} == {0.9}
    assert data["interaction_test"]["degrees_of_freedom"] == 1
    assert data["combinations"][-1]["assessments"] >= 0
    assert data["benchmark"] is None
    methods = {row["method"] for row in data["measures"] if "adjusted_risk" in row["measure"]}
    assert methods == {"bootstrap percentile"}


@pytest.mark.end_to_end
def test_charts_are_written_once(path, tmp_path):
    out = tmp_path / "deep" / "impact.svg"
    words = ("--factors", "child_neglect,child_emotional_abuse", "--out", out)
    call(path, *words, "--format", "csv")
    assert out.read_bytes().lstrip().startswith(b"<")
    assert (out.parent / "impact-combinations.svg").exists()
    with pytest.raises(OutputError, match="there already"):
        call(path, *words)


@pytest.mark.end_to_end
def test_a_mistyped_factor_is_answered_with_the_nearest(path):
    with pytest.raises(UnknownNameError, match="Did you mean 'child_neglect'"):
        call(path, "--factors", "child_neglct")
    with pytest.raises(UnknownNameError, match="format"):
        call(path, "--format", "xml")


@pytest.fixture(scope="module")
def section(cohort: Assessments) -> Section:
    return impact_section(measure_impact(cohort), source="synthetic cohort")


@pytest.mark.integration
def test_the_section_says_association_and_assumed(section):
    words = " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))
    assert "These are associations" in words
    assert "Basis: assumed." in words
    assert "give back the association that was put in" in words
    assert "statistically account for" in words
    assert "nothing here is computed for a single child" in words
    assert "_" not in words
    assert "effect" not in words.replace("design effect", "")
    for block in section.blocks:
        if isinstance(block, Chart | Table):
            assert block.basis == "assumed"
            assert block.source == "synthetic cohort"


@pytest.mark.integration
def test_charts_have_words_numbers_and_both_sizes(section):
    charts = [block for block in section.blocks if isinstance(block, Chart)]
    assert [chart.id for chart in charts] == ["adjusted_beside_crude", "factor_combinations"]
    for chart in charts:
        assert len(chart.alt) > 100
        assert len(chart.data.frame) > 5
        assert chart.png.startswith(b"\x89PNG")
        assert chart.svg_narrow is not None
        text = chart.svg.decode()
        assert "assessments" in chart.caption.casefold()
        sizes = [
            float(size) for size in re.findall(r"font(?:-size)?:\s*(?:bold )?([\d.]+)px", text)
        ]
        assert min(sizes) >= 11


@pytest.mark.integration
def test_a_table_of_one_factor_and_no_overlap_still_reads():
    random = np.random.Generator(np.random.SFC64(1))
    flags = random.random(400) < 0.5
    plan = random.random(400) < 0.3 + 0.2 * flags
    table = Assessments(pd.DataFrame({"local": flags, PLAN: plan}), ("local",), {})
    found = impact_section(measure_impact(table))
    words = " ".join(block.text for block in found.blocks if isinstance(block, Paragraph))
    assert "Basis: observed." in words
    assert "carry none and 0% two or more." in words
    assert len([block for block in found.blocks if isinstance(block, Chart)]) == 1
