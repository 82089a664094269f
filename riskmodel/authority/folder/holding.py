"""What a folder holds: read when it is needed, each file once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.authority.folder.contents import Contents
from riskmodel.authority.folder.deprivation import deprivation_words
from riskmodel.authority.folder.figures import PostPrices, Prices, own_workforce, read_prices
from riskmodel.authority.folder.inputs import (
    Inputs,
    counted_at_most,
    read_commentary,
)
from riskmodel.authority.folder.problems import Problem
from riskmodel.authority.folder.record_months import FEW
from riskmodel.authority.folder.sections import NEEDS, SECTIONS
from riskmodel.census import reference_date
from riskmodel.core.months import month_after
from riskmodel.errors import DataError, check_name
from riskmodel.plausible import check_children
from riskmodel.snapshots import month_ends

if TYPE_CHECKING:
    from riskmodel.authority.folder.own_tables import OwnTables
    from riskmodel.caseload import Structure, UnitCosts
    from riskmodel.caseload.workforce import Workforce
    from riskmodel.counted import Counted
    from riskmodel.demand.sources import DemandSource
    from riskmodel.disclosure.release import Release
    from riskmodel.disclosure.remembering import Remembering
    from riskmodel.intake import TableFile
    from riskmodel.scenarios import Scenario
    from riskmodel.series import AuthorityPanel
    from riskmodel.snapshots import MonthlySeries

__all__ = ["Holding"]

Day = date  # a property of a folder has the name


@dataclass(frozen=True)
class Holding:
    """What a folder says and what its files hold.

    Parameters
    ----------
    contents
        What the folder says, and its files.
    problems
        What the reader has to decide or know; with mistakes the folder is not opened.
    protect
        Decides what may be printed of its returns; None is
        :func:`~riskmodel.disclosure.release.release_counted` as it stands.
    ledger
        Another folder for the ledger than the one beside the records.
    """

    contents: Contents
    problems: tuple[Problem, ...] = ()
    protect: Callable[[Counted], Release] | None = None
    ledger: Path | None = None
    leaving: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def folder(self) -> Path:
        """The path of the folder."""
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

    @cached_property
    def last_day(self) -> Day | None:
        """The day to which the figures go, as given or of the last figure; None without any."""
        if self.date is not None:
            return self.date
        try:
            from riskmodel.demand.opening import opening_of

            month = opening_of(self.demand)
        except DataError:
            years = self.inputs.return_years
            return reference_date(years[-1]) if years else None
        return date.fromisoformat(str(month_ends([month])[0]))

    @property
    def title(self) -> str:
        """Title of its report."""
        usual = f"{self.name}: children on plans, caseloads and what to expect"
        return self.contents.text("about", "title") or usual

    @property
    def contact(self) -> str:
        """Who is responsible for the figures; "" where nobody is named."""
        return self.contents.text("about", "contact")

    @property
    def sections(self) -> tuple[str, ...]:
        """Sections that are wanted and possible with the files, in their order in the report."""
        entry = self.contents.value("about", "sections")
        wanted = SECTIONS if entry is None else entry.value
        assert not isinstance(wanted, str | float | date)  # a list by its kind
        return tuple(name for name in SECTIONS if name in wanted and not self.missing(name))

    def has(self, need: str) -> bool:
        """Whether one of :data:`~riskmodel.authority.folder.sections.NEEDS` is there."""
        return self.inputs.has(need)

    def missing(self, section: str) -> tuple[str, ...]:
        """What a section lacks, in words that name the files; empty where nothing is missing.

        Raises
        ------
        UnknownNameError
            When there is no such section.
        """
        check_name("section", section, SECTIONS)
        return tuple(
            "; or ".join(NEEDS[need] for need in group if need not in _SHIPPED or len(group) == 1)
            for group in SECTIONS[section].needs
            if not any(self.has(need) for need in group)
        )

    def rests_on(self, section: str) -> tuple[str, ...]:
        """The files and sheets that a section is based on; empty where something is missing."""
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
        """Returns and tables of assessments, in the order of the years in their names."""
        return self.inputs.tables

    @property
    def factors_period(self) -> str:
        """The year or years that its latest return covers, in words; "" where it gives none."""
        ends = [f"31 March {year}" for year in self.inputs.return_years]
        if len(ends) > 1:
            return f"years to {ends[0]} to {ends[-1]}"
        return f"year to {ends[0]}" if ends else ""

    @property
    def factors_source(self) -> str:
        """The return from which factors are taken, with its period."""
        if not self.has("returns"):
            return ", ".join(self.rests_on("factors"))
        period = self.factors_period
        return f"{self.tables[-1].name}{period and f' ({period})'}"

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
    def deprivation(self) -> tuple[str, ...]:
        """What its deprived children say about the level of plans, in sentences."""
        return tuple(deprivation_words(self.inputs.deprived, self.name))

    @property
    def own_tables(self) -> OwnTables:
        """Tables that it has published, with the checks of their arithmetic."""
        self.needs("own_tables")
        return self.inputs.own_tables

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of the authorities of each group of its own."""
        return self.inputs.groups

    @cached_property
    def prices(self) -> Prices | None:
        """Prices by financial year; None where there are none."""
        return read_prices(self.contents)

    @property
    def unit_costs(self) -> UnitCosts | None:
        """Its prices in the financial year in which a projection begins; None without prices."""
        return None if self.prices is None else self.prices.of(self._first_year)

    def post_prices(
        self, too_few: float | None = None, too_many: float | None = None
    ) -> PostPrices:
        """What one post too few and one too many cost in that year, as far as it is known."""
        if self.prices is None:
            return PostPrices(too_few, too_many)
        return self.prices.known_of_posts(self._first_year, too_few=too_few, too_many=too_many)

    @property
    def _first_year(self) -> str:
        """The financial year in which a projection begins."""
        from riskmodel.demand.opening import opening_of

        return month_after(opening_of(self.demand), 1).financial_year

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
        from riskmodel.caseload import published_structure

        return published_structure()

    @cached_property
    def workforce(self) -> Workforce:
        """The baseline's workforce: what the folder says, and assumptions for the rest."""
        return own_workforce(self.contents, self.structure)

    @cached_property
    def demand(self) -> DemandSource:
        """Its own stocks and flows: from months, else from the panel, else from published tables.

        Months counted from records are combined with the panel's earlier years and other stages. A
        projection of the population is included.

        Raises
        ------
        DataError
            When there are none, more children are counted than live in the area, or so few are in
            the records that their number may not be shown.
        """
        from riskmodel.authority.folder.people import folder_exposure
        from riskmodel.demand.exposure import with_people

        source = self._counted_demand()
        words = (self.code, self.contents.text("about", "name"), *source.words)
        people = folder_exposure(self, tuple(dict.fromkeys(word for word in words if word)))
        if people is None:
            return source
        return with_people(source, people, is_level=self.has("months") or self.has("own_panel"))

    def _counted_demand(self) -> DemandSource:
        """Stocks and flows of the folder, without what projects its population."""
        from riskmodel.demand.sources import (
            panel_source,
            published_source,
            snapshot_source,
            with_years,
        )

        self.needs("months", "own_panel", "published")
        population = self.inputs.population
        if self.has("months"):
            series = self._projected_series()
            source = snapshot_source(series, population=population)
            code, records = self.inputs.panel_code or self.code, self.inputs.records
            source = replace(source, area=self.name, code=code, moves=records.moves)
            source = replace(source, repeats=records.repeats)
            if self.has("own_panel") and not self.inputs.has_months_table:
                assert self.panel is not None  # it has one
                source = with_years(source, panel_source(self.panel, self.inputs.panel_code))
        elif self.has("own_panel"):
            assert self.panel is not None  # it has one
            source = panel_source(self.panel, self.inputs.panel_code)
            source = replace(source, population=population, area=self.name)
        else:
            return published_source()
        stage, most = counted_at_most(source)
        if population is not None:
            check_children(population, most, stage, file=self.folder.name)
        return source

    def _projected_series(self) -> tuple[MonthlySeries, ...]:
        """Its own months but those with so few children that a page may not show them."""
        few = {one.stage for one in self.inputs.records.few}
        series = tuple(one for one in self.inputs.own_series() if one.stage not in few)
        if not series:
            raise DataError(
                f"{FEW}; give the months in months.csv, which takes precedence",
                file=self.folder.name,
            )
        return series

    def remember(self, command: str) -> None:
        """Note in the ledger beside its records what is about to be released from them.

        Parameters
        ----------
        command
            Words that a person finds it by.

        Raises
        ------
        DataError
            When another run has released something from the same records meanwhile.
        """
        computed = vars(self)
        releases = [computed.get("release"), getattr(computed.get("impact"), "release", None)]
        memories: list[Remembering] = []
        for found in (*releases, *self.leaving):
            if found is None or found.memory is None:
                continue
            for before in memories:
                found.memory.follow(before)
            found.leave(command)
            memories.append(found.memory)

    def needs(self, *needs: str) -> None:
        """Raise an error where none of these is there.

        Raises
        ------
        DataError
            The message names the files that would provide them.
        """
        if not any(self.has(need) for need in needs):
            brought = [NEEDS[need] for need in needs if need not in _SHIPPED]
            raise DataError(f"needs {'; or '.join(brought)}", file=self.folder.name)

    def __str__(self) -> str:
        there = [name for need, name in _SHORT.items() if self.has(need)]
        return f"{self.name}: {', '.join(there) or 'nothing yet'}"


_SHIPPED = ("published", "published_placements")
"""Tables that ship with the package, which nobody is asked to provide."""

_SHORT = {
    "returns": "returns",
    "months": "own months",
    "own_panel": "panel",
    "teams": "teams",
    "prices": "prices",
    "scenarios": "scenarios",
    "published": "published tables",
}
