"""Where children are instead when a scenario changes how many are in a stage: no child is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.errors import UnknownNameError
from riskmodel.levers.ranges import MIDDLE, Distribution, Range

__all__ = ["DESTINATIONS", "OUTSIDE", "Destinations", "destination_problem", "destinations"]

Destinations = tuple[tuple[str, float | Range], ...]
"""Names with their shares, which add up to 1; one share may be a range."""

OUTSIDE: Mapping[str, str] = MappingProxyType(
    {
        "early_help": "With early help",
        "closed": "No open case",
        "elsewhere": "Not in the authority",
    }
)
"""Places of children who are in no stage, each with a label."""

DESTINATIONS = (*STAGE_LABELS, *OUTSIDE)
"""All stages and places where children can be instead."""

EXAMPLE = "{child_in_need_plan = 0.6, closed = 0.4}"
_TOLERANCE = 1e-6


def destinations(shares: Mapping[str, Any], distribution: Distribution = MIDDLE) -> Destinations:
    """Destinations from shares as written: numbers, and at most one pair of numbers for a range.

    What is left after the range is divided among the others in proportion to their numbers.
    """
    return tuple(
        (name, _share_range(share, distribution))
        if isinstance(share, list | tuple)
        else (name, float(share))
        for name, share in shares.items()
    )


def _share_range(ends: Sequence[float], distribution: Distribution) -> Range:
    return Range(float(ends[0]), float(ends[1]), distribution, 0.0, 1.0)


def destination_problem(stage: str, shares: Any, distribution: Distribution) -> str:
    """What is wrong with shares as written, in words; empty if nothing is.

    Parameters
    ----------
    stage
        The stage that the children come from; empty for every stage.
    shares
        By destination.
    distribution
        What the ends of a range mean.
    """
    if not isinstance(shares, Mapping) or not shares:
        return f"must be shares by destination, such as {EXAMPLE}"
    for name, share in shares.items():
        if problem := _share_problem(stage, name, share, distribution):
            return problem
    ranged = [share for share in shares.values() if isinstance(share, list | tuple)]
    if len(ranged) > 1 or (ranged and len(shares) == 1):
        return "one share may be a range, and the others take what it leaves; found otherwise"
    total = sum(sum(share) / 2 if share in ranged else share for share in shares.values())
    if abs(total - 1) > _TOLERANCE:
        how = " (a range counts with its middle)" if ranged else ""
        return f"the shares must add up to 1{how}; they add up to {total:g}"
    return ""


def _share_problem(stage: str, name: str, share: Any, distribution: Distribution) -> str:
    if name not in DESTINATIONS:
        return str(UnknownNameError("destination", name, DESTINATIONS))
    if name == stage:
        return f"children who are not in {stage} cannot be there instead"
    ends = share if isinstance(share, list | tuple) else (share,)
    if len(ends) not in (1, 2) or not all(type(end) in (int, float) for end in ends):
        return f"the share of {name} must be a number or a range of two numbers"
    if len(ends) == 2:
        problem = _share_range(ends, distribution).problem
        return f"the share of {name}: {problem}" if problem else ""
    return "" if 0 <= ends[0] <= 1 else f"the share of {name} must be from 0 to 1; found {share:g}"
