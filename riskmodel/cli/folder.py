"""The folder of an authority where a command takes a file: what it stands for, in one place.

Each function gives back what it was given where the path is no authority, so that a command says
in one line that it takes a folder too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.cli.output import tell_omitted
from riskmodel.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.authority.folder.figures import PostPrices
    from riskmodel.caseload import UnitCosts
    from riskmodel.cli.protection import TableOptions
    from riskmodel.demand.learning import Learning
    from riskmodel.demand.sources import DemandSource
    from riskmodel.series import AuthorityPanel

__all__ = [
    "Figures",
    "aim_in",
    "by_place",
    "chain_place",
    "code_of",
    "code_within",
    "figures_in",
    "files_in",
    "folder_first",
    "has_prices",
    "opened",
    "panel_in",
    "prices_by_year",
    "prices_of_posts",
    "scenarios_in",
    "source_of",
    "stage_names",
    "table_in",
    "taught_by",
    "ways_in",
]

Figures = tuple[Path | None, str | None, Path | None, str | None]
"""File, authority, panel to learn from, children aged 0 to 17 or a file of them, as the options
name them."""

_PREFIXES: Mapping[str, str] = {
    "cpp": "child_protection_plan",
    "lac": "looked_after",
    "cin_plan": "child_in_need_plan",
}
"""Stages as the columns of tables call them."""


def opened(path: Path | None) -> Authority | None:
    """The authority of a path; None where the path is none."""
    if path is None:
        return None
    from riskmodel.authority.folder.contents import is_authority

    return _open(path) if is_authority(path) else None


@lru_cache(maxsize=4)
def _open(path: Path) -> Authority:
    from riskmodel.authority.folder.authority import open_authority

    authority = open_authority(path)
    for problem in authority.problems:
        if problem.severity == "decision":
            print(f"riskmodel: {problem}", file=sys.stderr)
    return authority


def table_in(path: Path | None, options: TableOptions) -> tuple[Path | None, TableOptions]:
    """The table of assessments of a folder, the latest of several, and how the folder reads it.

    None of a folder of published counts.
    """
    authority = opened(path)
    if authority is None:
        return path, options
    if not authority.has("returns") and authority.has("published"):
        return None, options
    authority.needs("returns")
    tables = authority.tables
    if len(tables) > 1:
        others = ", ".join(table.name for table in tables[:-1])
        print(
            f"riskmodel: {tables[-1].name}, the latest return; name another to take it: {others}",
            file=sys.stderr,
        )
    latest = tables[-1]
    mapping, sheet = options.mapping or latest.mapping, options.sheet or latest.sheet
    return latest.path, replace(options, mapping=mapping, sheet=sheet)


def panel_in(path: Path) -> Path:
    """The panel of a folder."""
    authority = opened(path)
    if authority is None:
        return path
    panel = authority.contents.file("panel")
    if panel is None:
        raise DataError("needs a panel of authorities: panel.csv", file=authority.folder.name)
    return panel


def figures_in(
    figures: Figures,
) -> tuple[DemandSource, AuthorityPanel | Learning | None] | None:
    """Figures of a folder to project from, and what others teach; None where it is no folder."""
    path, named, learn, population = figures
    authority = opened(path)
    if authority is None:
        return None
    for option, value, key in (("authority", named, "code"), ("population", population, None)):
        if value is not None:
            raise DataError(
                f"the folder gives it: leave --{option} out, or change [about] {key or option}",
                file=authority.folder.name,
            )
    return authority.demand, taught_by(learn, authority.panel)


def ways_in(path: Path | None, source: DemandSource) -> DemandSource:
    """The figures with what the records of a folder say of ways between stages."""
    authority = opened(path)
    if authority is None:
        return source
    from riskmodel.authority.folder.ways import with_ways

    return with_ways(authority, source)


def taught_by(learn: Path | None, panel: AuthorityPanel | None) -> AuthorityPanel | Learning | None:
    """What others teach: of the file of ``--learn``, a panel or what was learned; else the panel's.

    Rows of the file that are not read as authorities are said on standard error.
    """
    if learn is None:
        return panel
    if learn.suffix.casefold() == ".toml":
        from riskmodel.demand.learning import read_learning

        return read_learning(learn)
    from riskmodel.intake import read_panel

    others = read_panel(learn)
    tell_omitted(others)
    return others


def files_in(figures: Figures, files: tuple[Path | None, Path | None]) -> tuple[Any, ...] | None:
    """Teams, workers, unit costs and prices of levers of a folder; None where it is none.

    A file that an option names stands in place of the folder's.
    """
    authority = opened(figures[0])
    if authority is None:
        return None
    from riskmodel.authority.folder.figures import own_workforce
    from riskmodel.caseload import read_structure
    from riskmodel.caseload.costs import read_lever_costs, read_unit_costs

    structure, costs = files
    teams = authority.structure if structure is None else read_structure(structure)
    force = own_workforce(authority.contents, teams)
    if costs is None:
        return teams, force, authority.unit_costs, None
    levers = read_lever_costs(costs)
    return teams, force, read_unit_costs(costs, needed=levers is None), levers


def prices_by_year(path: Path | None) -> Callable[[str], UnitCosts] | None:
    """Prices of a financial year, as a folder has them; None without."""
    authority = opened(path)
    return None if authority is None or authority.prices is None else authority.prices.of


def has_prices(path: Path | None) -> bool:
    """Whether a folder has prices."""
    authority = opened(path)
    return authority is not None and authority.prices is not None


def prices_of_posts(path: Path | None, too_few: float | None, too_many: float | None) -> PostPrices:
    """What a post too few and too many cost: as the options say, else as the folder does."""
    from riskmodel.authority.folder.figures import PostPrices

    authority = opened(path)
    if authority is None or None not in (too_few, too_many):
        return PostPrices(too_few, too_many)
    return authority.post_prices(too_few, too_many)


def aim_in(path: Path | None, aim: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the target that are set: as the options say, else as the folder does."""
    authority = opened(path)
    given = {name: value for name, value in aim.items() if value is not None}
    return given if authority is None else authority.aim | given


def by_place(path: Path | None) -> str:
    """Where a folder says by when its cap is to be kept: file and key."""
    authority = opened(path)
    entry = None if authority is None else authority.contents.value("targets", "by")
    return "" if entry is None else f"{entry.place}"


def scenarios_in(path: Path | None, names: list[str]) -> list[str]:
    """Names of scenarios, those of the folder as the files that they are.

    Raises
    ------
    UnknownNameError
        When a name is neither of the folder nor of the library, with the nearest of both.
    """
    authority = opened(path)
    if authority is None:
        return names
    from riskmodel.scenarios import ENDING, LIBRARY

    files = {
        scenario.name: str(file)
        for scenario, file in zip(authority.scenarios, authority.inputs.scenario_files, strict=True)
        if scenario.name not in LIBRARY
    }
    for name in names:
        if name not in (*files, *LIBRARY) and not name.casefold().endswith(ENDING):
            raise UnknownNameError("scenario of the folder or library", name, [*files, *LIBRARY])
    return [files.get(name, name) for name in names]


def folder_first(names: list[str], figures: Path | None) -> tuple[list[str], Path | None]:
    """Scenarios to compare, and the folder that stands first among them.

    Without a name after the folder its scenarios are compared with the baseline, as one name is.
    """
    folder = Path(names[0])
    authority = opened(folder)
    if authority is not None:
        if figures is not None:
            raise DataError("the folder and --figures both give figures: leave one of them out")
        figures, names = folder, names[1:]
        if not names:
            authority.needs("scenarios")
            names = ["baseline", *(scenario.name for scenario in authority.scenarios)]
    if len(names) == 1:
        names = list(dict.fromkeys(("baseline", *names)))
    return scenarios_in(figures, names), figures


def code_of(path: Path | None, word: str | None) -> str | None:
    """The code of an authority of a panel that is named by its name; else what was typed."""
    if path is None or word is None or not _is_panel(path):
        return word
    from riskmodel.intake import read_panel

    return code_within(read_panel(path), word)


def code_within(panel: AuthorityPanel, word: str) -> str:
    """The code of an authority of a panel by its code or name.

    Raises
    ------
    UnknownNameError
        When it is not in the panel, with the nearest names.
    """
    from riskmodel.authority.folder.inputs import code_in

    code = code_in(panel, word)
    if not code:
        names = [*panel.authorities, *panel.authorities.values()]
        raise UnknownNameError("authority", word, names)
    return code


def chain_place(path: Path | None, authority: str | None) -> tuple[Path | None, str | None]:
    """The panel of a folder and the authority's code in it; of a file, with the code of a name."""
    folder = opened(path)
    if folder is None:
        return path, code_of(path, authority)
    if authority is not None:
        raise DataError(
            "the folder says which authority it is: leave --authority out, or change [about] code",
            file=folder.folder.name,
        )
    folder.needs("own_panel")
    return folder.contents.file("panel"), folder.inputs.panel_code


def _is_panel(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return "la_code" in file.readline().casefold()
    except OSError:
        return False


def stage_names(words: list[str], need: str = "child_in_need_plan") -> list[str]:
    """Stages by their names, where the prefixes of columns are understood too.

    Parameters
    ----------
    words
        As typed.
    need
        What ``cin`` stands for: the stage of plans alone, or all children in need.
    """
    from riskmodel.vocabulary import STAGES

    names = {**_PREFIXES, "cin": need}
    for word in words:
        if word not in (*names, *names.values(), *STAGES):
            stages = [*dict.fromkeys(names.values())]
            short = ", ".join(f"{name} = {stage}" for name, stage in names.items())
            raise DataError(
                f"{UnknownNameError('stage', word, [*stages, *names])} In short: {short}."
            )
    return [names.get(word, word) for word in words]


def source_of(
    figures: Figures, mapping: Path | None = None
) -> tuple[DemandSource, AuthorityPanel | Learning | None]:
    """Figures to project from, and what others teach, as the options name them."""
    from riskmodel.demand.exposure import followed
    from riskmodel.demand.sources import published_source, read_source

    folder = figures_in(figures)
    if folder is not None:
        return folder
    path, authority, learn, population = figures
    if path is None and authority is not None:
        raise DataError("--authority names one of a file; give the file")
    children, people = _population(population)
    if path is None and children is not None:
        raise DataError("--population goes with a file of one's own figures; give the file")
    panel = None
    if path is None:
        source = published_source()
    else:
        code = code_of(path, authority)
        source, panel = read_source(path, authority=code, population=children, mapping=mapping)
    if people is not None:
        source = followed(source, people, is_level=path is not None)
    tell_omitted(panel)
    return source, taught_by(learn, panel)


def _population(text: str | None) -> tuple[float | None, Path | None]:
    """The number of ``--population``, or its file."""
    if text is None:
        return None, None
    try:
        return float(text), None
    except ValueError:
        path = Path(text)
    if not path.is_file():
        raise DataError(
            f"--population takes children aged 0 to 17 as a number, or a file that projects them; "
            f"got {text!r}, and no such file is there"
        )
    return None, path
