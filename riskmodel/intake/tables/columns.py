"""Columns of an assessment table: what each holds, and which heading means which factor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from riskmodel.assessments import PLAN
from riskmodel.census import LATER_FACTORS, factor_of_code
from riskmodel.errors import DataError
from riskmodel.intake.headless import refuse_record
from riskmodel.vocabulary import FACTORS, LOCAL_PREFIX, factor_name

__all__ = [
    "COLUMNS",
    "FACTOR_WORDS",
    "LOCAL_PREFIX",
    "Column",
    "Headings",
    "Kind",
    "brief",
    "match_headings",
]

Kind = Literal["integer", "flag", "date", "category", "text"]
"""What a column holds. ``flag`` is true or false, and may be missing outside plan and factors."""

_NUMBERS = re.compile(r"[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column that the package knows.

    Parameters
    ----------
    name
        Heading.
    kind
        What it holds.
    description
        For the data dictionary.
    allowed
        Its values, for a category.
    required
        Whether no row may be without.
    """

    name: str
    kind: Kind
    description: str
    allowed: tuple[str, ...] = ()
    required: bool = False


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("assessment_id", "integer", "Number of the assessment"),
        Column("child_id", "integer", "Number of the child; several assessments can share it"),
        Column("family_id", "integer", "Number of the family; brothers and sisters share it"),
        Column("authority", "text", "Local authority, three digits as in the census header"),
        Column("year", "integer", "Census year: the year of the 31 March on which it ends"),
        Column(
            PLAN,
            "flag",
            "Whether a child protection plan followed the assessment",
            ("true", "false"),
            required=True,
        ),
        Column("gender", "category", "Gender of the child", ("female", "male")),
        Column("birth_date", "date", "Date of birth"),
        Column(
            "area",
            "category",
            "Area of the county that the team covers",
            ("south", "central", "north"),
        ),
        Column("referral_date", "date", "Date of the referral"),
        Column("assessment_date", "date", "Date on which the assessment was authorised"),
        Column("section_47_date", "date", "Start of the section 47 enquiry; empty where none"),
        Column("conference_date", "date", "Initial child protection conference; empty where none"),
        Column("plan_start_date", "date", "Start of the child protection plan; empty where none"),
        Column("plan_end_date", "date", "End of the child protection plan; empty while it lasts"),
        Column(
            "category_of_abuse",
            "category",
            "Category under which the plan started",
            ("neglect", "emotional", "physical", "sexual", "multiple"),
        ),
        Column("previous_plans", "integer", "Child protection plans before this one"),
        Column(
            "child_in_need_plan_before",
            "flag",
            "Whether a child in need plan was in force in the six months before the plan",
            ("true", "false"),
        ),
        Column(
            "early_intervention_before",
            "flag",
            "Whether early intervention knew the child in the six months before the plan",
            ("true", "false"),
        ),
        Column(
            "school_attendance",
            "category",
            "School attendance of the child on the plan",
            ("100%", "over 85%", "85% or less"),
        ),
        Column(
            "school_rating",
            "category",
            "Inspection rating of the child's school",
            ("outstanding", "good", "requires_improvement", "inadequate"),
        ),
    )
}
"""The columns beside the factors that the package knows; any other column is kept as text."""


@dataclass(frozen=True, slots=True)
class Headings:
    """What the headings of a table mean.

    Parameters
    ----------
    names
        Our name for each heading, in the order of the table.
    factors
        The factor columns, by our names, in the order of the table.
    """

    names: tuple[str, ...]
    factors: tuple[str, ...]


def _factor_words() -> dict[str, str]:
    words = {name: name for name in LATER_FACTORS.values()}
    for known in FACTORS:
        words[known.name] = words[known.label.casefold()] = known.name
        if known.code is not None:
            words[known.code.casefold()] = known.name
    for code in LATER_FACTORS:
        words[code.casefold()] = LATER_FACTORS[code]
    return words


FACTOR_WORDS = _factor_words()
"""Column name of a factor by its name, printed label or census code, in lower case."""

_FACTOR_NAMES = frozenset(FACTOR_WORDS.values())


def match_headings(
    headings: Sequence[str], *, file: str, local_factors: Iterable[str] = ()
) -> Headings:
    """Recognise plan, factors and other columns by their headings.

    A factor is known by its name, its printed label or its census code; a local factor by the
    prefix ``factor_``, or because ``local_factors`` names it.

    Parameters
    ----------
    headings
        As the table has them.
    file
        For messages.
    local_factors
        Further headings that are factors.

    Raises
    ------
    DataError
        When plan or every factor is missing, or two headings mean the same column.
    """
    local = {name.strip().casefold() for name in local_factors}
    names: list[str] = []
    factors: list[str] = []
    for heading in headings:
        word = heading.strip()
        name = FACTOR_WORDS.get(word.casefold())
        if name is None and (word.casefold() in local or _is_local(word)):
            name = word
        if name is not None:
            factors.append(name)
        elif factor_name(word) in COLUMNS:
            name = factor_name(word)
        names.append(word if name is None else name)
    if PLAN not in names:
        refuse_record(headings, file, (PLAN,))
    _check_headings(headings, names, file)
    if PLAN not in names:
        raise DataError(
            f"this column is missing; the file has {_listed(headings)}. It says with true or "
            "false whether a child protection plan followed. Where columns have names of their "
            "own, say which they are: --mapping FILE.toml, or mapping.toml in a folder, with a "
            'line such as plan = "your heading" under [columns]',
            file=file,
            field=PLAN,
        )
    if not factors:
        raise DataError(
            f"no column is a factor; the file has {_listed(headings)}. A factor is headed by its "
            "name, label or census code (parent_domestic_violence, Parent Domestic Violence, 3B), "
            f"a local one by {LOCAL_PREFIX}…",
            file=file,
        )
    return Headings(tuple(names), tuple(factors))


def _is_local(word: str) -> bool:
    return word.casefold().startswith(LOCAL_PREFIX) and len(word) > len(LOCAL_PREFIX)


def _check_headings(headings: Sequence[str], names: Sequence[str], file: str) -> None:
    first: dict[str, str] = {}
    for heading, name in zip(headings, names, strict=True):
        if name in first:
            raise DataError(
                f"two columns mean the same: {brief(first[name])} and {brief(heading)}; keep one",
                file=file,
                field=name[:40],
            )
        first[name] = heading
        if factor_of_code(heading.strip().upper()) and name not in _FACTOR_NAMES:
            raise DataError(
                f"{heading!r} is one part of a divided factor; join its parts into one column, "
                f"{factor_of_code(heading.strip().upper())}",
                file=file,
                field=heading,
            )


def _listed(headings: Sequence[str]) -> str:
    shown = ", ".join(brief(heading) for heading in headings[:12])
    return shown + (", …" if len(headings) > 12 else "") if headings else "no columns"


def brief(heading: str) -> str:
    """A heading for a message: short, and not what stands where a heading is missing.

    Examples
    --------
    >>> brief("Date of plan"), brief("2010-01-02"), brief("x" * 90) == repr("x" * 40) + "…"
    ("'Date of plan'", 'a text with numbers', True)
    """
    if _NUMBERS.search(heading):
        return "a text with numbers"
    return repr(heading) if len(heading) <= 40 else repr(heading[:40]) + "…"
