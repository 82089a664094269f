"""Counts and chances as a person says them: one way for pages, messages and the command line."""

from __future__ import annotations

__all__ = ["asked_chance", "chance_words", "count_of"]


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
