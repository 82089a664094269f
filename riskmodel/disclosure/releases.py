"""Reads counts that were printed earlier, so that new ones are protected against them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from riskmodel.disclosure.earlier import EarlierCounts
from riskmodel.disclosure.symbols import SHORTHAND, inert
from riskmodel.errors import DataError

__all__ = ["read_earlier"]

_HALF_SHARE = 0.0005
"""Shares of plans are printed with one decimal of a percentage."""


def read_earlier(path: Path) -> EarlierCounts:
    """Counts of an earlier release, from the file that ``riskmodel factors --format csv`` wrote.

    Parameters
    ----------
    path
        The columns before ``factor`` are those it was grouped by; ``assessments`` and ``plans`` are
        read, and all plans where the shares of plans leave one number only.

    Raises
    ------
    DataError
        When the file cannot be read, is another one, or holds a cell that is no count.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            heading, *rows = csv.reader(stream)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise DataError(f"cannot be read as an earlier release: {error}", file=path.name) from error
    wanted = ("factor", "assessments", "plans")
    if any(heading.count(name) != 1 for name in wanted):
        raise DataError(
            f"is no earlier release: it needs the columns {', '.join(wanted)}, as `riskmodel "
            "factors --format csv` writes them",
            file=path.name,
        )
    place = {name: heading.index(name) for name in heading}
    by = tuple(heading[: place["factor"]])
    groups: dict[tuple[str, ...], dict[tuple[str, str], int | None]] = {}
    shares: dict[tuple[str, ...], list[tuple[int, float]]] = {}
    for line, row in enumerate(rows, start=2):
        if len(row) != len(heading):
            raise DataError(f"has {len(row)} cells, not {len(heading)}", file=path.name, line=line)
        key = tuple(_plain(cell) for cell in row[: len(by)])
        cells = groups.setdefault(key, {})
        factor = _plain(row[place["factor"]])
        if ("plans", factor) in cells:
            raise DataError(
                f"has {factor} twice in one group: it is another view than the rates",
                file=path.name,
                line=line,
            )
        for measure in wanted[1:]:
            cells[measure, factor] = _count(row[place[measure]], path, line, measure)
        plans = cells["plans", factor]
        share = row[place["share_of_plans"]] if "share_of_plans" in place else ""
        if plans and share.replace(".", "", 1).isdigit():
            shares.setdefault(key, []).append((plans, float(share)))
    for key, cells in groups.items():
        cells["total_plans", ""] = _all_plans(shares.get(key, []))
    return EarlierCounts(by, groups)


def _plain(cell: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it."""
    bare = cell[1:]
    return bare if cell.startswith("'") and inert(bare) == cell else cell


def _count(cell: str, path: Path, line: int, field: str) -> int | None:
    if cell in SHORTHAND or cell == "":
        return None
    if not (cell.isascii() and cell.isdigit()):
        raise DataError(
            f"found {cell!r}; allowed: a whole number, or one of {', '.join(SHORTHAND)}",
            file=path.name,
            line=line,
            field=field,
        )
    return int(cell)


def _all_plans(shares: list[tuple[int, float]]) -> int | None:
    """All plans, where plans with a factor and their shares leave one number only."""
    low, high = 0, 2**53
    for plans, share in shares:
        if share > _HALF_SHARE:
            low = max(low, math.ceil(plans / (share + _HALF_SHARE)))
            high = min(high, math.floor(plans / (share - _HALF_SHARE)))
    return low if low == high else None
