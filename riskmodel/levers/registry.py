"""Every parameter that a scenario may change, with its unit, its limits and how it acts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers.parameter import (
    EVERY,
    LOWEST_MULTIPLIER,
    MOST_MULTIPLIER,
    OPERATIONS,
    Lever,
    Operation,
)

__all__ = ["LEVERS", "lever", "lever_label", "unknown_lever"]

_PLAN = "child_protection_plan"
_ALL: tuple[Operation, ...] = OPERATIONS
_TIMES: tuple[Operation, ...] = ("multiplier", "ramp")
_SET: tuple[Operation, ...] = ("value", "ramp")
_FIXED: tuple[Operation, ...] = ("value",)
_NO_LIMIT = math.inf
# A childhood: no stay is longer, so no mean of stays is.
_CHILDHOOD_DAYS = 18 * 365.0
_SHARE = "share"
_STARTS = "Expected starts in a month."
_LENGTH = "Mean duration of what begins from then on; what is under way keeps its own."
_BASELINE = "times the baseline"
_MULTIPLIERS = (LOWEST_MULTIPLIER, MOST_MULTIPLIER)
_LINK = (
    "A link of the chain from referral to plan: multiplies the starts of child protection plans, "
    "as if the children whom it adds or takes away went on as often as the others."
)

_REGISTRY = (
    # Demand
    *(
        Lever(
            f"starts.{stage}", f"Starts of {words}", unit, 0, _NO_LIMIT, _ALL, _STARTS, moves=stage
        )
        for stage, words, unit in (
            ("child_protection_plan", "child protection plans", "plans a month"),
            ("looked_after", "being looked after", "children a month"),
            ("child_in_need_plan", "child in need plans", "plans a month"),
        )
    ),
    *(
        Lever(
            f"length.{stage}",
            f"Mean {words}",
            "days",
            1,
            _CHILDHOOD_DAYS,
            _ALL,
            _LENGTH,
            moves=stage,
        )
        for stage, words in (
            ("child_protection_plan", "duration of child protection plans"),
            ("looked_after", "time looked after"),
            ("child_in_need_plan", "duration of child in need plans"),
        )
    ),
    Lever(
        "population_0_17",
        "Children aged 0 to 17",
        _BASELINE,
        *_MULTIPLIERS,
        _TIMES,
        "Multiplies the starts of every stage: the rate for each child stays as it is.",
        neutral=1,
        moves=EVERY,
        elsewhere="elsewhere",
    ),
    *(
        Lever(
            f"conversion.{name}",
            label,
            _BASELINE,
            *_MULTIPLIERS,
            _TIMES,
            _LINK,
            neutral=1,
            moves=_PLAN,
        )
        for name, label in (
            ("referral_to_assessment", "Share of referrals that lead to an assessment"),
            (
                "assessment_to_section_47_enquiry",
                "Section 47 enquiries for each assessment",
            ),
            (
                "section_47_enquiry_to_conference",
                "Share of section 47 enquiries that lead to a conference",
            ),
            (
                "conference_to_child_protection_plan",
                "Share of conferences that lead to a child protection plan",
            ),
        )
    ),
    Lever(
        "starts.unaccompanied_children",
        "Starts of unaccompanied asylum-seeking children",
        "share of the looked-after starts of the baseline",
        0,
        1,
        _ALL,
        "The other starts stay as they are: a share s in the baseline and t in the scenario "
        "multiply all looked-after starts by 1 - s + t, so twice the share is twice the children.",
        moves="looked_after",
        elsewhere="elsewhere",
    ),
    Lever(
        "diversion.early_help",
        "Share of starts of child protection plans that early help makes unnecessary",
        _SHARE,
        0,
        1,
        _SET,
        "Taken from the starts of child protection plans; these children have a child in need plan "
        "instead, unless `to` says otherwise.",
        neutral=0,
        moves=_PLAN,
        elsewhere="child_in_need_plan",
    ),
    # Workforce
    Lever(
        "workforce.posts",
        "Posts",
        "full-time equivalents",
        0,
        _NO_LIMIT,
        _ALL,
        "Posts on the establishment, filled or vacant.",
    ),
    Lever(
        "workforce.vacancy_rate",
        "Vacant posts",
        "share of posts",
        0,
        1,
        _ALL,
        "Share of posts that nobody holds.",
    ),
    Lever(
        "workforce.turnover_rate",
        "Turnover",
        "share of staff in a year",
        0,
        1,
        _ALL,
        "Share of the staff in post who leave within a year.",
    ),
    Lever(
        "workforce.hires_per_month",
        "Candidates who can be appointed",
        "full-time equivalents a month",
        0,
        _NO_LIMIT,
        _ALL,
        "On average in a month; they start work after the time from appointment to first day.",
    ),
    Lever(
        "workforce.recruitment_lag_months",
        "Time from appointment to first day",
        "months",
        0,
        36,
        _FIXED,
        "How long an appointment takes to become a worker in post.",
        whole=True,
    ),
    Lever(
        "workforce.agency_fte",
        "Agency workers",
        "full-time equivalents",
        0,
        _NO_LIMIT,
        _ALL,
        "Agency workers besides the staff in post.",
    ),
    Lever(
        "workforce.sickness_rate",
        "Sickness absence",
        "share of working time",
        0,
        1,
        _ALL,
        "Share of working time that staff in post are away.",
    ),
    Lever(
        "workforce.newly_qualified_share",
        "Newly qualified workers",
        "share of case-holding staff",
        0,
        1,
        _ALL,
        "Share of case-holding staff in their first year.",
    ),
    Lever(
        "workforce.newly_qualified_protection",
        "Protection of newly qualified workers",
        "share of a full caseload",
        0,
        1,
        _ALL,
        "Share of a full caseload that a newly qualified worker does not carry.",
    ),
    Lever(
        "workforce.case_holding_share",
        "Staff who hold cases",
        "share of staff",
        0,
        1,
        _ALL,
        "Share of staff in post who hold cases.",
    ),
    Lever(
        "workforce.caseload_cap",
        "Highest caseload",
        "cases for each case-holding full-time equivalent",
        1,
        100,
        _SET,
        "The most cases that a full-time case-holding worker should have.",
    ),
    Lever(
        "workforce.specialist_share",
        "Cases of a specialist team",
        "share of the family support teams' cases",
        0,
        1,
        _SET,
        "Share of the family support teams' cases, alike in every status, that a team with a "
        "caseload of its own takes over. Its workers come out of the same posts.",
        neutral=0,
    ),
    Lever(
        "workforce.specialist_caseload",
        "Caseload of a specialist team",
        "cases for each case-holding full-time equivalent",
        1,
        100,
        _SET,
        "Caseload of a team that works with fewer cases for each worker.",
    ),
    Lever(
        "workforce.specialist_length_multiplier",
        "Duration of plans in a specialist team",
        "times the mean duration elsewhere",
        0.1,
        2,
        _FIXED,
        "Mean duration of the child protection plans that begin with the specialist team. Acts "
        "where workforce.specialist_share is set too.",
        neutral=1,
        moves=_PLAN,
    ),
    # Placements of looked-after children
    *(
        Lever(f"placements.{name}", label, "children", 0, 1_000, _SET, meaning, neutral=0)
        for name, label, meaning in (
            (
                "own_carer_places",
                "Places with own foster carers more than now",
                "Children who would be placed with agency carers next take these places first.",
            ),
            (
                "own_home_beds",
                "Beds in own children's homes more than now",
                "Children who would be placed in a private home next take these beds first.",
            ),
        )
    ),
    *(
        Lever(f"placements.{name}", label, _BASELINE, *_MULTIPLIERS, _TIMES, meaning, neutral=1)
        for name, label, meaning in (
            (
                "step_down",
                "Moves from homes to families",
                "Multiplies the rate at which children move from a home to carers, relatives or "
                "parents.",
            ),
            (
                "reunification",
                "Returns home",
                "Multiplies the rate at which looked-after children return home.",
            ),
            (
                "price",
                "Prices of placements",
                "Multiplies what every placement costs from then on.",
            ),
        )
    ),
    # Feedback. The limit of 0.4 is what a rise of caseload by 29% with plan lengths within 10%
    # allows over time (docs/scenarios.md).
    Lever(
        "feedback.caseload_to_length",
        "How far a higher caseload makes plans longer",
        "elasticity",
        0,
        0.4,
        _FIXED,
        "While caseload is 1% above its opening, what open plans have still before them takes this "
        "many percent longer.",
        neutral=0,
    ),
    Lever(
        "feedback.child_in_need_to_starts",
        "How far squeezed child in need work makes more plans start",
        "elasticity",
        0,
        0.4,
        _FIXED,
        "Starts of child protection plans rise by this many percent for each 1% less of child in "
        "need work that has a worker.",
        neutral=0,
    ),
)

LEVERS: Mapping[str, Lever] = MappingProxyType({each.name: each for each in _REGISTRY})
"""Every lever by its name, in the order of the documentation."""


def lever(name: str) -> Lever:
    """The lever of that name.

    Raises
    ------
    DataError
        When there is none; the message gives the nearest names, and those of the same group.

    Examples
    --------
    >>> print(lever("workforce.caseload_cap").limits)
    from 1 to 100
    """
    if name not in LEVERS:
        raise DataError(unknown_lever(name))
    return LEVERS[name]


def lever_label(name: str) -> str:
    """The label of a lever; any other name, such as ``together``, is returned as it is.

    Examples
    --------
    >>> lever_label("workforce.posts"), lever_label("together")
    ('Posts', 'together')
    """
    return LEVERS[name].label if name in LEVERS else name


def unknown_lever(name: str) -> str:
    """The message for an unknown name: the nearest names, and those of its group."""
    group = name.partition(".")[0]
    groups = tuple(dict.fromkeys(known.partition(".")[0] for known in LEVERS))
    said = str(UnknownNameError("parameter", name, LEVERS)).split(" Allowed:")[0]
    if "." not in name and "Did you mean" not in said:
        own = {known.partition(".")[2]: known for known in LEVERS}
        near = [f"'{own[each]}'" for each in get_close_matches(name.casefold(), own)]
        said += f" Did you mean {' or '.join(near)}?" if near else ""
    # All names at once would bury the nearest.
    shown = [known for known in LEVERS if known.partition(".")[0] == group] or [
        known if known in LEVERS else f"{known}.…" for known in groups
    ]
    return f"{said} Allowed: {', '.join(shown)}; `riskmodel scenario levers` lists all."
