"""A return of the census as CSV tables, one a module, in a folder.

A table is known by its file name, its columns by their headings; both may be those of the census
(``LAchildID``) or of the Standard Safeguarding Dataset (``cina_person_id``). Only the table of
assessments must be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.census.linking import Episode, Linker, Plan
from riskmodel.intake.census.side_file import SideFile
from riskmodel.intake.census.xml import linked_intake
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.tables.columns import brief
from riskmodel.intake.tables.files import csv_table
from riskmodel.intake.tables.shapes import codes_in

__all__ = ["MODULES", "Module", "is_module_folder", "read_modules"]


@dataclass(frozen=True, slots=True)
class Module:
    """One table of a return.

    Parameters
    ----------
    name
        File name without ``.csv``.
    other_name
        Its name in the Standard Safeguarding Dataset.
    fields
        Heading of the census, and headings that mean the same.
    needed
        Fields without which the table is of no use.
    """

    name: str
    other_name: str
    fields: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...] = ("LAchildID",)


def _linked(prefix: str) -> dict[str, tuple[str, ...]]:
    return {
        "LAchildID": (f"{prefix}_person_id",),
        "EpisodeID": (f"{prefix}_referral_id",),
        "CINreferralDate": (),
    }


_TABLES = (
    Module("header", "", {"Year": (), "LEA": (), "SoftwareCode": ()}, ()),
    Module(
        "children",
        "ssd_person",
        {
            "LAchildID": ("pers_person_id",),
            "PersonBirthDate": ("pers_dob",),
            "Sex": ("pers_sex",),
            "GenderCurrent": ("pers_gender",),
        },
    ),
    Module(
        "episodes",
        "ssd_cin_episodes",
        {
            **_linked("cine"),
            "CINreferralDate": ("cine_referral_date",),
            "DateOfInitialCPC": (),
        },
    ),
    Module(
        "assessments",
        "ssd_cin_assessments",
        {
            **_linked("cina"),
            "AssessmentID": ("cina_assessment_id",),
            "AssessmentAuthorisationDate": ("cina_assessment_auth_date",),
            "AssessmentFactors": ("cinf_assessment_factors_json",),
        },
        ("LAchildID", "AssessmentAuthorisationDate"),
    ),
    Module(
        "factors",
        "ssd_assessment_factors",
        {
            "AssessmentID": ("cinf_assessment_id",),
            "LAchildID": (),
            "AssessmentAuthorisationDate": (),
            "AssessmentFactors": ("cinf_assessment_factors_json",),
        },
        ("AssessmentFactors",),
    ),
    Module(
        "section47",
        "ssd_s47_enquiry",
        {
            **_linked("s47e"),
            "EnquiryID": ("s47e_s47_enquiry_id",),
            "S47ActualStartDate": ("s47e_s47_start_date",),
            "DateOfInitialCPC": (),
        },
        ("LAchildID", "S47ActualStartDate"),
    ),
    Module(
        "conferences",
        "ssd_initial_cp_conference",
        {
            **_linked("icpc"),
            "EnquiryID": ("icpc_s47_enquiry_id",),
            "DateOfInitialCPC": ("icpc_icpc_date",),
        },
        ("LAchildID", "DateOfInitialCPC"),
    ),
    Module(
        "plans",
        "ssd_cp_plans",
        {
            **_linked("cppl"),
            "CPPstartDate": ("cppl_cp_plan_start_date",),
            "CPPendDate": ("cppl_cp_plan_end_date",),
            "InitialCategoryOfAbuse": ("cppl_cp_plan_initial_category",),
            "LatestCategoryOfAbuse": ("cppl_cp_plan_latest_category",),
            "NumberOfPreviousCPP": (),
        },
        ("LAchildID", "CPPstartDate"),
    ),
    Module(
        "cin_plans",
        "ssd_cin_plans",
        {
            **_linked("cinp"),
            "CINPlanStartDate": ("cinp_cin_plan_start_date",),
            "CINPlanEndDate": ("cinp_cin_plan_end_date",),
        },
        ("LAchildID", "CINPlanStartDate"),
    ),
)
MODULES: Mapping[str, Module] = MappingProxyType({module.name: module for module in _TABLES})
"""The tables of a return in CSV, by file name without ``.csv``."""

_BY_STEM = {
    **{module.name: module for module in _TABLES},
    **{module.other_name: module for module in _TABLES if module.other_name},
}
_LINKED = ("section47", "conferences", "plans")
_Row = Mapping[str, str]


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
    tables = _Tables.read(path, log)
    linker = Linker(log)
    for row in tables.rows("header")[:1]:
        linker.set_header(row.get("Year", ""), row.get("LEA", ""), row.get("SoftwareCode", ""))
    factors = tables.factors()
    children = _Children(tables, factors)
    for child, episodes in children.episodes().items():
        facts = children.facts.get(child, {})
        born = linker.day(facts.get("PersonBirthDate"), child, "PersonBirthDate")
        name = "Sex" if facts.get("Sex") else "GenderCurrent"
        gender = linker.gender(facts.get(name), name, child)
        linker.add_child(child, gender, born, episodes, children.need_plans.get(child, ()))
    linker.assessments += children.unread
    counts = {name: len(rows) for name, rows in tables.tables.items()}
    return linked_intake(linker, SideFile(), path.name, counts)


@dataclass(slots=True)
class _Tables:
    """The tables of a folder, as rows by census field."""

    log: IssueLog
    tables: dict[str, list[_Row]] = field(default_factory=dict)
    headings: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, log: IssueLog) -> _Tables:
        found = cls(log)
        for file in sorted(folder.glob("*.[cC][sS][vV]")):
            module = _BY_STEM.get(file.stem.casefold())
            if module is None:
                known = UnknownNameError("table of the census", file.stem, _BY_STEM)
                raise DataError(f"is no module: {known}", file=file.name)
            if module.name in found.tables:
                raise DataError(f"is a second table of {module.name}; keep one", file=file.name)
            found._add(file, module)
        return found

    def _add(self, file: Path, module: Module) -> None:
        log = IssueLog(file.name, strict=self.log.strict)
        raw = csv_table(file, log)
        self.log.take(log)
        meaning = {
            word.casefold(): name
            for name, others in module.fields.items()
            for word in (name, *others)
        }
        columns: dict[str, list[str]] = {}
        for position, heading in enumerate(raw.headings):
            name = meaning.get(heading.strip().casefold())
            if name is None:
                continue
            if name in columns:
                raise DataError("stands in two columns; keep one", file=file.name, field=name)
            columns[name] = [(cell or "").strip() for cell in raw.column(position).to_pylist()]
        for name in module.needed:
            if name not in columns:
                problem = UnknownNameError(
                    "column", name, [brief(each).strip("'") for each in raw.headings]
                )
                raise DataError(f"this column is missing. {problem}", file=file.name, field=name)
        names = tuple(columns)
        rows = zip(*columns.values(), strict=True)
        self.tables[module.name] = [dict(zip(names, row, strict=True)) for row in rows]
        self.headings[module.name] = frozenset(names)

    def rows(self, name: str) -> list[_Row]:
        """The rows of a table; none where the folder lacks it."""
        return self.tables.get(name, [])

    def key(self) -> str:
        """The field that names an episode in all tables that are linked; empty where none does."""
        tables = [name for name in ("assessments", *_LINKED) if name in self.tables]
        for name in ("EpisodeID", "CINreferralDate"):
            if all(name in self.headings[table] for table in tables):
                return name
        return ""

    def factors(self) -> dict[tuple[str, ...], list[str]]:
        """Codes by what names an assessment in the table of factors."""
        if "factors" not in self.tables:
            return {}
        found: dict[tuple[str, ...], list[str]] = {}
        for row in self.rows("factors"):
            found.setdefault(_assessment_key(row, self.factor_key()), []).append(
                row["AssessmentFactors"]
            )
        known = {_assessment_key(row, self.factor_key()) for row in self.rows("assessments")}
        for key in found:
            if key not in known:
                allowed = "an assessment of the table of assessments"
                reference = f"assessment {' '.join(key)}" if len(key) == 1 else f"child {key[0]}"
                self.log.add("row_not_linked", reference, "AssessmentFactors", key[-1], allowed)
        return found

    def factor_key(self) -> tuple[str, ...]:
        """The fields that name an assessment in both tables."""
        both = self.headings["assessments"] & self.headings.get("factors", frozenset())
        for key in (("AssessmentID",), ("LAchildID", "AssessmentAuthorisationDate")):
            if both.issuperset(key):
                return key
        raise DataError(
            "shares no column with the table of assessments that names an assessment: "
            "AssessmentID, or LAchildID and AssessmentAuthorisationDate",
            file="factors.csv",
        )


def _assessment_key(row: _Row, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in fields)


class _Children:
    """Rows of all tables, by child and episode."""

    def __init__(self, tables: _Tables, factors: Mapping[tuple[str, ...], list[str]]) -> None:
        self.tables, self.key = tables, tables.key()
        self.facts = {row["LAchildID"]: row for row in tables.rows("children")}
        self.need_plans: dict[str, list[tuple[str | None, str | None]]] = {}
        for row in tables.rows("cin_plans"):
            dates = (row["CINPlanStartDate"], row.get("CINPlanEndDate"))
            self.need_plans.setdefault(row["LAchildID"], []).append(dates)
        self._codes = factors
        self.unread = 0
        self._found: dict[str, dict[str, Episode]] = {child: {} for child in self.facts}

    def _episode(self, row: _Row) -> Episode:
        episodes = self._found.setdefault(row["LAchildID"], {})
        key = row.get(self.key, "") if self.key else ""
        if key not in episodes:
            episodes[key] = Episode(None, [], [], [])
        return episodes[key]

    def episodes(self) -> dict[str, list[Episode]]:
        """The episodes of each child: of the table of children first, then of the others."""
        tables = self.tables
        referred: dict[tuple[str, str], _Row] = {}
        for row in tables.rows("episodes"):
            referred[row["LAchildID"], row.get(self.key or "EpisodeID", "")] = row
        named = tables.factor_key() if self._codes else ()
        for row in tables.rows("assessments"):
            episode = referred.get((row["LAchildID"], row.get(self.key or "EpisodeID", "")), {})
            referral = row.get("CINreferralDate") or episode.get("CINreferralDate")
            lists = [*self._codes.get(_assessment_key(row, named), ())] if named else []
            lists.append(row.get("AssessmentFactors", ""))
            found = self._episode(row)
            codes = self._read(lists, row["LAchildID"])
            if codes is None:
                self.unread += 1
            else:
                found.assessments.append((row["AssessmentAuthorisationDate"], codes, referral))
            found.conference = episode.get("DateOfInitialCPC") or found.conference
        self._link()
        return {child: list(episodes.values()) for child, episodes in self._found.items()}

    def _read(self, lists: list[str], child: str) -> list[str | None] | None:
        codes: list[str | None] = []
        for text in lists:
            read = codes_in(text)
            if read is None:
                allowed = 'codes as ["1A","2B"], {"1A":"Yes"} or 1A, 2B'
                field = "AssessmentFactors"
                self.tables.log.add("bad_factors", f"child {child}", field, text, allowed)
                return None
            codes += read
        return codes

    def _link(self) -> None:
        held: dict[str, str] = {}
        for row in self.tables.rows("conferences"):
            if row.get("EnquiryID"):
                held[row["EnquiryID"]] = row["DateOfInitialCPC"]
            else:
                self._episode(row).enquiries.append((None, row["DateOfInitialCPC"]))
        for row in self.tables.rows("section47"):
            conference = row.get("DateOfInitialCPC") or held.get(row.get("EnquiryID", ""))
            self._episode(row).enquiries.append((row["S47ActualStartDate"], conference))
        for row in self.tables.rows("plans"):
            self._episode(row).plans.append(
                Plan(
                    row["CPPstartDate"],
                    row.get("CPPendDate"),
                    row.get("InitialCategoryOfAbuse"),
                    row.get("LatestCategoryOfAbuse"),
                    row.get("NumberOfPreviousCPP"),
                )
            )
