"""A return of the census as CSV tables, one a module, in a folder.

A table is known by its file name, its columns by their headings; both may be those of the census
(``LAchildID``) or of the Standard Safeguarding Dataset (``cina_person_id``). Only the table of
assessments must be there.
"""

from __future__ import annotations

from pathlib import Path

from riskmodel.intake.census.linking import Linker
from riskmodel.intake.census.module_children import ModuleChildren
from riskmodel.intake.census.module_tables import MODULES, Module, ModuleTables
from riskmodel.intake.census.side_file import SideFile
from riskmodel.intake.census.xml import linked_intake
from riskmodel.intake.result import Intake, IssueLog

__all__ = ["MODULES", "Module", "is_module_folder", "link_modules", "read_modules"]


def is_module_folder(path: Path) -> bool:
    """Whether a folder holds a table of assessments in CSV, named as such a table is."""
    return path.is_dir() and any(
        file.stem.casefold() in ("assessments", "ssd_cin_assessments")
        for file in path.glob("*.[cC][sS][vV]")
    )


def read_modules(path: Path, log: IssueLog) -> Intake:
    """Read a return from CSV tables of its modules.

    Parameters
    ----------
    path
        A folder with ``assessments.csv`` and any of ``header.csv``, ``children.csv``,
        ``episodes.csv``, ``factors.csv``, ``section47.csv``, ``conferences.csv``, ``plans.csv``,
        ``cin_plans.csv``; :data:`MODULES` has their columns. Tables of the Standard Safeguarding
        Dataset keep their names. Factors stand in a column of the assessments, as a list, or in a
        table of their own, one row a code or one a list.
    log
        Where issues go.

    Returns
    -------
    Intake
        As from the XML of the same return.

    Notes
    -----
    A plan, enquiry or conference is linked within its episode: by ``EpisodeID``, or by child and
    ``CINreferralDate``, whichever all of these tables have. Where they share neither, it is linked
    to the latest assessment of the child, whatever the episode.

    Raises
    ------
    DataError
        When a table cannot be read or lacks a column that it needs.
    """
    linker, counts = link_modules(path, log)
    return linked_intake(linker, SideFile(), path.name, counts)


def link_modules(path: Path, log: IssueLog) -> tuple[Linker, dict[str, int]]:
    """A return in tables of its modules, linked, and the rows of each."""
    tables = ModuleTables.read(path, log)
    linker = Linker(log)
    for row in tables.rows("header")[:1]:
        linker.set_header(row.get("Year", ""), row.get("LEA", ""), row.get("SoftwareCode", ""))
    factors = tables.factors()
    children = ModuleChildren(tables, factors)
    for child, episodes in children.episodes().items():
        facts = children.facts.get(child, {})
        dated = "PersonBirthDate" if facts.get("PersonBirthDate") else "ExpectedPersonBirthDate"
        born = linker.day(facts.get(dated), child, dated)
        name = "Sex" if facts.get("Sex") else "GenderCurrent"
        gender = linker.gender(facts.get(name), name, child)
        linker.add_child(child, gender, born, episodes, children.need_plans.get(child, ()))
    linker.assessments += children.left_out + tables.ragged.get("assessments", 0)
    linker.plans += tables.ragged.get("plans", 0)
    linker.children = children.tally()
    rows = {name: len(rows) for name, rows in tables.tables.items()}
    return linker, rows | tables.counted
