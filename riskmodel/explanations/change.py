"""Why plans rose or fell: the change between two dates, in parts that add up.

The number of children on a plan is a product of ratios: child population, referrals for each child,
and so on to starts, times the children on a plan for each start, which is their mean duration in
years. If a count (a link of this chain) has no figure at both dates, it is left out, the two ratios
beside it become one, and the result names it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.explanations.products import decompose_product

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CHAIN",
    "ChangePart",
    "ChangeParts",
    "Link",
    "SumPart",
    "change_of_counts",
    "signed",
    "whole_parts",
]

DAYS_A_YEAR = 365.25
_POPULATION, _STARTS, _STOCK = "pop_0_17_midyear", "cpp_starts", "cpp_at_31_mar"


@dataclass(frozen=True, slots=True)
class Link:
    """One count of the chain.

    Parameters
    ----------
    name
        Its name in the data.
    plural, singular
        In words, for many and for one.
    moved
        Words for a rise and for a fall of its term; if empty, "more" or "fewer" of them.
    """

    name: str
    plural: str
    singular: str
    moved: tuple[str, str] | None = None


CHAIN = (
    Link(
        _POPULATION,
        "children in the area",
        "child",
        ("a larger child population", "a smaller child population"),
    ),
    Link("referrals", "referrals", "referral"),
    Link("assessments", "assessments", "assessment"),
    Link("s47_enquiries", "section 47 enquiries", "section 47 enquiry"),
    Link("icpc_children", "initial conferences", "initial conference"),
    Link(_STARTS, "plans started", "plan started"),
    Link(_STOCK, "children on a plan", "child on a plan"),
)
"""The chain that leads to a plan, in order.

:meta hide-value:
"""

SLIGHT_CHILDREN, SLIGHT_SHARE = 2, 0.01
"""Of a change of no more than either, no part is a share worth telling."""


@dataclass(frozen=True, slots=True)
class ChangePart:
    """One term of the chain and its part of the change.

    Parameters
    ----------
    name
        The count at the end of the term, such as ``referrals``.
    label
        The term, such as ``Referrals for each child``.
    words
        In which direction it changed, such as ``more referrals for each child``.
    before, after
        The term at both dates: a count, a ratio, or days.
    unit
        ``count``, ``ratio`` or ``days``.
    children
        Its part of the change, in children on a plan.
    """

    name: str
    label: str
    words: str
    before: float
    after: float
    unit: str
    children: float


@dataclass(frozen=True, slots=True)
class SumPart:
    """One group of the children on a plan, such as an area or a time on the plan, at both dates."""

    heading: str
    label: str
    before: float
    after: float

    @property
    def children(self) -> float:
        """Its part of the change."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, repr=False)
class ChangeParts(Result):
    """The change of children on a plan between two dates, in parts that add up exactly.

    Parameters
    ----------
    area
        Name of the authority.
    first, last
        The two dates, in words.
    before, after
        Children on a plan at both.
    parts
        Parts of the chain, in order; they add up to the change.
    groups
        Parts by groups of children; those under one heading add up to the change as well.
    missing
        Explanations for which the data have no figure at one date or both, in words with the
        reason.
    notes
        What else a reader has to know, in sentences.
    source, basis
        Where the counts come from, and their basis.

    Notes
    -----
    Logarithmic mean Divisia index, additive (LMDI-I): Ang (2004), *Energy Policy* 32, 1131-1139;
    Ang (2015), *Energy Policy* 86, 233-238. The parts say where in the chain the change appears,
    not why it happened.
    """

    area: str
    first: str
    last: str
    before: float
    after: float
    parts: tuple[ChangePart, ...]
    groups: tuple[SumPart, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    source: str
    basis: Basis

    @property
    def change(self) -> float:
        """Children on a plan after less before."""
        return self.after - self.before

    @property
    def is_slight(self) -> bool:
        """Whether the change is next to nothing: within 2 children, or 1% of those before."""
        return abs(round(self.change)) <= max(SLIGHT_CHILDREN, SLIGHT_SHARE * self.before)

    @property
    def is_parted(self) -> bool:
        """Whether the chain has more than the children on a plan, who alone explain nothing."""
        return len(self.parts) > 1

    @property
    def remainder(self) -> float:
        """The change less the parts of the chain: rounding error only."""
        return self.change - math.fsum(part.children for part in self.parts)

    @property
    def whole(self) -> tuple[int, ...]:
        """The parts of the chain in whole children; they add up to the change."""
        return whole_parts([part.children for part in self.parts])

    def to_frame(self) -> pd.DataFrame:
        """A row for each part.

        Columns: area, from, to, kind (``chain``, or the heading of a group), part, label, before,
        after, unit, children, share (of the change; missing where it is next to nothing), source,
        basis.
        """
        import pandas as pd

        rows = [
            ("chain", part.name, part.label, part.before, part.after, part.unit, part.children)
            for part in self.parts
        ]
        rows += [
            (part.heading, part.label, part.label, part.before, part.after, "count", part.children)
            for part in self.groups
        ]
        columns = ["kind", "part", "label", "before", "after", "unit", "children"]
        frame = pd.DataFrame(rows, columns=columns)
        frame.insert(0, "area", self.area)
        frame.insert(1, "from", self.first)
        frame.insert(2, "to", self.last)
        share = math.nan if self.is_slight else frame["children"] / self.change
        return frame.assign(share=share, source=self.source, basis=self.basis)

    def summary(self) -> str:
        """The change, its parts from the largest, and what is missing."""
        ends = f"from {self.before:,.0f} {_at(self.first)} to {self.after:,.0f} {_at(self.last)}"
        moved = "rose" if self.change > 0 else "fell" if self.change < 0 else "did not change"
        if self.is_slight and self.change:
            moved = "stayed about the same"
        text = f"Children on a plan {moved} {ends} ({signed(round(self.change))})"
        shown = sorted(zip(self.whole, self.parts, strict=True), key=lambda pair: -abs(pair[0]))
        said = [(part.words, signed(whole)) for whole, part in shown if whole]
        if said and self.is_parted and not self.is_slight:
            (words, children), *rest = said
            verb = "accounts" if words.startswith("a ") else "account"
            parts = [f"{words} {verb} for {children}", *(f"{w} for {n}" for w, n in rest)]
            text += f": {', '.join(parts[:-1])}{' and ' if rest else ''}{parts[-1]}"
        lacks = f" Not known at both dates: {', '.join(self.missing)}." if self.missing else ""
        return f"{text}.{lacks}"

    def preview(self) -> pd.DataFrame:
        """Each term at both dates, and its part of the change."""
        return self.to_frame()[["kind", "label", "before", "after", "unit", "children", "share"]]


def change_of_counts(
    before: Mapping[str, float],
    after: Mapping[str, float],
    chain: Sequence[Link] = CHAIN,
) -> tuple[tuple[ChangePart, ...], tuple[str, ...]]:
    """Parts of the change of the last link of a chain, and the links that are missing.

    Parameters
    ----------
    before, after
        Counts by the name of a link; absent, NaN or negative where there is no figure. Flows are
        those of a year, so that the last term is in years.
    chain
        The links; the last one is explained.

    Returns
    -------
    tuple
        One part for each link that has a figure above 0 at both dates, and words for each other
        link. The parts add up to the change of the last link.

    Raises
    ------
    DataError
        When the last link has no figure at one of the dates.

    Notes
    -----
    A link that is 0 explains nothing after it and is left out. The last link is kept even then: if
    it comes from 0 or goes to 0, the limit of the formula gives the whole change to its own term
    (Ang and Liu 2007, *Energy Policy* 35, 238-246).

    Examples
    --------
    >>> parts, missing = change_of_counts(
    ...     {"cpp_starts": 100, "cpp_at_31_mar": 80}, {"cpp_starts": 120, "cpp_at_31_mar": 96}
    ... )
    >>> [(part.words, round(part.children, 6)) for part in parts]
    [('more plans started', 16.0), ('no change in mean duration', 0.0)]
    """
    last = chain[-1]
    for counts in (before, after):
        if not counts.get(last.name, math.nan) >= 0:
            raise DataError(f"holds no number of {last.plural} at one of the dates")
    held, missing = [], []
    for link in chain[:-1]:
        ends = before.get(link.name, math.nan), after.get(link.name, math.nan)
        if all(end > 0 for end in ends):
            held.append(link)
        else:
            missing.append(f"{link.plural} (0 at one date)" if 0 in ends else link.plural)
    held.append(last)
    terms = [
        _terms(earlier, link, before, after)
        for earlier, link in zip([None, *held[:-1]], held, strict=True)
    ]
    start, end = before[last.name], after[last.name]
    if start > 0 and end > 0:
        names = [link.name for link in held]
        children = decompose_product(
            dict(zip(names, (term[0] for term in terms), strict=True)),
            dict(zip(names, (term[1] for term in terms), strict=True)),
        ).parts
    else:
        children = (*(0.0 for _ in held[:-1]), end - start)
    parts = tuple(
        _part(earlier, link, term, part)
        for earlier, link, term, part in zip([None, *held[:-1]], held, terms, children, strict=True)
    )
    return parts, tuple(missing)


def whole_parts(parts: Sequence[float]) -> tuple[int, ...]:
    """Parts in whole numbers that add up to their rounded sum (by largest remainders).

    Examples
    --------
    >>> whole_parts([1.4, 1.4, 1.4, -0.2])
    (2, 1, 1, 0)
    """
    floors = [math.floor(part) for part in parts]
    short = round(math.fsum(parts)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: floors[place] - parts[place])
    raised = set(order[:short])
    return tuple(floor + (place in raised) for place, floor in enumerate(floors))


def signed(number: int) -> str:
    """A whole number with its sign, as it is printed.

    Examples
    --------
    >>> signed(-1204), signed(0)
    ('−1,204', '0')
    """
    return f"{number:+,d}".replace("-", "−") if number else "0"


def _at(date: str) -> str:
    return f"at {date}" if date[:1].isdigit() else f"in {date}"


def _terms(
    earlier: Link | None, link: Link, before: Mapping[str, float], after: Mapping[str, float]
) -> tuple[float, float]:
    """The term that ends in a link, at both dates: a count for the first, a ratio for others."""
    if earlier is None:
        return before[link.name], after[link.name]
    return before[link.name] / before[earlier.name], after[link.name] / after[earlier.name]


def _part(
    earlier: Link | None, link: Link, term: tuple[float, float], children: float
) -> ChangePart:
    start, end = term
    label = link.plural if earlier is None else f"{link.plural} for each {earlier.singular}"
    unit = "count" if earlier is None else "ratio"
    more, fewer = link.moved or (f"more {label}", f"fewer {label}")
    if earlier is not None and (earlier.name, link.name) == (_STARTS, _STOCK):
        label, unit = "mean duration: children on a plan for each start in a year", "days"
        more, fewer = "longer durations", "shorter durations"
        start, end = start * DAYS_A_YEAR, end * DAYS_A_YEAR
    words = more if end > start else fewer
    if end == start:
        words = f"no change in {label.partition(':')[0]}"
    return ChangePart(link.name, label[0].upper() + label[1:], words, start, end, unit, children)
