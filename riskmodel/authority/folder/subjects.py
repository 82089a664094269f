"""What an authority may say: one declaration for both authority.toml and inputs.xlsx.

A subject is a table of ``authority.toml`` and a sheet of ``inputs.xlsx``; a field is a key there
and a column here. The template, the reader, the messages and the check are all made from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.caseload.structure import KIND_WORDS
from riskmodel.caseload.structure import KINDS as TEAM_KINDS
from riskmodel.caseload.structure_files import FIELDS as TEAM_FIELDS
from riskmodel.placements.kinds import KINDS
from riskmodel.plausible import MOST

__all__ = [
    "CHANCES",
    "SUBJECTS",
    "TABLES",
    "Column",
    "Field",
    "Kind",
    "Subject",
    "Table",
]

Kind = Literal["text", "number", "whole", "share", "month", "date", "year", "names", "sections"]

CHANCES = (0.5, 0.8, 0.9, 0.95)
"""Chances that the drop-down list of targets offers; others may be typed."""

_WORKERS, _PRICE = MOST["full-time equivalents"], MOST["a price"]


@dataclass(frozen=True, slots=True)
class Field:
    """One setting, and how it is written.

    Parameters
    ----------
    name
        Key in ``authority.toml`` and heading in ``inputs.xlsx``.
    kind
        How it is read: a ``share`` is 0.14 or 14%, a ``month`` 2024-03 or a date in a workbook, a
        ``year`` a financial year such as 2024/25, ``names`` a list separated by commas.
    label
        In a word or two.
    explanation
        The text above the column and in the comments of the file.
    low, high
        Smallest and largest number; with ``high`` None there is no largest.
    """

    name: str
    kind: Kind
    label: str
    explanation: str
    low: float = 0.0
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A table of ``authority.toml`` and the sheet of the same name.

    Parameters
    ----------
    name, label
        The name of the table and sheet, and in words.
    fields
        By name.
    key
        Field that identifies a row; empty where there is only one row.
    """

    name: str
    label: str
    fields: Mapping[str, Field]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet that holds a whole table, with its drop-down list where it has one."""

    name: str
    explanation: str
    kind: Kind = "whole"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that holds a whole table, read as the file of the same name would be."""

    name: str
    label: str
    columns: tuple[Column, ...]


def _subject(name: str, label: str, *fields: Field, key: str = "") -> Subject:
    return Subject(name, label, {field.name: field for field in fields}, key)


_ABOUT = _subject(
    "about",
    "Who it is",
    Field("name", "text", "Name", "The authority's name, as it stands in titles."),
    Field("code", "text", "Code", "Its code in the panel, such as 926 or E10000020."),
    Field("date", "date", "Date of the figures", "The day to which the figures go."),
    Field("title", "text", "Title", "Title of the report. [default: one is made of the name]"),
    Field("contact", "text", "Contact", "Who answers questions about the figures."),
    Field(
        "population",
        "whole",
        "Children aged 0 to 17",
        "Children aged 0 to 17 in the area: all of them, not thousands.",
        low=1,
        high=MOST["children"],
    ),
    Field(
        "records_from",
        "month",
        "Records from",
        "First month for which records hold everybody, where they do not say it themselves.",
    ),
    Field("records_to", "month", "Records to", "Last such month."),
    Field(
        "sections",
        "sections",
        "Sections",
        f"Sections wanted, with commas between: {', '.join(SECTIONS)}. [default: every "
        "section that the files allow]",
    ),
)

_WORKFORCE = _subject(
    "workforce",
    "Workforce of the teams that hold cases",
    Field(
        "posts", "number", "Posts", "Established posts of social workers, full time.", high=_WORKERS
    ),
    Field("in_post", "number", "In post", "Workers in post, full-time equivalents.", high=_WORKERS),
    Field(
        "vacancies",
        "number",
        "Vacancies",
        "Posts without a worker: posts less in post.",
        high=_WORKERS,
    ),
    Field(
        "newly_qualified",
        "number",
        "Newly qualified",
        "Of those in post, newly qualified in their first year.",
        high=_WORKERS,
    ),
    Field(
        "spared",
        "share",
        "Spared",
        "Share of a full caseload that a newly qualified worker is spared, such as 30%.",
        high=1,
    ),
    Field("sickness", "share", "Sickness", "Share of working time lost, such as 3%.", high=1),
    Field("turnover", "share", "Turnover", "Leavers in a year over those in post.", high=1),
    Field(
        "agency",
        "number",
        "Agency",
        "Agency workers with full caseloads, full time.",
        high=_WORKERS,
    ),
    Field(
        "time_to_fill",
        "whole",
        "Months to fill a post",
        "Whole months from advertisement to first day.",
        high=60,
    ),
    Field(
        "candidates",
        "number",
        "Candidates a month",
        "Candidates who can be appointed in a month, on average.",
        high=_WORKERS,
    ),
    Field(
        "holding_cases",
        "share",
        "Holding cases",
        "Share of those in post who hold cases: less than 100% where posts include managers.",
        low=0.01,
        high=1,
    ),
    Field(
        "most_cases",
        "number",
        "Most cases",
        "Cases that a full-time worker holds at most before work waits.",
        low=0.1,
    ),
    Field("source", "text", "Source", "Where these figures come from, and of which day."),
)

_PRICES = _subject(
    "prices",
    "Prices by financial year",
    Field("year", "year", "Financial year", "April to March, such as 2024/25."),
    Field(
        "post_per_year",
        "number",
        "A post",
        "A worker in post for a year, with on-costs.",
        high=_PRICE,
    ),
    Field(
        "agency_per_week", "number", "Agency", "A full-time agency worker for a week.", high=_PRICE
    ),
    Field(
        "post_short_per_year",
        "number",
        "A post short",
        "What being one post short for a year costs beyond the price of that post; left out, it is "
        "what cover by an agency worker costs beyond it.",
        high=_PRICE,
    ),
    Field(
        "placement_per_week",
        "number",
        "Placement",
        "The mean placement of a looked-after child for a week.",
        high=_PRICE,
    ),
    Field(
        "inflation",
        "share",
        "Inflation",
        "Rise of prices from the year before to this one, such as 3%; later years that have none "
        "of their own go on with it.",
        low=-0.5,
        high=1,
    ),
    Field("source", "text", "Source", "Who answers for these prices."),
    key="year",
)

_TARGETS = _subject(
    "targets",
    "Target",
    Field(
        "cap", "number", "Cap", "Mean open cases of a full-time worker, at most.", low=0.1, high=500
    ),
    Field("by", "month", "By", "Month by whose end the cap is to be kept."),
    Field(
        "chance",
        "share",
        "Chance",
        "Chance that the cap is kept, such as 80%.",
        low=0.000001,
        high=0.999999,
    ),
)

_GROUPS = _subject(
    "groups",
    "Groups of authorities to compare with",
    Field("name", "text", "Name", "What the group is called, such as Rated good."),
    Field(
        "codes",
        "names",
        "Codes",
        "Codes of the authorities in the panel, with a comma and a space between.",
    ),
    key="name",
)

_PLACEMENTS = _subject(
    "placements",
    "Prices of placements of looked-after children",
    Field("placement", "text", "Placement", f"The kind of placement: {', '.join(KINDS)}."),
    Field("per_week", "number", "Price", "The mean price of a child's week.", high=1_000_000),
    Field("spread", "share", "Spread",
          "How far single placements differ: standard deviation over the mean price.", high=5),
    Field("inflation", "share", "Inflation", "Rise from a year to the next, such as 3%.",
          low=-0.49, high=1),
    Field("places", "number", "Places",
          "Children whom own carers or own homes hold at most, where a limit is known.",
          high=10_000),
    Field("year", "year", "Prices of", "Financial year of the price. [default: the one projected "
          "first]"),
    Field("source", "text", "Source", "Who answers for the price."),
    key="placement",
)  # fmt: skip

_PLACEMENT_BUDGET = _subject(
    "placement_budget",
    "Budget for placements by financial year",
    Field("year", "year", "Financial year", "April to March, such as 2024/25."),
    Field("budget", "number", "Budget", "What is budgeted for placements, before grants."),
    Field("grant_per_week", "number", "Grant", "Income for the week of an unaccompanied child."),
    key="year",
)

_PLACEMENT_SPENDING = _subject(
    "placement_spending",
    "Actual spending on placements by month",
    Field("month", "month", "Month", "The month, such as 2024-05."),
    Field("spent", "number", "Spent", "What was spent on placements in it."),
    key="month",
)

_POPULATION_VARIANTS = _subject(
    "population_variants",
    "Weights of the variants of the population in population.csv",
    Field("variant", "text", "Variant", "Its name in the file, such as principal."),
    Field("weight", "share", "Weight", "Its chance; all together make 1. [default: the principal "
          "one alone]", high=1),
    key="variant",
)  # fmt: skip

SUBJECTS: Mapping[str, Subject] = {
    subject.name: subject
    for subject in (
        _ABOUT, _WORKFORCE, _PRICES, _TARGETS, _GROUPS, _PLACEMENTS, _PLACEMENT_BUDGET,
        _PLACEMENT_SPENDING, _POPULATION_VARIANTS,
    )
}  # fmt: skip
"""Subjects by name, in the order of the file and of the sheets."""

_STAGES = (
    ("cpp", "children on a child protection plan"),
    ("lac", "looked-after children"),
    ("cin_plan", "children with a child in need plan, and no other"),
)
_MEASURES = (
    ("stock", "{} at the end of the month"),
    ("starts", "{}: started in the month"),
    ("ends", "{}: ended in the month"),
)
_TEAM_WORDS: Mapping[str, tuple[str, Kind]] = {
    "team": ("Name of the team.", "text"),
    "area": ("Area it belongs to.", "text"),
    "kind": (
        "Kind of team; family_support where it is left empty. "
        + " ".join(f"{kind}: {words}." for kind, words in KIND_WORDS.items()),
        "text",
    ),
    "child_protection_plan": ("Its children on a protection plan.", "whole"),
    "looked_after": ("Its looked-after children.", "whole"),
    "child_in_need_plan": ("Its children with a child in need plan.", "whole"),
    "unallocated": ("Of those in need, without a worker.", "whole"),
    "workers": ("Full-time equivalents who hold cases: 9.5, or a range 9.3..9.7.", "text"),
}

TABLES: Mapping[str, Table] = {
    "months": Table(
        "months",
        "Own months",
        (
            Column("month", "The month, as a date or as 2024-03.", "month"),
            *(
                Column(f"{stage}_{measure}", words.format(label).capitalize() + ".")
                for stage, label in _STAGES
                for measure, words in _MEASURES
            ),
        ),
    ),
    "teams": Table(
        "teams",
        "Teams and their cases",
        tuple(
            Column(name, *_TEAM_WORDS[name], choices=TEAM_KINDS if name == "kind" else ())
            for name in TEAM_FIELDS
        ),
    ),
    "neighbours": Table(
        "neighbours",
        "Statistical neighbours",
        (
            Column("la_code", "Code of the authority, on each row.", "text"),
            Column("neighbour_code", "Code of a neighbour, the nearest first.", "text"),
        ),
    ),
}
"""Sheets that are read in the same way as the files of the same name."""
