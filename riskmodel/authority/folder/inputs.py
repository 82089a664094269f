"""The files and sheets of a folder, each read once, when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.authority.folder.contents import Contents
from riskmodel.authority.folder.deprivation import Deprived, read_deprivation
from riskmodel.authority.folder.own_tables import CATALOGUE, OwnTables, read_own_tables
from riskmodel.authority.folder.record_months import (
    RecordMonths,
    census_returns,
    is_counted,
    looked_after_return,
    own_area,
    record_months,
)
from riskmodel.caseload.structure_files import read_structure
from riskmodel.census import first_day
from riskmodel.errors import DataError, UnknownNameError, printable, unreadable
from riskmodel.intake.open_data.panels import read_neighbours, read_panel
from riskmodel.intake.reading import is_parquet
from riskmodel.intake.snapshots import read_snapshots
from riskmodel.scenarios import LIBRARY, check_transferable, load_library, read_scenario

if TYPE_CHECKING:
    from riskmodel.caseload import Structure
    from riskmodel.demand.sources import DemandSource
    from riskmodel.intake import TableFile
    from riskmodel.scenarios import Scenario
    from riskmodel.series import AuthorityPanel
    from riskmodel.snapshots import MonthlySeries

__all__ = ["Inputs", "code_in", "counted_at_most", "read_commentary"]

_YEAR = re.compile(r"20[0-9]{2}(\.0)?")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*")


@dataclass(frozen=True)
class Inputs:
    """What the files of a folder hold."""

    contents: Contents

    def has(self, need: str) -> bool:
        """Whether one of the needs of a section is there."""
        if need == "own_panel":
            return bool(self.panel_code)
        if need in ("prices", "groups"):
            return bool(self.contents.rows.get(need))
        if need == "published_placements":
            return self.has("published") and bool(self.contents.rows.get("placements"))
        if need in ("scenarios", "services"):
            return bool(self.scenario_files if need == "scenarios" else self.service_files)
        if need in ("published", "own_tables"):
            return "published" in self.contents.files and self.is_published is (need == "published")
        if need in ("deadlines", "looked_after"):
            return bool(self._read_for(need))
        if need == "months" and is_counted(self.contents, ()) and not self.has_months_table:
            return isinstance(self._counted, DataError) or bool(self._counted.series)
        return need in self.contents.files or need in self.contents.tables

    def source_of(self, need: str) -> str:
        """The file or sheet that meets a need."""
        if need in ("prices", "groups"):
            rows = self.contents.rows[need]
            places = (entry.place for row in rows for entry in row.values())
            names = (f"{p.file} ({p.sheet})" if p.sheet else f"{p.file} [{need}]" for p in places)
            return ", ".join(dict.fromkeys(names))
        if need in ("scenarios", "services"):
            files = self.scenario_files if need == "scenarios" else self.service_files
            return ", ".join(f"{need}/{path.name}" for path in files)
        if need in ("published", "own_tables", "published_placements"):
            own = f"{self.contents.source_of('published')}/{CATALOGUE}"
            return own if need == "own_tables" else "published tables"
        if need in ("deadlines", "looked_after"):
            return ", ".join(path.name for path in self._read_for(need))
        if need == "returns":
            # The latest is the one that results are of.
            return self.contents.files["returns"][-1].name
        if need == "months":
            if isinstance(self._counted, DataError):
                return self.contents.source_of("months", "records")
            table = [self.contents.source_of("months")] if self.has_months_table else []
            return ", ".join(dict.fromkeys([*table, *(s.source for s in self._counted.series)]))
        return self.contents.source_of("panel" if need == "own_panel" else need)

    def _read_for(self, need: str) -> Sequence[Path]:
        """Files of records that a section reads besides months."""
        path = looked_after_return(self.contents) if need == "looked_after" else None
        return self.deadline_files if need == "deadlines" else [path] if path else []

    @property
    def is_published(self) -> bool:
        """Whether the folder points to the published tables that ship with the package."""
        return self._is_shipped("published", "riskmodel.published")

    def _is_shipped(self, key: str, package: str) -> bool:
        """Whether a folder is the one of a package's data."""
        folder = self.contents.file(key)
        shipped = Path(str(resources.files(package))) / "data"
        return folder is not None and folder.resolve() == shipped.resolve()

    @cached_property
    def tables(self) -> tuple[TableFile, ...]:
        """Returns and tables of assessments, in the order of the years in their names."""
        from riskmodel.intake.table_file import TableFile

        mapping = self.contents.file("mapping")
        return tuple(
            TableFile(
                path, None if path.suffix.casefold() == ".xml" else mapping, self.contents.sheet
            )
            for path in self.contents.files.get("returns", ())
        )

    @cached_property
    def return_years(self) -> tuple[int, ...]:
        """Years to 31 March of the assessments in the latest return; empty where it gives none."""
        if not self.tables:
            return ()
        latest = self.tables[-1]
        try:
            keys = [key for (key,) in latest.counts(("year",)).groups]
        except UnknownNameError:
            if is_parquet(latest.path):
                return ()
            frame = latest.read().assessments.frame
            if "assessment_date" not in frame:
                return ()
            days = frame["assessment_date"].dropna()
            keys = list(days.dt.year + (days.dt.month >= first_day(2000).month))
        return tuple(sorted({int(str(key)[:4]) for key in keys if _YEAR.fullmatch(str(key))}))

    @cached_property
    def months(self) -> tuple[MonthlySeries, ...]:
        """Its own months, from the table, and from records for stages not in the table."""
        return (*self._table_months, *self.records.series)

    @cached_property
    def _counted(self) -> RecordMonths | DataError:
        """Months counted from records, or why they cannot be; the files are read once."""
        try:
            stages = {series.stage for series in self._table_months}
            if is_counted(self.contents, stages):
                return record_months(self.contents, stages)
            return RecordMonths()
        except DataError as error:
            return error

    @property
    def records(self) -> RecordMonths:
        """Months counted from records, for the stages that are not in the table of months.

        Raises
        ------
        DataError
            When a file of records cannot be read.
        """
        if isinstance(self._counted, DataError):
            raise self._counted
        return self._counted

    @property
    def has_months_table(self) -> bool:
        """Whether there is a file or sheet of months."""
        return "months" in self.contents.files or "months" in self.contents.tables

    @cached_property
    def _table_months(self) -> tuple[MonthlySeries, ...]:
        path = self.contents.file("months")
        if path is not None:
            return read_snapshots(path, mapping=self.contents.file("mapping"))
        sheet = self.contents.tables.get("months")
        return () if sheet is None else sheet.read(read_snapshots)

    @cached_property
    def panel(self) -> AuthorityPanel | None:
        """Figures of many authorities; None where there is no panel."""
        path = self.contents.file("panel")
        return None if path is None else read_panel(path)

    @cached_property
    def panel_code(self) -> str:
        """The authority's code in the panel; "" where there is no panel, or it is not in it."""
        if self.panel is None:
            return ""
        for word in (self.contents.text("about", "code"), self.contents.text("about", "name")):
            code = code_in(self.panel, word)
            if code:
                return code
        return ""

    @cached_property
    def population(self) -> float | None:
        """Children aged 0 to 17, as the authority says or else the latest in the panel."""
        stated = self.contents.number("about", "population")
        if stated is not None or not self.panel_code or self.panel is None:
            return stated
        own = self.panel.authority(self.panel_code)
        if "pop_0_17_midyear" not in own.measures:
            return None
        by_year = sorted(
            zip(own.years.tolist(), own.figures["pop_0_17_midyear"].tolist(), strict=True)
        )
        return next((value for _, value in reversed(by_year) if value > 0), None)

    @cached_property
    def teams(self) -> Structure:
        """Its teams; only to be asked for where there are any."""
        path = self.contents.file("teams")
        if path is not None:
            return read_structure(path, mapping=self.contents.file("mapping"))
        return self.contents.tables["teams"].read(read_structure)

    @property
    def scenario_files(self) -> tuple[Path, ...]:
        """Files of scenarios, in the order of their names."""
        folder = self.contents.file("scenarios")
        if folder is None:
            return ()
        if self._is_shipped("scenarios", "riskmodel.scenarios"):
            return tuple(folder / f"{name}.toml" for name in LIBRARY)
        return tuple(sorted(folder.glob("*.toml")))

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Scenarios of the folder."""
        if self._is_shipped("scenarios", "riskmodel.scenarios"):
            return load_library()
        found = tuple(read_scenario(path) for path in self.scenario_files)
        if not self.is_published:
            check_transferable(*found)
        names = [scenario.name for scenario in found]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            first, second = (
                path.name
                for path, name in zip(self.scenario_files, names, strict=True)
                if name == twice
            )
            raise DataError(f"is called {twice!r}, as {first} is; choose another name", file=second)
        return found

    @property
    def service_files(self) -> tuple[Path, ...]:
        """Files of services, in the order of their names."""
        folder = self.contents.file("services")
        return () if folder is None else tuple(sorted(folder.glob("*.toml")))

    @property
    def deadline_files(self) -> tuple[Path, ...]:
        """Files of records with the two dates of a deadline."""
        records = self.contents.files.get("records", ())
        lists = (path for path in records if path.name.casefold().startswith("annex"))
        own = self.contents.files.get("timeliness", ())
        return (*census_returns(self.contents), *lists, *own)

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """Codes of its statistical neighbours, the nearest first."""
        path = self.contents.file("neighbours")
        if path is not None:
            listed = read_neighbours(path)
        elif "neighbours" in self.contents.tables:
            listed = self.contents.tables["neighbours"].read(read_neighbours)
        else:
            return ()
        code = self.panel_code or self.contents.text("about", "code")
        if not code:
            raise DataError(
                "needs to know which of the authorities this is: give its code as [about] code",
                file=self.contents.source_of("neighbours"),
            )
        if code not in listed:
            problem = UnknownNameError("authority with neighbours", code, listed)
            raise DataError(str(problem), file=self.contents.source_of("neighbours"))
        return listed[code]

    @cached_property
    def deprived(self) -> tuple[Deprived, ...]:
        """Deprived children and children on a plan; empty where the folder has none."""
        path = self.contents.file("deprivation")
        return () if path is None else read_deprivation(path)

    @cached_property
    def own_tables(self) -> OwnTables:
        """Published tables of its own; only to be asked for where there are any."""
        whose = self.contents.text("about", "name") or self.contents.folder.resolve().name
        return read_own_tables(self.contents.files["published"][0], whose)

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of the authorities of each group of its own."""
        found = {}
        for row in self.contents.rows.get("groups", []):
            codes = row["codes"].value if "codes" in row else ()
            found[str(row["name"].value)] = codes if isinstance(codes, tuple) else ()
        return found

    def own_series(self) -> tuple[MonthlySeries, ...]:
        """Its own months; those of its own area where a file holds several.

        Raises
        ------
        DataError
            When a file holds several areas and none is its own.
        """
        table = own_area(self._table_months, self.contents, self.contents.source_of("months"))
        area = table[0].area if table else ""
        return (*table, *(replace(series, area=area) for series in self.records.series))


def code_in(panel: AuthorityPanel, word: str) -> str:
    """Code of an authority of a panel by its code or its name; "" where it is not there.

    Parameters
    ----------
    panel
        Figures of many authorities.
    word
        Code or name, in small or capital letters.
    """
    if not word or word in panel.la_codes:
        return word
    codes = {
        code
        for code, area in zip(panel.la_codes, panel.areas, strict=True)
        if word.casefold() in (code.casefold(), area.casefold())
    }
    return codes.pop() if len(codes) == 1 else ""


def counted_at_most(source: DemandSource) -> tuple[str, float]:
    """The stage with the largest stock of any month, and that stock."""
    counts = [
        (observation.middle, stage)
        for stage, observations in source.observations.items()
        for observation in observations
        if observation.counted == "stock"
    ]
    most, stage = max(counts, default=(0.0, ""))
    return stage, most


def read_commentary(path: Path | None) -> Mapping[str, str]:
    """Text of a Markdown file by heading; the key "" is for text above the first heading.

    Raises
    ------
    DataError
        When the file cannot be read, or has a heading twice.
    """
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    parts: dict[str, list[str]] = {"": []}
    heading = ""
    # What stands between <!-- and --> is a note to the author.
    plain = re.sub(r"<!--.*?-->", lambda note: "\n" * note[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(map(printable, plain.split("\n")), start=1):
        match = _HEADING.fullmatch(line)
        if match is None:
            parts[heading].append(line)
            continue
        heading = match[1]
        if heading in parts:
            raise DataError(
                f"has the heading {heading!r} twice; keep one", file=path.name, line=number
            )
        parts[heading] = []
    joined = {name: "\n".join(lines).strip() for name, lines in parts.items()}
    return {name: words for name, words in joined.items() if words}
