"""Bands of age, as the report card counts them (para 7), for tables that hold ages or dates."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError

__all__ = [
    "AGE",
    "AGE_BAND",
    "AGE_BANDS",
    "age_bands",
    "age_sources",
    "ages_in_years",
    "group_order",
]

AGE_BAND = "age_band"
"""The name to group by; a column of this name in the table itself goes before."""

_BANDS = (("0 to 4", 4), ("5 to 10", 10), ("11 to 15", 15), ("16 to 17", 17))
AGE_BANDS = ("unborn", *(label for label, _ in _BANDS), "18 and over", "not known")
"""The bands in order: those of para 7, and what lies beside them."""

AGE = "age"
"""A column of ages in years, which goes before dates."""

_DATES = ("birth_date", "assessment_date")
_UNKNOWN = AGE_BANDS.index("not known")


def age_sources(columns: Container[str], source: str) -> tuple[str, ...]:
    """The columns that ages come from: ``age``, or the dates of birth and assessment.

    Raises
    ------
    DataError
        When the table has neither.
    """
    if AGE in columns:
        return (AGE,)
    if all(name in columns for name in _DATES):
        return _DATES
    raise DataError(
        f"{AGE_BAND} needs a column {AGE}, in years, or {' and '.join(_DATES)}",
        file=source,
        field=AGE_BAND,
    )


def ages_in_years(
    born: npt.NDArray[np.datetime64], day: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.float64]:
    """Whole years from birth to a day; negative before birth, NaN where a date is missing.

    Someone born on 29 February is a year older on 1 March of other years.

    Examples
    --------
    >>> dates = lambda *words: np.array(words, dtype="datetime64[s]")
    >>> ages_in_years(dates("2010-05-02", "2015-09-01"), dates("2015-05-01", "2015-06-01"))
    array([ 4., -1.])
    """
    missing = np.isnat(born) | np.isnat(day)
    found = (_month(day) - _month(born) - (_day(day) < _day(born))) // 12
    return np.where(missing, np.nan, found.astype(np.float64))


def _month(dates: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    months: npt.NDArray[np.int64] = dates.astype("datetime64[M]").astype(np.int64)
    return months


def _day(dates: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    days: npt.NDArray[np.int64] = dates.astype("datetime64[D]").astype(np.int64)
    return days - dates.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def age_bands(frame: pd.DataFrame, source: str) -> pd.Categorical:
    """The band of each row, ordered as :data:`AGE_BANDS`.

    Parameters
    ----------
    frame
        With ``age``, or ``birth_date`` and ``assessment_date`` as ``datetime64``. An age that is
        no number counts as not known.
    source
        For messages.

    Raises
    ------
    DataError
        When the table has neither.
    """
    sources = age_sources(frame.columns, source)
    if sources == _DATES:
        born, day = (frame[name].to_numpy(dtype="datetime64[s]") for name in sources)
        ages = ages_in_years(born, day)
    else:
        numbers: pd.Series[Any] = pd.to_numeric(frame[AGE], errors="coerce")
        ages = np.floor(numbers.to_numpy(dtype=np.float64, na_value=np.nan))
    places = 1 + np.searchsorted([last for _, last in _BANDS], ages)
    places = np.where(np.isnan(ages), _UNKNOWN, np.where(ages < 0, 0, places))
    kind = pd.CategoricalDtype(list(AGE_BANDS), ordered=True)
    return pd.Categorical.from_codes(places.astype(np.int64), dtype=kind)


def group_order(column: str, value: object) -> tuple[str, Any]:
    """What values of a column to group by are sorted by: bands by age, all others as they are."""
    if column == AGE_BAND and isinstance(value, str) and value in AGE_BANDS:
        return "", AGE_BANDS.index(value)
    return type(value).__name__, value
