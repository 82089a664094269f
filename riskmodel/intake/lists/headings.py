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

from riskmodel.intake.record_tables import heading_words

__all__ = ["LISTS", "NOT_READ", "KnownList", "is_list_heading", "list_of"]


@dataclass(frozen=True, slots=True)
class KnownList:
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


def _known(number: int, title: str, needed: str, **fields: str) -> KnownList:
    patterns = {name: re.compile(words) for name, words in {**_CHILD, **fields}.items()}
    return KnownList(number, title, MappingProxyType(patterns), ("child_id", *needed.split()))


LISTS = (
    _known(
        4,
        "assessments",
        "assessed",
        factors=r"factors",
        assessed=r"assessment.* (authori[sz]ation|authori[sz]ed|completion|completed|end)( date)?$"
        r"|date of (assessment )?authori[sz]ation|assessment date of authori[sz]ation",
        begun=r"assessment.* start",
    ),
    _known(
        5,
        "section 47 enquiries",
        "enquired",
        conference=r"^date of (the )?initial child protection conference|^(date of )?icpc( date)?$",
        enquired=r"(section 47|s47).* start|strategy discussion.* date",
    ),
    _known(
        6,
        "children in need",
        "start end",
        start=r"^(cin|child in need) start",
        end=r"^(cin|child in need) clos\w+ date",
        status=r"^case status",
        seen=_SEEN,
    ),
    _known(
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
    _known(
        8,
        "children looked after",
        "start end",
        start=r"^date started to be looked after|^looked after start",
        end=r"^date ceased to be looked after|^looked after end",
        status=r"^(childs? )?(current )?legal status",
        seen=_SEEN,
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
            *(pattern.pattern for known in LISTS for pattern in known.fields.values()),
            r"^ethnicity|^age\b|disabilit|^allocated|^date|^number of|family identifier|\by n$"
            r"|^start date|^primary need|^is |^was |^did |^does |^referral"
            r"|^placement|^reason|^contact|urn|^la\b|child",
        )
    )
)


def is_list_heading(heading: str) -> bool:
    """Whether a text can be a heading of one of the lists."""
    return bool(_SHARED.search(heading_words(heading)))


def list_of(name: str, headings: Sequence[str]) -> KnownList | int:
    """Which list a table is: by the number in its name, and by its headings otherwise.

    Returns
    -------
    KnownList or int
        The number alone of a list that is not read; 0 for what is none.
    """
    match = _NUMBER.search(name.rpartition(", sheet ")[2])
    number = int(match.group(1)) if match else 0
    if number in NOT_READ:
        return number
    words = [heading_words(heading) for heading in headings]
    fitting = [
        known
        for known in LISTS
        if all(any(known.fields[need].search(word) for word in words) for need in known.needed)
    ]
    # Early help assessments (list 2) have an organisation that completes them.
    if not number and any("organisation completing" in word for word in words):
        return 2
    chosen = [known for known in fitting if known.number == number] or fitting
    return chosen[0] if chosen else number
