"""Counts and chances as a person says them: one way for pages, messages and the command line."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["article", "asked_chance", "chance_words", "count_of", "money", "significant", "written"]

DIGITS = 12
"""Of a number in a file: more are noise of the arithmetic."""


def significant(value: float) -> float:
    """A number to the digits that files hold.

    Examples
    --------
    >>> significant(335.04999999999995), significant(1 / 3), significant(123456789012345.0)
    (335.05, 0.333333333333, 123456789012000.0)
    """
    return float(f"{value:.{DIGITS}g}")


def written(value: Any) -> Any:
    """A value as files of results hold it; None where it is missing, and a text without an end.

    Examples
    --------
    >>> written(0.1 + 0.2), written(float("nan")), written(float("inf")), written("North")
    (0.3, None, 'inf', 'North')
    """
    item = getattr(value, "item", None)
    if callable(item):
        value = item()
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return None
    return significant(value) if math.isfinite(value) else str(value)


def count_of(number: int, one: str, many: str = "") -> str:
    """A number with its noun.

    Examples
    --------
    >>> count_of(1, "conflict"), count_of(1200, "identity", "identities")
    ('1 conflict', '1,200 identities')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def chance_words(chance: float) -> str:
    """A chance in whole percent, which simulations never make nought or certain.

    Examples
    --------
    >>> chance_words(0.31), chance_words(0.002), chance_words(1.0)
    ('31%', 'less than 1%', 'more than 99%')
    """
    if chance < 0.01:
        return "less than 1%"
    return "more than 99%" if chance > 0.99 else f"{chance:.0%}"


def asked_chance(chance: float) -> str:
    """A chance that somebody asks for, to the digits that they gave.

    Examples
    --------
    >>> asked_chance(0.8), asked_chance(0.995), asked_chance(0.29)
    ('80%', '99.5%', '29%')
    """
    return f"{100 * chance:.6g}%"


def article(chance: float) -> str:
    """``an`` before a chance that is spoken with a vowel (8, 11, 18, 80 to 89), else ``a``.

    Examples
    --------
    >>> article(0.8), article(0.9), article(0.08)
    ('an', 'a', 'an')
    """
    spoken = f"{100 * chance:.0f}"
    return "an" if spoken.startswith("8") or spoken in ("11", "18") else "a"


def money(amount: float, currency: str = "GBP") -> str:
    """Money in millions to a tenth, below a million in thousands.

    Examples
    --------
    >>> money(6_120_000), money(237_881), money(-950), money(12e6, "EUR")
    ('£6.1m', '£238,000', '−£950', 'EUR 12.0m')
    """
    size = abs(amount)
    if size >= 999_500:
        text = f"{size / 1e6:,.1f}m"
    else:
        text = f"{round(size, -3) if size >= 1000 else size:,.0f}"
    sign = "−" if amount < 0 and text != "0" else ""
    return f"{sign}{'£' if currency == 'GBP' else f'{currency} '}{text}"
