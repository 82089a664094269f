"""Children who move between a child in need plan and a protection plan, counted from records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from riskmodel.intake.dates import MISSING
from riskmodel.intake.periods import Window
from riskmodel.snapshots import StageMoves

__all__ = ["plan_moves"]

Plan = tuple[str, int, int]
"""Child, and day numbers of start and end; ``MISSING`` for an end that is not there yet."""

_NEVER = np.iinfo(np.int64).max
_BEFORE, _BEFORE_MONTHS = 183, 6
_AFTER, _AFTER_MONTHS = 31, 1


def plan_moves(
    protection: Iterable[Plan], need: Sequence[Plan], window: Window, source: str
) -> tuple[StageMoves, ...]:
    """Who had a child in need plan before a protection plan, and who has one after it.

    Parameters
    ----------
    protection, need
        Child protection plans and child in need plans; children are named alike in both.
    window
        Months for which the records hold everybody.
    source
        File, for captions.

    Returns
    -------
    tuple of StageMoves
        Starts with a child in need plan in the six months before, and ends with one within a
        month, where anybody was counted; empty where the records hold no child in need plan.

    Notes
    -----
    Only starts count whose six months before, and ends whose month after, lie in the window: of
    other months only those are there who stayed.
    """
    if not need:
        return ()
    held = set(np.array(list(window), dtype="datetime64[M]").astype(int).tolist())
    own: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for child, start, end in need:
        own[child].append((start, _NEVER if end == MISSING else end))
    before, after = [], []
    for child, start, end in protection:
        if _is_held(held, start, -_BEFORE_MONTHS):
            before.append(
                any(begun < start and over >= start - _BEFORE for begun, over in own.get(child, ()))
            )
        if end != MISSING and _is_held(held, end, _AFTER_MONTHS):
            after.append(
                any(begun <= end + _AFTER and over > end for begun, over in own.get(child, ()))
            )
    protected, needed = "child_protection_plan", "child_in_need_plan"
    when = f"{min(window)} to {max(window)}, {source}"
    found = (
        (needed, protected, "starts", before, "had a child in need plan in the six months before"),
        (protected, needed, "ends", after, "had a child in need plan within a month"),
    )
    return tuple(
        StageMoves(origin, to, counted, sum(moved), len(moved), words, when, "observed")  # type: ignore[arg-type]  # one of the two
        for origin, to, counted, moved, words in found
        if moved
    )


def _is_held(months: set[int], day: int, reach: int) -> bool:
    """Whether the month of a day and so many before or after it are held."""
    month = int(np.datetime64(day, "D").astype("datetime64[M]").astype(int))
    return months.issuperset(range(min(month, month + reach), max(month, month + reach) + 1))
