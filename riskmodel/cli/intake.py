"""``riskmodel intake``: what a file holds and what is wrong with it, and panels of open data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_frame,
    print_json,
    print_table,
)

__all__ = ["app"]

app = typer.Typer(
    help=(
        "Read an authority's own files and open data. What is printed is counts; references of "
        "children go to the issues file only, which must not leave the authority."
    ),
    no_args_is_help=True,
)


@app.command("check")
def check(
    path: Annotated[
        Path,
        typer.Argument(
            help="A return (.xml), a table (.csv, .xlsx, .parquet), or a folder of tables."
        ),
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the file for the first issue, with exit 2.")
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Says how the table names its columns."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook. [default: the first one]")
    ] = None,
    issues_out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write each issue with its line or child. Keep it in-house."
        ),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """Say what a file holds and what is wrong with it; exit 1 when more than notes are found."""
    from riskmodel.intake import read_assessments, summarise

    choose("format", form, FORMATS)
    if issues_out is not None:
        _refuse_existing(issues_out)
    found = read_assessments(path, strict=strict, mapping=mapping, sheet=sheet)
    if issues_out is not None:
        _write(issues_out, found.issues_frame().to_csv(index=False, lineterminator="\n"))
    summary = summarise(found)
    if form == "text":
        _print_summary(summary)
        if issues_out is not None:
            console().print(f"{len(found.issues):,} issues written.", markup=False)
    elif form == "csv":
        print_frame(summary.to_frame(), form)
    else:
        print_json({"sound": summary.is_sound, "counts": summary.to_frame().to_dict("records")})
    raise typer.Exit(0 if summary.is_sound else 1)


@app.command("panel")
def panel(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Open data of the Department for Education, CSV, in any order."),
    ],
    out: Annotated[Path, typer.Option(help="CSV to make: one row an authority and year.")],
    factors_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="CSV to make of the factors, one row a code."),
    ] = None,
) -> None:
    """Put open data files together into one panel of authorities; symbols stay symbols."""
    from riskmodel.intake import panel_text, read_dfe, read_dfe_factors

    for place in (out, factors_out):
        if place is not None:
            _refuse_existing(place)
    found = read_dfe(paths)
    rows = None if factors_out is None else read_dfe_factors(paths)
    _write(out, panel_text(found))
    print(found)
    if factors_out is not None and rows is not None:
        _write(factors_out, rows.to_frame().to_csv(index=False, lineterminator="\n"))
        print(rows)


def _refuse_existing(path: Path) -> None:
    from riskmodel.errors import OutputError

    if path.exists():
        raise OutputError(f"{path.name} is there already; give another name or remove it")


def _write(path: Path, text: str) -> None:
    """Write a file that is whole or not there."""
    from riskmodel.errors import OutputError

    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"{path.name} cannot be written: {error.strerror}") from error


def _print_summary(summary: Any) -> None:
    frame = summary.to_frame()
    used = dict(summary.rows).get("assessments_used", 0)
    titles = {
        "rows": "Rows",
        "years": "Assessments by census year",
        "coverage": "Coverage",
        "unknown codes": "Unknown codes",
    }
    for section, title in titles.items():
        part = frame[frame["section"] == section]
        if part.empty:
            continue
        share = section == "coverage"
        print_table(
            ("", "Count", "Share") if share else ("", "Count"),
            [
                (row.item, f"{row.count:,}", *((_share(row.count, used),) if share else ()))
                for row in _rows(part)
            ],
            right=(1, 2) if share else (1,),
            whole=(0,),
            title=title,
        )
    wrong = frame[frame["section"].isin(["issues", "notes"])]
    if not wrong.empty:
        print_table(
            ("Rule", "Count", "", "What is done"),
            [
                (row.item, f"{row.count:,}", "note" if row.section == "notes" else "", row.meaning)
                for row in _rows(wrong)
            ],
            right=(1,),
            whole=(0,),
            title="Issues",
        )
    out = console()
    for each in summary.breaks:
        out.print(f"Break in series: {each}.", markup=False)
    out.print(f"{summary}.", markup=False)


def _rows(frame: Any) -> list[Any]:
    from types import SimpleNamespace

    return [SimpleNamespace(**row) for row in frame.to_dict("records")]


def _share(count: int, of: int) -> str:
    if not of:
        return "-"
    if 0 < of - count < of / 1000:
        return ">99.9%"
    return f"{100 * count / of:.1f}%"
