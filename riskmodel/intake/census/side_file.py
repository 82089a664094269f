"""Local factors of a census return: the file beside it, for what the census has no code for.

``<stem>.factors.csv`` has the columns ``LAchildID``, ``AssessmentAuthorisationDate`` and one a
local factor, headed by its name and holding 1 or 0. It has a row for each assessment with at least
one of them; an assessment without a row has none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskmodel.errors import DataError
from riskmodel.intake.dates import ALLOWED, BAD, MISSING, day_number
from riskmodel.intake.result import IssueLog

__all__ = ["SIDE_HEADINGS", "SideFile", "read_side_file", "side_file_path"]

SIDE_HEADINGS = ("LAchildID", "AssessmentAuthorisationDate")
"""Columns of a side file in front of the factors."""

_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


def side_file_path(path: Path) -> Path:
    """Where the local factors of a return lie: ``return.xml`` has ``return.factors.csv``."""
    return path.with_name(path.stem + ".factors.csv")


@dataclass(slots=True)
class SideFile:
    """Local factors by child reference and day of authorisation."""

    factors: tuple[str, ...] = ()
    flags: dict[tuple[str, int], tuple[bool, ...]] = field(default_factory=dict)
    unmatched: set[tuple[str, int]] = field(default_factory=set)

    def columns(
        self, assessments: Iterable[tuple[str, int]]
    ) -> Mapping[str, npt.NDArray[np.bool_]]:
        """One column of flags a factor, for these assessments."""
        if not self.factors:
            return {}
        self.unmatched = set(self.flags)
        none = (False,) * len(self.factors)
        rows = []
        for key in assessments:
            rows.append(self.flags.get(key, none))
            self.unmatched.discard(key)
        table = np.array(rows, dtype=bool).reshape(len(rows), len(self.factors))
        return {name: table[:, position].copy() for position, name in enumerate(self.factors)}

    def report_unmatched(self, log: IssueLog) -> None:
        """Report rows that fitted no assessment."""
        for child, day in sorted(self.unmatched):
            shown = str(np.datetime64(day, "D"))
            allowed = "an assessment that the return holds"
            log.add("unmatched_side_file", f"child {child}", SIDE_HEADINGS[1], shown, allowed)


def read_side_file(path: Path) -> SideFile:
    """The local factors beside a return; none where there is no such file.

    Raises
    ------
    DataError
        When it is not of the form above: a flag must not be lost.
    """
    place = side_file_path(path)
    if not place.is_file():
        return SideFile()
    try:
        with place.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot be read: {error}", file=place.name) from error
    heading = tuple(rows[0]) if rows else ()
    if heading[:2] != SIDE_HEADINGS or len(set(heading)) != len(heading):
        # What stands there is not shown: without headings it is the reference of a child.
        raise DataError(
            f"the first line must be {', '.join(SIDE_HEADINGS)} and then one heading a local "
            "factor, all different",
            file=place.name,
            line=1,
        )
    side = SideFile(heading[2:])
    for line, row in enumerate(rows[1:], start=2):
        _read_row(side, row, line, place.name)
    return side


def _read_row(side: SideFile, row: list[str], line: int, file: str) -> None:
    if len(row) != len(side.factors) + 2:
        raise DataError(
            f"found {len(row)} cells; allowed: {len(side.factors) + 2}", file=file, line=line
        )
    day = day_number(row[1])
    if day in (BAD, MISSING):
        raise DataError(
            f"is no date; allowed: {ALLOWED}", file=file, line=line, field=SIDE_HEADINGS[1]
        )
    flags = []
    for name, cell in zip(side.factors, row[2:], strict=True):
        flag = _FLAGS.get(cell.strip().casefold())
        if flag is None:
            raise DataError("is no flag; allowed: 1 or 0", file=file, line=line, field=name)
        flags.append(flag)
    key = (row[0].strip(), day)
    if key in side.flags:
        flags = [a or b for a, b in zip(side.flags[key], flags, strict=True)]
    side.flags[key] = tuple(flags)
