"""What a folder holds, what each section will be based on, and what the reader has to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from riskmodel.authority.folder.agreement import check_agreement
from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.checked import FolderCheck, SectionState, Thing
from riskmodel.authority.folder.contents import read_contents, unused_files
from riskmodel.authority.folder.figures import check_workforce, read_prices
from riskmodel.authority.folder.own_tables import IDENTITIES
from riskmodel.authority.folder.people import check_weights
from riskmodel.authority.folder.problems import Place, ProblemLog, bare_message
from riskmodel.authority.folder.record_months import looked_after_return
from riskmodel.authority.folder.sections import NEEDS, SECTIONS, SectionRule
from riskmodel.authority.folder.settings import FILE, Entry
from riskmodel.authority.folder.subjects import SUBJECTS
from riskmodel.core.months import Month
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.result import NOTHING, Intake, Issue

__all__ = ["FolderCheck", "SectionState", "Thing", "check_folder"]

Content = TypeVar("Content")

MOST_NOTES = 3
"""How many notes of one file are listed; if there are more, only their number is given."""


def check_folder(path: Path) -> FolderCheck:
    """Check the folder of an authority, and read every file in it.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    DataError
        When the folder is not that of an authority.
    """
    log = ProblemLog()
    contents = read_contents(path, log)
    check_workforce(contents, log)
    read_prices(contents, log)
    authority = Authority(contents)
    look = _Look(authority, log)
    things = tuple(thing for read in _READERS if (thing := read(look)) is not None)
    states = (_state(look, rule) for rule in SECTIONS.values())
    # Published tables are no authority's duty: where there are none, nothing is missing.
    sections = tuple(s for s in states if s.name != "published" or not s.missing)
    for section in sections:
        if section.missing and section.is_wanted and contents.value("about", "sections"):
            entry = contents.value("about", "sections")
            place = Place(FILE) if entry is None else entry.place
            missing = "; ".join(section.missing)
            log.decision(place, f"asks for {section.name}, which lacks {missing}")
    if not any(problem.severity == "mistake" for problem in log.problems):
        check_agreement(authority, log)
    for unused in unused_files(contents):
        log.note(Place(unused.name), f"is not read: {_why_unused(unused)}")
    order = {"mistake": 0, "decision": 1, "note": 2}
    problems = tuple(sorted(log.problems, key=lambda problem: order[problem.severity]))
    return FolderCheck(authority, things, sections, problems)


def _why_unused(path: Path) -> str:
    """Why a file is not read, and where what its name speaks of belongs."""
    stem = path.stem.casefold()
    subject = next((SUBJECTS[name] for name in SUBJECTS if stem.startswith(name)), None)
    if subject is not None:
        table = f"[[{subject.name}]]" if subject.key else f"[{subject.name}]"
        sheet = f"on the sheet {subject.name} of inputs.xlsx"
        return f"{subject.name} stand under {table} in {FILE}, or {sheet}"
    return "no key of [files] names it"


@dataclass(frozen=True, slots=True)
class _Look:
    """The authority while it is looked through."""

    authority: Authority
    log: ProblemLog
    unread: set[str] = field(default_factory=set)

    def read(self, key: str, reader: Callable[[], Content]) -> Content | None:
        """What a reader gives; None where it refuses, which goes to the problems."""
        try:
            return reader()
        except DataError as error:
            source = self.authority.contents.source_of(key) or key
            for one in error.each:
                place = Place(one.file or source, one.line, one.field)
                self.log.mistake(place, bare_message(one))
        except UnknownNameError as error:
            self.log.mistake(Place(self.authority.contents.source_of(key) or key), str(error))
        self.unread.add(key)
        return None

    def notes(self, source: str, texts: list[str]) -> None:
        """Notes of a file, the first ones in full."""
        for text in texts[:MOST_NOTES]:
            place, _, message = text.partition(": ")
            self.log.note(Place(place), message)
        if len(texts) > MOST_NOTES:
            self.log.note(Place(source), f"and {len(texts) - MOST_NOTES} more notes like these")

    def has(self, need: str) -> bool:
        """Whether a need is there and can be read; a panel that cannot be read holds nobody."""
        if need in self.unread:
            return False
        try:
            return self.authority.has(need)
        except DataError:
            return False


def _months(look: _Look) -> Thing | None:
    if not look.has("months"):
        return None
    inputs = look.authority.inputs
    series = look.read("months", lambda: look.authority.months)
    source = inputs.source_of("months")
    if series is None:
        return Thing("Own months", source, "cannot be read")
    sheet = look.authority.contents.tables.get("months")
    texts: dict[bool, list[str]] = {True: [], False: []}
    for note in (note for one in series for note in one.notes):
        said = sheet.in_words_of_the_sheet(str(note)) if sheet else str(note)
        texts[note.rule == "doubtful"].append(said)
    look.notes(source, texts[False])
    for text in texts[True]:
        place, _, message = text.partition(": ")
        look.log.decision(Place(place), message)
    for file, account in inputs.records.notes:
        look.log.note(Place(file), account)
    records = look.authority.contents.source_of("records")
    if records and not inputs.records.notes:
        look.log.note(Place(records), f"no months are counted from it: {source} has every stage")
    rows: dict[tuple[str, str], list[str]] = {}
    for one in series:
        first, last = Month.of_day(one.dates[0]), Month.of_day(one.dates[-1])
        held = one.source if one in inputs.records.series else ""
        months = f"{len(one)} months, {first} to {last}"
        months += f" ({gaps})" if (gaps := one.gaps()) else ""
        rows.setdefault((months, held), []).append(one.stage)
    spans = [
        f"{months}: {', '.join(dict.fromkeys(stages))}{held and f' (counted from {held})'}"
        for (months, held), stages in rows.items()
    ]
    return Thing("Own months", source, "; ".join(spans))


def _looked_after(look: _Look) -> Thing | None:
    """A return that is read for placements alone; counted for months, it stands with them."""
    path = looked_after_return(look.authority.contents)
    if path is None or not look.has("months") or look.authority.inputs.records.notes:
        return None
    from riskmodel.authority.placements import folder_history

    history = look.read("records", lambda: folder_history(look.authority))
    if history is None:
        return Thing("Looked after", path.name, "cannot be read")
    episodes, months = len(history.episodes), history.months
    return Thing("Looked after", path.name, f"{episodes:,} episodes, {months[0]} to {months[-1]}")


def _panel(look: _Look) -> Thing | None:
    path = look.authority.contents.file("panel")
    if path is None:
        return None
    panel = look.read("panel", lambda: look.authority.panel)
    if panel is None:
        return Thing("Panel", path.name, "cannot be read")
    look.notes(path.name, [str(note) for note in panel.notes])
    codes = len(panel.authorities)
    years = f"{panel.years.min()} to {panel.years.max()}"
    return Thing("Panel", path.name, f"{codes} authorities, {years}")


def _returns(look: _Look) -> Thing | None:
    tables = look.authority.tables
    if not tables:
        return None
    holds = []
    for table in tables:
        intake = look.read("returns", table.read)
        if intake is None:
            continue
        if issues := [issue for issue in intake.issues if not issue.is_note]:
            path = look.authority.folder if table is tables[-1] else table.path
            look.log.decision(Place(table.name), _unread(intake, issues, path))
        holds.append(f"{len(intake.assessments):,} assessments")
    source = ", ".join(table.name for table in tables)
    if len(tables) > 1:
        look.log.note(
            Place(tables[-1].name),
            "is the latest return: results that rest on one return rest on it",
        )
    return Thing("Returns", source, ", ".join(holds) or "cannot be read")


def _unread(intake: Intake, issues: list[Issue], path: Path) -> str:
    """What of a table cannot be read, what goes with it, and what to do."""
    said = f"{count_of(len(issues), 'cell or record', 'cells or records')} cannot be used"
    if left := intake.account.assessments.reasons():
        said += f"; left out of {intake.rows_read:,} assessments: {left}"
    blank = [i for i in issues if i.rule == "bad_flag" and i.found == NOTHING]
    if blank:
        columns = [*dict.fromkeys(issue.field for issue in blank)]
        some = ", ".join(columns[:MOST_NOTES]) + (", …" if len(columns) > MOST_NOTES else "")
        said += (
            f". {len(blank):,} of these cells are blank ({some}): if a blank means no, say so in "
            'mapping.toml: false = ["N", ""] under [flags]'
        )
    return f"{said}. `riskmodel intake check {path} --issues-out issues.csv` lists all"


def _teams(look: _Look) -> Thing | None:
    if not look.has("teams"):
        return None
    source = look.authority.contents.source_of("teams")
    teams = look.read("teams", lambda: look.authority.structure)
    if teams is None:
        return Thing("Teams", source, "cannot be read")
    cases = teams.counts().sum()
    return Thing("Teams", source, f"{len(teams.teams)} teams, {cases:,.0f} cases")


def _workforce(look: _Look) -> Thing | None:
    rows = look.authority.contents.rows.get("workforce")
    if not rows:
        return None
    names = ", ".join(name for name in rows[0] if name != "source")
    return Thing("Workforce", _sources(rows), f"{names}; the rest is assumed")


def _prices(look: _Look) -> Thing | None:
    rows = look.authority.contents.rows.get("prices")
    prices = look.authority.prices
    return Thing("Prices", _sources(rows), prices.summary()) if rows and prices else None


def _targets(look: _Look) -> Thing | None:
    rows = look.authority.contents.rows.get("targets")
    if not rows:
        return None
    said = ", ".join(f"{name} {_plain(entry.value)}" for name, entry in rows[0].items())
    return Thing("Target", _sources(rows), said)


def _groups(look: _Look) -> Thing | None:
    rows = look.authority.contents.rows.get("groups")
    if not rows:
        return None
    said = "; ".join(f"{name}: {len(codes)}" for name, codes in look.authority.groups.items())
    return Thing("Groups", _sources(rows), said)


def _neighbours(look: _Look) -> Thing | None:
    if not look.has("neighbours"):
        return None
    source = look.authority.contents.source_of("neighbours")
    codes = look.read("neighbours", lambda: look.authority.neighbours)
    return Thing("Neighbours", source, "cannot be read" if codes is None else f"{len(codes)}")


def _deprivation(look: _Look) -> Thing | None:
    path = look.authority.contents.file("deprivation")
    if path is None:
        return None
    rows = look.read("deprivation", lambda: look.authority.inputs.deprived)
    if rows is None:
        return Thing("Deprivation", path.name, "cannot be read")
    if not look.authority.deprivation:
        look.log.note(Place(path.name), "needs a row of the authority and one of England")
    areas = {row.area for row in rows}
    return Thing("Deprivation", path.name, f"{len(rows)} rows, {len(areas)} areas")


def _population(look: _Look) -> Thing | None:
    path = look.authority.contents.file("population")
    if path is None:
        look.read("population_variants", lambda: check_weights(look.authority.contents))
        return None
    if not any(look.has(need) for need in ("months", "own_panel", "published")):
        return Thing("Population", path.name, "is read with figures to project")
    source = look.read("population", lambda: look.authority.demand)
    if source is None or source.people is None:
        return Thing("Population", path.name, "cannot be read")
    return Thing("Population", path.name, source.people.people.summary())


def _scenarios(look: _Look) -> Thing | None:
    if not look.has("scenarios"):
        return None
    scenarios = look.read("scenarios", lambda: look.authority.scenarios)
    names = "cannot be read" if scenarios is None else ", ".join(s.name for s in scenarios)
    return Thing("Scenarios", "scenarios", names)


def _services(look: _Look) -> Thing | None:
    if not look.has("services"):
        return None
    from riskmodel.authority.services import services_of

    services = look.read("services", lambda: services_of(look.authority))
    names = "cannot be read" if services is None else ", ".join(one.name for one in services)
    return Thing("Services", "services", names)


def _published(look: _Look) -> Thing | None:
    folder = look.authority.contents.file("published")
    if folder is None:
        return None
    if look.has("published"):
        return Thing("Published tables", folder.name, "those that ship with riskmodel")
    own = look.read("own_tables", lambda: look.authority.own_tables)
    if own is None:
        return Thing("Published tables", folder.name, "cannot be read")
    for finding in own.audit.with_outcome("conflict"):
        case = f" ({finding.case})" if finding.case else ""
        look.log.note(
            Place(f"{folder.name}/{IDENTITIES}", field=finding.identity),
            f"does not hold: {finding.title}{case}: {finding.arithmetic}",
        )
    return Thing("Published tables", folder.name, str(own))


def _commentary(look: _Look) -> Thing | None:
    path = look.authority.contents.file("commentary")
    if path is None:
        return None
    text = look.read("commentary", lambda: look.authority.commentary)
    headings = [name for name in text or {} if name]
    unknown = [name for name in headings if name.casefold() not in _HEADINGS]
    if unknown:
        look.log.note(Place(path.name), f"{unknown[0]!r} is no section; its text stands last")
    return Thing("Commentary", path.name, ", ".join(headings) or "text") if text else None


_HEADINGS = frozenset(
    word.casefold() for rule in SECTIONS.values() for word in (rule.name, rule.label)
)

_READERS: tuple[Callable[[_Look], Thing | None], ...] = (
    _returns,
    _months,
    _looked_after,
    _panel,
    _teams,
    _workforce,
    _prices,
    _targets,
    _deprivation,
    _population,
    _scenarios,
    _services,
    _neighbours,
    _groups,
    _published,
    _commentary,
)


def _sources(rows: list[dict[str, Entry]] | None) -> str:
    places = [entry.place for row in rows or [] for entry in row.values()]
    names = (f"{p.file} ({p.sheet})" if p.sheet else p.file for p in places)
    return ", ".join(dict.fromkeys(names))


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _state(look: _Look, rule: SectionRule) -> SectionState:
    missing = tuple(
        "; or ".join(NEEDS[need] for need in group if need != "published" or len(group) == 1)
        for group in rule.needs
        if not any(look.has(need) for need in group)
    )
    rests_on: tuple[str, ...] = ()
    if not missing:
        chosen = (next(need for need in group if look.has(need)) for group in rule.needs)
        inputs = look.authority.inputs
        rests_on = tuple(dict.fromkeys(inputs.source_of(need) for need in chosen))
    entry = look.authority.contents.value("about", "sections")
    wanted = entry is None or (isinstance(entry.value, tuple) and rule.name in entry.value)
    return SectionState(rule.name, rule.label, rests_on, missing, wanted)
