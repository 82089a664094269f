"""What a number that somebody gives can be: more children than a country has is a slip of the pen.

Each limit is far beyond any authority, and beyond England; it says what the number is of, so that
the message can say what to check.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from riskmodel.errors import DataError

__all__ = [
    "MOST",
    "MOST_BYTES",
    "check_children",
    "check_memory",
    "check_number",
    "shown",
    "unlikely_post",
]

MOST: Mapping[str, int] = MappingProxyType(
    {
        "children": 20_000_000,
        "assessments": 20_000_000,
        "cases": 1_000_000,
        "starts a month": 100_000,
        "full-time equivalents": 100_000,
        "cases for each worker": 500,
        "resamples": 100_000,
        "a price": 1_000_000_000,
    }
)
"""The most of each kind: beyond what England as a whole has."""

USUAL_POST = (10_000, 500_000)
"""Pounds that a post costs a year: nothing forbids another price, but it is likely a slip."""

MOST_BYTES = 4_000_000_000
"""Memory that a question may take: what an office laptop has to spare."""


def check_number(
    value: float,
    of: str,
    *,
    least: float = 0,
    whole: bool = True,
    file: str | None = None,
    line: int | None = None,
    field: str | None = None,
) -> None:
    """Refuse a number that can only be a mistake.

    Parameters
    ----------
    value
        What somebody gave.
    of
        What it counts, one of :data:`MOST`.
    least
        The smallest that makes sense.
    whole
        Whether only whole numbers make sense.
    file, line, field
        Where it stands, for the message.

    Raises
    ------
    DataError
        When it is none, too small, too large, or a fraction where a count is needed.
    """
    most = MOST[of]
    if least <= value <= most and not (whole and value % 1):
        return
    kind = "a whole number" if whole else "a number"
    raise DataError(
        f"found {shown(value)}; allowed: {kind} of {of} from {least:,g} to {most:,}",
        file=file,
        line=line,
        field=field,
    )


def check_memory(bytes_each: int, simulations: int, **more: int) -> None:
    """Refuse what would take more memory than a laptop has, before anything is worked out.

    Parameters
    ----------
    bytes_each
        Of one number for each of all that follow, whatever is held beside it included.
    simulations
        How many.
    more
        What else they are multiplied by, in words.

    Raises
    ------
    DataError
        What it would take, what is allowed, and with how many simulations it would do.

    Examples
    --------
    >>> check_memory(20, simulations=2000, teams=10_000, months=60)
    Traceback (most recent call last):
    riskmodel.errors.DataError: 2,000 simulations of 10,000 teams and 60 months take about 24.0 GB \
of memory; allowed: 4 GB. Ask for at most 333 simulations, or for fewer teams
    """
    of_one = bytes_each * math.prod(more.values())
    if simulations * of_one <= MOST_BYTES:
        return
    counts = " and ".join(f"{number:,} {name}" for name, number in more.items())
    fitting = MOST_BYTES // of_one
    raise DataError(
        f"{simulations:,} simulations of {counts} take about {simulations * of_one / 1e9:,.1f} GB "
        f"of memory; allowed: {MOST_BYTES / 1e9:g} GB. Ask for at most {fitting:,} simulations, or "
        f"for fewer {next(iter(more))}"
    )


def check_children(
    children: float, counted: float, of: str, *, where: str = "", file: str | None = None,
    field: str = "population",
) -> None:  # fmt: skip
    """Refuse a population that cannot be all children aged 0 to 17 of an area.

    Parameters
    ----------
    children
        The population.
    counted
        The most of them that are counted at one time.
    of
        What they are counted as, in words.
    where
        Whose population, and of when, for the message.
    file, field
        Where it stands, for the message.

    Raises
    ------
    DataError
        When there are none, more than a country has, a part of a child, or fewer than are counted.
    """
    check_number(children, "children", least=1, file=file, field=_placed(field, where))
    if children < counted:
        raise DataError(
            f"{children:,g} children aged 0 to 17 are fewer than the {counted:,.0f} counted of "
            f"{of}; give all of them, not thousands",
            file=file,
            field=_placed(field, where),
        )


def unlikely_post(price: float | None, currency: str = "GBP") -> str:
    """What is said of a price of a post for a year that is likely a slip; "" of any other.

    Examples
    --------
    >>> unlikely_post(58), unlikely_post(58_000)
    ('a post at £58 a year is below the usual £10,000; is it the price of a whole year?', '')
    """
    low, high = USUAL_POST
    if price is None or currency != "GBP" or low <= price <= high:
        return ""
    beyond = f"below the usual £{low:,}" if price < low else f"above the usual £{high:,}"
    return f"a post at £{shown(price)} a year is {beyond}; is it the price of a whole year?"


def _placed(field: str, where: str) -> str:
    return f"{field}, {where}" if where else field


def shown(value: float) -> str:
    """A number for a message: as it was written, as long as that can be read.

    Examples
    --------
    >>> shown(12.7), shown(1e15), shown(10**400)
    ('12.7', '1e+15', 'a number of 401 digits')
    """
    try:
        number = float(value)
    except OverflowError:
        return f"a number of {len(str(abs(value)))} digits"
    return f"{number:,.15g}" if abs(number) < 1e15 else f"{number:.6g}"
