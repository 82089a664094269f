"""The main points of published tables, each a sentence computed from the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskmodel.factors import Prevalence, QuadrantRegion
from riskmodel.published import Audit, PublishedTable
from riskmodel.report.model import Point
from riskmodel.report.wording import count_of, join_words

__all__ = ["audit_points", "reading_points"]


def reading_points(regions: Mapping[Prevalence, QuadrantRegion]) -> tuple[Point, ...]:
    """Which readings of prevalence reproduce the printed quadrants, for the summary."""
    return tuple(Point(text, "factors") for text in _readings(regions))


def audit_points(audit: Audit, tables: Sequence[PublishedTable]) -> tuple[Point, ...]:
    """How the checks of the published figures ended, for the summary.

    Parameters
    ----------
    audit
        All findings.
    tables
        The published tables.
    """
    counts = audit.counts()
    number = sum(len(table.cells) for table in tables)
    return (
        Point(
            f"Of {count_of(len(audit.findings), 'check')} between the {number:,} "
            f"published figures, {counts['published']} hold as printed, {counts['repaired']} are "
            f"explained by one stated reading, and {counts['conflict']} "
            f"{'is' if counts['conflict'] == 1 else 'are'} unresolved.",
            "audit",
        ),
        *(Point(text, "audit") for text in _conflicts(audit)),
    )


def _readings(regions: Mapping[Prevalence, QuadrantRegion]) -> list[str]:
    possible = [name for name, region in regions.items() if region.is_feasible]
    impossible = [name for name, region in regions.items() if not region.is_feasible]
    points = []
    if possible and impossible:
        points.append(
            f"The printed quadrants can be reproduced only if prevalence counts "
            f"{join_words(possible)} with the factor, not {join_words(impossible)}."
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
    return [f"The unresolved ones touch {join_words(parts)}; each is set out there."]


def _order(paragraph: str) -> tuple[int, str]:
    digits = paragraph.partition(" ")[0]
    return (int(digits) if digits.isdigit() else 0, paragraph)
