"""Tests of tables run twice: as they are, and as on a machine that lacks the extra ``arrow``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pandas as pd
import pytest

TABLES = frozenset(
    f"test_{name}.py"
    for name in (
        *("cases", "convert", "csv_cells", "edge_cases", "excel", "failed_cells", "forms"),
        *("headings", "lists", "looked_after", "mapping", "open_data", "tables"),
    )
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of tables with pyarrow and without."""
    if metafunc.definition.path.name in TABLES:
        metafunc.parametrize("pyarrow_there", [True, False], ids=["arrow", "bare"], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what reads Parquet itself where pyarrow is hidden."""
    items[:] = [item for item in items if not (_is_bare(item) and _is_of_parquet(item))]


def _is_bare(item: pytest.Item) -> bool:
    return getattr(item, "callspec", None) is not None and (
        item.callspec.params.get("pyarrow_there") is False  # type: ignore[attr-defined]  # a Function
    )


def _is_of_parquet(item: pytest.Item) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    return "parquet" in marks or "parquet" in item.callspec.id  # type: ignore[attr-defined]  # a Function


@pytest.fixture(scope="module", autouse=True)
def pyarrow_there(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide pyarrow from whatever imports it, and from pandas, which would keep texts by it."""
    with pytest.MonkeyPatch.context() as patch:
        if not getattr(request, "param", True):
            for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
                patch.setitem(sys.modules, name, None)
            with pd.option_context("mode.string_storage", "python"):
                yield
        else:
            yield
