"""Columns of a table as a file has them: each text once, and which of them stands in each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Codes", "Column", "Flags"]

Codes = npt.NDArray[np.int32] | npt.NDArray[np.int64]


class Column:
    """A column of texts.

    Parameters
    ----------
    words
        The different texts, in the order in which they come.
    codes
        For each row the place of its text in ``words``; -1 for a cell that is empty. Shape (R,).

    Notes
    -----
    The methods that answer None are for columns whose file gives them a type.
    """

    def __init__(self, words: Sequence[str], codes: Codes) -> None:
        self.words, self.codes = words, codes

    @classmethod
    def of(cls, cells: Iterable[str | None]) -> Column:
        """A column of these cells; None and an empty text are no text."""
        places: dict[str | None, int] = {None: -1, "": -1}
        codes = [places.setdefault(cell, len(places) - 2) for cell in cells]
        return Column([*places][2:], np.array(codes, dtype=np.int64))  # type: ignore[arg-type]  # None comes first

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: npt.NDArray[np.int64]) -> Column:
        """The column of these rows."""
        return Column(self.words, self.codes[rows])

    def cell(self, row: int) -> Any:
        """What stands in a row; None for nothing."""
        code = int(self.codes[row])
        return None if code < 0 else self.words[code]

    def cells(self) -> list[str | None]:
        """What stands in every row; None for nothing."""
        each = np.array([*self.words, None], dtype=object)
        return list(each[self.codes])

    def missing(self) -> npt.NDArray[np.bool_]:
        """Which cells are empty; shape (R,)."""
        return self.codes < 0

    def distinct(self) -> tuple[Sequence[str], Codes]:
        """The different texts, and for each row which; -1 where it has none."""
        return self.words, self.codes

    def texts(self) -> pd.Series:
        """The texts as a series of them."""
        import pandas as pd

        each = np.array([*self.words, None], dtype=object)
        return pd.Series(each[self.codes], dtype="str")

    def flags(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]] | None:
        """Values of a column of type Boolean, and which are missing."""
        return None

    def dates(self) -> npt.NDArray[np.datetime64] | None:
        """Values of a column of dates or times, as ``datetime64[s]``."""
        return None

    def integers(self) -> npt.NDArray[np.int64] | None:
        """Values of a column of whole numbers, 0 where one is missing."""
        return None

    def typed(self) -> Any:
        """A column that is no text, as pandas holds it."""
        return None

    def unlisted(self) -> Column:
        """The column, with cells that are lists as the text of a list."""
        return self


class Flags(Column):
    """A column of true and false without gaps; shape (R,)."""

    def __init__(self, values: npt.NDArray[np.bool_]) -> None:
        super().__init__(("false", "true"), values.astype(np.int32))

    def take(self, rows: npt.NDArray[np.int64]) -> Column:
        """The column of these rows."""
        return Flags(self.codes[rows] == 1)

    def flags(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Its values; none is missing."""
        return self.codes == 1, np.zeros(len(self), dtype=bool)

    def typed(self) -> Any:
        """Its values."""
        return self.codes == 1
