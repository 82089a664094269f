"""The header of a return of the children in need census, and its codes of categories."""

from __future__ import annotations

from riskmodel.census import fields, reference_date

__all__ = ["CODE_OF_CATEGORY", "census_header", "unknown_number"]

SCHOOL_AGE = 5

CODE_OF_CATEGORY = {
    "neglect": "NEG",
    "emotional": "EMO",
    "physical": "PHY",
    "sexual": "SAB",
    "multiple": "MUL",
}


def census_header(year: int, authority: str, software: str) -> str:
    """The header of a return."""
    reference = reference_date(year).isoformat()
    # The header lost its Content group with the schema of 2021/22.
    has_content = any(field.module == "Content" for field in fields(year))
    level = "<Content><CBDSLevels><CBDSLevel>Child</CBDSLevel></CBDSLevels></Content>\n"
    return (
        "<Header>\n<CollectionDetails><Collection>CIN</Collection>"
        f"<Year>{year}</Year><ReferenceDate>{reference}</ReferenceDate>"
        "</CollectionDetails>\n"
        f"<Source><SourceLevel>L</SourceLevel><LEA>{authority}</LEA>"
        f"<SoftwareCode>{software}</SoftwareCode><Release>1</Release>"
        f"<SerialNo>001</SerialNo><DateTime>{reference}T00:00:00</DateTime></Source>\n"
        f"{level if has_content else ''}</Header>\n"
    )


def unknown_number(born: str, last: str) -> str:
    """Why there is no pupil number: below school age, or its source cannot be reached."""
    if not born or born > last:
        return ""
    at_school = f"{int(born[:4]) + SCHOOL_AGE}{born[4:]}" <= last
    return "UN5" if at_school else "UN1"
