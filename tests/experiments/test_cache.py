"""What a finished point is kept under."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from riskmodel.errors import DataError
from riskmodel.experiments import cache
from riskmodel.experiments.cache import PointCache, content_sha256
from riskmodel.experiments.plans import code_of


@pytest.mark.unit
def test_the_code_of_a_point_is_the_study_and_the_package_below(declare, monkeypatch):
    sources = cache._sources()
    experiment = declare()
    before = code_of(experiment)

    def changed(name: str) -> str:
        assert name in sources
        monkeypatch.setattr(cache, "_sources", lambda: {**sources, name: b"changed"})
        cache.package_sha256.cache_clear()
        return code_of(experiment)

    try:
        for name in ("published/findings.py", "streams.py"):
            assert changed(name) != before
    finally:
        monkeypatch.undo()
        cache.package_sha256.cache_clear()
    assert code_of(experiment) == before
    (experiment.folder / "helper.py").write_text("# more", encoding="utf-8")
    assert code_of(experiment) != before
    apart = ("cli/", "report/", "experiments/")
    assert not [name for name in sources if name.startswith(apart)]


@pytest.mark.unit
def test_data_that_ships_counts_as_source_unless_a_point_names_it_itself():
    # A scenario of the library moves numbers as code does; parameters and published figures are
    # in a point's key by their values.
    names = cache._sources().keys()
    ships = {"scenarios/data/plateau.toml", "demand/pooled/data/backtest_summary.csv"}
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
        points.store(key, {"t": table, "u": table.head(1)}, {"interval_level"})
    points.store("one", {"t": table, "u": table.head(1)}, {"interval_level"})
    loaded, read = points.load("one")
    assert read == {"interval_level"}
    assert list(loaded) == ["t", "u"]
    pd.testing.assert_frame_equal(loaded["t"], table, check_dtype=False)
    (points.folder / ".partial-left").mkdir()
    points.keep_only(["one"])
    assert [path.name for path in points.folder.iterdir()] == ["one"]
