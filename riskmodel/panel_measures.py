"""The measures that a panel of authorities by year can hold, with label and unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["MEASURES", "Measure"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of figures.

    Parameters
    ----------
    name
        Column name.
    label
        In words.
    unit
        What is counted, or ``percent``, ``days``, ``full-time equivalents``.
    when
        ``flow`` of the year ending 31 March, or ``stock`` on a day.
    """

    name: str
    label: str
    unit: str
    when: Literal["flow", "stock"] = "flow"

    @property
    def counts(self) -> bool:
        """Whether it is a count, which is whole: children, plans, assessments and their like."""
        return self.unit in _COUNTED


_COUNTED = frozenset({"children", "referrals", "assessments", "episodes", "enquiries", "plans"})


def _durations(prefix: str, label: str, when: Literal["flow", "stock"]) -> tuple[Measure, ...]:
    bands = (
        ("under_3m", "3 months or less"),
        ("3_to_6m", "more than 3, up to 6 months"),
        ("6m_to_1y", "more than 6 months, less than 1 year"),
        ("1_to_2y", "1 year, less than 2"),
        ("2y_plus", "2 years or more"),
    )
    return tuple(
        Measure(f"{prefix}_duration_{key}", f"{label}, {words}", "plans", when)
        for key, words in bands
    )


def _categories() -> tuple[Measure, ...]:
    words = {
        "neglect": "neglect",
        "physical": "physical abuse",
        "sexual": "sexual abuse",
        "emotional": "emotional abuse",
        "multiple": "several kinds of abuse",
    }
    return tuple(
        Measure(f"cpp_starts_{key}", f"Plans that started for {label}", "plans")
        for key, label in words.items()
    )


_AT_30_SEPTEMBER = "at 30 September"
_LISTED = (
    Measure("pop_0_17_midyear", "Population aged 0 to 17, mid-year estimate", "children", "stock"),
    Measure("referrals", "Referrals", "referrals"),
    Measure("rereferrals_within_12m", "Referrals within 12 months of another", "referrals"),
    Measure("referrals_nfa", "Referrals with no further action", "referrals"),
    Measure("referrals_assessed_not_in_need", "Referrals assessed as not in need", "referrals"),
    Measure("initial_assessments", "Initial assessments (until about 2014)", "assessments"),
    Measure("core_assessments", "Core assessments (until about 2014)", "assessments"),
    Measure("assessments_completed_continuous", "Continuous assessments", "assessments"),
    Measure("assessment_median_working_days", "Median length of assessment", "working days"),
    *(
        Measure(f"assessments_{key}_working_days", f"Assessments of {words} working days", unit)
        for unit, key, words in (
            ("assessments", "46_to_50", "46 to 50"),
            ("assessments", "51_to_60", "51 to 60"),
            ("assessments", "61_plus", "61 or more"),
        )
    ),
    Measure("episodes_with_assessment_factors", "Episodes with assessment factors", "episodes"),
    Measure("s47_enquiries", "Section 47 enquiries", "enquiries"),
    Measure("icpc_children", "Initial child protection conferences", "children"),
    *(
        Measure(f"icpc_{key}_working_days", f"Conferences {words} working days after", "children")
        for key, words in (("16_to_20", "16 to 20"), ("21_plus", "21 or more"))
    ),
    Measure("cin_starts", "Episodes of need that started", "episodes"),
    Measure("cin_ends", "Episodes of need that ended", "episodes"),
    Measure("cin_at_31_mar", "Episodes of need at 31 March", "episodes", "stock"),
    Measure("cin_plan_starts", "Child in need plans that started", "plans"),
    Measure("cin_plan_ends", "Child in need plans that ended", "plans"),
    Measure("cin_plan_at_31_mar", "Child in need plans at 31 March", "plans", "stock"),
    Measure("cpp_starts", "Child protection plans that started", "plans"),
    Measure("cpp_starts_second_or_subsequent", "Second or subsequent plans started", "plans"),
    *_categories(),
    Measure("cpp_ends", "Child protection plans that ended", "plans"),
    *_durations("cpp_ended", "Plans that ended after", "flow"),
    Measure("cpp_at_31_mar", "Child protection plans at 31 March", "plans", "stock"),
    *_durations("cpp_at_31_mar", "Plans at 31 March, in force for", "stock"),
    Measure(
        "cpp_at_31_mar_3m_or_more",
        "Plans at 31 March, in force for 3 months or more",
        "plans",
        "stock",
    ),
    Measure("cpp_at_31_mar_reviewed_in_time", "Plans of these reviewed in time", "plans", "stock"),
    Measure("lac_starts", "Children who started to be looked after", "children"),
    Measure("lac_ends", "Children who ceased to be looked after", "children"),
    Measure("lac_at_31_mar", "Children looked after at 31 March", "children", "stock"),
    Measure("sw_fte", f"Social workers {_AT_30_SEPTEMBER}", "full-time equivalents", "stock"),
    Measure("sw_agency_fte", "Agency social workers", "full-time equivalents", "stock"),
    Measure("sw_case_holders_fte", "Case holders", "full-time equivalents", "stock"),
    Measure("sw_cases_held", f"Cases held {_AT_30_SEPTEMBER}", "cases", "stock"),
    Measure("sw_avg_caseload_fte", "Cases for each case holder", "cases", "stock"),
    Measure("sw_agency_rate_fte_pct", "Agency workers of all", "percent", "stock"),
    Measure("sw_turnover_rate_fte_pct", "Leavers in the year of all", "percent"),
    Measure("sw_vacancy_rate_fte_pct", "Vacancies of all posts", "percent", "stock"),
)

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {entry.name: entry for entry in sorted(_LISTED, key=lambda entry: entry.name)}
)
"""Every measure that a panel can hold, by column name.

:meta hide-value:
"""
