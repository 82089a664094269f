"""Data frames as the analyses of studies make and read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

__all__ = ["frame", "rows_of"]


def frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Rows as a data frame with these columns."""
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))


def rows_of(table: pd.DataFrame, **chosen: Any) -> pd.DataFrame:
    """The rows whose columns hold these values: ``rows_of(table, window="2011-2015")``."""
    keep = table[list(chosen)].eq(list(chosen.values())).all(axis=1)
    return table[keep]
