"""What is measured of a scenario, replicate by replicate, so that scenarios can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.caseload import (
    CaseloadPlan,
    Structure,
    Target,
    UnitCosts,
    Workforce,
    monthly_cost,
    posts_by_replicate,
)
from riskmodel.caseload.scenario_workforce import opened_with, recruiting
from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.levers import Levers
from riskmodel.projection import Projection

__all__ = ["MEASURE_LABELS", "POSTS", "PROBABILITY", "Question"]

Floats = npt.NDArray[np.float64]

MEASURE_LABELS: Mapping[str, str] = {
    name: label(name).full
    for name in (
        *(f"stock_{stage}" for stage in STAGE_LABELS),
        *("cases", "fte", "caseload", "unallocated", "within_cap", "posts_needed", "cost"),
    )
}
"""Each measure of a comparison in words."""

PROBABILITY, POSTS = "within_cap", "posts_needed"


@dataclass(frozen=True, slots=True)
class Question:
    """What is measured, on which teams."""

    structure: Structure
    costs: UnitCosts | None
    target: Target
    number: int
    seed: int
    workforce: Workforce | None

    def measure(
        self,
        projection: Projection,
        found: CaseloadPlan,
        forces: Mapping[str, Workforce],
        levers: Mapping[str, Levers],
        scenario: str,
    ) -> dict[str, Floats]:
        """Each measure of a scenario on every replicate, shape (replicate,)."""
        place, month = found.scenarios.index(scenario), self.number
        made: dict[str, npt.NDArray[Any]] = {
            f"stock_{stage}": projection.of("stock", scenario, stage)[:, month]
            for stage in projection.stages
        }
        made["cases"] = found.cases[place, month]
        made["fte"] = found.path(scenario).fte[month]
        made["caseload"] = found.caseload(scenario)[month]
        made["unallocated"] = found.unallocated[place, month]
        made[PROBABILITY] = found.caseload(scenario)[month] <= self.target.cap
        made[POSTS] = posts_by_replicate(
            projection,
            self.structure,
            recruiting(levers[scenario], forces[scenario]),
            self.target,
            seed=self.seed,
            scenario=scenario,
            baseline=opened_with(levers[scenario], self.workforce),
        )
        if self.costs is not None:
            parts = monthly_cost(found, self.costs, forces[scenario], scenario)
            made["cost"] = np.sum(
                [each[: month + 1].sum(axis=0) for each in parts.values()], axis=0
            )
        return {name: np.asarray(values, dtype=np.float64) for name, values in made.items()}

    def typical(self, measure: str, values: Floats) -> float:
        """Mean, or of posts the number with which the target's share of replicates keeps to it."""
        if measure != POSTS:
            return float(values.mean())
        place = int(np.ceil(self.target.probability * len(values) - 1e-9)) - 1
        return float(np.sort(values)[min(max(place, 0), len(values) - 1)])
