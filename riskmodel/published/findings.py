"""The audit: identities between published figures, checked by exact interval arithmetic.

Each published figure is kept as the interval of values that would be printed in this way. An
identity holds when some values in these intervals satisfy it, so there is no tolerance to choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import isinf
from typing import Any, Literal, get_args

import pandas as pd

from riskmodel.core.result import Result
from riskmodel.errors import DataError, RiskmodelError
from riskmodel.estimates import Interval
from riskmodel.published.catalogue import load_table, read_toml
from riskmodel.published.expression_functions import Load
from riskmodel.published.expressions import Verdict, evaluate, figures_in, judge, substitute
from riskmodel.published.figures import Figure

__all__ = [
    "OUTCOMES",
    "Audit",
    "Finding",
    "ImpliedQuantity",
    "Outcome",
    "audit",
    "audited",
    "implied",
]

Outcome = Literal["published", "repaired", "conflict"]
"""``published``: holds at the printed precision. ``repaired``: fails as printed, and one stated
reading explains it. ``conflict``: fails, and no reading is known."""

OUTCOME_WORDS = {"published": "Holds", "repaired": "Explained", "conflict": "Unresolved"}
"""Each outcome in words for a reader."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one identity, or of one row of an identity that is checked row by row.

    Parameters
    ----------
    identity, case
        Id of the identity, and the row it was checked for ("" where there is one case).
    title
        What should hold, in words.
    outcome
        ``published``, ``repaired`` or ``conflict``.
    arithmetic
        The claim with the printed numbers in place.
    sides
        The sides of the comparison, as intervals.
    figures
        The figures in the claim.
    reading, repaired_arithmetic, repaired_sides
        The reading that explains a failure, and its arithmetic; empty where there is none.
    note
        What it means for a reader, where this is not obvious.
    also
        A paragraph on which the identity rests, besides those of its figures.
    """

    identity: str
    case: str
    title: str
    outcome: Outcome
    arithmetic: str
    sides: tuple[Interval, ...]
    figures: tuple[Figure, ...]
    reading: str = ""
    repaired_arithmetic: str = ""
    repaired_sides: tuple[Interval, ...] = ()
    note: str = ""
    also: str = ""

    @property
    def paragraphs(self) -> str:
        """Where the figures are printed: each document and paragraph once."""
        places: dict[str, list[str]] = {}
        for figure in self.figures:
            found = places.setdefault(figure.document.title, [])
            if figure.place not in found:
                found.append(figure.place)
        if self.also and places:
            places[self.figures[0].document.title].append(self.also)
        return "; ".join(f"{title}, {', '.join(where)}" for title, where in places.items())

    def __str__(self) -> str:
        lines = [
            f"{OUTCOME_WORDS[self.outcome]}: {self.title}"
            + (f" – {self.case}" if self.case else ""),
            f"  as printed: {self.arithmetic}",
        ]
        if self.arithmetic.startswith("same_quantity"):
            lines.extend(f"  {figure}" for figure in self.figures)
        elif self.sides:
            lines.append("  that is: " + " against ".join(str(side) for side in self.sides))
        if self.reading:
            lines.append(f"  reading that explains it: {self.reading}")
        if self.repaired_arithmetic:
            shown = " against ".join(str(side) for side in self.repaired_sides)
            lines.append(f"  then: {self.repaired_arithmetic}; that is: {shown}")
        if self.note:
            lines.append(f"  {self.note}")
        lines.append(f"  [{self.paragraphs}]")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ImpliedQuantity:
    """An unpublished figure that can be inferred, and its range."""

    id: str
    title: str
    unit: str
    period: str
    interval: Interval
    arithmetic: str
    figures: tuple[Figure, ...]
    note: str = ""

    @property
    def whole_numbers(self) -> tuple[int, int] | None:
        """Smallest and largest whole number in the range; None where there is none, or no limit."""
        if isinf(self.interval.width):
            return None
        inside = self.interval.whole_numbers()
        return (inside[0], inside[-1]) if len(inside) else None

    def __str__(self) -> str:
        return f"{self.title}: {self.interval} {self.unit} ({self.period}); {self.arithmetic}"


@dataclass(frozen=True, slots=True, repr=False)
class Audit(Result):
    """All findings, and the figures that can be inferred."""

    findings: tuple[Finding, ...]
    implied: tuple[ImpliedQuantity, ...]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def with_outcome(self, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings with this outcome."""
        return tuple(finding for finding in self.findings if finding.outcome == outcome)

    @property
    def is_clean(self) -> bool:
        """Whether every identity holds as printed."""
        return all(finding.outcome == "published" for finding in self.findings)

    def counts(self) -> dict[Outcome, int]:
        """Number of findings by outcome."""
        counted = Counter(finding.outcome for finding in self.findings)
        return {outcome: counted[outcome] for outcome in OUTCOMES}

    def to_frame(self) -> pd.DataFrame:
        """One row for each finding, as text for a reader or a spreadsheet."""
        return pd.DataFrame(
            [
                {
                    "identity": finding.identity,
                    "case": finding.case,
                    "outcome": finding.outcome,
                    "title": finding.title,
                    "arithmetic": finding.arithmetic,
                    "values": " against ".join(str(side) for side in finding.sides),
                    "reading": finding.reading,
                    "repaired_arithmetic": finding.repaired_arithmetic,
                    "repaired_values": " against ".join(map(str, finding.repaired_sides)),
                    "note": finding.note,
                    "paragraphs": finding.paragraphs,
                }
                for finding in self.findings
            ]
        )

    def implied_frame(self) -> pd.DataFrame:
        """One row for each figure that can be inferred, with the end points of its interval."""
        return pd.DataFrame(
            [
                {
                    "quantity": found.id,
                    "title": found.title,
                    "low": float(found.interval.low),
                    "high": float(found.interval.high),
                    "interval": str(found.interval),
                    "unit": found.unit,
                    "period": found.period,
                    "arithmetic": found.arithmetic,
                    "note": found.note,
                }
                for found in self.implied
            ]
        )

    def summary(self) -> str:
        """How many identities hold, are explained, or are unresolved."""
        counts = self.counts()
        return (
            f"{len(self.findings)} checks: {counts['published']} hold at the printed precision, "
            f"{counts['repaired']} fail as printed and are explained by one reading, "
            f"{counts['conflict']} {'is' if counts['conflict'] == 1 else 'are'} unresolved."
        )

    def preview(self) -> pd.DataFrame:
        """What does not hold as printed, with the reading that explains it where there is one."""
        frame = self.to_frame()
        shown = frame[frame["outcome"] != "published"]
        return shown[["outcome", "title", "reading", "paragraphs"]].reset_index(drop=True)


def audit() -> Audit:
    """Check every declared identity against the published figures.

    Returns
    -------
    Audit
        A finding for each identity and row, in the order of the data file, and the figures that can
        be inferred.

    Notes
    -----
    The identities are data (``published/data/identities.toml``); their grammar is that of
    :mod:`riskmodel.published.expressions`.
    """
    return audited(read_toml("identities.toml")["identity"], implied())


def audited(
    identities: Iterable[Mapping[str, Any]],
    quantities: tuple[ImpliedQuantity, ...] = (),
    load: Load = load_table,
) -> Audit:
    """Check identities against the tables that they name.

    Parameters
    ----------
    identities
        Entries as in ``identities.toml``.
    quantities
        Unpublished figures that can be inferred.
    load
        Gives a table by its id.

    Raises
    ------
    DataError
        When a claim cannot be read, or names no figure; the message names the identity.
    """
    found = tuple(finding for entry in identities for finding in _check(entry, load))
    return Audit(found, quantities)


@cache
def implied() -> tuple[ImpliedQuantity, ...]:
    """Unpublished figures that can be inferred, each with its interval."""
    return tuple(
        ImpliedQuantity(
            entry["id"],
            entry["title"],
            entry["unit"],
            entry["period"],
            evaluate(entry["value"]),
            substitute(entry["value"]),
            figures_in(entry["value"]),
            entry.get("note", ""),
        )
        for entry in read_toml("implied.toml")["quantity"]
    )


def _check(entry: Mapping[str, Any], load: Load) -> Iterator[Finding]:
    cases: tuple[str | None, ...] = tuple(entry.get("cases", (None,)))
    try:
        if "for_each" in entry:
            left_out = set(entry.get("but", ()))
            cases = tuple(key for key in load(entry["for_each"]).keys if key not in left_out)
        for case in cases:
            yield _finding(entry, case, load)
    except RiskmodelError as error:
        raise DataError(str(error), file="identities.toml", field=entry["id"]) from error


def _finding(entry: Mapping[str, Any], case: str | None, load: Load) -> Finding:
    verdict = judge(entry["claim"], case, load)
    figures = figures_in(entry["claim"], case, load)
    repair = entry.get("repair")
    repaired: Verdict | None = None
    outcome: Outcome = "published" if verdict.holds else "conflict"
    if repair is not None and not verdict.holds:
        if "claim" in repair:
            repaired = judge(repair["claim"], case, load)
            figures = tuple(dict.fromkeys((*figures, *figures_in(repair["claim"], case, load))))
        if repaired is None or repaired.holds:
            outcome = "repaired"
    is_repaired = outcome == "repaired"
    return Finding(
        entry["id"],
        case or "",
        entry["title"],
        outcome,
        verdict.arithmetic,
        verdict.sides,
        figures,
        repair["reading"] if is_repaired and repair is not None else "",
        repaired.arithmetic if is_repaired and repaired is not None else "",
        repaired.sides if is_repaired and repaired is not None else (),
        entry.get("note", "") if not verdict.holds else "",
        entry.get("also", ""),
    )
