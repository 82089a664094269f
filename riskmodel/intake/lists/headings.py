"""The lists of Annex A that are read here, and how their headings are known.

The wording of the headings moved with every version of the framework, and systems add words of
their own: a heading is known by the words that its meaning needs, in their order.

Source: Ofsted, *Inspecting local authority children's services (ILACS)*, Annex A, from 2018 on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from riskmodel.intake.record_tables import plain_heading

__all__ = ["LISTS", "NOT_READ", "InspectionList", "is_list_heading", "list_of"]


@dataclass(frozen=True, slots=True)
class InspectionList:
    """One list.

    Parameters
    ----------
    number
        In the annex.
    title
        What it holds, in the plural.
    fields
        Words of the heading by what the column means, the most particular first.
    needed
        Fields without which a table is not this list.
    """

    number: int
    title: str
    fields: Mapping[str, re.Pattern[str]]
    needed: tuple[str, ...]


_CHILD = {
    "child_id": r"^(child )?unique (child )?id|^child (unique )?(id|identifier|reference)",
    "birth_date": r"^date of birth|^dob\b",
    "gender": r"^(gender|sex)\b",
}

_SEEN = r"(last|latest) (seen|statutory visit|social work visit)"


def _list(number: int, title: str, needed: str, **fields: str) -> InspectionList:
    patterns = {name: re.compile(pattern) for name, pattern in {**_CHILD, **fields}.items()}
    return InspectionList(number, title, MappingProxyType(patterns), ("child_id", *needed.split()))


LISTS = (
    _list(
        4,
        "assessments",
        "assessed",
        factors=r"factors",
        assessed=r"assessment.* (authori[sz]ation|authori[sz]ed|completion|completed|end)( date)?$"
        r"|date of (assessment )?authori[sz]ation|assessment date of authori[sz]ation",
        begun=r"assessment.* start",
    ),
    _list(
        5,
        "section 47 enquiries",
        "enquired",
        conference=r"^date of (the )?initial child protection conference|^(date of )?icpc( date)?$",
        not_needed=r"conference.* unnecessary|icpc.* (unnecessary|not required)",
        enquired=r"(section 47|s47).* start|strategy discussion.* date",
    ),
    _list(
        6,
        "children in need",
        "start end",
        start=r"^(cin|child in need) start",
        end=r"^(cin|child in need) clos\w+ date",
        status=r"^case status",
        seen=_SEEN,
    ),
    _list(
        7,
        "child protection plans",
        "start end",
        start=r"protection plan start|^cpp? (plan )?start",
        end=r"protection plan end|^cpp? (plan )?end",
        initial=r"^initial category",
        latest=r"^latest category",
        previous=r"^number of previous",
        seen=_SEEN,
    ),
    _list(
        8,
        "children looked after",
        "start end",
        start=r"^date started to be looked after|^looked after start",
        end=r"^date ceased to be looked after|^looked after end",
        status=r"^(childs? )?(current )?legal status",
        seen=_SEEN,
        placement=r"^placement type",
        provider=r"^placement provider",
        location=r"^placement location",
        reason=r"^reason ceased",
        unaccompanied=r"^unaccompanied|^uasc",
    ),
)
"""The lists that are read, by what they hold."""

NOT_READ: Mapping[int, str] = MappingProxyType(
    {
        1: "contacts",
        2: "early help",
        3: "referrals",
        9: "care leavers",
        10: "children for adoption",
        11: "adopters",
    }
)
"""Lists whose rows are counted and not read."""

_NUMBER = re.compile(r"(?:^|\b|_)list[ _-]*([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_SHARED = re.compile(
    "|".join(
        (
            *(pattern.pattern for one in LISTS for pattern in one.fields.values()),
            r"^ethnicity|^age\b|disabilit|^allocated|^date|^number of|family identifier|\by n$"
            r"|^start date|^primary need|^is |^was |^did |^does |^referral"
            r"|^placement|^reason|^contact|urn|^la\b|child",
        )
    )
)


def is_list_heading(heading: str) -> bool:
    """Whether a text can be a heading of one of the lists."""
    return bool(_SHARED.search(plain_heading(heading)))


def list_of(name: str, headings: Sequence[str]) -> InspectionList | int:
    """Which list a table is: by the number in its name, and by its headings otherwise.

    Returns
    -------
    InspectionList or int
        The number alone of a list that is not read; 0 for what is none.
    """
    match = _NUMBER.search(name.rpartition(", sheet ")[2])
    number = int(match.group(1)) if match else 0
    if number in NOT_READ:
        return number
    plain = [plain_heading(heading) for heading in headings]
    fitting = [
        one
        for one in LISTS
        if all(any(one.fields[need].search(heading) for heading in plain) for need in one.needed)
    ]
    # Early help assessments (list 2) have an organisation that completes them.
    if not number and any("organisation completing" in heading for heading in plain):
        return 2
    chosen = [one for one in fitting if one.number == number] or fitting
    return chosen[0] if chosen else number
