"""Keeps rows and references of children out of what leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from riskmodel.errors import DataError
from riskmodel.estimates import Basis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IDENTIFIERS", "WITHHELD", "IssueLike", "refuse_rows", "scrub", "shareable"]

WITHHELD = "[withheld]"

IDENTIFIERS = frozenset(
    {
        "address",
        "assessmentid",
        "birthdate",
        "casenumber",
        "childid",
        "childname",
        "childreference",
        "dateofbirth",
        "dob",
        "expectedpersonbirthdate",
        "familyid",
        "familyname",
        "firstname",
        "forename",
        "formerupn",
        "fullname",
        "givenname",
        "lachildid",
        "lastname",
        "nhsnumber",
        "personbirthdate",
        "personid",
        "personreference",
        "postcode",
        "surname",
        "uniquelearnernumber",
        "uniquepropertyreferencenumber",
        "uniquepupilnumber",
        "upn",
        "uprn",
    }
)
"""Columns that point to a child, in small letters without spaces, signs or underscores."""

_DATE = re.compile(
    r"\b(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2}))(T[\d:.]+Z?)?\b"
)
_UPN = re.compile(r"\b[A-Z]\d{11}[A-Z0-9]\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_LONG_NUMBER = re.compile(r"\b[A-Za-z]{0,4}\d{6,}[A-Za-z]{0,2}\b")
_FIELD = re.compile(r"field (\w+)")


class IssueLike(Protocol):
    """What an issue of reading a file has that may be shown elsewhere."""

    @property
    def file(self) -> str:
        """File name."""

    @property
    def field(self) -> str:
        """Column or element."""

    @property
    def allowed(self) -> str:
        """What may stand there."""

    @property
    def rule(self) -> str:
        """Name of the rule."""


def refuse_rows(frame: pd.DataFrame, basis: Basis = "observed") -> pd.DataFrame:
    """The frame, unless a column of it points to children.

    Parameters
    ----------
    frame
        What is about to be written.
    basis
        What it rests on; only observed tables can hold a child.

    Raises
    ------
    DataError
        When a column or an index level has the name of an identifier. The column is named, never a
        cell of it.

    Notes
    -----
    Names are compared without capitals, spaces and signs: ``LAchildID``, ``la_child_id`` and
    ``LA child ID`` are one. A guard against oversight: it does not read the cells.
    """
    if basis != "observed":
        return frame
    for name in (*frame.columns, *frame.index.names):
        if name is not None and _plain(str(name)) in IDENTIFIERS:
            raise DataError(
                "this column points to single children and must not leave; write counts by group",
                field=str(name),
            )
    return frame


def scrub(message: str) -> str:
    """A message without what looks like a date, a pupil number, a postcode or a long reference.

    Examples
    --------
    >>> scrub("child A123456 born 2011-02-03 has no assessment")
    'child [withheld] born [withheld] has no assessment'
    """
    for pattern in (_DATE, _UPN, _POSTCODE, _LONG_NUMBER):
        message = pattern.sub(WITHHELD, message)
    return message


def shareable(issue: str | IssueLike) -> str:
    """An issue as it may be shown outside the authority: neither the child nor what was found.

    Parameters
    ----------
    issue
        An issue, or its text (also that of the error which a strict reading raises).

    Notes
    -----
    The file, the field, what is allowed and the rule are kept. Of a text, kept is what can be
    told to be one of these; the rest is left out.

    Examples
    --------
    >>> shareable("cin.xml, C0001, PersonBirthDate: found '31/02/2011'; allowed: a date (bad_date)")
    'cin.xml, PersonBirthDate: found [withheld]; allowed: a date (bad_date)'
    """
    if not isinstance(issue, str):
        where = ", ".join(part for part in (issue.file, issue.field) if part)
        return f"{where}: found {WITHHELD}; allowed: {scrub(issue.allowed)} ({issue.rule})"
    head, found, tail = issue.partition("found ")
    if not found:
        return scrub(issue)
    _, _, allowed = tail.rpartition("; allowed: ")
    where = ", ".join(part for part in _places(head) if part)
    end = f"; allowed: {scrub(allowed)}" if allowed else ""
    return f"{where}{': ' if where else ''}found {WITHHELD}{end}"


def _places(head: str) -> tuple[str, str]:
    """File and field in what stands before "found": the reference is left out."""
    parts = head.rstrip().rstrip(":").split(", ")
    named = _FIELD.search(head)
    file = re.split(r"[\\/]", parts[0].split(": ")[0])[-1]
    if "." not in file:
        file = ""
    if named:
        return file, f"field {named[1]}"
    # Three parts are file, reference and field; of two nobody can tell the last.
    field = parts[-1] if len(parts) >= 3 and re.fullmatch(r"[A-Za-z]\w*", parts[-1]) else ""
    return file, field


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
