"""Sources of every kind turned into own months, or into one row an assessment.

Months are given only for which a source holds everybody: the year of a return, the six months
before the lists of an inspection, or those that an analyst states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from riskmodel.account import Tally, tallies_text
from riskmodel.assessments import Assessments
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.census.linking import Linker
from riskmodel.intake.census.module_tables import counted_text
from riskmodel.intake.census.modules import is_module_folder, link_modules
from riskmodel.intake.census.side_file import SideFile
from riskmodel.intake.census.xml import intake_of, link_census_xml, linked_intake
from riskmodel.intake.dates import MISSING
from riskmodel.intake.lists.care import read_looked_after_list
from riskmodel.intake.lists.headings import InspectionList, is_list_heading, list_of
from riskmodel.intake.lists.reading import read_lists
from riskmodel.intake.looked_after.reading import is_looked_after_heading, read_looked_after
from riskmodel.intake.looked_after.result import LookedAfter
from riskmodel.intake.months import month_of
from riskmodel.intake.periods import Periods, Plan, Spells, Window, without_overlaps
from riskmodel.intake.plan_moves import repeat_plans, stage_moves
from riskmodel.intake.record_tables import plain_heading, raw_tables
from riskmodel.intake.result import Intake, Issue, IssueLog
from riskmodel.snapshots import SERIES_STAGES, MonthlySeries, RepeatPlans, StageMoves

__all__ = ["Converted", "convert", "convertible_kind", "months_between"]

LOOKED_AFTER = "return on children looked after (SSDA903)"
LISTS = "lists of Annex A"


@dataclass(frozen=True, slots=True)
class Converted:
    """What sources give.

    Parameters
    ----------
    series
        Stock, starts and ends by month, a series an area and stage.
    assessments
        One row an assessment; None where the sources hold none.
    accounts
        What became of the records of each source, in words.
    issues
        What could not be read as it stands.
    counts
        Issues by rule.
    moves
        Children who move between stages, where the sources hold both.
    spells, window
        Plans and periods of care with their children, and the months for which all are held: so
        that sources can be set beside each other. Nothing of a child is shown of them.
    repeats
        How many children come back to a plan.
    """

    series: tuple[MonthlySeries, ...]
    assessments: Assessments | None
    accounts: tuple[str, ...]
    issues: tuple[Issue, ...]
    counts: Mapping[str, int]
    moves: tuple[StageMoves, ...] = ()
    spells: Spells = field(default_factory=dict, repr=False)
    window: Window = ()
    repeats: RepeatPlans | None = None


def months_between(since: str, until: str) -> Window:
    """The months from one to another, both included.

    Examples
    --------
    >>> months_between("2014-12", "Feb 2015")
    ('2014-12', '2015-01', '2015-02')

    Raises
    ------
    DataError
        When one is no month, or they are the wrong way round.
    """
    ends = []
    for text in (since, until):
        month = month_of(text)
        if month is None:
            raise DataError(f"found {text[:40]!r}; allowed: a month as 2015-03")
        ends.append(np.datetime64(f"{month[0]:04}-{month[1]:02}", "M"))
    if ends[1] < ends[0]:
        raise DataError(f"the months run from {ends[0]} back to {ends[1]}; give the earlier first")
    return tuple(str(month) for month in np.arange(ends[0], ends[1] + 1))


def convert(
    paths: Sequence[Path], *, window: Window | None = None, strict: bool = False
) -> Converted:
    """Turn sources into months and assessments.

    Parameters
    ----------
    paths
        Returns of the children in need census (XML, or a folder of its tables or those of the
        Standard Safeguarding Dataset), of one or several years; or one return on children looked
        after (SSDA903, one or several years in a folder); or one Annex A.
    window
        Months, as 2015-03, for which the sources hold everybody; by default those that follow
        from the kind of the source.
    strict
        Refuse what cannot be read as it stands, instead of leaving it out and reporting it.

    Raises
    ------
    DataError
        When a source is of no such kind, or several are that cannot go together.
    """
    files = [part for path in paths for part in _returns_in(Path(path))]
    if all(file.suffix.casefold() == ".xml" or is_module_folder(file) for file in files):
        return _census(files, window, strict)
    if len(files) > 1:
        raise DataError(
            "several sources go together only where all are returns of the children in need "
            "census; years of a return on children looked after go into one folder, named alone",
            file=files[1].name,
        )
    kind = convertible_kind(files[0])
    if not kind:
        raise DataError(
            "is none of what can be converted: a return of the children in need census, a return "
            "on children looked after (SSDA903), the lists of Annex A, or tables of the Standard "
            "Safeguarding Dataset",
            file=files[0].name,
        )
    if kind == LOOKED_AFTER:
        care = read_looked_after(files[0], strict=strict, window=window)
        text = tallies_text(care.account)
        spells, months = care.spells()
        series = _of_one_area(care.series())
        held = {"looked_after": spells}
        return Converted(
            series, None, (text,), care.issues, care.counts, spells=held, window=months
        )
    lists = read_lists(files[0], strict=strict, window=window)
    table, issues, counts = None, lists.issues, dict(lists.counts)
    if lists.intake is not None:
        table, issues = lists.intake.assessments, (*issues, *lists.intake.issues)
        counts = _sum(counts, lists.intake.counts)
    text = lists.summary()
    return Converted(lists.series() if lists.day else (), table, (text,), issues, counts)


def read_care(path: Path, *, window: Window | None = None) -> LookedAfter:
    """Children looked after with their placements, from whatever holds them.

    Parameters
    ----------
    path
        A return (SSDA903) or tables of the Standard Safeguarding Dataset, as
        :func:`~riskmodel.intake.looked_after.reading.read_looked_after` reads them, or the lists
        of Annex A.
    window
        Months, as 2015-03, for which it holds everybody; by default those of its kind.
    """
    path = Path(path)
    if path.exists() and convertible_kind(path) == LISTS:
        return read_looked_after_list(path, window=window)
    return read_looked_after(path, window=window)


def _returns_in(path: Path) -> list[Path]:
    """The returns of a folder that holds nothing else, or the path itself."""
    if not path.exists():
        raise DataError("there is no such file or folder", file=path.name)
    returns = sorted(path.glob("*.[xX][mM][lL]")) if path.is_dir() else []
    return returns or [path]


def convertible_kind(path: Path) -> str:
    """What a file or folder is, in words: a return on children looked after, lists, or nothing."""

    def is_heading(heading: str) -> bool:
        return is_looked_after_heading(heading) or is_list_heading(heading)

    for table in raw_tables(path, IssueLog(path.name), is_heading):
        if {"decom", "rne"} <= {plain_heading(heading) for heading in table.headings}:
            return LOOKED_AFTER
        if isinstance(list_of(table.name, table.headings), InspectionList):
            return LISTS
    return ""


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {name: first.get(name, 0) + second.get(name, 0) for name in {**first, **second}}


def _of_one_area(series: tuple[MonthlySeries, ...]) -> tuple[MonthlySeries, ...]:
    """Without the name of the area where there is only one."""
    if len({one.area for one in series}) > 1:
        return series
    return tuple(replace(one, area="") for one in series)


def _census(files: Sequence[Path], window: Window | None, strict: bool) -> Converted:
    """Months of plans, from one or several returns, and the assessments of one or all."""
    linkers: dict[int, Linker] = {}
    intakes: list[Intake] = []
    for file in files:
        log = IssueLog(file.name, strict=strict)
        if file.is_dir():
            linker, rows = link_modules(file, log)
            intakes.append(linked_intake(linker, SideFile(), file.name, rows))
        else:
            reader = link_census_xml(file, log)
            linker = reader.linker
            intakes.append(intake_of(reader, file))
        year = linker.header.year
        if year is None and (window is None or len(files) > 1):
            raise DataError(
                "does not say of which year it is: say for which months it holds everybody "
                "(--since and --until)",
                file=file.name,
            )
        if (year or 0) in linkers:
            raise DataError(f"is a second return of {year}; keep one", file=file.name)
        linkers[year or 0] = linker
    log = IssueLog(files[0].name, strict=strict)
    series = tuple(
        Periods(stage, "", files[0].name, *days, window or _years(linkers)).series()
        for stage in SERIES_STAGES
        if (days := _periods(stage, linkers, log)) is not None
    )
    spells: dict[str, Sequence[Plan]] = {
        stage: _plans(stage, linkers) for stage in ("child_protection_plan", "child_in_need_plan")
    }
    counts: dict[str, int] = dict(log.counts)
    care_issues: list[Issue] = []
    care_accounts: list[str] = []
    for folder in (file for file in files if (file / "ssd_cla_episodes.csv").exists()):
        care = read_looked_after(folder, strict=strict, window=window or _years(linkers))
        series = (*series, *care.series())
        spells["looked_after"] = care.spells()[0]
        care_issues += care.issues
        care_accounts.append(f"{folder.name}: {tallies_text(care.account)}")
        counts = _sum(counts, care.counts)
    for intake in intakes:
        counts = _sum(counts, intake.counts)
    accounts = tuple(
        f"{file.name}: {intake.account} Months: {tallies_text({'plans': _dated(linker)})} "
        f"{counted_text(intake.modules)}".rstrip()
        for file, intake, linker in zip(files, intakes, linkers.values(), strict=True)
    )
    accounts = (*accounts, *care_accounts)
    issues = (*care_issues, *(issue for intake in intakes for issue in intake.issues))
    table, lost = _together(intakes)
    if lost:
        listed = ", ".join(lost)
        accounts = (*accounts, f"Factors that not every return can hold are left out: {listed}.")
    months = window or _years(linkers)
    names = ", ".join(file.name for file in files)
    moves = stage_moves(spells, months, names)
    repeats = repeat_plans(spells.get("child_protection_plan", ()), months, names)
    issues = (*log.issues(), *issues)
    return Converted(series, table, accounts, issues, counts, moves, spells, months, repeats)


def _dated(linker: Linker) -> Tally:
    """Plans of all kinds that give months, for their dates can be read."""
    read, used = linker.plans + linker.need_plans, len(linker.periods)
    return Tally(read, used, {"no_dates": read - used})


def _years(linkers: Mapping[int, Linker]) -> Window:
    return tuple(
        month
        for year in sorted(linkers)
        for month in months_between(f"{year - 1}-04", f"{year}-03")
    )


def _periods(
    stage: str, linkers: Mapping[int, Linker], log: IssueLog
) -> tuple[np.ndarray, np.ndarray] | None:
    """Starts and ends of a stage; of a plan that several returns hold, as the latest has it."""
    plans = _latest(stage, linkers)
    if not plans:
        return None
    children, starts, ends = [], [], []
    for (child, start), (year, end) in plans.items():
        if end == MISSING and year + 1 in linkers:
            end = _year_end(year)
            allowed = "the plan in the next return too"
            log.add(
                "not_carried_on", f"child {child}", stage, str(np.datetime64(start, "D")), allowed
            )
        children.append(child)
        starts.append(start)
        ends.append(int(end))
    days = (np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64))
    begun, over, joined = without_overlaps(np.array(children, dtype=object), *days)
    if joined:
        log.add("overlapping", "", stage, f"{joined:,} plans", "one plan of a child at once")
    return begun, over


def _latest(stage: str, linkers: Mapping[int, Linker]) -> dict[tuple[str, int], tuple[int, int]]:
    """By child and start of a plan, the latest return that holds it, and its end there."""
    return {
        (child, start): (year, end)
        for year in sorted(linkers)
        for of, child, start, end in linkers[year].periods
        if of == stage
    }


def _plans(stage: str, linkers: Mapping[int, Linker]) -> list[tuple[str, int, int]]:
    """Child, start and end of the plans of a stage; the next return would hold what goes on."""
    return [
        (child, start, _year_end(year) if end == MISSING and year + 1 in linkers else end)
        for (child, start), (year, end) in _latest(stage, linkers).items()
    ]


def _year_end(year: int) -> int:
    """The day after the year of a return."""
    return int(np.datetime64(f"{year}-04-01", "D").astype(int))


def _together(intakes: Sequence[Intake]) -> tuple[Assessments, tuple[str, ...]]:
    """The assessments of all returns, and the factors that not all of them can hold."""
    tables = [intake.assessments for intake in intakes]
    if len(tables) == 1:
        return tables[0], ()
    every = dict.fromkeys(name for table in tables for name in table.factors)
    lost = tuple(name for name in every if any(name not in table.factors for table in tables))
    frames = [table.frame.drop(columns=list(lost), errors="ignore") for table in tables]
    frame = pd.concat(frames, ignore_index=True)
    frame["assessment_id"] = np.arange(1, len(frame) + 1)
    basis = {name: value for table in tables for name, value in table.basis.items()}
    kept = tuple(name for name in every if name not in lost)
    basis = {name: basis[name] for name in frame.columns}
    return Assessments(frame, kept, basis, tables[0].source), lost
