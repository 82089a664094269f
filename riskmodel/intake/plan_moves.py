"""Children who move between plans and care, counted from records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from riskmodel.intake.dates import MISSING
from riskmodel.intake.periods import Plan, Spells, Window
from riskmodel.snapshots import RepeatPlans, StageMoves

__all__ = ["repeat_plans", "stage_moves"]

_NEVER = np.iinfo(np.int64).max
_BEFORE, _BEFORE_MONTHS = 183, 6
_AFTER, _AFTER_MONTHS = 31, 1
_PROTECTED, _NEED, _CARE = "child_protection_plan", "child_in_need_plan", "looked_after"
_Way = tuple[str, str, Literal["starts", "ends"], list[bool], str]
_Own = Mapping[str, Sequence[tuple[int, int]]]


def stage_moves(spells: Spells, window: Window, source: str) -> tuple[StageMoves, ...]:
    """Who comes from another stage and who goes on to one, as far as the records hold both.

    Parameters
    ----------
    spells
        Child protection plans, child in need plans and periods of care.
    window
        Months for which the records hold everybody.
    source
        File, for captions.

    Returns
    -------
    tuple of StageMoves
        Of protection plans the starts with a child in need plan in the six months before, and the
        ends with one within a month. Of periods of care the starts with a plan that ended within a
        month of them, and the ends with a plan that began within a month and goes on: a protection
        plan counts before a child in need plan. Empty where nobody was counted, or where no child
        of care has a plan, for then the records name children each in their own way.

    Notes
    -----
    Only starts count whose months before, and ends whose months after, lie in the window: of
    other months only those are there who stayed.
    """
    held = set(np.array(list(window), dtype="datetime64[M]").astype(int).tolist())
    own: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for stage, plans in spells.items():
        own[stage] = defaultdict(list)
        for child, start, end in plans:
            own[stage][child].append((start, _NEVER if end == MISSING else end))
    plan, need = (own.get(stage, {}) for stage in (_PROTECTED, _NEED))
    protected = spells.get(_PROTECTED, ())

    def before(child: str, start: int) -> bool:
        return any(begun < start and over >= start - _BEFORE for begun, over in need.get(child, ()))

    def after(child: str, end: int) -> bool:
        return any(begun <= end + _AFTER and over > end for begun, over in need.get(child, ()))

    started = [
        before(child, start)
        for child, start, _ in protected
        if _is_held(held, start, -_BEFORE_MONTHS)
    ]
    ended = [
        after(child, end)
        for child, _, end in protected
        if end != MISSING and _is_held(held, end, _AFTER_MONTHS)
    ]
    found: list[_Way] = []
    if need:
        said = "had a child in need plan"
        found += [
            (_NEED, _PROTECTED, "starts", started, f"{said} in the six months before"),
            (_PROTECTED, _NEED, "ends", ended, f"{said} within a month"),
        ]
    care = spells.get(_CARE, ())
    if any(child in plan or child in need for child, _, _ in care):
        found += _of_care(care, plan, need, held)
    when = f"{min(window)} to {max(window)}, {source}" if window else source
    return tuple(
        StageMoves(origin, to, counted, sum(moved), len(moved), words, when, "observed")
        for origin, to, counted, moved, words in found
        if moved
    )


def repeat_plans(plans: Sequence[Plan], window: Window, source: str) -> RepeatPlans | None:
    """After how many of the plans that ended the child came back to one, as far as records go.

    Parameters
    ----------
    plans
        Child protection plans.
    window
        Months for which the records hold everybody.
    source
        File, for captions.

    Returns
    -------
    RepeatPlans or None
        Plans that ended in a month of the window, by how many months of it follow without a gap;
        None where none ended.
    """
    held = set(np.array(list(window), dtype="datetime64[M]").astype(int).tolist())
    starts: dict[str, list[int]] = defaultdict(list)
    for child, start, _ in plans:
        starts[child].append(start)
    again, followed = 0, list[int]()
    for child, _, end in plans:
        if end == MISSING or (ended := _month(end)) not in held:
            continue
        last = ended
        while last + 1 in held:
            last += 1
        followed.append(last - ended)
        again += any(start > end and _month(start) <= last for start in starts[child])
    if not followed:
        return None
    when = f"{min(window)} to {max(window)}, {source}"
    return RepeatPlans(
        again, len(followed), when, "observed", tuple(np.bincount(followed).tolist())
    )


def _of_care(care: Sequence[Plan], plan: _Own, need: _Own, held: set[int]) -> Iterator[_Way]:
    """Who comes into care from a plan that ends, and goes on to one that begins."""

    def ended(own: _Own, child: str, day: int) -> bool:
        return any(begun < day and abs(over - day) <= _AFTER for begun, over in own.get(child, ()))

    def began(own: _Own, child: str, day: int) -> bool:
        return any(abs(begun - day) <= _AFTER and over > day for begun, over in own.get(child, ()))

    starts = [
        (child, start)
        for child, start, _ in care
        if _is_held(held, start, -_AFTER_MONTHS) and _is_held(held, start, _AFTER_MONTHS)
    ]
    ends = [
        (child, end)
        for child, _, end in care
        if end != MISSING
        and _is_held(held, end, -_AFTER_MONTHS)
        and _is_held(held, end, _AFTER_MONTHS)
    ]
    for stage, own, words in ((_PROTECTED, plan, "protection"), (_NEED, need, "child in need")):
        other = {} if own is plan else plan
        came = [ended(own, *one) and not ended(other, *one) for one in starts]
        went = [began(own, *one) and not began(other, *one) for one in ends]
        if own:
            yield stage, _CARE, "starts", came, f"came from a {words} plan within a month"
            yield _CARE, stage, "ends", went, f"went on to a {words} plan within a month"


def _is_held(months: set[int], day: int, reach: int) -> bool:
    """Whether the month of a day and so many before or after it are held."""
    month = _month(day)
    return months.issuperset(range(min(month, month + reach), max(month, month + reach) + 1))


def _month(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[M]").astype(int))
