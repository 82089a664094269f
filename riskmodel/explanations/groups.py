"""The growth of a whole divided among its groups, from shares and rates of growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskmodel.errors import DataError

__all__ = ["GroupGrowth", "group_growth", "joint_growth_bounds", "share_that_averages"]


@dataclass(frozen=True, slots=True)
class GroupGrowth:
    """A group's part in the growth of the whole; all values are proportions.

    Parameters
    ----------
    share_before, share_after
        The group's share of the whole at both dates.
    growth
        Its own growth.
    share_of_growth
        Its part of the growth of the whole.
    total_growth
        Growth of the whole.
    """

    share_before: float
    share_after: float
    growth: float
    share_of_growth: float
    total_growth: float


def group_growth(
    shares_after: Mapping[str, float], growth: Mapping[str, float]
) -> dict[str, GroupGrowth]:
    """Each group's part in the growth, from its share at the end and its growth.

    Parameters
    ----------
    shares_after
        Share of each group at the later date; they add up to 1.
    growth
        Growth of each group from the earlier date, as a proportion above -1.

    Notes
    -----
    A group that has share s after growing by g was s / (1 + g) before, in units of the later whole.
    Its part of the growth is the difference of the two, divided by the sum of the differences.
    """
    total = sum(shares_after.values())
    if abs(total - 1) > 1e-9:
        raise DataError(f"the shares of the groups add up to {total:g}, not 1")
    if min(growth[name] for name in shares_after) <= -1:
        raise DataError("growth must be above -1")
    before = {name: share / (1 + growth[name]) for name, share in shares_after.items()}
    whole = sum(before.values())
    if whole == 1:
        raise DataError("the whole did not grow: no group has a share of its growth")
    return {
        name: GroupGrowth(
            before[name] / whole,
            share,
            growth[name],
            (share - before[name]) / (1 - whole),
            1 / whole - 1,
        )
        for name, share in shares_after.items()
    }


def share_that_averages(one: float, other: float, total: float) -> float:
    """The earlier share of the first of two groups with which their growth averages to the total.

    Parameters
    ----------
    one, other, total
        Growth of the first group, of the second, and of both together.

    Returns
    -------
    float
        Outside 0 to 1 where the total does not lie between the two.
    """
    if one == other:
        raise DataError("groups that grew alike average to the total with any share")
    return (total - other) / (one - other)


def joint_growth_bounds(one: GroupGrowth, other: GroupGrowth) -> tuple[float, float]:
    """Bounds on the share of the growth that is in two groups at once, from their totals alone.

    Parameters
    ----------
    one, other
        The two groups, such as girls, and children over ten; their totals may differ by rounding.

    Returns
    -------
    tuple of float
        Lowest and highest share of the growth. It can be negative, or above 1.

    Notes
    -----
    At each date the share in both lies between max(0, a + b - 1) and min(a, b) of the whole
    (Frechet), whatever it is at the other date.
    """
    total = (one.total_growth + other.total_growth) / 2
    after = _frechet(one.share_after, other.share_after)
    before = _frechet(one.share_before, other.share_before)
    return (
        (after[0] * (1 + total) - before[1]) / total,
        (after[1] * (1 + total) - before[0]) / total,
    )


def _frechet(one: float, other: float) -> tuple[float, float]:
    return max(0.0, one + other - 1), min(one, other)
