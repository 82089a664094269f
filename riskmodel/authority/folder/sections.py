"""What each section of a report needs, and which file would provide what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NEEDS", "SECTIONS", "SectionRule"]

NEEDS: Mapping[str, str] = {
    "returns": "a census return or table of assessments: put it in the folder returns",
    "months": "own months: months.csv, the sheet months of inputs.xlsx, or records to count them "
    "from (census returns, looked_after, Annex A)",
    "own_panel": "a panel that holds this authority: panel.csv, with its code in [about] code",
    "teams": "teams: teams.csv or teams.xlsx, or the sheet teams of inputs.xlsx",
    "prices": "prices: [[prices]] in authority.toml, or the sheet prices of inputs.xlsx",
    "looked_after": "a return on looked-after children (SSDA903): put it in the folder "
    "looked_after, or Annex A beside it",
    "published_placements": "published tables and prices of placements: [files] published, and "
    "[[placements]] in authority.toml",
    "scenarios": "scenarios: files that end in .toml in the folder scenarios",
    "deadlines": "records with dates: a census return, Annex A, or timeliness.csv",
    "services": "services: files that end in .toml in the folder services",
    "neighbours": "neighbours: neighbours.csv, or the sheet neighbours of inputs.xlsx",
    "groups": "a group of authorities: [[groups]] in authority.toml, or the sheet groups",
    "published": "published tables: [files] published names their folder",
    "own_tables": "published tables of its own: tables.toml and CSV files in a folder published",
}
"""What a section may be based on, and which file would provide it."""

_FIGURES = ("months", "own_panel", "published")
_TEAMS = ("teams", "published")


@dataclass(frozen=True, slots=True)
class SectionRule:
    """A section and what it needs.

    Parameters
    ----------
    name, label
        Its name in ``sections``, and its heading.
    needs
        Groups of :data:`NEEDS`; of each group the first that is there is used, and one has to be.
    """

    name: str
    label: str
    needs: tuple[tuple[str, ...], ...]


SECTIONS: Mapping[str, SectionRule] = {
    rule.name: rule
    for rule in (
        SectionRule("factors", "Which factors go with a plan", (("returns", "published"),)),
        SectionRule("impact", "Factors adjusted for each other", (("returns",),)),
        SectionRule("change", "Why plans rose or fell", (("own_panel", "months", "published"),)),
        SectionRule("chain", "From referral to plan", (("own_panel",),)),
        SectionRule("projection", "Projected numbers", (_FIGURES,)),
        SectionRule("caseload", "Caseloads and posts", (_FIGURES, _TEAMS)),
        SectionRule("price", "What it costs", (_FIGURES, _TEAMS, ("prices",))),
        SectionRule(
            "placements",
            "Placements of looked-after children",
            (("looked_after", "published_placements"), _FIGURES),
        ),
        SectionRule("scenarios", "What could be done", (_FIGURES, _TEAMS, ("scenarios",))),
        SectionRule("timeliness", "How much is in time", (("deadlines",),)),
        SectionRule("services", "What it does to the services around", (("services",),)),
        SectionRule(
            "comparison", "Compared with others", (("own_panel",), ("neighbours", "groups"))
        ),
        SectionRule(
            "published", "Published tables and their audit", (("published", "own_tables"),)
        ),
    )
}
"""Sections by name, in their order in the report."""
