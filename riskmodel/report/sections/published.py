"""The published tables rebuilt beside the printed figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from riskmodel.core.lazy import pd
from riskmodel.published import Audit, Document, Outcome, PublishedTable
from riskmodel.report.model import Block, Chart, Paragraph, Section, Table
from riskmodel.report.rebuild import Recomputed, recomputed_figures
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.wording import count_of, join_words

__all__ = ["place_of", "published_section"]

Verdicts = dict[str, set[tuple[int, Outcome]]]

_WORST_FIRST: tuple[tuple[Outcome, str], ...] = (
    ("conflict", "unresolved"),
    ("repaired", "explained by one reading"),
    ("published", "sound"),
)


def published_section(tables: Sequence[PublishedTable], audit: Audit) -> Section:
    """Each published table, with what its own counts give and what the audit found.

    Parameters
    ----------
    tables
        The published tables; the one with id ``statements`` holds the figures in prose.
    audit
        Findings, for a column that says how each row fared.
    """
    statements = next((table for table in tables if table.id == "statements"), None)
    verdicts = _verdicts(audit)
    blocks: list[Block] = []
    again: list[Recomputed] = []
    for table in tables:
        if table is statements:
            blocks.append(_statements(table, verdicts))
            continue
        found = {} if statements is None else recomputed_figures(table, statements)
        again += found.values()
        blocks.append(_rebuilt(table, found, verdicts))
        if table.id == "activity_snapshots":
            blocks.append(_snapshots(table))
    introduction = Paragraph(_introduction(tables, again))
    return Section("published", "The published tables", (introduction, *blocks))


def place_of(document: Document, paragraph: str) -> str:
    """Document, body, date and paragraph, for a reader."""
    where = f"paragraph {paragraph}" if paragraph[:1].isdigit() else paragraph
    return f"{document}, {where}"


def _introduction(tables: Sequence[PublishedTable], again: Sequence[Recomputed]) -> str:
    number = sum(len(table.cells) for table in tables)
    agreeing = sum(found.agrees is True for found in again)
    undefined = sum(found.agrees is None for found in again)
    differing = [found for found in again if found.agrees is False]
    words = (
        f"{number:,} published figures in {count_of(len(tables), 'table')}, each with the document "
        "and paragraph where it stands. "
    )
    if again:
        words += (
            f"{count_of(len(again), 'percentage')} follow from counts printed beside them: "
            f"{agreeing} come out to the printed digit"
        )
    if differing:
        words += ", " + join_words(
            f"{found.figure.measures} is {found.text} where {found.figure.printed} is printed"
            for found in differing
        )
    if undefined:
        words += f", and {undefined} cannot be worked out because it starts from zero"
    return words.rstrip(". ") + ". Cells are as printed, to the last digit."


def _verdicts(audit: Audit) -> Verdicts:
    """The findings that each figure enters, by its id."""
    found: Verdicts = defaultdict(set)
    for index, finding in enumerate(audit):
        for figure in finding.figures:
            found[figure.id].add((index, finding.outcome))
    return found


def _verdict(findings: set[tuple[int, Outcome]]) -> str:
    """How many checks a row took part in, the worst first."""
    counts = Counter(outcome for _, outcome in findings)
    shown = [f"{counts[outcome]} {words}" for outcome, words in _WORST_FIRST if counts[outcome]]
    return ", ".join(shown) or "not checked"


def _rebuilt(
    table: PublishedTable,
    again: dict[tuple[str, str], Recomputed],
    verdicts: Verdicts,
) -> Table:
    """Printed cells, each recomputed percentage beside the printed one, and the audit's verdict."""
    rebuilt = {column for _, column in again}
    labels = {column.name: column.label for column in table.columns}
    rows = []
    for cells in table.rows:
        row: dict[str, str] = {}
        checked: set[tuple[int, Outcome]] = set()
        for column, cell in zip(table.columns, cells, strict=True):
            row[column.name] = cell
            if column.kind == "figure":
                checked |= verdicts.get(table.cells[cells[0], column.name].id, set())
            if column.name in rebuilt:
                found = again[cells[0], column.name]
                row[f"{column.name}_recomputed"] = found.text
        if rebuilt:
            row["same_digits"] = _same_digits([again[cells[0], name] for name in sorted(rebuilt)])
        if table.cells:
            row["audit"] = _verdict(checked)
        rows.append(row)
    for column in table.columns:
        if column.name in rebuilt:
            labels[column.name] = f"{column.label}, printed"
            labels[f"{column.name}_recomputed"] = f"{column.label}, recomputed"
    labels["same_digits"] = "Same digits"
    labels["audit"] = "Checks in the audit"
    headings = {name: labels[name] for name in rows[0]}
    return table_of(
        table.id,
        table.title,
        rows,
        headings,
        tuple(note for note in (_units_note(table), table.note) if note),
        place_of(table.document, table.paragraph),
        "published",
        folded=len(table.rows) > 12,
    )


def _same_digits(found: Sequence[Recomputed]) -> str:
    """Whether everything worked out again in a row has the printed digits."""
    if any(one.agrees is False for one in found):
        return "no"
    return "yes" if all(one.agrees for one in found) else "not defined"


def _units_note(table: PublishedTable) -> str:
    """Units of the columns of figures, and their periods where the headings do not say them."""
    groups: dict[str, tuple[list[str], list[str]]] = {}
    for column in table.columns:
        if column.kind == "figure" and column.unit is not None:
            unit = f"{column.unit.label} ({column.of})" if column.of else column.unit.label
            names, periods = groups.setdefault(unit, ([], []))
            names.append(column.label)
            if column.period not in (column.label, "not stated", *periods):
                periods.append(column.period)
    parts = [
        f"{join_words(names)}: {unit}" + (f", {join_words(periods)}" if periods else "")
        for unit, (names, periods) in groups.items()
    ]
    return f"{'; '.join(parts)}." if parts else ""


def _statements(table: PublishedTable, verdicts: Verdicts) -> Table:
    rows = []
    for key in table.keys:
        figure = table.figure(key)
        row = {
            "printed": figure.printed,
            "reading": figure.reading,
            "unit": figure.unit.label,
            "of": figure.of or "not a share",
            "measures": figure.measures,
            "period": figure.period,
            "document": figure.document.title,
            "paragraph": figure.paragraph,
            "id": key,
        }
        row["audit"] = _verdict(verdicts.get(figure.id, set()))
        rows.append(row)
    return table_of(
        "statements",
        table.title,
        rows,
        {
            "printed": "As printed",
            "reading": "Read as",
            "unit": "Unit",
            "of": "Share or change of",
            "measures": "What it measures",
            "period": "Period",
            "document": "Document",
            "paragraph": "Paragraph",
            "id": "Identifier",
            "audit": "Checks in the audit",
        },
        (table.note,) if table.note else (),
        "Document and paragraph stand in each row",
        "published",
        folded=True,
        searchable=True,
    )


def _snapshots(table: PublishedTable) -> Chart:
    from riskmodel.report.charts import draw_snapshots

    counted = [column for column in table.columns if column.unit and column.unit.counted]
    groups = [
        (
            row,
            [float(table.figure(row, column.name).interval.low) for column in counted],
            [table.figure(row, column.name).printed for column in counted],
        )
        for row in table.keys
    ]
    drawing = draw_snapshots("activity", [column.label for column in counted], groups)
    told = "; ".join(f"{row}: {join_words(printed)}" for row, _, printed in groups)
    dates = join_words(column.label for column in counted)
    frame = pd.DataFrame(
        [
            {table.key: row, **dict(zip((c.name for c in counted), printed, strict=True))}
            for row, _, printed in groups
        ]
    )
    source = place_of(table.document, table.paragraph)
    return chart_of(
        "activity",
        "The three groups at each date",
        f"Three small line charts of the number of children in {dates}. {told}.",
        "Each scale starts at zero and ends a little above the group's own largest count, so "
        "heights compare within a group, not between groups.",
        drawing,
        Table(
            "activity",
            "Numbers behind the chart of the three groups",
            frame,
            {column.name: column.label for column in table.columns},
            source=source,
            basis="published",
        ),
    )
