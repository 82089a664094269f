"""``riskmodel published``: the printed tables, their audit, and whether they are intact."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_csv,
    print_frame,
    print_json,
    print_table,
)

__all__ = ["app"]

app = typer.Typer(
    help="The tables that the report card published, and the audit of their arithmetic.",
    no_args_is_help=True,
)

FIGURE_COLUMNS = (
    "printed",
    "value",
    "low",
    "high",
    "interval",
    "unit",
    "of",
    "period",
    "document",
    "paragraph",
    "measures",
)


@app.command("list")
def list_tables(form: FormatOption = "text") -> None:
    """List the published tables."""
    from riskmodel.published import load_table, table_ids

    choose("format", form, FORMATS)
    columns = ("table", "title", "rows", "figures", "document", "paragraph")
    tables = [load_table(table) for table in table_ids()]
    rows: list[tuple[Any, ...]] = [
        (
            table.id,
            table.title,
            len(table.rows),
            len(table.cells),
            table.document.title,
            table.paragraph,
        )
        for table in tables
    ]
    if form == "csv":
        print_csv(columns, rows)
    elif form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(
            ("Table", "What it shows", "Rows", "Figures", "Para"),
            [(row[0], row[1], str(row[2]), str(row[3]), row[5]) for row in rows],
            right=(2, 3),
            whole=(0,),
        )


@app.command("show")
def show(
    table: Annotated[
        str, typer.Argument(help="Table id, as `riskmodel published list` prints it.")
    ],
    form: FormatOption = "text",
    figures: Annotated[
        bool,
        typer.Option(
            "--figures", help="One row a figure, with its interval, unit, period and paragraph."
        ),
    ] = False,
) -> None:
    """Print one published table, digit for digit."""
    from riskmodel.published import load_table

    choose("format", form, FORMATS)
    found = load_table(table)
    if figures or found.id == "statements":
        _show_figures(found, form)
    else:
        _show_printed(found, form)


def _show_printed(table: Any, form: str) -> None:
    columns = [column.name for column in table.columns]
    if form == "csv":
        print_csv(columns, table.plain_rows())
    elif form == "json":
        print_json(
            [
                {
                    column.name: table.figure(row[0], column.name).value
                    if column.kind == "figure"
                    else cell
                    for column, cell in zip(table.columns, row, strict=True)
                }
                for row in table.rows
            ]
        )
    else:
        numeric = [
            position for position, column in enumerate(table.columns) if column.kind == "figure"
        ]
        print_table(
            [column.label for column in table.columns],
            table.rows,
            title=table.title,
            right=numeric,
            whole=(0,),
        )
        console().print(f"{table.document}, para {table.paragraph}", markup=False)
        if table.note:
            console().print(table.note, markup=False)


def _show_figures(table: Any, form: str) -> None:
    if not table.cells and form == "text":
        console().print(f"{table.id} holds labels and no figures.", markup=False)
    is_statements = table.id == "statements"
    keys = ("id",) if is_statements else (table.key, "column")
    found = [
        ((row,) if is_statements else (row, column), figure)
        for (row, column), figure in table.cells.items()
    ]
    _print_figures(keys, found, form, title=table.title)


def _print_figures(
    keys: tuple[str, ...], found: Sequence[tuple[tuple[str, ...], Any]], form: str, *, title: str
) -> None:
    """One row a figure: its keys, then what is printed, what that means, and where it stands."""
    columns = (*keys, *FIGURE_COLUMNS)
    rows = [(*names, *_figure_cells(figure)) for names, figure in found]
    if form == "csv":
        print_csv(columns, rows)
    elif form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif found:
        print_table(
            ("Figure", "Printed", "Unit", "Period", "Where"),
            [
                (
                    # A statement is a figure by itself: table and column say nothing more.
                    names[-2] if names[-1] == "reading" else ": ".join(names),
                    figure.printed,
                    f"{figure.unit.label} of {figure.of}" if figure.of else figure.unit.label,
                    figure.period,
                    f"{figure.document.title}, {figure.place}",
                )
                for names, figure in found
            ],
            title=title,
            whole=(1,),
        )


def _figure_cells(figure: Any) -> tuple[Any, ...]:
    low, high = float(figure.interval.low), float(figure.interval.high)
    return (
        figure.printed,
        figure.value,
        low if math.isfinite(low) else None,
        high if math.isfinite(high) else None,
        str(figure.interval),
        figure.unit.id,
        figure.of,
        figure.period,
        figure.document.id,
        figure.paragraph,
        figure.measures,
    )


@app.command("find")
def find(
    words: Annotated[
        list[str], typer.Argument(help="A printed number such as 303, or words such as plan length")
    ],
    form: FormatOption = "text",
) -> None:
    """Find figures by number or words, with the paragraph of each; exit 1 when there are none."""
    from riskmodel.published import find_figures

    choose("format", form, FORMATS)
    text = " ".join(words)
    found = find_figures(text)
    if not found and form == "text":
        console().print(f"No figure is printed as {text!r} or described with these words.")
    keys = ("table", "row", "column")
    _print_figures(keys, found, form, title=f"{len(found)} figures")
    raise typer.Exit(0 if found else 1)


@app.command("audit")
def audit(
    form: FormatOption = "text",
    every: Annotated[
        bool, typer.Option("--all", help="In text, also print what holds, one line each.")
    ] = False,
) -> None:
    """Check the published arithmetic; exit 1 when anything fails as printed.

    Each finding is `published` (holds at the printed precision), `repaired` (fails as printed,
    and one stated reading repairs it) or `conflict` (fails, and no reading is known).
    """
    from riskmodel.published import audit as run_audit

    choose("format", form, FORMATS)
    found = run_audit()
    if form == "csv":
        print_frame(found.to_frame(), form)
    elif form == "json":
        print_json(
            {
                "counts": found.counts(),
                "findings": found.to_frame().to_dict("records"),
                "implied": found.implied_frame().to_dict("records"),
            }
        )
    else:
        _print_audit(found, every)
    raise typer.Exit(0 if found.is_clean else 1)


def _print_audit(found: Any, every: bool) -> None:
    from riskmodel.report.wording import arithmetic_words, interval_words

    out = console()
    for outcome in ("conflict", "repaired"):
        for finding in found.with_outcome(outcome):
            for line in _finding_lines(finding):
                out.print(line, markup=False)
            out.print()
    if every:
        for finding in found.with_outcome("published"):
            case = f" – {finding.case}" if finding.case else ""
            shown = arithmetic_words(finding.arithmetic)
            out.print(f"published: {finding.title}{case}: {shown}", markup=False)
        out.print()
    out.print("Not published, but bounded by what is:")
    for quantity in found.implied:
        out.print(
            f"  {quantity.title}: {interval_words(quantity.interval)} {quantity.unit}, from "
            f"{arithmetic_words(quantity.arithmetic)}",
            markup=False,
        )
    out.print()
    counts = found.counts()
    out.print(
        f"{len(found.findings)} checks: {counts['published']} hold at the printed precision, "
        f"{counts['repaired']} fail as printed and are repaired by a stated reading, "
        f"{counts['conflict']} conflict."
    )


def _finding_lines(finding: Any) -> Iterator[str]:
    from riskmodel.report.wording import arithmetic_words, interval_words

    def values(sides: Any) -> str:
        return " against ".join(interval_words(side) for side in sides)

    yield f"{finding.outcome}: {finding.title}" + (f" – {finding.case}" if finding.case else "")
    yield f"  as printed: {arithmetic_words(finding.arithmetic)}"
    if finding.arithmetic.startswith("same_quantity"):
        yield from (f"    {figure}" for figure in finding.figures)
    elif finding.sides:
        yield f"  that is: {values(finding.sides)}"
    if finding.reading:
        yield f"  reading that repairs it: {finding.reading}"
    if finding.repaired_arithmetic:
        shown = arithmetic_words(finding.repaired_arithmetic)
        yield f"  then: {shown}; that is: {values(finding.repaired_sides)}"
    if finding.note:
        yield f"  {finding.note}"
    yield f"  [{finding.paragraphs}]"


@app.command("implied")
def implied(form: FormatOption = "text") -> None:
    """Print the unpublished quantities that the published figures bound."""
    from riskmodel.published import audit as run_audit

    choose("format", form, FORMATS)
    found = run_audit()
    if form != "text":
        print_frame(found.implied_frame(), form)
        return
    from riskmodel.report.wording import interval_words

    print_table(
        ("Quantity", "Can be", "Unit", "Period"),
        [
            (quantity.title, interval_words(quantity.interval), quantity.unit, quantity.period)
            for quantity in found.implied
        ],
    )


@app.command("verify")
def verify(form: FormatOption = "text") -> None:
    """Check that the tables on this machine are those of the release; exit 1 when they are not."""
    from riskmodel.published import verify as run_verify

    choose("format", form, FORMATS)
    checks = run_verify()
    columns = ("check", "passed", "found")
    rows = [(check.name, check.passed, check.found) for check in checks]
    if form == "csv":
        print_csv(columns, rows)
    elif form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(
            ("Check", "Result", "Found"),
            [(name, "ok" if passed else "FAILED", text) for name, passed, text in rows],
        )
    raise typer.Exit(0 if all(check.passed for check in checks) else 1)
