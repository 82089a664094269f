"""The effect of caseload on demand, as a function that the demand model calls each month.

There are two loops, both off in a baseline: caseload makes plans longer (paras 12 and 26), and less
time for child in need work leads to more plans (the circle of para 49). Both are assumptions: no
paragraph shows that one causes the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.allocation import Allocation
from riskmodel.caseload.flows import WorkforcePath
from riskmodel.caseload.loops import FeedbackSwitches
from riskmodel.caseload.result import caseload_of, locked
from riskmodel.caseload.structure import STATUSES, Structure
from riskmodel.caseload.workforce import Workforce
from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.parameters import parameter

__all__ = ["CaseloadFeedback", "Multipliers", "caseload_feedback"]


_PLAN, _, _IN_NEED = STATUSES

_LEAST_WORKED = 1e-3
"""Keeps the ratio of work done finite where almost none is done."""


@dataclass(frozen=True, slots=True)
class Multipliers:
    """What a month's caseload does to each stage.

    Parameters
    ----------
    length, starts
        Multipliers of durations and of starts, shape (replicate, stage); 1 changes nothing.
    """

    length: Floats
    starts: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CaseloadFeedback:
    """Called with a month and the stocks then, returns :class:`Multipliers`.

    Made by :func:`caseload_feedback`.

    Parameters
    ----------
    stages
        Order of the last axis of the stocks.
    switches
        Which loops are switched on.
    shares
        Share of each stage's children in each family support team, shape
        (stage, team, replicate).
    weights
        Each team's share of the workers, shape (team, replicate).
    fte
        Case-holding full-time equivalents, shape (month, replicate).
    most, specialist_share, specialist_caseload, length
        Cases that each holds at most; share of cases with a specialist team, and its caseload;
        length of plans apart from caseload; shape (month,).
    opening
        Stocks at the opening, shape (replicate, stage): a stock that grows without end is
        recognised by comparison with them.
    reference_caseload, reference_worked
        Caseload, and share of child in need work with a worker, at which nothing changes, shape
        (replicate,).
    """

    stages: tuple[str, ...]
    switches: FeedbackSwitches
    shares: Floats
    weights: Floats
    fte: Floats
    most: Floats
    specialist_share: Floats
    specialist_caseload: Floats
    length: Floats
    opening: Floats
    reference_caseload: Floats
    reference_worked: Floats

    def __post_init__(self) -> None:
        for name in self.__slots__[2:]:
            object.__setattr__(self, name, locked(np.asarray(getattr(self, name), dtype=float)))

    def __call__(self, month: int, stock: npt.NDArray[np.number]) -> Multipliers:
        """Multipliers of that month (0 is the first) at stocks of shape (replicate, stage).

        Raises
        ------
        DataError
            When the loop runs away: its gain has passed 1 in half of the replicates, or the stock
            has grown beyond all measure.
        """
        made = Multipliers(np.ones(stock.shape), np.ones(stock.shape))
        place = self.stages.index(_PLAN)
        made.length[:, place] = self.length[month]
        if self.switches.is_off:
            return made
        caseload, worked, gain = self._state(month, stock)
        self._guard(month, stock, gain)
        longer = (caseload / self.reference_caseload) ** self.switches.length_elasticity
        made.length[:, place] *= longer
        done = np.maximum(worked, _LEAST_WORKED) / self.reference_worked
        made.starts[:, place] = done**-self.switches.start_elasticity
        return made

    def gain(self, month: int, stock: npt.NDArray[np.number]) -> Floats:
        """The proportion of further plans that each additional plan brings through the loop.

        Shape (replicate,). Below 1 the loop settles, and a change is amplified by 1 / (1 - gain);
        at 1 or more plans grow without end.
        """
        return self._state(month, stock)[2]

    def _state(self, month: int, stock: npt.NDArray[np.number]) -> tuple[Floats, Floats, Floats]:
        """Caseload, share of child in need work with a worker, and gain, by replicate."""
        held_by = {
            stage: self.shares[place] * stock[:, place] for place, stage in enumerate(self.stages)
        }
        plans = held_by[_PLAN]
        in_need = held_by.get(_IN_NEED, np.zeros_like(plans))
        special = self.specialist_share[month]
        cases = sum(held_by.values(), np.zeros_like(plans))
        held = cases.sum(axis=0)
        workers = self.fte[month] - held * special / self.specialist_caseload[month]
        slots = self.weights * (np.maximum(workers, 0) * self.most[month])
        short = np.clip(cases * (1 - special) - slots, 0, in_need)
        # One plan more in a team that is short leaves one child in need more without a worker. Of
        # a specialist team's share, workers go there from all teams, by their weights.
        each = special / self.specialist_caseload[month]
        moved = self.weights * (each * plans.sum(axis=0) * self.most[month])
        squeezed = plans * (1 - special) + np.where(workers > 0, moved, 0.0)
        squeezed = (squeezed * ((short > 0) & (short < in_need))).sum(axis=0)
        wanted = in_need.sum(axis=0)
        done = wanted - short.sum(axis=0)
        caseload = caseload_of(held * (1 - special), workers)
        worked = np.divide(done, wanted, out=np.ones_like(done), where=wanted > 0)
        weight = np.divide(plans.sum(axis=0), held, out=np.zeros_like(held), where=held > 0)
        weight *= np.divide(self.fte[month], workers, out=np.ones_like(held), where=workers > 0)
        squeeze = np.divide(squeezed, done, out=np.zeros_like(done), where=done > 0)
        gain = self.switches.length_elasticity * weight + self.switches.start_elasticity * squeeze
        return caseload, worked, gain

    def _guard(self, month: int, stock: npt.NDArray[np.number], gain: Floats) -> None:
        place = self.stages.index(_PLAN)
        typical = float(np.median(gain))
        if typical >= 1:
            raise DataError(
                f"the loop runs away: in month {month + 1} each percent more plans brings "
                f"{typical:.2f} percent more in the end, which settles nowhere (it must be below "
                "1); use lower elasticities or more workers",
                field="feedback",
            )
        most = parameter("feedback_runaway_ratio").value
        grown = float(np.median(stock[:, place] / np.maximum(self.opening[:, place], 1)))
        if not grown <= most or not bool(np.isfinite(stock).all()):
            raise DataError(
                f"the loop runs away: in month {month + 1} the plans are {grown:.1f} times those "
                f"of the opening, more than {most:g}; use lower elasticities or more workers",
                field="feedback",
            )


def caseload_feedback(
    switches: FeedbackSwitches,
    structure: Structure,
    allocation: Allocation,
    workforce: Workforce,
    path: WorkforcePath,
    opening: npt.NDArray[np.number],
    stages: tuple[str, ...],
    *,
    baseline: Workforce | None = None,
) -> CaseloadFeedback:
    """The function to hand to the demand model.

    Parameters
    ----------
    switches
        Which loops are switched on.
    structure, allocation
        The teams, and how each replicate spreads children over them.
    workforce, path
        The scenario's workforce, and its workers month by month.
    opening
        Stocks at the opening, shape (replicate, stage). The caseload at that time is the reference,
        so feedback has no effect until the caseload changes.
    stages
        Their order; plans have to be among them, and for the second loop children in need.
    baseline
        The workforce at the opening, where the scenario changes it from the first month on.

    Raises
    ------
    DataError
        When a stage that is needed is missing, or the loop would grow without end from the first
        month.
    """
    needed = [_PLAN, _IN_NEED] if switches.start_elasticity else [_PLAN]
    for stage in needed:
        if stage not in stages:
            raise DataError(f"feedback needs stocks of {stage}; the projection has none of them")
    months = path.in_post.shape[0]
    support = structure.is_family_support
    held = np.array(opening, dtype=np.float64)
    shares = np.zeros((len(stages), int(support.sum()), allocation.replicates))
    for place, stage in enumerate(stages):
        if stage in STATUSES:
            shares[place] = allocation.shares[STATUSES.index(stage)][support]
    workers = allocation.workers[support]
    special = workforce.monthly("specialist_share", months)
    made = CaseloadFeedback(
        stages,
        switches,
        shares,
        workers / workers.sum(axis=0),
        path.fte,
        workforce.monthly("caseload_cap", months),
        special,
        workforce.monthly("specialist_caseload", months),
        1 - special * (1 - workforce.monthly("specialist_length_multiplier", months)),
        held,
        np.ones(allocation.replicates),
        np.ones(allocation.replicates),
    )
    if switches.is_off:
        return made
    before = baseline or workforce
    opened = path.opening * before.share_at_work(1)[0] + before.monthly("agency_fte", 1)[0]
    at_opening = replace(
        made,
        fte=opened[None],
        most=before.monthly("caseload_cap", 1),
        specialist_share=before.monthly("specialist_share", 1),
        specialist_caseload=before.monthly("specialist_caseload", 1),
    )
    caseload, worked, gain = at_opening._state(0, held)
    at_opening._guard(0, held, gain)
    return replace(
        made, reference_caseload=caseload, reference_worked=np.maximum(worked, _LEAST_WORKED)
    )
