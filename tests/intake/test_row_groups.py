"""Parquet a row group at a time: the pieces are the table, and what needs the whole gets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.assessments import PLAN, Assessments
from riskmodel.cli.factors import _on_families
from riskmodel.cohort.export import write_parquet
from riskmodel.disclosure.release import release_counted
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.factors.adjusted.patterns import factor_patterns
from riskmodel.factors.adjusted.table_impact import factor_impact, table_patterns
from riskmodel.intake import iter_assessments, read_assessments
from riskmodel.intake.result import IssueLog
from riskmodel.intake.table_file import TableFile
from riskmodel.intake.tables.files import read_parquet
from riskmodel.streams import stream

NAMES = ("child_neglect", "parent_mental_health", "child_emotional_abuse")
ROWS = 1000


pytestmark = pytest.mark.parquet


@pytest.fixture(autouse=True)
def _small_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskmodel.cohort.export.ROW_GROUP_ROWS", 64)


def made(place: Path, basis: Basis = "assumed", *, children: bool = False) -> Path:
    """A folder by year and area, with files of several row groups."""
    draw = stream(3, "tests/row_groups")
    flags = {name: draw.random(ROWS) < 0.3 for name in NAMES}
    columns = {
        "assessment_id": np.arange(ROWS),
        **({"child_id": np.arange(ROWS) // 2} if children else {}),
        "authority": np.repeat(["931", "932"], ROWS // 2),
        "year": np.tile([2014, 2015], ROWS // 2),
        PLAN: draw.random(ROWS) < 0.2 + 0.3 * flags[NAMES[0]],
        **flags,
    }
    table = Assessments(
        pd.DataFrame(columns), NAMES, dict.fromkeys((PLAN, *NAMES), basis), "synthetic"
    )
    return write_parquet(table, place, partition_by=("authority", "year"))


@pytest.mark.integration
def test_the_pieces_are_the_table(tmp_path: Path) -> None:
    place = made(tmp_path / "table")
    pieces = list(iter_assessments(place))
    whole = read_assessments(place).assessments
    assert len(pieces) == 4 * 4
    assert max(map(len, pieces)) == 64
    frame = pd.concat([piece.frame for piece in pieces], ignore_index=True)
    assert list(frame) == [PLAN, *NAMES]
    pd.testing.assert_frame_equal(frame, whole.frame[[PLAN, *NAMES]])
    assert {basis for piece in pieces for basis in piece.basis.values()} == {"assumed"}
    assert np.array_equal(factor_patterns(pieces).plans, factor_patterns(whole).plans)


@pytest.mark.integration
def test_an_adjusted_analysis_in_pieces_is_that_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = made(tmp_path / "table")
    asked = {"factors": NAMES[:2], "pairs": [":".join(NAMES[:2])]}
    found = factor_impact(place, **asked)
    monkeypatch.setattr("riskmodel.factors.adjusted.table_impact.table_patterns", lambda _: None)
    whole = factor_impact(place, **asked)
    pd.testing.assert_frame_equal(found.to_frame(), whole.to_frame(), check_exact=True)
    assert found.impact == whole.impact
    assert found.release.groups == whole.release.groups


@pytest.mark.integration
@pytest.mark.parametrize(
    ("basis", "children", "in_pieces"),
    [("assumed", False, True), ("assumed", True, False), ("observed", False, False)],
)
def test_records_and_children_who_come_twice_are_read_whole(
    tmp_path: Path, basis: Basis, children: bool, in_pieces: bool
) -> None:
    place = made(tmp_path / "table", basis, children=children)
    assert (table_patterns(TableFile(place)) is not None) == in_pieces


@pytest.mark.integration
def test_files_with_other_factors_are_refused(tmp_path: Path) -> None:
    place = made(tmp_path / "table")
    other = Assessments(pd.DataFrame({PLAN: [True], NAMES[0]: [True]}), NAMES[:1], {}, "synthetic")
    write_parquet(other, tmp_path / "other.parquet")
    last = place / "authority=932" / "year=2015" / "part-0.parquet"
    last.write_bytes((tmp_path / "other.parquet").read_bytes())
    with pytest.raises(DataError, match="has other factors than the first file"):
        list(iter_assessments(place))


@pytest.mark.integration
def test_of_a_table_too_large_to_hold_a_part_of_the_families_is_measured(tmp_path, monkeypatch):
    table = TableFile(made(tmp_path / "folder", children=True))
    (whole,) = table.counts().design.values()
    monkeypatch.setattr("riskmodel.intake.table_file._HELD", ROWS // 2)
    (half,) = table.counts().design.values()
    assert (half.every, half.unit) == (2, whole.unit)
    for name, pair in whole.effects.items():
        assert np.abs(np.subtract(pair, half.effects[name])).max() < 0.35, name
    # Whole families are measured, not one row here and there.
    kept = read_parquet(table.path, IssueLog("x"), every=2).assessments.frame
    assert 0.4 * ROWS < len(kept) < 0.6 * ROWS
    assert (kept.groupby("child_id").size() == 2).all()
    (note,) = _on_families(release_counted(table.counts()))
    assert note.endswith("by factor and rate, measured on one in 2.")
