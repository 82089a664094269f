"""The children in need census by year: which fields a return holds and which codes it allows.

Plain data and look-ups, no file reading: :mod:`riskmodel.intake` reads returns by it and
:mod:`riskmodel.cohort` writes them by it. A census year is named after its reference date, 31
March: the return of 2014/15 is that of year 2015. Source: Department for Education, *Children in
need census: guide* and *technical specification* of each year. First and last years that could
not be read off a guide say so in a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from riskmodel.errors import DataError
from riskmodel.vocabulary import FACTORS

__all__ = [
    "CATEGORIES_OF_ABUSE",
    "DISABILITIES",
    "FACTOR_CODES",
    "FIELDS",
    "FIRST_YEAR",
    "GENDERS",
    "LAST_YEAR",
    "LATER_FACTORS",
    "NO_FACTORS",
    "PLAN_WINDOW_DAYS",
    "PRIMARY_NEEDS",
    "REASONS_FOR_CLOSURE",
    "REFERRAL_SOURCES",
    "SEXES",
    "UNDIVIDED",
    "Code",
    "Field",
    "allowed_codes",
    "check_year",
    "factor_code",
    "factor_codes",
    "factor_of_code",
    "fields",
    "first_day",
    "reference_date",
    "sex_field",
    "year_of",
]

FIRST_YEAR = 2014
"""The first census with factors identified at the end of assessment (2013/14)."""

LAST_YEAR = 2026
"""The last census whose shape is known here."""

NO_FACTORS = "21"
"""The code that says that an assessment found no factor."""

PLAN_WINDOW_DAYS = 183
"""The declared rule from assessment to plan: a plan that starts within the same episode of need, on
the day of an assessment's authorisation or at most this many days after it, belongs to the latest
such assessment. The census itself links them only through the episode."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list, and the census years that allow it."""

    code: str
    label: str
    first: int = FIRST_YEAR
    last: int = LAST_YEAR

    def allowed_in(self, year: int) -> bool:
        """Whether a return of that year may hold it."""
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Field:
    """One element of the return: its module, its name, and the years that hold it."""

    module: str
    name: str
    repeats: bool = False
    first: int = FIRST_YEAR
    last: int = LAST_YEAR


_Entry = tuple[str, str] | tuple[str, str, int]


def _codes(*entries: _Entry) -> Mapping[str, Code]:
    return MappingProxyType({entry[0]: Code(*entry) for entry in entries})


def _module(
    module: str, *names: str, first: int = FIRST_YEAR, last: int = LAST_YEAR
) -> tuple[Field, ...]:
    return tuple(Field(module, name.rstrip("*"), name.endswith("*"), first, last) for name in names)


FIELDS = (
    *_module("CollectionDetails", "Collection", "Year", "ReferenceDate"),
    *_module("Source", "SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime"),
    # Content went with the schema of 2021/22.
    *_module("Content", "CBDSLevels", last=2021),
    *_module("ChildIdentifiers", "LAchildID", "UPN", "FormerUPN", "UPNunknown"),
    *_module("ChildIdentifiers", "PersonBirthDate", "ExpectedPersonBirthDate"),
    *_module("ChildIdentifiers", "GenderCurrent", last=2024),
    *_module("ChildIdentifiers", "Sex", first=2025),
    *_module("ChildIdentifiers", "PersonDeathDate"),
    *_module("ChildCharacteristics", "Ethnicity", "Disability*"),
    *_module("CINdetails", "CINreferralDate", "ReferralSource", "PrimaryNeedCode"),
    *_module("CINdetails", "CINclosureDate", "ReasonForClosure", "DateOfInitialCPC"),
    *_module("Assessments", "AssessmentActualStartDate", "AssessmentInternalReviewDate"),
    *_module("Assessments", "AssessmentAuthorisationDate", "AssessmentFactors*"),
    # The first year of this module is to be checked against the guide of that year.
    *_module("CINPlanDates", "CINPlanStartDate", "CINPlanEndDate", first=2022),
    *_module("Section47", "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC"),
    *_module("Section47", "ICPCnotRequired"),
    *_module("CINdetails", "ReferralNFA"),
    *_module("ChildProtectionPlans", "CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse"),
    *_module("ChildProtectionPlans", "LatestCategoryOfAbuse", "NumberOfPreviousCPP"),
    *_module("ChildProtectionPlans", "CPPreviewDate*"),
)
"""Modules and fields of the return, in the order in which it holds them."""

GENDERS = _codes(
    ("1", "Male"), ("2", "Female"), ("0", "Not recorded or unborn"), ("9", "Indeterminate")
)
"""Codes of ``GenderCurrent``, until 2023/24."""

SEXES = _codes(
    ("M", "Male", 2025), ("F", "Female", 2025), ("U", "Unknown, not yet known or unborn", 2025)
)
"""Codes of ``Sex``, from 2024/25."""

CATEGORIES_OF_ABUSE = _codes(
    ("NEG", "Neglect"),
    ("PHY", "Physical abuse"),
    ("SAB", "Sexual abuse"),
    ("EMO", "Emotional abuse"),
    ("MUL", "Multiple"),
)

REFERRAL_SOURCES = _codes(
    ("1A", "Individual: family member, relative or carer"),
    ("1B", "Individual: acquaintance"),
    ("1C", "Individual: self"),
    ("1D", "Individual: other"),
    ("2A", "Schools"),
    ("2B", "Education services"),
    ("3A", "Health services: general practitioner"),
    ("3B", "Health services: health visitor"),
    ("3C", "Health services: school nurse"),
    ("3D", "Health services: other primary health services"),
    ("3E", "Health services: accident and emergency"),
    ("3F", "Health services: other"),
    ("4", "Housing"),
    ("5A", "Local authority services: social care"),
    ("5B", "Local authority services: other internal"),
    ("5C", "Local authority services: external"),
    # Early help came after 2020/21: the first year is to be checked against the guide.
    ("5D", "Local authority services: early help", 2022),
    ("6", "Police"),
    ("7", "Other legal agency"),
    ("8", "Other"),
    ("9", "Anonymous"),
    ("10", "Unknown"),
)

PRIMARY_NEEDS = _codes(
    ("N1", "Abuse or neglect"),
    ("N2", "Child's disability"),
    ("N3", "Parental disability or illness"),
    ("N4", "Family in acute stress"),
    ("N5", "Family dysfunction"),
    ("N6", "Socially unacceptable behaviour"),
    ("N7", "Low income"),
    ("N8", "Absent parenting"),
    ("N9", "Cases other than children in need"),
    ("N0", "Not stated"),
)

REASONS_FOR_CLOSURE = _codes(
    ("RC1", "Adopted"),
    ("RC2", "Died"),
    ("RC3", "Child arrangements order"),
    ("RC4", "Special guardianship order"),
    ("RC5", "Transferred to services of another local authority"),
    ("RC6", "Transferred to adult social care services"),
    ("RC7", "Services ceased for any other reason, including child no longer in need"),
    # The first years of RC8 and RC9 are to be checked against the guides of those years.
    ("RC8", "Case closed after assessment, no further action"),
    ("RC9", "Case closed after assessment, referred to early help", 2022),
)

DISABILITIES = _codes(
    ("NONE", "No disability"), ("MOB", "Mobility"), ("HAND", "Hand function"),
    ("PC", "Personal care"), ("INC", "Incontinence"), ("COMM", "Communication"),
    ("LD", "Learning"), ("HEAR", "Hearing"), ("VIS", "Vision"), ("BEH", "Behaviour"),
    ("CON", "Consciousness"), ("AUT", "Autism"), ("DDA", "Other"),
)  # fmt: skip

# Years in which a code of 2014/15 was no longer the whole of its factor, see UNDIVIDED.
# The national tables for 2021 still count 18A and 19A beside the new codes, those for 2020 count
# nothing else. Schemas from 2015/16 on hold 8B to 8F instead of 8A; that year is to be checked
# against its guide.
_LAST_YEAR_OF = {"8A": 2015, "18A": 2021, "19A": 2021}

LATER_FACTORS = MappingProxyType(
    {
        "22A": "child_female_genital_mutilation",
        "23A": "child_faith_linked_abuse",
        "24A": "child_criminal_exploitation",
    }
)
"""Column names of the factors that the census added later."""

_LATER_CODES = (
    ("8B", "Privately fostered: overseas child who intends to return", 2016),
    ("8C", "Privately fostered: overseas child who intends to stay", 2016),
    ("8D", "Privately fostered: UK child in an educational placement", 2016),
    ("8E", "Privately fostered: UK child in an alternative family arrangement", 2016),
    ("8F", "Privately fostered: other", 2016),
    ("18B", "Physical abuse: child on child", 2021),
    ("18C", "Physical abuse: adult on child", 2021),
    ("19B", "Sexual abuse: child on child", 2021),
    ("19C", "Sexual abuse: adult on child", 2021),
    (NO_FACTORS, "No factors identified", FIRST_YEAR),
    # Schemas hold 22A and 23A from 2015/16 on, the national tables from 2017/18 at the latest; the
    # first year is to be checked against the guide. 24A is not in the national table for 2021.
    ("22A", "Female genital mutilation", 2016),
    ("23A", "Abuse linked to faith or belief", 2016),
    ("24A", "Child criminal exploitation", 2022),
)


def _order(code: str) -> tuple[int, str]:
    digits = code.rstrip("ABCDEF")
    return int(digits), code


FACTOR_CODES: Mapping[str, Code] = MappingProxyType(
    {
        entry.code: entry
        for entry in sorted(
            [
                *(
                    Code(known.code, known.label, last=_LAST_YEAR_OF.get(known.code, LAST_YEAR))
                    for known in FACTORS
                    if known.code is not None
                ),
                *(Code(*later) for later in _LATER_CODES),
            ],
            key=lambda entry: _order(entry.code),
        )
    }
)
"""Codes of ``AssessmentFactors`` with the years that allow them, in the order of the guide."""

UNDIVIDED = MappingProxyType({"8A": "8F", "18A": "18C", "19A": "19C"})
"""Codes that were divided later, and the part that stands for an undivided flag in a return of a
later year: 8F (privately fostered, other), 18C and 19C (abuse by an adult, by far the commoner in
the national tables). This is an assumption of the writer; the reader joins the parts again."""

_FACTOR_OF_CODE = {
    **{known.code: known.name for known in FACTORS if known.code is not None},
    **dict.fromkeys(("8B", "8C", "8D", "8E", "8F"), "child_privately_fostered"),
    **dict.fromkeys(("18B", "18C"), "child_physical_abuse"),
    **dict.fromkeys(("19B", "19C"), "child_sexual_abuse"),
    **LATER_FACTORS,
}
_CODE_OF_FACTOR = {
    **{known.name: known.code for known in FACTORS},
    **{name: code for code, name in LATER_FACTORS.items()},
}


def check_year(year: int) -> None:
    """Refuse a census year whose codes are not known here.

    Raises
    ------
    DataError
        With the years that are.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DataError(
            f"there is no census year {year} here; allowed: {FIRST_YEAR} to {LAST_YEAR} "
            "(the year of the reference date, 31 March)"
        )


def reference_date(year: int) -> date:
    """The last day that the census of a year covers.

    Examples
    --------
    >>> reference_date(2015)
    datetime.date(2015, 3, 31)
    """
    return date(year, 3, 31)


def first_day(year: int) -> date:
    """The first day that the census of a year covers."""
    return date(year - 1, 4, 1)


def year_of(day: date) -> int:
    """The census year in which a day falls.

    Examples
    --------
    >>> year_of(date(2014, 4, 1)), year_of(date(2015, 3, 31))
    (2015, 2015)
    """
    return day.year + (day >= date(day.year, 4, 1))


def fields(year: int) -> tuple[Field, ...]:
    """The fields of the return of a year, in its order."""
    check_year(year)
    return tuple(field for field in FIELDS if field.first <= year <= field.last)


def allowed_codes(codes: Mapping[str, Code], year: int) -> tuple[str, ...]:
    """The codes of a list that a return of the year may hold.

    Examples
    --------
    >>> allowed_codes(REASONS_FOR_CLOSURE, 2015)[-1]
    'RC8'
    """
    check_year(year)
    return tuple(entry.code for entry in codes.values() if entry.allowed_in(year))


def factor_codes(year: int) -> tuple[str, ...]:
    """The factor codes that a return of the year may hold, in the order of the guide.

    Examples
    --------
    >>> len(factor_codes(2015)), "8A" in factor_codes(2015), "18C" in factor_codes(2015)
    (33, True, False)
    """
    return allowed_codes(FACTOR_CODES, year)


def factor_of_code(code: str) -> str | None:
    """The column name of a code's factor; None for 21 (no factors) and for an unknown code.

    A factor that was divided keeps one name: its flag is the union of its parts.

    Examples
    --------
    >>> factor_of_code("18A") == factor_of_code("18C") == "child_physical_abuse"
    True
    """
    return _FACTOR_OF_CODE.get(code)


def factor_code(name: str, year: int) -> str | None:
    """The code that a return of the year holds for a factor; None for a local factor.

    Examples
    --------
    >>> factor_code("child_physical_abuse", 2015), factor_code("child_physical_abuse", 2024)
    ('18A', '18C')
    """
    check_year(year)
    code = _CODE_OF_FACTOR.get(name)
    if code is not None and year > FACTOR_CODES[code].last:
        code = UNDIVIDED[code]
    if code is not None and not FACTOR_CODES[code].allowed_in(year):
        return None
    return code


def sex_field(year: int) -> tuple[str, Mapping[str, str]]:
    """Name of the field for the child's sex in that year, and its code for each of our words.

    Examples
    --------
    >>> sex_field(2015)
    ('GenderCurrent', mappingproxy({'male': '1', 'female': '2', '': '0'}))
    >>> sex_field(2025)[0]
    'Sex'
    """
    check_year(year)
    if any(field.name == "Sex" for field in fields(year)):
        return "Sex", MappingProxyType({"male": "M", "female": "F", "": "U"})
    return "GenderCurrent", MappingProxyType({"male": "1", "female": "2", "": "0"})
