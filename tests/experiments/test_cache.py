"""What a finished point is kept under."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from riskmodel.errors import DataError
from riskmodel.experiments import cache
from riskmodel.experiments.cache import PointCache, code_sha256, content_sha256

HOME = "riskmodel.workflows.experiments"


@pytest.mark.unit
def test_the_code_of_an_analysis_is_its_own_and_that_below(monkeypatch):
    sources = cache._sources()
    before = code_sha256(f"{HOME}.audit")

    def changed(name: str) -> str:
        assert name in sources
        patched = {**sources, name: b"changed"}
        monkeypatch.setattr(cache, "_sources", lambda: patched)
        return code_sha256(f"{HOME}.audit")

    for name in ("published/findings.py", "streams.py"):
        assert changed(name) != before
    for name in ("audit", "_common"):
        assert changed(f"workflows/experiments/{name}.py") != before
    for name in ("rates", "__init__"):
        assert changed(f"workflows/experiments/{name}.py") == before
    assert not [name for name in sources if name.startswith(("cli/", "report/", "runs/"))]


@pytest.mark.unit
def test_data_that_ships_counts_as_source_unless_a_point_names_it_itself():
    # A scenario of the library moves numbers as code does; parameters and published figures are
    # in a point's key by their values.
    names = cache._sources().keys()
    ships = {"scenarios/data/plateau.toml", "demand/learning/data/backtest_summary.csv"}
    assert ships <= names
    apart = ("parameters/data/", "published/data/")
    assert not [name for name in names if name.startswith(apart)]


@pytest.mark.unit
def test_content_is_told_apart_by_bytes_and_names(tmp_path: Path):
    one = tmp_path / "one"
    one.mkdir()
    (one / "a").write_bytes(b"x")
    before = content_sha256(one)
    (one / "a").rename(one / "b")
    assert content_sha256(one) != before
    with pytest.raises(DataError, match="cannot be read"):
        content_sha256(tmp_path / "none")


@pytest.mark.unit
def test_a_point_is_there_whole_and_what_is_not_used_goes(tmp_path: Path):
    points = PointCache(tmp_path / "points")
    table = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [0.1, float("nan")]})
    for key in ("one", "two"):
        assert points.load(key) is None
        points.store(key, {"t": table, "u": table.head(1)})
    points.store("one", {"t": table, "u": table.head(1)})
    loaded = points.load("one")
    assert list(loaded) == ["t", "u"]
    pd.testing.assert_frame_equal(loaded["t"], table, check_dtype=False)
    (points.folder / ".partial-left").mkdir()
    points.keep_only(["one"])
    assert [path.name for path in points.folder.iterdir()] == ["one"]
