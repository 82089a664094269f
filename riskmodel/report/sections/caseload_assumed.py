"""The workforce of the baseline: which figures are the authority's own, and what the rest is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskmodel.authority.folder.authority import Authority
from riskmodel.parameters import parameter
from riskmodel.report.model import Table
from riskmodel.report.sections.building import table_of

__all__ = ["assumed_table"]

_PRINTED = "worked out from one authority's published caseloads of 2015, the example that ships"


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A figure of the workforce, the fields of the folder that give it, and else its source."""

    label: str
    fields: frozenset[str]
    parameter: str = ""
    needed: int = 1

    def source(self, *, is_published: bool) -> tuple[str, str]:
        """Basis and source where the folder does not give it."""
        if self.parameter:
            return "assumed", parameter(self.parameter).source
        basis = "published" if is_published else "assumed"
        return basis, "the published caseloads" if is_published else _PRINTED


_POSTS = frozenset({"posts", "in_post", "vacancies"})
_QUANTITIES: Mapping[str, _Quantity] = {
    "posts": _Quantity("Posts", _POSTS),
    "vacancy_rate": _Quantity("Share of posts vacant", _POSTS, "workforce_vacancy_rate", 2),
    "turnover_rate": _Quantity(
        "Leavers in a year, share of those in post",
        frozenset({"turnover"}),
        "workforce_turnover_rate",
    ),
    "hires_per_month": _Quantity(
        "Candidates a month who can be appointed",
        frozenset({"candidates"}),
        "workforce_hires_rate",
    ),
    "recruitment_lag_months": _Quantity(
        "Months to fill a post", frozenset({"time_to_fill"}), "workforce_recruitment_lag_months"
    ),
    "agency_fte": _Quantity(
        "Agency workers, full-time equivalents", frozenset({"agency"}), "workforce_agency_fte"
    ),
    "sickness_rate": _Quantity(
        "Share of working time lost", frozenset({"sickness"}), "workforce_sickness_rate"
    ),
    "newly_qualified_share": _Quantity(
        "Newly qualified, share of those in post",
        frozenset({"newly_qualified"}),
        "workforce_newly_qualified_share",
    ),
    "newly_qualified_protection": _Quantity(
        "Share of a caseload that they are spared", frozenset({"spared"})
    ),
    "case_holding_share": _Quantity(
        "Share of those in post who hold cases",
        frozenset({"holding_cases"}),
        "workforce_case_holding_share",
    ),
    "caseload_cap": _Quantity(
        "Cases that a worker holds before work waits", frozenset({"most_cases"})
    ),
}


def assumed_table(authority: Authority) -> Table:
    """Each figure of the baseline's workforce with its basis and source.

    Parameters
    ----------
    authority
        Whose workforce.
    """
    said = {
        name: str(entry.place)
        for row in authority.contents.rows.get("workforce", [])
        for name, entry in row.items()
    }
    stated = authority.contents.text("workforce", "source")
    is_published = authority.has("published") and not authority.has("teams")
    rows = []
    for name, quantity in _QUANTITIES.items():
        own = sorted(quantity.fields & said.keys(), key=lambda field: (field != name, field))
        basis, source = quantity.source(is_published=is_published)
        if len(own) >= quantity.needed:
            basis, source = "own", stated or said[own[0]]
        elif name == "posts" and not is_published:
            basis, source = "assumed", "the workers of the teams, and the shares below"
        value = float(authority.workforce.monthly(name, 1)[0])
        rows.append((quantity.label, f"{value:.4g}", basis, source))
    return table_of(
        "caseload_assumed",
        "The workers that the projection starts from, and where each figure comes from",
        rows,
        {"quantity": "Figure", "value": "Value", "basis": "Basis", "source": "Source"},
        ("own: as the folder says. assumed: of other authorities, or a choice that is stated.",),
    )
