"""The audit: what holds, what one reading explains, what is unresolved."""

from __future__ import annotations

import math

from riskmodel.estimates import Interval
from riskmodel.published import Audit, Finding, ImpliedQuantity
from riskmodel.report.model import Card, Cards, Paragraph, Section, Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import arithmetic_words, count_of, interval_words, number_words

__all__ = ["audit_section"]

_WHOLE = frozenset({"assessments", "cases", "children", "plans", "victims"})

_MEANING = {
    "conflict": "unresolved: fails as printed, and no reading is known that explains it",
    "repaired": "explained by one reading: fails as printed, and holds under one stated reading",
    "published": "holds at the printed precision",
}


def audit_section(audit: Audit) -> Section:
    """What is unresolved, then what one reading explains, what holds, and the implied figures.

    Parameters
    ----------
    audit
        All findings.
    """
    counts = audit.counts()
    introduction = (
        Paragraph(
            f"{count_of(len(audit.findings), 'check')} between published figures "
            "were made: on sums, shares, percentage changes, and stocks against flows. "
            f"{counts['published']} hold at the printed precision, {counts['repaired']} fail as "
            f"printed and are explained by one stated reading, and {counts['conflict']} are "
            "unresolved."
        ),
        Paragraph(
            "A printed figure stands for every value that would have been printed "
            f"so{_example(audit)}. An identity holds when some of these values satisfy it, "
            "so there is no tolerance to choose. An unresolved finding says that the printed "
            "figures cannot all be right as read, not which of them is wrong."
        ),
    )
    conflicts = audit.with_outcome("conflict")
    repaired = audit.with_outcome("repaired")
    sound = audit.with_outcome("published")
    return Section(
        "audit",
        "What does not add up in the published figures",
        (
            *introduction,
            Cards(
                "audit_conflicts",
                f"Unresolved ({len(conflicts)})",
                tuple(_card(finding) for finding in conflicts),
            ),
            Cards(
                "audit_repaired",
                f"Explained by one reading ({len(repaired)})",
                tuple(_card(finding) for finding in repaired),
            ),
            *([_sound(sound)] if sound else []),
            *([_implied(audit.implied)] if audit.implied else []),
            _all_findings(audit),
        ),
    )


def _example(audit: Audit) -> str:
    """What a printed percentage can have been, by the first one with a decimal."""
    for finding in audit:
        for figure in finding.figures:
            if figure.unit.id == "percent" and figure.decimals == 1:
                return f": {figure.printed} means {interval_words(figure.interval)} percent"
    return ""


def _title(finding: Finding) -> str:
    return f"{finding.title} – {_case(finding)}" if finding.case else finding.title


def _case(finding: Finding) -> str:
    """A row as printed, a column such as 2013_14 as a reader writes it."""
    case = finding.case
    return case.replace("_", "/") if case[:1].isdigit() else case.replace("_", " ")


def _card(finding: Finding) -> Card:
    lines = _checked("As printed", finding.arithmetic, finding.sides)
    if finding.reading:
        lines.append(("Explained if", finding.reading))
    if finding.repaired_arithmetic:
        lines += _checked("Then", finding.repaired_arithmetic, finding.repaired_sides)
    if finding.note:
        lines.append(("What it means", finding.note))
    lines.append(("Where", finding.paragraphs))
    return Card(_title(finding), finding.outcome, tuple(lines))


def _checked(heading: str, arithmetic: str, sides: tuple[Interval, ...]) -> list[tuple[str, str]]:
    """The arithmetic, and what its sides come to where that says more."""
    words = arithmetic_words(arithmetic)
    lines = [(heading, words)]
    against = " against ".join(interval_words(side) for side in sides)
    if against and against != words.replace(" = ", " against ").replace(" > ", " against "):
        lines.append(("That is", against))
    return lines


def _sound(findings: tuple[Finding, ...]) -> Table:
    return table_of(
        "audit_sound",
        f"Identities that hold as printed ({len(findings)})",
        [
            {
                "identity": _title(finding),
                "arithmetic": arithmetic_words(finding.arithmetic),
                "paragraphs": finding.paragraphs,
            }
            for finding in findings
        ],
        {"identity": "What holds", "arithmetic": "As printed", "paragraphs": "Where"},
        basis="published",
        folded=True,
        searchable=True,
    )


def _implied(quantities: tuple[ImpliedQuantity, ...]) -> Table:
    return table_of(
        "audit_implied",
        "Figures that can be inferred",
        [
            {
                "quantity": found.title,
                "allowed": _allowed(found),
                "unit": found.unit,
                "period": found.period,
                "arithmetic": arithmetic_words(found.arithmetic),
                "note": found.note or "none",
                "interval": interval_words(found.interval),
                "places": "; ".join(
                    dict.fromkeys(
                        f"{figure.document.title}, {figure.place}" for figure in found.figures
                    )
                ),
            }
            for found in quantities
        ],
        {
            "quantity": "Quantity",
            "allowed": "Allowed values",
            "unit": "Unit",
            "period": "Period",
            "arithmetic": "Worked out as",
            "note": "Note",
            "interval": "Range before rounding to whole numbers",
            "places": "From the figures in",
        },
        ("Bounds, not estimates: every value inside is as possible as any other.",),
        basis="published",
    )


def _allowed(found: ImpliedQuantity) -> str:
    """The interval in words; for what comes whole, its smallest and largest whole number."""
    interval = found.interval
    is_bounded = not (math.isinf(interval.low) or math.isinf(interval.high))
    inside = found.whole_numbers if is_bounded and found.unit.split()[0] in _WHOLE else None
    if inside is None:
        return interval_words(interval)
    low, high = (number_words(bound) for bound in inside)
    return low if low == high else f"{low} to {high}"


def _all_findings(audit: Audit) -> Table:
    """Every finding as data, for the workbook and the CSV file."""
    frame = audit.to_frame().replace("", "none")
    return Table(
        "audit_findings",
        f"All {len(audit.findings)} findings as data",
        frame,
        {name: name.replace("_", " ").capitalize() for name in frame.columns},
        tuple(f"{outcome.capitalize()}: {meaning}." for outcome, meaning in _MEANING.items()),
        basis="published",
        folded=True,
        searchable=True,
    )
