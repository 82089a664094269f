"""The effect of caseload on demand, in the form that the projection takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.caseload import (
    FeedbackSwitches,
    Structure,
    Workforce,
    caseload_feedback,
    published_workforce,
    simulate_workforce,
)
from riskmodel.caseload.planning import drawn
from riskmodel.caseload.rates import drawn_rates
from riskmodel.caseload.scenario_workforce import workforce_of
from riskmodel.core.arrays import Floats
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.stepping import Feedback
from riskmodel.errors import DataError
from riskmodel.levers import Levers
from riskmodel.parameters import parameter

__all__ = ["LENGTH", "STARTS", "Loops", "loops"]

LENGTH, STARTS = "feedback.caseload_to_length", "feedback.child_in_need_to_starts"
"""The levers that switch the two loops on."""


def loops(
    structure: Structure,
    workforce: Workforce | None = None,
    switches: FeedbackSwitches | None = None,
    *,
    seed: int,
    draw_rates: bool = False,
) -> Loops:
    """Feedback, in the form that :func:`riskmodel.demand.projecting.project` takes.

    Parameters
    ----------
    structure, workforce
        Teams, and the baseline's workers.
    switches
        Where a scenario sets none; None is off.
    seed
        Seed of teams and workers, the same as the plan's.
    draw_rates
        Whether the assumed rates are drawn together, once in each simulation.
    """
    return Loops(
        structure,
        published_workforce() if workforce is None else workforce,
        FeedbackSwitches() if switches is None else switches,
        seed,
        draw_rates,
    )


@dataclass(frozen=True, slots=True)
class Loops:
    """Called with a scenario's inputs and levers, returns its feedback on demand.

    Made by :func:`loops`. Teams and workers do not depend on demand, so they are drawn before it,
    with the same random numbers as in :func:`riskmodel.caseload.planning.plan`. Durations that a
    specialist team changes are already in the inputs of demand, and are not part of the loop.
    """

    structure: Structure
    workforce: Workforce
    switches: FeedbackSwitches
    seed: int
    draw_rates: bool = False

    def __call__(self, inputs: Mapping[str, StageInputs], levers: Levers) -> Feedback:
        """Feedback of one scenario, month by month.

        Raises
        ------
        DataError
            When the loop runs away from its first month; later the feedback itself says so.
        """
        replicates, months = next(iter(inputs.values())).rates.shape
        allocation, luck = drawn(self.structure, self.seed, replicates, months)
        before = self.workforce
        if self.draw_rates:
            before = drawn_rates(before, self.seed, replicates, months)[0]
        force = workforce_of(levers, before, (self.seed, replicates))
        opening = allocation.workers[self.structure.is_family_support].sum(axis=0)
        path = simulate_workforce(force, opening, luck, baseline=before)
        by_month = _switches(levers, self.switches)
        made = {
            each: caseload_feedback(
                each,
                self.structure,
                allocation,
                force.changed(specialist_length_multiplier=1.0),
                path,
                np.stack([one.opening for one in inputs.values()], axis=1),
                tuple(inputs),
                baseline=before,
            )
            for each in set(by_month)
        }

        def loop(month: int, stock: npt.NDArray[np.int32]) -> tuple[npt.ArrayLike, npt.ArrayLike]:
            # The one place where caseload's answer takes the form that demand asks for.
            found = made[by_month[month]](month, stock)
            _refuse_flood(found.starts, month)
            return found.starts, found.length

        return loop


def _refuse_flood(starts: Floats, month: int) -> None:
    most = parameter("feedback_starts_multiplier_maximum").value
    over = int((starts > most).any(axis=1).sum())
    if over:
        raise DataError(
            f"the loop runs away: in month {month + 1} hardly any child in need work has a worker "
            f"in {over} of {len(starts)} simulations, and more than {most:g} times as many plans "
            "would start; use lower elasticities or more workers",
            field="feedback",
        )


def _switches(levers: Levers, usual: FeedbackSwitches) -> list[FeedbackSwitches]:
    """The switches of each month: a scenario's own, otherwise the usual."""

    def path(name: str, given: float) -> list[float]:
        if name not in levers.changed:
            return [given] * len(levers.months)
        return [float(value) for value in levers.apply(name, given)]

    pairs = zip(
        path(LENGTH, usual.length_elasticity),
        path(STARTS, usual.start_elasticity),
        strict=True,
    )
    return [FeedbackSwitches(*pair) for pair in pairs]
