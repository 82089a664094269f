"""Work that waits: allocation with protection first, compared with Erlang's formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.caseload.posts import published_workforce
from riskmodel.caseload.published import published_caseloads
from riskmodel.errors import DataError

__all__ = [
    "QueueCheck",
    "erlang_c",
    "queue_check",
    "queue_frame",
    "slots_for_waiting",
    "waiting",
]


def erlang_c(slots: int, load: float) -> float:
    """Probability that work has to wait in an M/M/c queue.

    Parameters
    ----------
    slots
        Places in service, c, 1 or more.
    load
        Work offered, a, measured in places; at c or more everything waits.

    Notes
    -----
    C = B / (1 - (a / c)(1 - B)), with Erlang's B by its recursion B(k) = a B(k-1) / (k + a B(k-1))
    from B(0) = 1 (Erlang 1917; Cooper 1981), which neither overflows nor cancels.

    Examples
    --------
    >>> erlang_c(2, 1.0)
    0.333333
    """
    if slots < 1:
        raise DataError(f"a queue needs 1 slot or more, got {slots}", field="slots")
    if not (np.isfinite(load) and load >= 0):
        raise DataError(f"a load must be 0 or more, got {load:g}", field="load")
    if load >= slots:
        return 1.0
    blocked = 1.0
    for k in range(1, slots + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - load / slots * (1 - blocked))


def waiting(slots: int, load: float) -> float:
    """Cases that wait on average in an M/M/c queue: C a / (c - a); infinite where a >= c.

    Examples
    --------
    >>> waiting(2, 1.0)
    0.333333
    """
    chance = erlang_c(slots, load)
    return float("inf") if load >= slots else chance * load / (slots - load)


def slots_for_waiting(load: float, at_most: float) -> int:
    """Fewest slots with which no more than so many cases wait on average.

    Examples
    --------
    >>> slots_for_waiting(380, 37)
    387
    """
    if not at_most > 0:
        raise DataError(f"waiting cases must be above 0, got {at_most:g}", field="at_most")
    low = int(load)
    high = low + 1
    while waiting(high, load) > at_most:
        low, high = high, high + max(1, high - int(load))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if waiting(middle, load) <= at_most else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class QueueCheck:
    """Unallocated work of one area by a queue, and by a fluid model without chance.

    Parameters
    ----------
    area
        Which.
    load
        Cases that are allocated.
    printed
        Unallocated cases as printed.
    slots
        Fewest slots with which no more cases than printed wait on average.
    waits
        Cases that wait on average with so many slots.
    fluid
        Unallocated cases if each worker holds ``most`` cases: least and greatest, over the range of
        workers that follows from the printed means.
    most
        Cases a worker holds at most.
    """

    area: str
    load: int
    printed: int
    slots: int
    waits: float
    fluid: tuple[float, float]
    most: float

    def __str__(self) -> str:
        return (
            f"{self.area}: {self.printed} unallocated as printed; {self.slots} slots for a load of "
            f"{self.load} leave {self.waits:.1f} waiting on average, the fluid at "
            f"{self.most:g} a worker {self.fluid[0]:.0f} to {self.fluid[1]:.0f}"
        )


def queue_check(area: str, most: float) -> QueueCheck:
    """Erlang's formula and a fluid model applied to the printed figures of one area.

    Notes
    -----
    The queue treats all cases as alike, coming and going at random; its load is the cases that have
    a worker. It is a check and not the model: in reality protection work is taken up at once.
    """
    printed = published_caseloads().area(area)
    load = printed.cases - printed.unallocated
    slots = slots_for_waiting(load, printed.unallocated)
    short = sorted(
        max(printed.cases - most * float(end), 0.0)
        for end in (printed.workers.low, printed.workers.high)
    )
    return QueueCheck(
        area,
        load,
        printed.unallocated,
        slots,
        waiting(slots, load),
        (short[0], short[-1]),
        most,
    )


def queue_frame() -> pd.DataFrame:
    """Unallocated work by area: as printed, by Erlang's formula, and by a fluid model."""
    most = float(published_workforce().monthly("caseload_cap", 1)[0])
    found = [queue_check(area.area, most) for area in published_caseloads()]
    return pd.DataFrame(
        [
            {
                "area": each.area,
                "load": each.load,
                "unallocated_printed": each.printed,
                "slots": each.slots,
                "waiting_by_queue": each.waits,
                "unallocated_by_fluid_low": each.fluid[0],
                "unallocated_by_fluid_high": each.fluid[1],
                "most_cases_a_worker": each.most,
                # As the least certain of what it rests on: nobody printed the most a worker holds.
                "basis": "assumed",
            }
            for each in found
        ]
    )
