"""``riskmodel published``: the printed tables, their audit, and whether they are intact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.output import FormatOption, listing, show
from riskmodel.core.lazy import pd

if TYPE_CHECKING:
    from riskmodel.published import Audit

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

    columns = ("table", "title", "rows", "figures", "document", "paragraph")
    rows = [
        (
            table.id,
            table.title,
            len(table.rows),
            len(table.cells),
            table.document.title,
            table.paragraph,
        )
        for table in map(load_table, table_ids())
    ]
    shown = {"table": "table", "title": "what it shows", "rows": "rows", "figures": "figures"}
    show(listing(columns, rows, {**shown, "paragraph": "para"}), form)


@app.command("show")
def show_table(
    table: Annotated[
        str, typer.Argument(help="Table id, as `riskmodel published list` prints it.")
    ],
    form: FormatOption = "text",
    figures: Annotated[
        bool,
        typer.Option(
            "--figures", help="One row a figure, with its range, unit, period and paragraph."
        ),
    ] = False,
) -> None:
    """Print one published table, digit for digit."""
    from riskmodel.published import load_table

    found = load_table(table)
    if not figures and found.id != "statements":
        show(_printed(found), form)
        return
    is_statements = found.id == "statements"
    cells = [
        ((row,) if is_statements else (row, column), figure)
        for (row, column), figure in found.cells.items()
    ]
    said = "" if cells else f"{found.id} holds labels and no figures."
    show(_figures(("id",) if is_statements else (found.key, "column"), cells, said), form)


def _printed(table: Any) -> Any:
    """A table digit for digit: as text with its signs, as data with numbers."""
    columns = [column.name for column in table.columns]
    labels = [column.label for column in table.columns]
    data = [
        {
            column.name: table.figure(row[0], column.name).value
            if column.kind == "figure"
            else cell
            for column, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]
    return listing(
        columns,
        table.plain_rows(),
        shown=pd.DataFrame(table.rows, columns=labels),
        title=table.title,
        notes=(f"{table.document}, para {table.paragraph}", table.note),
        data=data,
    )


def _figures(keys: tuple[str, ...], found: Sequence[tuple[tuple[str, ...], Any]], said: str) -> Any:
    """One row a figure: its keys, then what is printed, what that means, and where it stands."""
    shown = pd.DataFrame(
        {
            # A statement is a figure by itself: table and column say nothing more.
            "figure": names[-2] if names[-1] == "reading" else ": ".join(names),
            "printed": figure.printed,
            "unit": f"{figure.unit.label} of {figure.of}" if figure.of else figure.unit.label,
            "period": figure.period,
            "where": f"{figure.document.title}, {figure.place}",
        }
        for names, figure in found
    )
    rows = [(*names, *_figure_cells(figure)) for names, figure in found]
    return listing((*keys, *FIGURE_COLUMNS), rows, shown=shown, said=said)


def _figure_cells(figure: Any) -> tuple[Any, ...]:
    return (
        figure.printed,
        figure.value,
        float(figure.interval.low),
        float(figure.interval.high),
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

    text = " ".join(words)
    found = find_figures(text)
    said = f"{len(found)} figures"
    if not found:
        said = f"No figure is printed as {text!r} or described with these words."
    show(_figures(("table", "row", "column"), found, said), form)
    raise typer.Exit(0 if found else 1)


@app.command("audit")
def audit(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of an authority, or of its published tables. [default: the tables that "
            "ship]"
        ),
    ] = None,
    form: FormatOption = "text",
    every: Annotated[bool, typer.Option("--all", help="In text, also print what holds.")] = False,
) -> None:
    """Check the published arithmetic; exit 1 when anything fails as printed.

    In csv and json the outcome of each finding is `published` (holds at the printed precision),
    `repaired` (fails as printed, and is explained by one stated reading) or `conflict` (fails, and
    is unresolved).
    """
    from riskmodel.core.result import View
    from riskmodel.published import audit as run_audit

    found = run_audit() if folder is None else _own_audit(folder)
    shown = found.findings if every else [one for one in found if one.outcome != "published"]
    lines = [line for finding in shown for line in _finding_lines(finding)]
    data = {
        "counts": found.counts(),
        "findings": found.to_frame().to_dict("records"),
        "implied": found.implied_frame().to_dict("records"),
    }
    show(
        View(
            found.to_frame(),
            "\n".join([found.summary(), *lines]),
            _inferred_frame(found),
            "Figures that can be inferred: not published, but bounded by what is"
            if found.implied
            else "",
            data=data,
        ),
        form,
    )
    raise typer.Exit(0 if found.is_clean else 1)


def _own_audit(folder: Path) -> Audit:
    """The audit of an authority's own published tables."""
    from riskmodel.authority.folder.own_tables import read_own_tables
    from riskmodel.cli.folder import opened

    authority = opened(folder)
    if authority is None:
        return read_own_tables(folder, folder.resolve().name).audit
    return authority.own_tables.audit


def _finding_lines(finding: Any) -> Iterator[str]:
    from riskmodel.published.findings import OUTCOME_WORDS
    from riskmodel.report.wording import arithmetic_words, interval_words

    def values(sides: Any) -> str:
        return " against ".join(interval_words(side) for side in sides)

    outcome = OUTCOME_WORDS[finding.outcome]
    yield ""
    yield f"{outcome}: {finding.title}" + (f" – {finding.case}" if finding.case else "")
    yield f"  as printed: {arithmetic_words(finding.arithmetic)}"
    if finding.arithmetic.startswith("same_quantity"):
        yield from (f"    {figure}" for figure in finding.figures)
    elif finding.sides:
        yield f"  that is: {values(finding.sides)}"
    if finding.reading:
        yield f"  reading that explains it: {finding.reading}"
    if finding.repaired_arithmetic:
        shown = arithmetic_words(finding.repaired_arithmetic)
        yield f"  then: {shown}; that is: {values(finding.repaired_sides)}"
    if finding.note:
        yield f"  {finding.note}"
    yield f"  [{finding.paragraphs}]"


def _inferred_frame(found: Any) -> Any:
    from riskmodel.report.wording import arithmetic_words, interval_words

    return pd.DataFrame(
        {
            "figure": quantity.title,
            "can be": interval_words(quantity.interval),
            "unit": quantity.unit,
            "period": quantity.period,
            "from": arithmetic_words(quantity.arithmetic),
        }
        for quantity in found.implied
    )


@app.command("implied")
def implied(form: FormatOption = "text") -> None:
    """Print figures that can be inferred: not published, but bounded by what is."""
    from riskmodel.core.result import View
    from riskmodel.published import audit as run_audit

    found = run_audit()
    show(View(found.implied_frame(), shown=_inferred_frame(found)), form)


@app.command("verify")
def verify(form: FormatOption = "text") -> None:
    """Check that the tables on this machine are those of the release; exit 1 when they are not."""
    from riskmodel.published import verify as run_verify

    checks = run_verify()
    failed = [check.name for check in checks if not check.passed]
    said = f"FAILED: {', '.join(failed)}." if failed else f"All {len(checks)} checks passed."
    rows = [(check.name, check.passed, check.found) for check in checks]
    show(listing(("check", "passed", "found"), rows, said=said), form)
    raise typer.Exit(1 if failed else 0)
