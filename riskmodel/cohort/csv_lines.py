"""Rows of a table as lines of CSV: flags eight at a time, other columns by distinct values.

Only texts and headings are in quotation marks; missing values are empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["csv_lines"]

_ROWS = 1 << 14
_TOGETHER = 8


def csv_lines(columns: Mapping[str, Any], rows: int) -> Iterator[str]:
    """The heading and the rows, some thousands at a time.

    Parameters
    ----------
    columns
        Arrays or series by name: flags, whole numbers, dates or texts.
    rows
        The length of each.
    """
    yield ",".join(map(_quoted, columns)) + "\n"
    parts = list(_parts(columns))
    for start in range(0, rows, _ROWS):
        block = slice(start, start + _ROWS)
        cells = [_flag_cells(p, block) if isinstance(p, list) else _cells(p[block]) for p in parts]
        yield "".join(f"{line}\n" for line in map(",".join, zip(*cells, strict=True)))


def _parts(columns: Mapping[str, Any]) -> Iterator[Any]:
    """The columns in order; up to eight flags without gaps that stand side by side are a list."""
    flags: list[npt.NDArray[np.bool_]] = []
    for values in columns.values():
        is_flag = isinstance(values.dtype, np.dtype) and values.dtype.kind == "b"
        if flags and (not is_flag or len(flags) == _TOGETHER):
            yield flags
            flags = []
        if is_flag:
            flags.append(np.asarray(values))
        else:
            yield values
    if flags:
        yield flags


def _flag_cells(flags: list[npt.NDArray[np.bool_]], block: slice) -> list[str]:
    words = [",".join(each) for each in product(("false", "true"), repeat=len(flags))]
    codes = np.zeros(len(flags[0][block]), dtype=np.intp)
    for values in flags:
        codes = codes * 2 + values[block]
    found: list[str] = np.array(words, dtype=object)[codes].tolist()
    return found


def _cells(values: Any) -> list[str]:
    import pandas as pd

    codes, different = pd.factorize(values)
    words = [*map(_cell, different), ""]
    found: list[str] = np.array(words, dtype=object)[codes].tolist()
    return found


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return (
        str(value)[:10]
        if isinstance(value, np.datetime64) or hasattr(value, "date")
        else str(value)
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
