"""Own months counted from a folder's records of children, where no table gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.authority.folder.contents import Contents
from riskmodel.authority.folder.problems import bare_message
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.snapshots import SERIES_STAGES

if TYPE_CHECKING:
    from riskmodel.intake.converting import Converted
    from riskmodel.intake.periods import Plan
    from riskmodel.snapshots import MonthlySeries, RepeatPlans, StageMoves

__all__ = [
    "FEW",
    "RecordMonths",
    "census_returns",
    "is_counted",
    "looked_after_return",
    "own_area",
    "record_months",
]

FEW = "so few in some month of its records that they may not be shown, nor projected"


@dataclass(frozen=True, slots=True)
class RecordMonths:
    """Own months counted from records.

    Parameters
    ----------
    series
        For each stage that is not in a table of months, the longest series counted.
    notes
        Each file, with what became of its records, or why no months could be counted from it.
    moves
        Children who move between stages, from sources that use the same references for children.
    repeats
        Children who come back to a plan, from the first source that shows it.
    """

    series: tuple[MonthlySeries, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    moves: tuple[StageMoves, ...] = ()
    repeats: RepeatPlans | None = None

    @property
    def few(self) -> tuple[MonthlySeries, ...]:
        """Series with a stock that would have to be withheld; no projection begins with it."""
        most = parameter("disclosure_threshold").value
        return tuple(s for s in self.series if ((s.stock >= 1) & (s.stock <= most)).any())


def census_returns(contents: Contents) -> tuple[Path, ...]:
    """Returns of the children in need census among the returns: XML, or folders of its tables."""
    from riskmodel.intake.census.modules import is_module_folder

    return tuple(
        path
        for path in contents.files.get("returns", ())
        if path.suffix.casefold() == ".xml" or is_module_folder(path)
    )


def looked_after_return(contents: Contents) -> Path | None:
    """The folder's return on looked-after children, otherwise its Annex A; None without either."""
    records = contents.files.get("records", ())
    names = ("looked_after", "ssda903", "ssd"), ("annex",)
    found = (path for part in names for path in records if path.name.casefold().startswith(part))
    return next(found, None)


def is_counted(contents: Contents, stages: Collection[str]) -> bool:
    """Whether a stage is missing in the table of months, and a file could give it."""
    return len(set(stages)) < len(SERIES_STAGES) and bool(
        contents.files.get("records") or census_returns(contents)
    )


def record_months(contents: Contents, stages: Collection[str]) -> RecordMonths:
    """Count months from the census returns and the other records of a folder.

    Parameters
    ----------
    contents
        The folder.
    stages
        Stages that the table of months gives; the table is used, and they are not counted.

    Raises
    ------
    DataError
        When a file that is there for its records cannot be read. A census return that gives no
        months is still a return: the notes say why.
    """
    chosen: dict[str, MonthlySeries] = {}
    notes: list[tuple[str, str]] = []
    moves: tuple[StageMoves, ...] = ()
    repeats: RepeatPlans | None = None
    held: list[tuple[str, Converted]] = []
    for names, converted in _converted(contents, notes):
        source = ", ".join(names)
        notes += _account(names, converted)
        moves, repeats = moves or converted.moves, repeats or converted.repeats
        if converted.spells:
            held.append((source, converted))
        for counted in own_area(converted.series, contents, source):
            series = replace(counted, area="", source=source)
            before = chosen.get(series.stage)
            if series.stage in stages:
                taken = contents.source_of("months")
            elif before is None:
                chosen[series.stage], taken = series, ""
            else:
                chosen[series.stage] = longer = max(before, series, key=len)
                taken, source = longer.source, min(series, before, key=len).source
            if taken:
                notes.append((source, f"gives {series.stage} too, which is taken from {taken}"))
    moves = _moves(held) or moves
    found = RecordMonths(tuple(chosen[s] for s in SERIES_STAGES if s in chosen), (), moves, repeats)
    notes += [(series.source, f"of {series.stage}, {FEW}") for series in found.few]
    return replace(found, notes=tuple(notes))


def _moves(held: Sequence[tuple[str, Converted]]) -> tuple[StageMoves, ...]:
    """Moves between plans and care where several sources hold them; the first of each stage."""
    from riskmodel.intake.plan_moves import stage_moves

    if len(held) < 2:
        return ()
    spells: dict[str, Sequence[Plan]] = {}
    months, sources = set(held[0][1].window), list[str]()
    for source, converted in held:
        new = {stage: kept for stage, kept in converted.spells.items() if stage not in spells}
        if new:
            spells |= new
            months &= set(converted.window)
            sources.append(source)
    return stage_moves(spells, tuple(sorted(months)), ", ".join(sources)) if months else ()


def _converted(
    contents: Contents, notes: list[tuple[str, str]]
) -> Iterator[tuple[list[str], Converted]]:
    """What each source gives, the census returns together; one that cannot be used is noted."""
    returns = census_returns(contents)
    if returns:
        names = [path.name for path in returns]
        try:
            yield names, _months(returns, contents)
        except DataError as error:
            notes.append((", ".join(names), f"gives no own months: {error}"))
    for path in contents.files.get("records", ()):
        yield [path.name], _months([path], contents)


def _months(paths: Sequence[Path], contents: Contents) -> Converted:
    """What a source gives; of one that does not say of which months, those that the folder says."""
    from riskmodel.intake import convert, months_between

    ends = [contents.text("about", f"records_{end}") for end in ("from", "to")]
    try:
        return convert(paths)
    except DataError as error:
        if all(ends):
            return convert(paths, window=months_between(*ends))
        said = bare_message(error)
        asked = said.replace("--since and --until", "records_from and records_to of [about]")
        raise DataError(asked, file=error.file, line=error.line, field=error.field) from error


def _account(names: Sequence[str], converted: Converted) -> Iterator[tuple[str, str]]:
    """What became of the records of each file, and what could not be read as it stands."""
    from riskmodel.intake.result import NOTES, RULES

    together = ", ".join(names)
    for account in converted.accounts:
        file, _, text = account.partition(": ")
        yield (file, text) if file in names else (together, account)
    for rule, count in converted.counts.items():
        if rule not in NOTES:
            yield together, f"{count:,} of this kind: {RULES[rule]}"


def own_area(
    series: Sequence[MonthlySeries], contents: Contents, file: str
) -> tuple[MonthlySeries, ...]:
    """Series of the authority's own area, where a file holds several.

    Raises
    ------
    DataError
        When there are several areas and none is its own.
    """
    areas = list(dict.fromkeys(one.area for one in series))
    if len(areas) < 2:
        return tuple(series)
    name = contents.text("about", "name") or contents.folder.resolve().name
    own = {name.casefold(), contents.text("about", "code").casefold()}
    chosen = tuple(one for one in series if one.area.casefold() in own)
    if not chosen:
        raise DataError(
            f"holds several areas ({', '.join(areas)}), and none is {name}: give the area's "
            "name in [about] name",
            file=file,
        )
    return chosen
