"""The words of the field: factors and their census codes, stages, and whom a factor concerns.

A *factor* is a factor identified at the end of assessment. Several can be recorded on one
assessment, so shares over factors exceed 100%. Codes are those of the children in need census
(Department for Education, *Children in need census: guide*, item "Assessment factors"): the letter
A says that the child is concerned, B a parent or carer, C another person in the household. The
domestic violence codes say who is *subject* to it. A local factor has a name and no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from riskmodel.errors import UnknownNameError

__all__ = [
    "FACTORS",
    "LOCAL_PREFIX",
    "STAGES",
    "Factor",
    "Person",
    "factor",
    "factor_label",
    "factor_name",
]

LOCAL_PREFIX = "factor_"
"""Names of an authority's own factors begin with it."""

Person = Literal["child", "parent", "other", "general"]
"""Whom a factor concerns: the child, a parent or carer, another person, or nobody in particular."""

STAGES = (
    "referral",
    "assessment",
    "section_47_enquiry",
    "initial_child_protection_conference",
    "child_protection_plan",
    "child_in_need_plan",
    "looked_after",
)
"""Stages of a child's way through children's social care. DfE's "children in need" include
children on plans and looked after; the exclusive tier is ``child_in_need_plan``."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor identified at the end of assessment.

    Parameters
    ----------
    name
        Stable name for columns and code: ``parent_domestic_violence``.
    label
        As the report card prints it: ``Parent Domestic Violence``.
    person
        Whom it concerns.
    code
        Children in need census code of 2014/15; None for a local factor.
    """

    name: str
    label: str
    person: Person
    code: str | None

    @property
    def is_local(self) -> bool:
        """Whether the census has no code for it."""
        return self.code is None

    def __str__(self) -> str:
        return f"{self.label} ({self.code or 'local, no census code'})"


def factor_name(label: str) -> str:
    """The column name of a printed label.

    Examples
    --------
    >>> factor_name("Child Self Harm")
    'child_self_harm'
    """
    return re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")


def _factors(*entries: tuple[str, Person, str | None]) -> tuple[Factor, ...]:
    return tuple(Factor(factor_name(label), label, person, code) for label, person, code in entries)


FACTORS = _factors(
    ("Child Alcohol Misuse", "child", "1A"),
    ("Parent Alcohol Misuse", "parent", "1B"),
    ("Other Alcohol Misuse", "other", "1C"),
    ("Child Drugs Misuse", "child", "2A"),
    ("Parent Drugs Misuse", "parent", "2B"),
    ("Other Drugs Misuse", "other", "2C"),
    ("Child Domestic Violence", "child", "3A"),
    ("Parent Domestic Violence", "parent", "3B"),
    ("Other Domestic Violence", "other", "3C"),
    ("Child Mental Health", "child", "4A"),
    ("Parent Mental Health", "parent", "4B"),
    ("Other Mental Health", "other", "4C"),
    ("Child Learning Disability", "child", "5A"),
    ("Parent Learning Disability", "parent", "5B"),
    ("Other Learning Disability", "other", "5C"),
    ("Child Physical Disability", "child", "6A"),
    ("Parent Physical Disability", "parent", "6B"),
    ("Other Physical Disability", "other", "6C"),
    ("Child Young Carer", "child", "7A"),
    ("Child Privately Fostered", "child", "8A"),
    ("Child UASC", "child", "9A"),
    ("Child Missing", "child", "10A"),
    ("Child Sexual Exploitation", "child", "11A"),
    ("Child Trafficking", "child", "12A"),
    ("Child Gangs", "child", "13A"),
    ("Child Unacceptable Behaviour", "child", "14A"),
    ("Child Self Harm", "child", "15A"),
    ("Child Neglect", "child", "16A"),
    ("Child Emotional Abuse", "child", "17A"),
    ("Child Physical Abuse", "child", "18A"),
    ("Child Sexual Abuse", "child", "19A"),
    ("General Other", "general", "20"),
    ("Child ASC", "child", None),
    ("Parent ASC", "parent", None),
)
"""The 34 factors that the report card of November 2015 places in its quadrants (para 17). The
census of that year has one further code, 21: no factors identified. ASC (autism spectrum
condition) is local to the report.

:meta hide-value:
"""

_BY_WORD: dict[str, Factor] = {}
for _factor in FACTORS:
    for _word in (_factor.name, _factor.label.casefold(), _factor.code):
        if _word is not None:
            _BY_WORD[_word.casefold()] = _factor


def factor(word: str) -> Factor:
    """The factor of that name, printed label or census code.

    Raises
    ------
    UnknownNameError
        With the nearest names.

    Examples
    --------
    >>> factor("3B").name
    'parent_domestic_violence'
    """
    found = _BY_WORD.get(word.strip().casefold())
    if found is None:
        raise UnknownNameError("factor", word, [known.name for known in FACTORS])
    return found


def factor_label(name: str) -> str:
    """The printed label of a factor; of a local one its own name in words.

    Examples
    --------
    >>> factor_label("child_neglect"), factor_label("factor_gang_links")
    ('Child Neglect', 'Gang links')
    """
    known = _BY_WORD.get(name.strip().casefold())
    if known is not None:
        return known.label
    words = name.removeprefix(LOCAL_PREFIX).replace("_", " ")
    return words[:1].upper() + words[1:]
