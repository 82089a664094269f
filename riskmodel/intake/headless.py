"""A first line that holds a record where the headings should stand: refused without showing it.

Messages go to a terminal, a log, a request for help. The headings of a file may be named there; a
record, which begins with the reference of a child, may not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from riskmodel.census import FACTOR_CODES
from riskmodel.errors import DataError
from riskmodel.intake.dates import BAD, MISSING, day_number

__all__ = ["is_record", "refuse_record"]

_WORD = re.compile(r"[^\W\d_]{3}")
_LONG_NUMBER = re.compile(r"[0-9]{3}")
_NUMBER = re.compile(r"[0-9.,/ -]+")
_FLAGS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f"})


def is_record(headings: Sequence[str]) -> bool:
    """Whether a line is a record and no line of headings: a cell is a date, a number or a flag.

    Examples
    --------
    >>> is_record(["Child ref", "Plan", "3B"]), is_record(["SMITH-J", "2015-03-31", "1"])
    (False, True)
    """
    return any(_is_value(heading.strip()) for heading in headings)


def _is_value(cell: str) -> bool:
    if not cell or cell.upper() in FACTOR_CODES:
        return False
    if cell.casefold() in _FLAGS or day_number(cell) not in (BAD, MISSING):
        return True
    if _NUMBER.fullmatch(cell):
        return True
    return bool(_LONG_NUMBER.search(cell)) and not _WORD.search(cell)


def refuse_record(headings: Sequence[str], file: str, needed: Sequence[str]) -> None:
    """Refuse a first line that is a record; to be called where a heading that is needed lacks.

    Parameters
    ----------
    headings
        Cells of the first line.
    file
        Its name.
    needed
        Headings that the file needs, for the message.

    Raises
    ------
    DataError
        Without any cell of the line: it may name a child.
    """
    if is_record(headings):
        raise DataError(
            "the first line holds values where the headings of the columns are needed "
            f"({', '.join(needed)}, and so on); put the headings above it. It is not shown here, "
            "for it may name a child",
            file=file,
            line=1,
        )
