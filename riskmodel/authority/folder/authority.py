"""An authority: an opened folder, whose figures are read when needed and whose results are kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from riskmodel.authority.folder.contents import read_contents
from riskmodel.authority.folder.figures import check_workforce, read_prices
from riskmodel.authority.folder.holding import Holding
from riskmodel.authority.folder.problems import ProblemLog
from riskmodel.core.lazy import pd
from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.projection import BASELINE

if TYPE_CHECKING:
    from riskmodel.authority.comparison import Comparison
    from riskmodel.authority.decision import PostsDecision
    from riskmodel.authority.others import OthersComparison
    from riskmodel.authority.placements import Placements
    from riskmodel.authority.price import PriceByYear
    from riskmodel.caseload import CaseloadPlan, PostsNeeded, Target
    from riskmodel.caseload.change import CaseloadChange
    from riskmodel.demand.projecting import Outlook
    from riskmodel.disclosure.release import Release
    from riskmodel.explanations import ChangeParts
    from riskmodel.factors import FactorAnalysis
    from riskmodel.factors.adjusted.table_impact import TableImpact

__all__ = ["EXAMPLE", "Authority", "example", "open_authority"]

Result = TypeVar("Result")

EXAMPLE = Path(__file__).resolve().parents[2] / "data" / "example_2015"
"""The folder that ships: the report card of November 2015 as an authority."""

MONTHS, REPLICATES, SEED = USUAL_MONTHS, USUAL_SIMULATIONS, USUAL_SEED


@dataclass(frozen=True)
class Authority(Holding):
    """What one folder holds, and the results that follow from it.

    A file is read when something needs it, and each result is computed once. What is missing
    raises a :class:`~riskmodel.errors.DataError` that names the file which would bring it.

    Parameters
    ----------
    contents
        What the folder says, and its files.
    problems
        What the reader has to decide or know; with mistakes the folder is not opened.
    protect
        Decides what may be printed of its returns.

    Examples
    --------
    >>> import riskmodel
    >>> riskmodel.example().rests_on("caseload")
    ('published tables',)
    """

    _results: dict[Hashable, Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def release(self) -> Release:
        """Counts of its latest return, as they may be printed."""
        from riskmodel.disclosure.release import release_counted

        self.needs("returns")
        return (self.protect or release_counted)(self.tables[-1].counts())

    @cached_property
    def factor_rates(self) -> FactorAnalysis:
        """How often each factor is recorded among plans, and how often it is followed by a plan.

        From its own return, with the rate of all its assessments as the cut; otherwise from the
        published counts.
        """
        from riskmodel.factors import analyse_factors
        from riskmodel.factors.views import released_factors
        from riskmodel.published import factor_counts, printed_quadrants

        self.needs("returns", "published")
        if not self.has("returns"):
            return analyse_factors(factor_counts(), printed_quadrants())
        self.release.counts()  # refused in words where too little may be printed
        analyses, _ = released_factors(self.release)
        analysis: FactorAnalysis = analyses[()]
        return analysis

    @cached_property
    def impact(self) -> TableImpact:
        """How plans differ with each factor of the latest return, adjusted for the others."""
        from riskmodel.disclosure.release import release_counted
        from riskmodel.factors.adjusted.table_impact import factor_impact

        self.needs("returns")
        return factor_impact(self.tables[-1], protect=self.protect or release_counted)

    @cached_property
    def chain(self) -> pd.DataFrame:
        """Counts and ratios from referral to plan by year, as the panel holds them."""
        from riskmodel.demand.sources import chain_of

        self.needs("own_panel")
        return chain_of(self.contents.file("panel"), self.inputs.panel_code)

    @cached_property
    def change(self) -> ChangeParts:
        """Why its plans rose or fell, in parts that add up."""
        from riskmodel.authority.why import change_of

        return change_of(self)

    @cached_property
    def caseload_change(self) -> CaseloadChange:
        """How much cases, and how much workers, changed its average caseload in the past."""
        from riskmodel.authority.why import caseload_change_of

        return caseload_change_of(self)

    @cached_property
    def others(self) -> OthersComparison:
        """Its rates compared with those of its neighbours, its groups and England, by year."""
        from riskmodel.authority.why import others_of

        return others_of(self)

    def projection(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> Outlook:
        """Its stocks and flows to come, with no change of policy and under each scenario.

        A scenario that cannot be worked out is left out: :meth:`unworkable` says why.

        Parameters
        ----------
        months
            How far ahead, 1 to 120.
        replicates
            How many simulations.
        seed
            The same seed gives the same answer.

        Raises
        ------
        DataError
            When figures are missing, or a number is out of range.
        """
        from riskmodel.authority.folder.projected import projected

        return projected(self, months, replicates, seed)

    def unworkable(self, *, months: int, replicates: int, seed: int) -> dict[str, str]:
        """Scenarios that a projection has left out, with the reason why."""
        found: dict[str, str] = self._results.setdefault(("left", months, replicates, seed), {})
        return found

    def caseload(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> CaseloadPlan:
        """Caseloads of its teams, from :meth:`projection` and its own workforce."""
        from riskmodel.authority.service import plan_outlook

        structure, workforce = self.structure, self.workforce
        outlook = self.projection(months=months, replicates=replicates, seed=seed)
        return self.once(
            ("caseload", months, replicates, seed),
            lambda: plan_outlook(outlook, structure, workforce),
        )

    @property
    def aim(self) -> dict[str, Any]:
        """What its settings say of the target: those of cap, by and probability that are set."""
        cap, chance = (self.contents.number("targets", name) for name in ("cap", "chance"))
        aim = {"cap": cap, "by": self.contents.text("targets", "by") or None, "probability": chance}
        return {name: value for name, value in aim.items() if value is not None}

    def target(self, outlook: Outlook) -> Target:
        """The caseload to reach: as its settings say, and otherwise as in the report card.

        Parameters
        ----------
        outlook
            A projection; a date that is not given is counted from its opening.
        """
        from riskmodel.authority.comparison import usual_target

        return replace(usual_target(outlook), **self.aim)

    def posts_needed(
        self, scenario: str = BASELINE, *, months: int = MONTHS, replicates: int = REPLICATES,
        seed: int = SEED,
    ) -> PostsNeeded:  # fmt: skip
        """Posts with which a scenario keeps to the target, if candidates can be found."""
        from riskmodel.authority.service import posts_answer

        structure, workforce = self.structure, self.workforce
        outlook = self.projection(months=months, replicates=replicates, seed=seed)
        return self.once(
            ("posts", scenario, months, replicates, seed),
            lambda: posts_answer(
                outlook,
                self.target(outlook),
                scenario=scenario,
                structure=structure,
                workforce=workforce,
            ),
        )

    def comparison(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> Comparison:
        """Its scenarios compared with the baseline: children, caseload, posts, cost, services."""
        from riskmodel.authority.comparison import compare
        from riskmodel.authority.placements import placements_under
        from riskmodel.authority.services import following

        self.needs("scenarios")
        structure, workforce = self.structure, self.workforce
        sizes = {"months": months, "replicates": replicates, "seed": seed}
        outlook, plan = self.projection(**sizes), self.caseload(**sizes)
        # Of a scenario with a single change there is nothing to part.
        several = [name for name, levers in outlook.levers.items() if len(levers.changed) > 1]
        target = self.target(outlook)
        # Without a return who is where is assumed: it is compared where somebody asks for it.
        placed = placements_under(self, outlook, target.by) if self.has("looked_after") else None
        return self.once(
            ("comparison", months, replicates, seed),
            lambda: compare(
                outlook,
                plan,
                structure=structure,
                workforce=workforce,
                costs=None if self.prices is None else self.prices.of,
                target=target,
                services=following(self, outlook),
                placed=placed,
                attribution=several,
            ),
        )

    def projected_caseload_change(
        self, scenario: str = BASELINE, *, months: int = MONTHS, replicates: int = REPLICATES,
        seed: int = SEED,
    ) -> CaseloadChange:  # fmt: skip
        """How much cases, and how much workers, change its caseload until the target's date.

        Until the last month of the projection, where that is before the date.
        """
        from riskmodel.caseload.change_sources import projected_caseload_change

        sizes = {"months": months, "replicates": replicates, "seed": seed}
        plan = self.caseload(**sizes)
        by = self.target(self.projection(**sizes)).by
        return projected_caseload_change(plan, min(by, plan.months[-1]), scenario)

    def price(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> PriceByYear:
        """What its projection costs in each financial year, in that year's prices.

        Raises
        ------
        DataError
            When it has no prices, or figures for a caseload are missing.
        """
        from riskmodel.authority.price import price_by_year
        from riskmodel.caseload.scenario_workforce import workforces

        self.needs("prices")
        prices = self.prices
        assert prices is not None  # it has some
        sizes = {"months": months, "replicates": replicates, "seed": seed}
        plan, outlook = self.caseload(**sizes), self.projection(**sizes)
        return self.once(
            ("price", months, replicates, seed),
            lambda: price_by_year(
                plan, workforces(outlook.levers, self.workforce, outlook.draws), prices.of
            ),
        )

    def placements(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> Placements:
        """Placements of its looked-after children with no change of policy."""
        from riskmodel.authority.placements import folder_placements

        return self.once(
            ("placements", months, replicates, seed),
            lambda: folder_placements(self, months=months, simulations=replicates, seed=seed),
        )

    def decision(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> PostsDecision:
        """How many posts the cap of its target needs, their cost, and what if the number is wrong.

        Raises
        ------
        DataError
            Without figures for a caseload, or where no posts are enough.
        """
        from riskmodel.authority.decision import decide_posts

        sizes = {"months": months, "replicates": replicates, "seed": seed}
        prices, structure, workforce = self.post_prices(), self.structure, self.workforce
        outlook, plan = self.projection(**sizes), self.caseload(**sizes)
        return self.once(
            ("decision", months, replicates, seed),
            lambda: decide_posts(
                outlook,
                plan,
                self.target(outlook),
                prices,
                structure=structure,
                workforce=workforce,
                posts=self.posts_needed(BASELINE, **sizes),
                panel=self.panel,
            ),
        )

    def once(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """A result of the folder by its key, computed when it is first asked for."""
        if key not in self._results:
            self._results[key] = make()
        result: Result = self._results[key]
        return result


def open_authority(path: str | Path) -> Authority:
    """Open the folder of an authority.

    Parameters
    ----------
    path
        The folder, or the ``authority.toml`` in it. Everything beside that file is optional.

    Returns
    -------
    Authority
        Its figures are read when they are first needed.

    Raises
    ------
    DataError
        When the folder is not that of an authority, or for its first mistake, with its place.
    """
    log = ProblemLog()
    contents = read_contents(Path(path), log)
    check_workforce(contents, log)
    read_prices(contents, log)
    for problem in log.problems:
        if problem.severity == "mistake":
            raise problem.error()
    return Authority(contents, tuple(log.problems))


def example() -> Authority:
    """The authority that ships with the package: the report card of November 2015.

    Examples
    --------
    >>> example().code
    '931'
    """
    return open_authority(EXAMPLE)
