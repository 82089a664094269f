"""The logs of assumptions, decisions and data are complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.errors import DataError
from riskmodel.experiments.logs import assumptions_log, data_log, decisions_log
from riskmodel.parameters import parameters
from riskmodel.published import data_files, load_table, table_ids
from riskmodel.report.charts import draw_ranges

DECISIONS = Path(__file__).resolve().parents[2] / "docs" / "decisions"


@pytest.mark.integration
def test_every_parameter_is_in_the_assumptions_log_with_who_uses_it(declared):
    log = assumptions_log(declared)
    assert list(log["name"]) == [known.name for known in parameters()]
    assert (log.drop(columns="experiments") != "").all(axis=None)
    users = log.set_index("name")["experiments"]
    assert users["oxfordshire_referrals"] == "explanation-sensitivity, explanations-compared"
    assert users["girls_share"] == ""
    assert "calibration-check" in users["interval_level"]


@pytest.mark.integration
def test_every_published_file_is_in_the_data_log_with_its_sum():
    log = data_log()
    assert sorted(log["file"]) == sorted({*data_files()})
    assert log["figures"].sum() == sum(len(load_table(name).cells) for name in table_ids())
    assert log["sha256"].str.fullmatch(r"[0-9a-f]{64}").all()
    statements = log.set_index("file").loc["statements.csv"]
    assert "Worcestershire" in statements["body"]


@pytest.mark.integration
def test_every_decision_is_in_its_log(tmp_path: Path):
    if not DECISIONS.is_dir():
        pytest.skip("the documentation is not part of an installed package")
    log = decisions_log(DECISIONS)
    assert len(log) == len(list(DECISIONS.glob("0*.md")))
    assert (log != "").all(axis=None)
    assert not log["decided"].str.contains(r"[*`]").any()
    with pytest.raises(DataError, match="no pages of decisions"):
        decisions_log(tmp_path)
    (tmp_path / "0001-none.md").write_text("# None\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"0001-none\.md: needs a title"):
        decisions_log(tmp_path)


@pytest.mark.unit
def test_ranges_are_drawn_on_either_side_of_zero_to_the_same_bytes():
    rows = [("Older girls", 22.0, -32.0, 68.0), ("Need", 4.5, 4.5, 4.5)]
    first, second = (draw_ranges("ranges", rows, across="Percent") for _ in range(2))
    assert first.svg == second.svg
    assert (b"Older girls" in first.svg, b"Need" in first.svg_narrow) == (True, True)
    assert first.png.startswith(b"\x89PNG")
