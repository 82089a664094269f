"""An authority: a folder opened, its figures read when they are needed, its results kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from riskmodel.authority.folder.contents import Contents, read_contents
from riskmodel.authority.folder.figures import Prices, check_workforce, own_workforce, read_prices
from riskmodel.authority.folder.inputs import (
    Inputs,
    counted_at_most,
    read_commentary,
)
from riskmodel.authority.folder.problems import Problem, ProblemLog
from riskmodel.authority.folder.sections import NEEDS, SECTIONS
from riskmodel.authority.folder.values import financial_year
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE, month_after

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.caseload import CaseloadPlan, PostsNeeded, Structure, Target, UnitCosts
    from riskmodel.caseload.workforce import Workforce
    from riskmodel.factors import FactorAnalysis
    from riskmodel.scenarios import Scenario
    from riskmodel.series import AuthorityPanel
    from riskmodel.snapshots import MonthlySeries
    from riskmodel.workflows.caseload import Comparison
    from riskmodel.workflows.demand import DemandSource, Outlook
    from riskmodel.workflows.impact import TableImpact
    from riskmodel.workflows.reading import TableFile
    from riskmodel.workflows.release import Release

__all__ = ["EXAMPLE", "Authority", "example", "open_authority"]

Result = TypeVar("Result")

EXAMPLE = Path(__file__).resolve().parents[2] / "data" / "example_2015"
"""The folder that ships: the report card of November 2015 as an authority."""

MONTHS, REPLICATES, SEED = 60, 2000, 1


@dataclass(frozen=True)
class Authority:
    """What one folder holds, and what follows from it.

    Reading is lazy: a file is read when something needs it, and each result is computed once.
    What is missing raises a :class:`~riskmodel.errors.DataError` that names the file which would
    bring it.

    Parameters
    ----------
    contents
        What the folder says, and its files.
    problems
        What is to be decided or known; mistakes have stopped the opening.

    Examples
    --------
    >>> import riskmodel
    >>> print(riskmodel.example())
    Oxfordshire: published tables
    """

    contents: Contents
    problems: tuple[Problem, ...] = ()
    _results: dict[Hashable, Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.contents.folder

    @property
    def name(self) -> str:
        """Its name; that of the folder where none is given."""
        return self.contents.text("about", "name") or self.folder.resolve().name

    @property
    def code(self) -> str:
        """Its code in the panel; "" where none is given."""
        return self.contents.text("about", "code")

    @property
    def date(self) -> date | None:
        """The day to which the figures go; None where it is not given."""
        entry = self.contents.value("about", "date")
        return entry.value if entry is not None and isinstance(entry.value, date) else None

    @property
    def title(self) -> str:
        """Title of its report."""
        usual = f"{self.name}: children on plans, caseloads and what to expect"
        return self.contents.text("about", "title") or usual

    @property
    def contact(self) -> str:
        """Who answers for the figures; "" where nobody is named."""
        return self.contents.text("about", "contact")

    @property
    def sections(self) -> tuple[str, ...]:
        """Sections that are wanted and that the files allow, in the order in which they stand."""
        entry = self.contents.value("about", "sections")
        wanted = SECTIONS if entry is None else entry.value
        assert not isinstance(wanted, str | float | date)  # a list by its kind
        return tuple(name for name in SECTIONS if name in wanted and not self.missing(name))

    def has(self, need: str) -> bool:
        """Whether one of :data:`~riskmodel.authority.folder.sections.NEEDS` is there."""
        return self.inputs.has(need)

    def missing(self, section: str) -> tuple[str, ...]:
        """What a section lacks, each in words that name the file; empty where it has everything.

        Raises
        ------
        UnknownNameError
            When there is no such section.
        """
        if section not in SECTIONS:
            raise UnknownNameError("section", section, SECTIONS)
        return tuple(
            "; or ".join(NEEDS[need] for need in group if need != "published" or len(group) == 1)
            for group in SECTIONS[section].needs
            if not any(self.has(need) for need in group)
        )

    def rests_on(self, section: str) -> tuple[str, ...]:
        """The files and sheets that a section rests on; empty where it lacks something."""
        if self.missing(section):
            return ()
        groups = SECTIONS[section].needs
        chosen = (next(need for need in group if self.has(need)) for group in groups)
        return tuple(dict.fromkeys(self.inputs.source_of(need) for need in chosen))

    # ------------------------------------------------------------------ what the folder holds

    @cached_property
    def inputs(self) -> Inputs:
        """The files and sheets, each read when it is first asked for."""
        return Inputs(self.contents)

    @property
    def tables(self) -> tuple[TableFile, ...]:
        """Returns and tables of assessments, in the order of their names."""
        return self.inputs.tables

    @property
    def months(self) -> tuple[MonthlySeries, ...]:
        """Its own months, one series a stage; empty where there are none."""
        return self.inputs.months

    @property
    def panel(self) -> AuthorityPanel | None:
        """Figures of many authorities; None where there is no panel."""
        return self.inputs.panel

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Scenarios of the folder, in the order of their files' names."""
        return self.inputs.scenarios

    @property
    def neighbours(self) -> tuple[str, ...]:
        """Codes of its statistical neighbours, the nearest first."""
        return self.inputs.neighbours

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of the authorities of each group of its own."""
        return self.inputs.groups

    @cached_property
    def prices(self) -> Prices | None:
        """Prices by financial year; None where there are none."""
        return read_prices(self.contents)

    @cached_property
    def commentary(self) -> Mapping[str, str]:
        """The author's own text by heading; "" for what stands above the first."""
        return read_commentary(self.contents.file("commentary"))

    @cached_property
    def structure(self) -> Structure:
        """Its teams."""
        self.needs("teams", "published")
        if self.has("teams"):
            return self.inputs.teams
        from riskmodel.authority.folder.computing import published_structure

        return published_structure()

    @cached_property
    def workforce(self) -> Workforce:
        """The baseline's workers: what the folder gives, and for the rest what is assumed."""
        return own_workforce(self.contents, self.structure)

    @cached_property
    def demand(self) -> DemandSource:
        """Its own stocks and flows: months before the panel, and that before published tables.

        Raises
        ------
        DataError
            When there are none, or more children are counted than there are.
        """
        from riskmodel.authority.folder import computing

        self.needs("months", "own_panel", "published")
        population = self.inputs.population
        if self.has("months"):
            series = self.inputs.own_series(self.name)
            source = computing.snapshot_source(series, population=population)
            source = replace(source, area=self.name, code=self.inputs.panel_code or self.code)
        elif self.has("own_panel"):
            assert self.panel is not None  # it has one
            source = computing.panel_source(self.panel, self.inputs.panel_code)
            source = replace(source, population=population, area=self.name)
        else:
            return computing.published_source()
        stage, most = counted_at_most(source)
        if population is not None and population < most:
            raise DataError(
                f"{population:,g} children aged 0 to 17 are fewer than the {most:,.0f} counted of "
                f"{stage}; give all of them, not thousands",
                file=self.folder.name,
                field="population",
            )
        return source

    # ------------------------------------------------------------------ what follows from it

    @cached_property
    def release(self) -> Release:
        """Counts of its latest return, as they may be printed."""
        from riskmodel.authority.folder.computing import release_counts

        self.needs("returns")
        return release_counts(self.tables[-1])

    @cached_property
    def factor_rates(self) -> FactorAnalysis:
        """How often each factor stands among plans, and how often a plan follows it.

        Of its own return, cut at the rate of all its assessments; else of the published counts.
        """
        from riskmodel.authority.folder.computing import published_factors, released_factors

        self.needs("returns", "published")
        if not self.has("returns"):
            return published_factors()
        self.release.counts()  # refused in words where too little may be printed
        analyses, _ = released_factors(self.release, cuts="base-rate")
        analysis: FactorAnalysis = analyses[()]
        return analysis

    @cached_property
    def impact(self) -> TableImpact:
        """How far plans differ with each factor of the latest return, the others allowed for."""
        from riskmodel.authority.folder.computing import factor_impact, release_intake

        self.needs("returns")
        return factor_impact(self.tables[-1], protect=release_intake)

    @cached_property
    def chain(self) -> pd.DataFrame:
        """Counts and ratios from referral to plan by year, as the panel holds them."""
        from riskmodel.authority.folder.computing import chain_of

        self.needs("own_panel")
        return chain_of(self.contents.file("panel"), self.inputs.panel_code)

    def projection(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> Outlook:
        """Its stocks and flows to come, with no change of policy and under each scenario.

        Parameters
        ----------
        months
            How far ahead, 1 to 120.
        replicates
            How many simulations.
        seed
            Same seed, same answer.

        Raises
        ------
        DataError
            When figures are missing, or a number is out of range.
        """
        from riskmodel.authority.folder.computing import project_service

        source = self.demand
        teams = self.has("teams") or self.has("published")
        return self._once(
            ("projection", months, replicates, seed),
            lambda: project_service(
                source,
                scenarios=self.scenarios,
                structure=self.structure if teams else None,
                workforce=self.workforce if teams else None,
                months=months,
                replicates=replicates,
                seed=seed,
                panel=self.panel,
            ),
        )

    def caseload(
        self, *, months: int = MONTHS, replicates: int = REPLICATES, seed: int = SEED
    ) -> CaseloadPlan:
        """Caseloads of its teams, from :meth:`projection` and its own workforce."""
        from riskmodel.authority.folder.computing import plan_outlook

        structure, workforce = self.structure, self.workforce
        outlook = self.projection(months=months, replicates=replicates, seed=seed)
        return self._once(
            ("caseload", months, replicates, seed),
            lambda: plan_outlook(outlook, structure, workforce),
        )

    def target(self, outlook: Outlook) -> Target:
        """The caseload to reach: its own, and what it leaves open as in the report card.

        Parameters
        ----------
        outlook
            A projection, from whose opening a date that is not given is counted.
        """
        from riskmodel.authority.folder.computing import usual_target

        usual = usual_target(outlook)
        cap, chance = (self.contents.number("targets", name) for name in ("cap", "chance"))
        return replace(
            usual,
            cap=usual.cap if cap is None else cap,
            by=self.contents.text("targets", "by") or usual.by,
            probability=usual.probability if chance is None else chance,
        )

    def posts_needed(
        self,
        scenario: str = BASELINE,
        *,
        months: int = MONTHS,
        replicates: int = REPLICATES,
        seed: int = SEED,
    ) -> PostsNeeded:
        """Posts with which a scenario keeps to the target, when candidates can be found."""
        from riskmodel.authority.folder.computing import posts_answer

        structure, workforce = self.structure, self.workforce
        outlook = self.projection(months=months, replicates=replicates, seed=seed)
        return self._once(
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
        """Its scenarios beside the baseline: stocks, caseload, posts, and cost where priced."""
        from riskmodel.authority.folder.computing import compare

        self.needs("scenarios")
        structure, workforce = self.structure, self.workforce
        sizes = {"months": months, "replicates": replicates, "seed": seed}
        outlook, plan = self.projection(**sizes), self.caseload(**sizes)
        return self._once(
            ("comparison", months, replicates, seed),
            lambda: compare(
                outlook,
                plan,
                structure=structure,
                workforce=workforce,
                costs=self.unit_costs,
                target=self.target(outlook),
            ),
        )

    @cached_property
    def unit_costs(self) -> UnitCosts | None:
        """Its prices in the financial year in which a projection begins; None without prices."""
        from riskmodel.authority.folder.computing import opening_of

        if self.prices is None:
            return None
        return self.prices.of(financial_year(month_after(opening_of(self.demand), 1)))

    def _once(self, key: Hashable, make: Callable[[], Result]) -> Result:
        if key not in self._results:
            self._results[key] = make()
        result: Result = self._results[key]
        return result

    def needs(self, *needs: str) -> None:
        """Refuse to go on where none of these is there.

        Raises
        ------
        DataError
            With the files that would bring them.
        """
        if not any(self.has(need) for need in needs):
            brought = [NEEDS[need] for need in needs if need != "published"]
            raise DataError(f"needs {'; or '.join(brought)}", file=self.folder.name)

    def __str__(self) -> str:
        there = [name for need, name in _SHORT.items() if self.has(need)]
        return f"{self.name}: {', '.join(there) or 'nothing yet'}"


_SHORT = {
    "returns": "returns",
    "months": "own months",
    "own_panel": "panel",
    "teams": "teams",
    "prices": "prices",
    "scenarios": "scenarios",
    "published": "published tables",
}


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
        When the folder is no authority, or for the first wrong key, value or missing file: with
        file, line and key, or sheet and cell, what was found and what is allowed.
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
    """The authority that ships: the report card of November 2015.

    Examples
    --------
    >>> example().code
    '931'
    """
    return open_authority(EXAMPLE)
