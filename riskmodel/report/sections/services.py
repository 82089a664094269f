"""The services around: what is in time, what comes to them, who waits and the posts it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from riskmodel.report.model import Block, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import table_of
from riskmodel.services.views import overview

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.services.result import ServicePlan
    from riskmodel.services.timeliness import Timeliness

__all__ = [
    "services_point",
    "services_section",
    "services_table",
    "timeliness_point",
    "timeliness_section",
]


def timeliness_section(found: Timeliness, *, title: str) -> Section:
    """Shares in time of all months and by month, with what they rest on."""
    first, by_month = found.text_tables()
    basis = "observed" if found.policy is not None else "assumed"
    source = "; ".join(dict.fromkeys(one.source for one in found.measures))
    blocks: list[Block] = [Paragraph(found.summary())]
    for name, table in (("timeliness_all", first), ("timeliness_months", by_month)):
        frame = table.frame.rename(columns=lambda column: str(column).replace(" ", "_"))
        headings = dict(zip(frame.columns, _capitals(table.frame.columns), strict=True))
        blocks.append(Table(name, table.title, frame, headings, source=source, basis=basis))
    return Section("timeliness", title, (*blocks, *map(Paragraph, found.remarks())))


def timeliness_point(found: Timeliness) -> Point:
    """The shares in a sentence each, for the summary."""
    return Point(found.summary(), "timeliness")


def services_table(plans: Sequence[ServicePlan], name: str = "services_overview") -> Table:
    """Every service in the first and the last month: what it does to others."""
    frame = overview(plans).preview()
    headings = dict(zip(frame.columns, _capitals(frame.columns), strict=True))
    source = "the files of the folder services; each says what is assumed"
    title = "What comes to the services around, and what it takes"
    return Table(name, title, frame, headings, source=source, basis="projected")


def services_section(authority: Authority, plans: Sequence[ServicePlan], *, title: str) -> Section:
    """All services in one table, then a paragraph and the numbers that went in of each."""
    blocks: list[Block] = [
        Paragraph(
            "Central projections with no change of policy. Each service is a file of the folder: "
            "what it assumes stands below it."
        ),
        services_table(plans),
    ]
    for plan in plans:
        service = plan.service
        rows = plan.inputs().to_dict("records")
        headings = {"what goes in": "What goes in", "value": "Value"}
        blocks += [
            Paragraph(f"{service.label}. {service.about} {plan.summary()}"),
            table_of(
                f"service_{service.name}",
                service.label,
                rows,
                headings,
                source=service.source,
                basis=service.basis,
                folded=True,
            ),
        ]
    if authority.has("published"):
        blocks += list(_of_the_documents())
    return Section("services", title, tuple(blocks))


def services_point(plans: Sequence[ServicePlan]) -> Point:
    """How many services, and the one whose list grows most, in a sentence."""
    lists = [plan for plan in plans if plan.service.has_list]
    if not lists:
        return Point(f"{plans[0].summary()} Basis: projected.", "services")
    last = [plan.numbers("waiting", plan.months[-1])[0] for plan in lists]
    first = [float(plan.path().opening.mean()) for plan in lists]
    grown = [after - before for after, before in zip(last, first, strict=True)]
    return Point(f"{lists[grown.index(max(grown))].summary()} Basis: projected.", "services")


def _of_the_documents() -> list[Block]:
    """Missing children, return interviews and growth of the printed documents, and what is left."""
    from riskmodel.services.published import (
        growth_view,
        interviews_view,
        missing_view,
        paragraphs_view,
    )

    blocks: list[Block] = []
    for name, title, view, basis in (
        ("services_missing", "Children missing by number of episodes", missing_view(), "projected"),
        ("services_interviews", "", interviews_view(), "published"),
        ("services_growth", "Growth that a doubling assumes", growth_view(), "published"),
        ("services_paragraphs", "", paragraphs_view(), "published"),
    ):
        frame = view.to_frame().drop(columns="basis", errors="ignore")
        frame = frame.astype(object).where(frame.notna(), "not asked")
        for column in frame.columns:
            frame[column] = [
                round(cell, 3) if isinstance(cell, float) else cell for cell in frame[column]
            ]
        headings = {column: str(column).replace("_", " ").capitalize() for column in frame.columns}
        if view.summary():
            blocks.append(Paragraph(view.summary()))
        notes = tuple(view.remarks())
        source = "report card and missing-children report of November 2015"
        blocks.append(Table(name, title or view.title, frame, headings, notes, source, basis))
    return blocks


def _capitals(names: Iterable[object]) -> list[str]:
    return [text[:1].upper() + text[1:] for text in map(str, names)]
