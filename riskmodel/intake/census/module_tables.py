"""The tables of a return in CSV, one a module: their names, their columns and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.headless import refuse_record
from riskmodel.intake.keys import same_day, same_references
from riskmodel.intake.result import IssueLog
from riskmodel.intake.tables.columns import brief
from riskmodel.intake.tables.files import csv_table

__all__ = ["MODULES", "Module", "ModuleRow", "ModuleTables", "joining_cell", "joining_cells"]


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
            "ExpectedPersonBirthDate": (),
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
            "AssessmentActualStartDate": ("cina_assessment_start_date",),
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
            "ICPCnotRequired": (),
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
        "reviews",
        "ssd_cp_reviews",
        {"LAchildID": ("cppr_person_id",), "CPPreviewDate": ("cppr_cp_review_date",)},
        ("LAchildID", "CPPreviewDate"),
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
COUNTED: Mapping[str, str] = MappingProxyType(
    {"ssd_missing": "missing_episodes", "ssd_early_help_episodes": "early_help_episodes"}
)
"""Further tables of the Standard Safeguarding Dataset whose rows are counted and not used."""

_READ_ELSEWHERE = ("ssd_involvements", "ssd_professionals")

ModuleRow = Mapping[str, str]
"""A row by census field."""

_LINKED = ("section47", "conferences", "plans")
_REFERENCES = ("LAchildID", "EpisodeID", "AssessmentID", "EnquiryID")
_DAYS = ("CINreferralDate", "AssessmentAuthorisationDate")


@dataclass(slots=True)
class ModuleTables:
    """The tables of a folder, as rows by census field."""

    log: IssueLog
    tables: dict[str, list[ModuleRow]] = field(default_factory=dict)
    headings: dict[str, frozenset[str]] = field(default_factory=dict)
    ragged: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, log: IssueLog) -> ModuleTables:
        """Read every table of a folder, and bring references to one form in all of them."""
        found = cls(log)
        for file in sorted(folder.glob("*.[cC][sS][vV]")):
            stem = file.stem.casefold()
            module = _BY_STEM.get(stem)
            if stem in COUNTED:
                raw = csv_table(file, IssueLog(file.name))
                found.counted[COUNTED[stem]] = raw.rows + raw.left_out
                continue
            if stem in _READ_ELSEWHERE:
                continue
            if module is None and stem.startswith("ssd_"):
                # The Standard Safeguarding Dataset has some forty tables besides.
                log.add("table_not_read", "", "", file.name, "a table of the census")
                continue
            if module is None:
                known = UnknownNameError("table of the census", file.stem, _BY_STEM)
                raise DataError(f"is no module: {known}", file=file.name)
            if module.name in found.tables:
                raise DataError(f"is a second table of {module.name}; keep one", file=file.name)
            found._add(file, module)
        for name in _REFERENCES:
            found._join(name)
        return found

    def _join(self, name: str) -> None:
        """Bring a reference that several tables hold to one form in all of them."""
        order = sorted(self.tables, key=lambda table: table != "assessments")
        holding = [table for table in order if name in self.headings[table]]
        columns = {table: [row[name] for row in self.tables[table]] for table in holding}
        meaning = same_references(columns, name, self.log)
        for table in holding:
            self.tables[table] = [{**row, name: meaning[row[name]]} for row in self.tables[table]]

    def _add(self, file: Path, module: Module) -> None:
        log = IssueLog(file.name, strict=self.log.strict)
        raw = csv_table(file, log)
        log.leave_out(module.name, "bad_row", raw.left_out)
        self.ragged[module.name] = raw.left_out
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
            columns[name] = [(cell or "").strip() for cell in raw.columns[position].cells()]
        for name in module.needed:
            if name not in columns:
                refuse_record(raw.headings, file.name, module.needed)
                problem = UnknownNameError(
                    "column", name, [brief(each).strip("'") for each in raw.headings]
                )
                raise DataError(f"this column is missing. {problem}", file=file.name, field=name)
        names = tuple(columns)
        rows = zip(*columns.values(), strict=True)
        self.tables[module.name] = [dict(zip(names, row, strict=True)) for row in rows]
        self.headings[module.name] = frozenset(names)

    def rows(self, name: str) -> list[ModuleRow]:
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
            found.setdefault(joining_cells(row, self.factor_key()), []).append(
                row["AssessmentFactors"]
            )
        known = {joining_cells(row, self.factor_key()) for row in self.rows("assessments")}
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


def counted_text(rows: Mapping[str, int]) -> str:
    """Of the rows of each table, those that are counted and not used, in a sentence.

    Examples
    --------
    >>> counted_text({"plans": 3, "missing_episodes": 12})
    'Counted and not used: 12 missing episodes.'
    """
    told = [f"{rows[name]:,} {name.replace('_', ' ')}" for name in COUNTED.values() if name in rows]
    return f"Counted and not used: {', '.join(told)}." if told else ""


def joining_cells(row: ModuleRow, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Several cells as tables are joined by them."""
    return tuple(joining_cell(row, name) for name in fields)


def joining_cell(row: ModuleRow, name: str) -> str:
    """A cell as tables are joined by it: a date is read before it is compared."""
    return same_day(row.get(name, "")) if name in _DAYS else row.get(name, "")
