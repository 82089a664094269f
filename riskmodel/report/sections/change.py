"""Why plans rose or fell, and whether caseloads did for cases or for workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.caseload.change import MEASURED
from riskmodel.core.lazy import pd
from riskmodel.report.model import Block, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import pictured, table_of
from riskmodel.report.wording import percent

if TYPE_CHECKING:
    from riskmodel.caseload.change import CaseloadChange
    from riskmodel.explanations import ChangeParts

__all__ = ["change_point", "change_section"]


def change_section(
    change: ChangeParts, caseload: CaseloadChange | None = None, *, title: str
) -> Section:
    """The change of plans in parts that add up, and that of the caseload beside it.

    Parameters
    ----------
    change, caseload
        What changed; None where no two caseloads are known.
    title
        Heading of the section.
    """
    parts = "The parts add up. They say at which step the numbers changed, not why. "
    blocks: list[Block] = [
        Paragraph(change.summary()),
        Paragraph(f"{parts if change.is_parted else ''}Basis: {change.basis}."),
        *(Paragraph(note) for note in change.notes),
    ]
    if change.is_parted:
        blocks.append(
            pictured(
                change,
                "change_parts",
                "From the first number to the last: each bar begins where the one before it ends.",
                _parts_table(change),
            )
        )
    if change.groups:
        blocks.append(_groups_table(change))
    if caseload is not None:
        blocks += [
            Paragraph(caseload.summary()),
            pictured(
                caseload,
                "caseload_change",
                "From the first caseload to the last: what fewer or more workers, and what fewer "
                "or more cases, account for.",
                _caseload_table(caseload),
            ),
        ]
    return Section("change", title, tuple(blocks))


def change_point(change: ChangeParts) -> Point:
    """The change in a sentence, for the summary."""
    return Point(f"{change.summary()} Basis: {change.basis}.", "change")


def _parts_table(change: ChangeParts) -> Table:
    rows = [
        (
            part.label,
            _term(part.before, part.unit),
            _term(part.after, part.unit),
            whole,
            "–" if change.is_slight else percent(part.children / change.change, 0),
        )
        for part, whole in zip(change.parts, change.whole, strict=True)
    ]
    return table_of(
        "change_parts",
        f"What moved children on a plan, {change.first} to {change.last}",
        rows,
        {
            "part": "Step",
            "before": change.first,
            "after": change.last,
            "children": "Children on a plan",
            "share": "Share of the change",
        },
        (f"The column of children adds up to the change, {round(change.change):+,d}.",),
        change.source,
        change.basis,
    )


def _term(value: float, unit: str) -> str:
    if unit == "ratio":
        return f"{value:.3g}"
    return f"{value:,.0f} days" if unit == "days" else f"{value:,.0f}"


def _groups_table(change: ChangeParts) -> Table:
    rows = [
        (part.heading, part.label, round(part.before), round(part.after), round(part.children))
        for part in change.groups
    ]
    return table_of(
        "change_groups",
        f"The same by groups of children, {change.first} to {change.last}",
        rows,
        {
            "heading": "By",
            "group": "Group",
            "before": change.first,
            "after": change.last,
            "children": "Change",
        },
        source=change.source,
        basis=change.basis,
    )


def _caseload_table(change: CaseloadChange) -> Table:
    labels = {"cases": "Cases", "workers": "Full-time workers", "caseload": "Cases for each worker"}
    estimates = [
        (f"{labels[name]}, {day}", ends[name])
        for name in MEASURED
        for day, ends in ((change.first, change.before), (change.last, change.after))
    ]
    estimates += [
        ("Change that workers account for", change.workers),
        ("Change that cases account for", change.cases),
    ]
    rows = [
        (label, *(float(f"{value:.5g}") for value in (found.value, found.low, found.high)))
        for label, found in estimates
    ]
    return Table(
        "caseload_change",
        f"Cases, workers and caseload, {change.first} and {change.last}",
        pd.DataFrame(rows, columns=["figure", "value", "low", "high"]).round(2),
        {"figure": "Figure", "value": "Value", "low": "Range from", "high": "to"},
        tuple(note for note in (change.reading and f"{change.reading}.",) if note),
        change.source,
        change.basis,
    )
