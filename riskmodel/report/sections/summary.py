"""The main points of the report, each a sentence computed from the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskmodel.factors import FactorRates, Prevalence, QuadrantRegion
from riskmodel.published import Audit, PublishedTable
from riskmodel.report.model import Point
from riskmodel.report.wording import count_of, join_words, percent
from riskmodel.vocabulary import FACTORS

__all__ = ["summary_points"]

_LABELS = {known.name: known.label for known in FACTORS}


def summary_points(
    rates: FactorRates,
    regions: Mapping[Prevalence, QuadrantRegion],
    audit: Audit,
    tables: Sequence[PublishedTable],
) -> tuple[Point, ...]:
    """The main points, one sentence or two each, with the section that says more.

    Parameters
    ----------
    rates, regions
        Of the factors.
    audit
        All findings.
    tables
        The published tables.
    """
    counts = audit.counts()
    number = sum(len(table.cells) for table in tables)
    return (
        Point(_ends(rates), "factors"),
        *(Point(text, "factors") for text in _readings(regions)),
        Point(
            f"Of {count_of(len(audit.findings), 'check')} between the {number:,} "
            f"published figures, {counts['published']} hold as printed, {counts['repaired']} hold "
            f"under one stated reading, and {counts['conflict']} stay in conflict.",
            "audit",
        ),
        *(Point(text, "audit") for text in _conflicts(audit)),
    )


def _ends(rates: FactorRates) -> str:
    ranked = sorted(
        zip(rates.counts.factors, rates.conversion, strict=True), key=lambda pair: -pair[1].value
    )
    (top, high), (bottom, low) = ranked[0], ranked[-1]
    return (
        f"Among the {len(ranked)} factors with printed counts, {_LABELS.get(top, top)} has the "
        f"highest share of assessments leading to a plan ({percent(high.value)}, "
        f"{percent(high.level, 0)} interval {percent(high.low)} to {percent(high.high)}) and "
        f"{_LABELS.get(bottom, bottom)} the lowest ({percent(low.value)}, {percent(low.low)} to "
        f"{percent(low.high)}). These are associations."
    )


def _readings(regions: Mapping[Prevalence, QuadrantRegion]) -> list[str]:
    possible = [name for name, region in regions.items() if region.is_feasible]
    impossible = [name for name, region in regions.items() if not region.is_feasible]
    points = []
    if possible and impossible:
        points.append(
            f"The printed quadrants are possible if prevalence counts {join_words(possible)} with "
            f"the factor, and impossible if it counts {join_words(impossible)}."
        )
    elif possible:
        points.append(f"The printed quadrants are possible by {join_words(possible)}.")
    elif impossible:
        points.append(f"No cut on {join_words(impossible)} gives the printed quadrants.")
    return points


def _conflicts(audit: Audit) -> list[str]:
    conflicts = audit.with_outcome("conflict")
    if not conflicts:
        return []
    places: dict[str, set[str]] = {}
    for found in conflicts:
        for figure in found.figures:
            places.setdefault(figure.document.title, set()).add(figure.paragraph)
    parts = [
        f"{'paragraph' if len(where) == 1 else 'paragraphs'} "
        f"{join_words(sorted(where, key=_order))} of {title}"
        for title, where in places.items()
    ]
    return [f"The conflicts touch {join_words(parts)}; each is set out there."]


def _order(paragraph: str) -> tuple[int, str]:
    digits = paragraph.partition(" ")[0]
    return (int(digits) if digits.isdigit() else 0, paragraph)
