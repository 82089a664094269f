"""Values as people write them, in a TOML file or in a cell of a workbook."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.authority.folder.subjects import Field, Kind
from riskmodel.core.months import Month
from riskmodel.errors import DataError, UnknownNameError, printable
from riskmodel.intake.dates import BAD, MISSING, day_number
from riskmodel.intake.figures import briefly
from riskmodel.intake.months import month_of
from riskmodel.plausible import shown

__all__ = ["Value", "read_value"]

Value = str | float | date | tuple[str, ...]
"""A number is a float; a month or a financial year is a text; a list is a tuple."""

_NUMBER = re.compile(
    r"£?\s*(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]+)?(?:[eE]-?\d+)?)"
)
_SHARE = re.compile(r"(-?[0-9]{1,9}(?:\.[0-9]+)?(?:[eE]-?[0-9]+)?)\s*(%?)")
_YEAR = re.compile(r"(20[0-9]{2}|19[0-9]{2})\s*[/-]\s*(?:20|19)?([0-9]{2})")
_EPOCH = date(1970, 1, 1)


def read_value(field: Field, raw: object) -> Value:
    """The value of a field.

    Parameters
    ----------
    field
        Which.
    raw
        The value in TOML, or the text of a cell.

    Raises
    ------
    DataError
        With what was found and what is allowed, but without the place, which the caller knows.
    """
    return _READERS[field.kind](field, raw)


def _wrong(raw: object, allowed: str) -> DataError:
    shown = raw if isinstance(raw, str) else raw.isoformat() if isinstance(raw, date) else raw
    return DataError(f"found {briefly(shown)}; allowed: {allowed}")


def _text(field: Field, raw: object) -> str:
    if isinstance(raw, str):
        return printable(" ".join(raw.split()))
    # A code such as 926 is a number to a spreadsheet, and to TOML without quotes.
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    raise _wrong(raw, "a text in quotes")


def _in_range(field: Field, raw: object, number: float, allowed: str) -> float:
    high = math.inf if field.high is None else field.high
    if not (math.isfinite(number) and field.low <= number <= high):
        raise _wrong(raw, allowed)
    return number


def _number(field: Field, raw: object) -> float:
    least = "0 or more" if field.low == 0 else f"{field.low:g} or more"
    limits = least if field.high is None else f"from {field.low:g} to {shown(field.high)}"
    allowed = f"a number, {limits}"
    if isinstance(raw, str):
        match = _NUMBER.fullmatch(raw.strip())
        if match is None:
            raise _wrong(raw, allowed)
        return _in_range(field, raw, float(match[1].replace(",", "")), allowed)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _in_range(field, raw, float(raw), allowed)
    raise _wrong(raw, allowed)


def _whole(field: Field, raw: object) -> float:
    number = _number(field, raw)
    if not number.is_integer():
        raise _wrong(raw, "a whole number")
    return number


def _share(field: Field, raw: object) -> float:
    low, high = field.low, 1.0 if field.high is None else field.high
    between = "between 0 and 1" if (low, high) != (-0.5, 1) else "between -0.5 and 1"
    allowed = f"a share {between}, such as 0.14 or 14%"
    if isinstance(raw, str):
        match = _SHARE.fullmatch(raw.strip())
        if match is None:
            raise _wrong(raw, allowed)
        number = float(match[1]) / (100 if match[2] else 1)
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        number = float(raw)
    else:
        raise _wrong(raw, allowed)
    # 8.2 / 100 is 0.08199999999999999.
    return round(_in_range(field, raw, number, allowed), 12)


def _month(field: Field, raw: object) -> Month:
    allowed = "a month such as 2024-03, or its first or last day"
    text = raw.isoformat()[:10] if isinstance(raw, date) else raw
    month = month_of(text) if isinstance(text, str) else None
    if month is None:
        raise _wrong(raw, allowed)
    return Month(f"{month[0]:04}-{month[1]:02}")


def _date(field: Field, raw: object) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    number = day_number(raw) if isinstance(raw, str) else BAD
    if number in (BAD, MISSING):
        raise _wrong(raw, "a date such as 2024-03-31 or 31/03/2024")
    return _EPOCH + timedelta(days=int(number))


def _financial_year(field: Field, raw: object) -> str:
    allowed = "a financial year such as 2024/25"
    text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    match = _YEAR.fullmatch(text)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise _wrong(raw, allowed)
    return f"{match[1]}/{match[2]}"


def _names(field: Field, raw: object) -> tuple[str, ...]:
    allowed = 'a list of texts, such as ["301", "302"]'
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        names = [word.strip() for word in str(raw).split(",") if word.strip()]
    elif isinstance(raw, list):
        names = [_text(field, entry) for entry in raw]
    else:
        raise _wrong(raw, allowed)
    if not names:
        raise _wrong(raw, allowed)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"names {twice!r} twice; keep one")
    return tuple(names)


def _sections(field: Field, raw: object) -> tuple[str, ...]:
    names = _names(field, raw)
    for name in names:
        if name not in SECTIONS:
            raise DataError(str(UnknownNameError("section", name, SECTIONS)))
    return names


_READERS: Mapping[Kind, Callable[[Field, object], Value]] = {
    "text": _text,
    "number": _number,
    "whole": _whole,
    "share": _share,
    "month": _month,
    "date": _date,
    "year": _financial_year,
    "names": _names,
    "sections": _sections,
}
