"""Options of demand and teams together, and what they ask for: read, checked and projected."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import (
    Figures,
    aim_in,
    by_place,
    files_in,
    opened,
    prices_by_year,
    scenarios_in,
    source_of,
    ways_in,
)
from riskmodel.cli.options import (
    LearnOption,
    MonthsOption,
    PopulationOption,
    SeedOption,
    SimulationsOption,
    option_words,
    share,
)
from riskmodel.cli.output import one_of, tell
from riskmodel.cli.workers import WorkersOption
from riskmodel.cli.working import Working
from riskmodel.errors import DataError, check_name

if TYPE_CHECKING:
    from riskmodel.authority.answers import Service
    from riskmodel.caseload import FeedbackSwitches, LeverCosts, Structure, UnitCosts, Workforce
    from riskmodel.scenarios import Scenario

__all__ = [
    "AuthorityOption",
    "ByOption",
    "CapHoldsOption",
    "CapOption",
    "PathArgument",
    "PathOption",
    "ServiceOptions",
    "StructureOption",
    "ask",
    "feedback_switches",
    "named_scenarios",
]


def _chance(text: str) -> float:
    chance = share("chance", text)
    if not 0 < chance < 1:
        raise DataError(f"--chance lies between 0 and 1, with neither of them, got {chance:g}")
    return chance


_FIGURES = "An authority's folder, a panel of authorities, or a CSV of own months."

PathArgument = Annotated[
    Path | None,
    typer.Argument(help=f"{_FIGURES} A file needs --structure. [default: the published tables]"),
]
PathOption = Annotated[
    Path | None,
    typer.Option(
        "--figures", help=f"{_FIGURES} A file needs --structure. [default: the published tables]"
    ),
]
AuthorityOption = Annotated[
    str | None,
    typer.Option(help="The authority in a panel, by code or name, or the area in a file."),
]
StructureOption = Annotated[
    Path | None,
    typer.Option(help="Your teams, .toml or CSV. [default: those of the report card]"),
]
CostsOption = Annotated[
    Path | None, typer.Option(help="Your prices, .toml: the package has none of its own.")
]
CapOption = Annotated[
    float | None,
    typer.Option(help="Cases for each full-time worker at most. [default: 14, as in para 23]"),
]
ByOption = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM", help="By when. [default: two years after the opening]"),
]
CapHoldsOption = Annotated[
    str,
    one_of(
        "cap",
        ("average", "each"),
        "Whether the cap is of the average caseload or of each worker's.",
        "--cap-holds",
    ),
]
RatesOption = Annotated[
    str,
    one_of(
        "choice of rates",
        ("stated", "together"),
        "Whether the rates of the workforce that are assumed are one number each or drawn together "
        "from their ranges, once a simulation.",
        "--rates",
    ),
]
ChanceOption = Annotated[
    float | None,
    typer.Option(
        "--chance",
        metavar="SHARE",
        parser=_chance,
        help="With what chance, such as 80% or 0.8. [default: 0.8]",
    ),
]
FeedbackOption = Annotated[
    str | None,
    typer.Option(
        metavar="length=E,starts=E",
        help=(
            "Close the loops from caseload to demand, with these elasticities, in every scenario "
            "that sets none of its own. [default: off]"
        ),
    ),
]
LOOPS = ("length", "starts")


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What is asked of demand and teams together, besides the file of figures."""

    authority: AuthorityOption = None
    learn: LearnOption = None
    population: PopulationOption = None
    structure: StructureOption = None
    costs: CostsOption = None
    cap: CapOption = None
    by: ByOption = None
    probability: ChanceOption = None
    cap_holds: CapHoldsOption = "average"
    rates: RatesOption = "stated"
    feedback: FeedbackOption = None
    months: MonthsOption = 60
    simulations: SimulationsOption = 2000
    seed: SeedOption = 1
    workers: WorkersOption = 1

    def figures(self, path: Path | None) -> Figures:
        """The figures to project from, as ``source_of`` takes them."""
        return path, self.authority, self.learn, self.population


def named_scenarios(path: Path | None, names: list[str]) -> list[Scenario]:
    """Scenarios of the library, a folder or files, without the baseline, which always comes first.

    Raises
    ------
    DataError
        When two have one name, or one sets figures of another authority than the path's.
    """
    from riskmodel.scenarios import check_transferable, scenario

    found = [scenario(name) for name in scenarios_in(path, names) if name != "baseline"]
    folder = opened(path)
    if path is not None and not (folder and folder.inputs.is_published):
        check_transferable(*found)
    called = [each.name for each in found]
    for name in called:
        if called.count(name) > 1 or name == "baseline":
            raise DataError(f"two scenarios are called {name!r}; each needs its own name")
    return found


def feedback_switches(text: str | None) -> FeedbackSwitches:
    """Elasticities of both loops from ``length=0.2,starts=0.1``; what is not named is off."""
    from riskmodel.caseload import FeedbackSwitches

    found: dict[str, float] = {}
    for word in option_words(text):
        name, _, number = (part.strip() for part in word.partition("="))
        check_name("loop of --feedback", name, LOOPS)
        try:
            found[name] = float(number)
        except ValueError as error:
            raise DataError(
                f"--feedback takes a loop and its elasticity, such as length=0.2; got {word!r}"
            ) from error
    return FeedbackSwitches(found.get("length", 0.0), found.get("starts", 0.0))


@dataclass(frozen=True, slots=True)
class _Files:
    structure: Structure
    workforce: Workforce
    costs: UnitCosts | None
    prices: LeverCosts | None


def ask(
    path: Path | None, scenarios: list[str], options: ServiceOptions, *, show: str = ""
) -> Service:
    """Everything that the options ask for; what can be refused early is refused early.

    Parameters
    ----------
    path
        File or folder of figures.
    scenarios
        Names and files.
    options
        As typed.
    show
        The view, where it needs a section of the prices, or what records say of moves.
    """
    from riskmodel.authority.answers import Service
    from riskmodel.authority.comparison import usual_target
    from riskmodel.authority.service import plan_outlook, project_service
    from riskmodel.demand.opening import opening_of
    from riskmodel.engines import Engine

    figures, files = options.figures(path), (options.structure, options.costs)
    engine = Engine(options.workers)
    chosen = named_scenarios(path, scenarios)
    switches = feedback_switches(options.feedback)
    aim = _aim(path, options)
    teams = _read_files(figures, files)
    _check_prices(show, teams, files[1])
    source, panel = source_of(figures)
    source = ways_in(path, source) if show == "flows" else source
    if "by" in aim and options.months >= 1:
        by = aim["by"]
        named = f"--by {by} is" if options.by is not None else f"{by_place(path)}: {by} is"
        _check_month(by, named, opening_of(source), options.months)
    force, rates = _rates(teams.workforce, options)
    working = Working()
    outlook = project_service(
        source,
        scenarios=chosen,
        structure=teams.structure,
        workforce=teams.workforce,
        switches=switches,
        draw_rates=rates is not None,
        months=options.months,
        replicates=options.simulations,
        seed=options.seed,
        panel=panel,
        progress=working.say,
        share_done=working.share_done,
        workers=engine,
    )
    target = replace(usual_target(outlook), **aim)
    plan = plan_outlook(outlook, teams.structure, force)
    return Service(
        outlook,
        plan,
        teams.structure,
        force,
        target,
        switches,
        teams.costs,
        teams.prices,
        panel,
        rates,
        None if rates is None else teams.workforce,
        prices_by_year(path) if options.costs is None else None,
    )


def _aim(path: Path | None, options: ServiceOptions) -> dict[str, Any]:
    """Fields of the target that the options or the folder set."""
    from riskmodel.caseload import Target
    from riskmodel.core.months import Month

    set_by = {"cap": options.cap, "by": options.by, "probability": options.probability}
    aim = aim_in(path, set_by) | {"holds": options.cap_holds}
    cap = aim.get("cap", 14)
    if not (math.isfinite(cap) and cap > 0):
        raise DataError(f"--cap takes a number of cases above 0, got {cap:g}")
    Month(aim.get("by", "2000-01"))
    # Refused before a minute is spent on what it is asked of.
    replace(Target(14, "2000-01", 0.5), **aim)
    return aim


def _rates(
    workforce: Workforce, options: ServiceOptions
) -> tuple[Workforce, tuple[str, ...] | None]:
    """The workforce with its rates as asked for, and which of them are drawn."""
    from riskmodel.caseload.rates import ASSUMED_RATES, drawn_rates

    # Sizes that cannot be are refused by what projects.
    if options.rates != "together" or min(options.simulations, options.months) < 1:
        return workforce, None
    drawn, names = drawn_rates(workforce, options.seed, options.simulations, options.months)
    return drawn, tuple(ASSUMED_RATES[name] for name in names)


def _check_prices(show: str, teams: _Files, costs: Path | None) -> None:
    from riskmodel.caseload.costs import unlikely_posts

    if show == "cost" and teams.costs is None:
        raise DataError(f"--show cost needs a section [costs]; {costs} has none")
    if show == "mix" and costs is not None and teams.prices is None:
        raise DataError(
            "--show mix needs the prices of posts, shorter plans and early help: give the file a "
            "section [levers]; --template costs shows it"
        )
    tell(*(() if costs is None else unlikely_posts(teams.costs, teams.prices)))


def _check_month(by: str, named: str, opening: str, months: int) -> None:
    from riskmodel.core.months import Month

    first, last = Month(opening).after(1), Month(opening).after(months)
    if not first <= by <= last:
        mend = "choose a later one" if by < first else "--months makes it longer"
        raise DataError(
            f"{named} outside the projection, which goes from {first} to {last}; {mend}"
        )


def _read_files(figures: Figures, files: tuple[Path | None, Path | None]) -> _Files:
    from riskmodel.caseload import published_structure, read_structure
    from riskmodel.caseload.costs import read_lever_costs, read_unit_costs
    from riskmodel.caseload.scenario_workforce import usual_workforce

    folder = files_in(figures, files)
    if folder is not None:
        return _Files(*folder)
    structure, costs = files
    if figures[0] is not None and structure is None:
        raise DataError(
            "an authority's own figures need its own teams: give them with --structure FILE; "
            "riskmodel caseload --template structure prints one to start from"
        )
    teams = published_structure() if structure is None else read_structure(structure)
    prices = None if costs is None else read_lever_costs(costs)
    unit = None if costs is None else read_unit_costs(costs, needed=prices is None)
    return _Files(teams, usual_workforce(teams), unit, prices)
