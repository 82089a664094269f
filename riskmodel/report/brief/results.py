"""The results of a folder as the pages of its brief ask for them: one date, one set of sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.service import UNLIKE_SHARE
from riskmodel.caseload.result import PLANNED
from riskmodel.core.months import months_between
from riskmodel.errors import DataError, check_name
from riskmodel.projection import BASELINE
from riskmodel.report.brief.wording import Range
from riskmodel.report.wording import month_words

if TYPE_CHECKING:
    from riskmodel.authority.comparison import Comparison
    from riskmodel.authority.decision import PostsDecision
    from riskmodel.authority.others import OthersComparison
    from riskmodel.authority.placements import Placements
    from riskmodel.caseload import CaseloadPlan, PostsNeeded, Target
    from riskmodel.caseload.change import CaseloadChange
    from riskmodel.demand.calibration import Observation
    from riskmodel.demand.projecting import Outlook
    from riskmodel.explanations import ChangeParts
    from riskmodel.factors import FactorRates
    from riskmodel.factors.margins.recording import RecordingSensitivity
    from riskmodel.report.sizes import Sizes

__all__ = ["MONTHS_A_YEAR", "QUANTILES", "BriefResults", "Counted"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the 90% range and of the half in the middle, and the central projection."""

_ABOUT_EXACT = 0.05
"""Width of what a count can have been, as a share of it, up to which it is spoken of as a count."""

_COMPARED = (6, 36)
"""Months between which the earlier count of a comparison lies before the latest."""

MONTHS_A_YEAR = 12


class Counted(NamedTuple):
    """Children counted at the end of a month."""

    month: str
    children: float
    is_exact: bool

    def __str__(self) -> str:
        return f"{'' if self.is_exact else 'about '}{self.children:,.0f}"

    @property
    def cell(self) -> str:
        """As it stands in a table."""
        return f"{self} ({month_words(self.month)})"


@dataclass(frozen=True)
class BriefResults:
    """An authority's results at the sizes of its report.

    Parameters
    ----------
    authority
        The folder.
    sizes
        How far ahead and how often is simulated.
    """

    authority: Authority
    sizes: Sizes

    def has(self, section: str) -> bool:
        """Whether the folder brings what a section of the report needs, and wants it."""
        return section in self.authority.sections

    @cached_property
    def whole_outlook(self) -> Outlook:
        """The projection with its scenarios."""
        return self.authority.projection(**self.sizes.named())

    @property
    def has_options(self) -> bool:
        """Whether any scenario of the folder is compared."""
        return self.has("scenarios") and len(self.whole_outlook.levers) > 1

    @cached_property
    def outlook(self) -> Outlook:
        """The projection with no change of policy."""
        return self.whole_outlook.baseline()

    @cached_property
    def plan(self) -> CaseloadPlan:
        """Caseloads with no change of policy."""
        return self.authority.caseload(**self.sizes.named()).baseline()

    @cached_property
    def comparison(self) -> Comparison:
        """The folder's scenarios beside no change of policy."""
        return self.authority.comparison(**self.sizes.named())

    @cached_property
    def rates(self) -> FactorRates | None:
        """Rates of factors; None without them, and where too little may be printed of them."""
        if not self.has("factors"):
            return None
        try:
            return self.authority.factor_rates.rates
        except DataError:
            return None

    @cached_property
    def recording(self) -> RecordingSensitivity | None:
        """What under-recording could change; None where no plan is counted."""
        if self.rates is None or not self.rates.counts.total_plans:
            return None
        from riskmodel.authority.margins import recording_area

        is_own = self.authority.has("returns")
        return recording_area(self.authority.release if is_own else None)

    @cached_property
    def change(self) -> ChangeParts | None:
        """Why plans rose or fell; None where the folder has no two dates to compare."""
        if not self.has("change"):
            return None
        try:
            return self.authority.change
        except DataError:
            return None

    @cached_property
    def caseload_change(self) -> CaseloadChange | None:
        """Cases against workers in the past; None where the folder does not hold both."""
        try:
            return self.authority.caseload_change
        except DataError:
            return None

    @cached_property
    def others(self) -> OthersComparison | None:
        """Rates beside those of others; None where the folder names none or nothing compares."""
        if not self.has("comparison"):
            return None
        try:
            return self.authority.others
        except DataError:
            return None

    @cached_property
    def prices(self) -> Mapping[str, Mapping[Any, Any]]:
        """What each financial year costs with no change of policy; empty without prices."""
        if not self.has("price"):
            return {}
        rows = self.authority.price(**self.sizes.named()).total().to_dict("records")
        return {str(row["year"]): row for row in rows}

    @cached_property
    def placements(self) -> Placements | None:
        """Looked-after children by placement; None where too little is known or may be shown."""
        if not self.has("placements"):
            return None
        try:
            return self.authority.placements(**self.sizes.named())
        except DataError:
            return None

    @cached_property
    def target(self) -> Target:
        """Cap, chance and month: the one date that the brief speaks of.

        Raises
        ------
        UnknownNameError
            When the projection does not reach it.
        """
        target = self.authority.target(self.outlook)
        months = self.outlook.projection.months
        check_name("month of the projection", target.by, months)
        return target

    @property
    def day(self) -> str:
        """That date in words."""
        return month_words(self.target.by, day=True)

    @property
    def stages(self) -> tuple[str, ...]:
        """Groups of children that are projected; the brief leads with the first."""
        return self.outlook.projection.stages

    @property
    def months_ahead(self) -> int:
        """From the lead stage's latest count to the date."""
        return months_between(self.latest(self.stages[0]).month, self.target.by)

    def counts(self, stage: str) -> tuple[Counted, ...]:
        """Its own counts of a stage in order, without those that are little more than a guess."""
        stocks = (
            one
            for one in self.outlook.source.observations[stage]
            if one.counted == "stock" and one.width <= _ABOUT_EXACT * max(one.middle, 1.0)
        )
        by_month = {one.month: Counted(one.month, one.middle, one.width < 1) for one in stocks}
        return tuple(by_month[month] for month in sorted(by_month)) or (self._loosest(stage),)

    def _loosest(self, stage: str) -> Counted:
        """The last stock where none is near to exact."""
        last: Observation = max(
            (one for one in self.outlook.source.observations[stage] if one.counted == "stock"),
            key=lambda one: one.month,
        )
        return Counted(last.month, last.middle, last.width < 1)

    @property
    def basis(self) -> str:
        """What the counts of the lead stage rest on."""
        return self.outlook.source.observations[self.stages[0]][-1].basis

    def latest(self, stage: str) -> Counted:
        """Its latest count."""
        return self.counts(stage)[-1]

    def earlier(self, stage: str) -> Counted | None:
        """The count as near as may be to two years before the latest; None where none is."""
        now = self.latest(stage).month
        apart = {one: months_between(one.month, now) for one in self.counts(stage)}
        first, last = _COMPARED
        near = [one for one, months in apart.items() if first <= months <= last]
        return min(near, key=lambda one: abs(apart[one] - 24), default=None)

    def stock(self, stage: str, month: str, scenario: str = BASELINE) -> Range:
        """Children of a stage at the end of a month."""
        projection = self.whole_outlook.projection
        stock = projection.of("stock", scenario, stage)
        ends = np.quantile(stock[:, projection.months.index(month)], (0.05, 0.5, 0.95))
        return Range(*ends.tolist())

    def chance_below(self, stage: str) -> float:
        """Chance of fewer children of a stage at the date than at its latest count."""
        projection = self.outlook.projection
        stock = projection.of("stock", BASELINE, stage)[:, projection.months.index(self.target.by)]
        return float((stock < self.latest(stage).children).mean())

    @cached_property
    def caseload_ends(self) -> npt.NDArray[np.floating[Any]]:
        """Cases for each full-time worker, shape (quantile of :data:`QUANTILES`, month)."""
        service = self.plan.statistics[0, -1, PLANNED.index("caseload")]
        numbers = [1 + self.plan.quantiles.index(quantile) for quantile in QUANTILES]
        ends: npt.NDArray[np.floating[Any]] = service[:, numbers].T
        return ends

    def caseload(self, month: str) -> Range:
        """Cases for each full-time worker at the end of a month."""
        low, _, middle, _, high = self.caseload_ends[:, self.plan.month_number(month)].tolist()
        return Range(low, middle, high)

    @cached_property
    def caseload_of_teams(self) -> float:
        """Cases of the teams for each of their workers, the middle of what these can be."""
        teams = self.authority.structure.family_support
        workers = sum(team.workers_low + team.workers_high for team in teams) / 2
        return sum(team.cases for team in teams) / workers

    @cached_property
    def caseload_now(self) -> float:
        """That of the teams; where they hold other children than are counted, the first month's."""
        return self._caseload_at_first if self.has_other_cases else self.caseload_of_teams

    @cached_property
    def _caseload_at_first(self) -> float:
        return self.caseload(self.plan.months[0]).middle

    @cached_property
    def has_other_cases(self) -> bool:
        """Whether the projection shares out far more or fewer children than the teams hold."""
        now = self.caseload_of_teams
        return abs(self._caseload_at_first - now) > UNLIKE_SHARE * now

    @property
    def caseload_when(self) -> str:
        """Of when :attr:`caseload_now` is, behind a number: ``now``, ``in April 2024``."""
        return f"in {month_words(self.plan.months[0])}" if self.has_other_cases else "now"

    def chance(self, month: str) -> float:
        """Chance of the target's caseload or less at the end of a month."""
        within = self.plan.probability_within(self.target.cap)
        return float(within[self.plan.month_number(month)])

    @cached_property
    def posts(self) -> PostsNeeded | None:
        """Posts for the target; None where no number of posts meets it."""
        try:
            return self.authority.posts_needed(BASELINE, **self.sizes.named())
        except DataError:
            return None

    @cached_property
    def decision(self) -> PostsDecision | None:
        """Posts, their cost and what if they are wrong; None where no number is enough."""
        try:
            return self.authority.decision(**self.sizes.named())
        except DataError:
            return None

    @property
    def factors_source(self) -> str:
        """The file that the factors are counted in, and its year."""
        return self.authority.factors_source

    @property
    def source(self) -> str:
        """What the projections rest on, for the lines below charts and tables."""
        return f"Projected from {self.outlook.source.label}; {self.sizes}"
