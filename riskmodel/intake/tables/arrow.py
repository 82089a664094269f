"""Columns of Parquet, and the one message for where the library that reads it is not installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.intake.tables.cells import Codes, Column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["ArrowColumn", "column_of", "has_arrow", "need_arrow"]


def has_arrow() -> bool:
    """Whether pyarrow is installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def need_arrow(file: str) -> None:
    """Refuse what needs pyarrow where it is not installed.

    Raises
    ------
    DataError
        With what to install.
    """
    if not has_arrow():
        raise DataError(
            "Parquet needs the library pyarrow, which is not installed here: install "
            "riskmodel-childrens-services[arrow], or use CSV",
            file=file,
        )


def column_of(column: pa.ChunkedArray) -> Column:
    """A column of Parquet: texts as any other, the rest with its type."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return Column(*_distinct(column))
    return ArrowColumn(column)


class ArrowColumn(Column):
    """A column of Parquet that is no text."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self.column = column

    def __len__(self) -> int:
        return len(self.column)

    def take(self, rows: npt.NDArray[np.int64]) -> Column:
        """The column of these rows."""
        return ArrowColumn(self.column.take(rows))

    def cell(self, row: int) -> Any:
        """What stands in a row; None for nothing."""
        return self.column[row].as_py()

    def missing(self) -> npt.NDArray[np.bool_]:
        """Which cells are empty; shape (R,)."""
        found: npt.NDArray[np.bool_] = self.column.is_null().to_numpy()
        return found

    def distinct(self) -> tuple[list[str], Codes]:
        """The different values as texts, and for each row which; -1 where it has none."""
        return _distinct(self.column)

    def texts(self) -> pd.Series:
        """The values as a series of texts."""
        import pandas as pd
        import pyarrow as pa

        return pd.Series(self.column.cast(pa.string()).to_pandas(), dtype="str")

    def flags(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]] | None:
        """Values of a column of type Boolean, and which are missing."""
        import pyarrow as pa

        if not pa.types.is_boolean(self.column.type):
            return None
        if not self.column.null_count:
            return self.column.to_numpy(), np.zeros(len(self), dtype=bool)
        return self.column.fill_null(False).to_numpy(), self.missing()

    def dates(self) -> npt.NDArray[np.datetime64] | None:
        """Values of a column of dates or times, as ``datetime64[s]``."""
        import pyarrow as pa

        kind = self.column.type
        if not pa.types.is_temporal(kind) or pa.types.is_time(kind):
            return None
        seconds = self.column.cast(pa.timestamp("s"), safe=False).to_numpy()
        return np.asarray(seconds, dtype="datetime64[s]")

    def integers(self) -> npt.NDArray[np.int64] | None:
        """Values of a column of whole numbers, 0 where one is missing."""
        import pyarrow as pa

        if not pa.types.is_integer(self.column.type):
            return None
        return np.asarray(self.column.fill_null(0).to_numpy(), dtype=np.int64)

    def typed(self) -> Any:
        """The column as pandas holds it."""
        return self.column.to_pandas()

    def unlisted(self) -> Column:
        """The column, with cells that are lists as the text of a list."""
        import pyarrow as pa

        if not pa.types.is_list(self.column.type) and not pa.types.is_large_list(self.column.type):
            return self
        cells = self.column.to_pylist()
        return Column.of(None if cell is None else json.dumps(cell, default=str) for cell in cells)


def _distinct(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    import pyarrow as pa

    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words: list[str] = encoded.dictionary.to_pylist()
    return words, encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
