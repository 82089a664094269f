"""Months of deadlines are joined until no count, and no change since its release, is small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from riskmodel.disclosure import Policy

__all__ = ["LEFT_OUT", "Counts", "Told", "joined", "untold"]

Counts = tuple[int, int, int]
"""In time, late, not yet due."""

Told = Mapping[str, Sequence[int | None]]
"""What was released before: counts by period, None where withheld, and what was left out."""

LEFT_OUT = "left out: "
"""Stands before the reason why records were left out."""


def joined(
    each: Mapping[str, Counts], known: Sequence[Told], policy: Policy
) -> tuple[dict[str, list[str]], bool, bool]:
    """Periods of months, whether all are too few to print, and whether open cases are hidden.

    Parameters
    ----------
    each
        Counts by month of the start, in order.
    known
        What was released before from the same records.
    policy
        What is small.

    Notes
    -----
    Months that were released together stay together, so every period released before lies within
    one of the new periods. Months are joined until no count of what is due is small, nor any change
    of a count since its release. Then nothing has to be withheld that a sum or a difference could
    give away. Months that remain at the end go to the last period. If all months together are too
    few, or have changed by too few, nothing may be printed.
    """
    periods: list[list[str]] = [[]]
    for block in _blocks(list(each), known):
        periods[-1] += block
        if not _is_told(periods[-1], each, known, policy):
            periods.append([])
    left = periods.pop()
    while left:
        left = (periods.pop() if periods else []) + left
        if not periods or not _is_told(left, each, known, policy):
            periods.append(left)
            break
    everything = _sum(each.values())
    is_small = _tells(everything[:2], policy) or any(
        _is_told(period, each, known, policy) for period in (*periods, list(each))
    )
    hides = any(policy.is_small(waiting) for waiting in _waiting(periods, each, known))
    return {_words(months): months for months in periods}, is_small, hides


def untold(left_out: Mapping[str, int], known: Sequence[Told], policy: Policy) -> dict[str, int]:
    """Records left out by reason, without counts that are small or changed by little."""
    return {
        reason: count
        for reason, count in left_out.items()
        if not policy.is_small(count)
        and not any(
            policy.is_small(abs(count - (told[f"{LEFT_OUT}{reason}"][0] or 0)))
            for told in known
            if f"{LEFT_OUT}{reason}" in told
        )
    }


def _blocks(months: Sequence[str], known: Sequence[Told]) -> Iterator[list[str]]:
    """Months, those together that lie in one period that is out."""
    spans = [_ends(period) for told in known for period in told if not period.startswith(LEFT_OUT)]
    block: list[str] = []
    for month in months:
        if block and not any(first <= block[-1] and month <= last for first, last in spans):
            yield block
            block = []
        block.append(month)
    yield block


def _is_told(
    months: Sequence[str], each: Mapping[str, Counts], known: Sequence[Told], policy: Policy
) -> bool:
    """Whether a count of what is due, or its change since it left, is small."""
    now = _sum(each[month] for month in months)[:2]
    changes = (
        [a - b for a, b in zip(now, then, strict=True)]
        for told in known
        if (then := _then(months, told)) is not None
    )
    return any(_tells(counts, policy) for counts in (now, *changes))


def _tells(counts: Sequence[int], policy: Policy) -> bool:
    return any(policy.is_small(abs(count)) for count in (*counts, sum(counts)))


def _then(months: Sequence[str], told: Told) -> tuple[int, int] | None:
    """What left of the months: in time and late; None where nothing did."""
    inside = [counts for period, counts in told.items() if _is_within(period, months)]
    if not inside:
        return None
    return sum(one[0] or 0 for one in inside), sum(one[1] or 0 for one in inside)


def _waiting(
    periods: Sequence[Sequence[str]], each: Mapping[str, Counts], known: Sequence[Told]
) -> Iterator[int]:
    """What is not yet due in each period and in all, and its changes where it left."""
    for months in (*periods, list(each)):
        now = _sum(each[month] for month in months)[2]
        yield now
        for told in known:
            then = [counts[2] for period, counts in told.items() if _is_within(period, months)]
            if then and None not in then:
                yield abs(now - sum(number or 0 for number in then))


def _is_within(period: str, months: Sequence[str]) -> bool:
    if period.startswith(LEFT_OUT):
        return False
    first, last = _ends(period)
    return months[0] <= last and first <= months[-1]


def _ends(period: str) -> tuple[str, str]:
    first, _, last = period.partition(" to ")
    return first, last or first


def _words(months: Sequence[str]) -> str:
    return months[0] if months[0] == months[-1] else f"{months[0]} to {months[-1]}"


def _sum(counts: Iterable[Counts]) -> Counts:
    in_time, late, waiting = (sum(one) for one in zip(*counts, strict=True))
    return in_time, late, waiting
