"""The symbols that stand in place of a number, in words, and text that no spreadsheet runs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskmodel.errors import UnknownNameError

__all__ = [
    "CONFIDENTIAL",
    "LOW",
    "NOT_APPLICABLE",
    "NOT_AVAILABLE",
    "SHORTHAND",
    "inert",
    "shorthand_notes",
]

CONFIDENTIAL = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
LOW = "[low]"

SHORTHAND = {
    CONFIDENTIAL: "confidential: withheld so that no child can be recognised",
    NOT_AVAILABLE: "not available: not recorded, or of too poor quality to show",
    NOT_APPLICABLE: "not applicable: there can be no number here",
    LOW: "above zero, but rounds to zero",
}
"""Meaning of each symbol. They are those of the Analysis Function's guidance *Using symbols and
shorthand in data tables* (Government Analysis Function, 2023)."""

# A minus before a number, with or without a percent sign, is a number and no formula.
_FORMULA = re.compile(r"[=+@\t\r]|-(?!\d[\d,.]*%?$)")


def shorthand_notes(used: Iterable[str] | None = None) -> tuple[tuple[str, str], ...]:
    """Symbols with their meanings, for the top of a page, a sheet or a text table.

    Parameters
    ----------
    used
        Symbols that the table holds; None gives all of them.

    Raises
    ------
    UnknownNameError
        When a symbol has no meaning here.

    Examples
    --------
    >>> shorthand_notes(["[low]"])
    (('[low]', 'above zero, but rounds to zero'),)
    """
    if used is None:
        return tuple(SHORTHAND.items())
    wanted = set(used)
    for symbol in sorted(wanted):
        if symbol not in SHORTHAND:
            raise UnknownNameError("symbol", symbol, SHORTHAND)
    return tuple((symbol, words) for symbol, words in SHORTHAND.items() if symbol in wanted)


def inert(cell: object) -> object:
    """A cell for a CSV file that a spreadsheet will not run as a formula.

    Text that begins with ``= + - @``, a tab or a carriage return gets an apostrophe in front.
    Numbers pass unchanged, negative ones too, written as text or not. The workbook needs none of
    this: it writes text as text (``strings_to_formulas`` is off in
    :mod:`riskmodel.report.workbook`).

    Examples
    --------
    >>> inert("=1+1"), inert("-3.5%"), inert("-3+1"), inert("North")
    ("'=1+1", '-3.5%', "'-3+1", 'North')
    """
    if isinstance(cell, str) and _FORMULA.match(cell):
        return f"'{cell}"
    return cell
