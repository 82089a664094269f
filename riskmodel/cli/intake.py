"""``riskmodel intake``: what a file holds and what is wrong with it, and panels of open data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.folder import code_within, table_in
from riskmodel.cli.options import MonthsMappingOption
from riskmodel.cli.output import (
    FormatOption,
    check_folder,
    choose,
    console,
    show,
    tell,
)
from riskmodel.cli.protection import MappingOption, SheetOption, TableOptions
from riskmodel.core.files import write_file
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError, OutputError

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
            help="A return (.xml), a table (.csv, .xlsx, .parquet), a folder of tables, a return "
            "on children looked after (SSDA903), the lists of Annex A, or an authority's folder."
        ),
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the file for the first issue, with exit 2.")
    ] = False,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    issues_out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write each issue with its line or child. Keep it in-house."
        ),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """Say what a file holds and what is wrong with it; exit 1 when more than notes are found."""
    from riskmodel.intake import NOTES, read_assessments, summarise
    from riskmodel.intake.involvements import has_involvements, read_involvements
    from riskmodel.intake.result import issues_frame

    if issues_out is not None:
        _refuse_existing(issues_out)
    place, options = table_in(path, TableOptions(mapping, sheet))
    if place is None:
        raise DataError("holds no return: it has published counts", file=path.name)
    path, mapping, sheet = place, options.mapping, options.sheet
    try:
        found = read_assessments(path, strict=strict, mapping=mapping, sheet=sheet)
    except DataError:
        # A return on children looked after and lists are no tables of assessments.
        other = _converted(path, strict) if mapping is None and sheet is None else None
        if other is None and has_involvements(path):
            raise DataError(
                "holds involvements and no table of assessments: riskmodel caseload "
                f"{path.name} --show workers counts them",
                file=path.name,
            ) from None
        if other is None:
            raise
        made, summary = other
        issues, accounts, is_sound = made.issues, made.accounts, set(made.counts) <= set(NOTES)
    else:
        involved = read_involvements(path, strict=strict) if has_involvements(path) else None
        summary = summarise(found, involved)
        issues = (*found.issues, *(() if involved is None else involved.issues))
        accounts, is_sound = summary.accounts, summary.is_sound
    if issues_out is not None:
        _write(issues_out, _as_text(issues_frame(issues)))
        if form == "text":
            print(f"{len(issues):,} issues written.")
    show(summary, form)
    if form == "csv":
        tell(*accounts)
    raise typer.Exit(0 if is_sound else 1)


def _converted(path: Path, strict: bool) -> tuple[Any, Any] | None:
    """What a source holds that `convert` alone reads, and its summary; None for any other."""
    from riskmodel.intake import convert as convert_sources
    from riskmodel.intake import converted_view, convertible_kind

    try:
        kind = convertible_kind(path)
    except DataError:
        return None
    if not kind:
        return None
    made = convert_sources([path], strict=strict)
    return made, converted_view(path.name, kind, made)


@app.command("panel")
def panel(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Open data of the Department for Education, and plain panels; CSV, in any order."
        ),
    ],
    out: Annotated[Path, typer.Option(help="CSV to make: one row an authority and year.")],
    factors_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="CSV to make of the factors, one row a code."),
    ] = None,
    layout: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Says what further columns mean."),
    ] = None,
    authority: Annotated[
        str | None,
        typer.Option(help="Keep this authority, by code or name, its neighbours and England."),
    ] = None,
    neighbours: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Statistical neighbours: la_code and neighbour_code, the nearest first; or the "
            "Department's own table.",
        ),
    ] = None,
    notes_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="CSV to make of the notes, one row each."),
    ] = None,
) -> None:
    """Put open data files together into one panel of authorities; symbols stay symbols."""
    from riskmodel.intake import panel_text, read_dfe_factors, read_layouts, read_panels

    places = [place for place in (out, factors_out, notes_out) if place is not None]
    for place in places:
        _refuse_existing(place)
    if len({place.absolute() for place in places}) < len(places):
        raise OutputError("--out, --factors-out and --notes-out need files of their own")
    found = read_panels(paths, layouts=() if layout is None else read_layouts(layout))
    found = _of_authority(found, authority, neighbours)
    rows = None if factors_out is None else read_dfe_factors(paths)
    _write(out, panel_text(found))
    print(found.summary())
    if factors_out is not None and rows is not None:
        _write(factors_out, rows.to_frame().to_csv(index=False, lineterminator="\n"))
        print(rows.summary())
    _tell_notes((*found.notes, *(() if rows is None else rows.notes)), notes_out)


@app.command("snapshots")
def snapshots(
    path: Annotated[
        Path, typer.Argument(help="Monthly stocks and flows of your own: .csv or .xlsx.")
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what would be noted, with exit 2.")
    ] = False,
    mapping: MonthsMappingOption = None,
    sheet: SheetOption = None,
    form: FormatOption = "text",
) -> None:
    """Say what a table of monthly snapshots holds: series, missing months, contradictions."""
    from riskmodel.core.result import View
    from riskmodel.intake import read_snapshots

    series = read_snapshots(path, strict=strict, sheet=sheet, mapping=mapping)
    frame = pd.concat([each.to_frame() for each in series], ignore_index=True)
    frame["month_end"] = frame["month_end"].dt.strftime("%Y-%m-%d")
    whole = ["stock", "starts", "ends", "unexplained"]
    frame[whole] = frame[whole].astype("Int64").astype(object).where(frame[whole].notna(), None)
    notes = [note for each in series for note in each.notes]
    said = [
        *(each.summary() for each in series),
        *(f"Note ({note.rule}): {note}." for note in notes),
    ]
    data = {"months": frame.to_dict("records"), "notes": [_as_data(note) for note in notes]}
    show(View(frame, "\n".join(said), pd.DataFrame(), data=data), form)
    if form == "csv":
        tell(*(f"note ({note.rule}): {note}" for note in notes))


@app.command("convert")
def convert(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Returns of the children in need census (one or several years), a return on "
            "children looked after (SSDA903, a folder of one or several years), the lists of Annex "
            "A, or a folder of tables of the Standard Safeguarding Dataset."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE.csv", help="CSV to make. Keep it in-house.")],
    to: Annotated[
        str,
        typer.Option(help="months: stocks, starts and ends by month; wide: one row an assessment."),
    ] = "months",
    since: Annotated[
        str | None,
        typer.Option(metavar="2015-04", help="First month for which the sources hold everybody."),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="2016-03", help="Last such month.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the sources for the first issue, with exit 2.")
    ] = False,
    issues_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write each issue with its line. Keep it in-house."),
    ] = None,
) -> None:
    """Turn returns and lists into months of your own, or into a table of assessments."""
    from riskmodel.intake import convert as convert_sources
    from riskmodel.intake import months_between, months_text
    from riskmodel.intake.result import issues_frame

    choose("to", to, ("months", "wide"))
    for place in (out, *([] if issues_out is None else [issues_out])):
        _refuse_existing(place)
    if (since is None) != (until is None):
        raise DataError("--since and --until go together: the first and the last month")
    window = months_between(since, until) if since and until else None
    made = convert_sources(sources, window=window, strict=strict)
    if to == "wide" and made.assessments is None:
        raise DataError("holds no assessments; --to months gives its months", file=sources[0].name)
    if to == "months" and not made.series:
        raise DataError("holds no plan and no child looked after", file=sources[0].name)
    table = made.assessments
    _write(out, months_text(made.series) if to == "months" or table is None else _wide(table))
    if issues_out is not None:
        _write(issues_out, _as_text(issues_frame(made.issues)))
    _tell_converted(made, to)


def _tell_converted(made: Any, to: str) -> None:
    """What was written, what became of every record, and the issues by rule."""
    from riskmodel.intake import DEPARTMENT_RULES, RULES

    table = made.assessments
    out_console = console()
    told = _month_words(made.series) if to == "months" else []
    if told:
        told.append("These are the months for which the sources hold everybody.")
    elif table is not None and not table.factors:
        told.append("The assessments have no factors: the table holds dates and plans alone.")
    for text in (*told, *made.accounts):
        out_console.print(text, markup=False)
    for rule, count in made.counts.items():
        number = DEPARTMENT_RULES.get(rule)
        told_by = f"; rule {number} of the Department" if number else ""
        out_console.print(f"Issue ({rule}, {count:,}{told_by}): {RULES[rule]}.", markup=False)


def _month_words(series: Any) -> list[str]:
    """What is in months counted from records: small stocks withheld, small counts announced."""
    from riskmodel.parameters import parameter

    most = int(parameter("disclosure_threshold").value)
    small = sum(one.small(most) for one in series)
    told = [f"{one.summary(most)}." for one in series]
    if small:
        told.append(
            f"{small:,} of its counts are from 1 to {most}: the file is for working with; withhold "
            "them ([c]) before its months go further."
        )
    return told


def _wide(table: Any) -> str:
    """A table of assessments as CSV, in the columns that every command reads."""
    from riskmodel.disclosure import inert

    frame = table.frame.copy()
    for name in frame.select_dtypes(["object", "str"]):
        frame[name] = frame[name].map(inert, na_action="ignore")
    text: str = frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text


def _as_data(note: Any) -> dict[str, str]:
    """A note as data."""
    return {"rule": note.rule, "la_code": note.la_code, "message": note.message}


def _of_authority(found: Any, authority: str | None, neighbours: Path | None) -> Any:
    """The panel of an authority, its neighbours and England, where one was named."""
    from riskmodel.intake import read_neighbours, with_neighbours

    if authority is None:
        if neighbours is not None:
            raise DataError("--neighbours goes with --authority: whose neighbours?")
        return found
    code = code_within(found, authority)
    listed = {code: ()} if neighbours is None else read_neighbours(neighbours)
    return with_neighbours(found, code, listed)


def _tell_notes(notes: Any, notes_out: Path | None) -> None:
    """How many notes by rule; all of them in a file where one was asked for."""
    from collections import Counter

    from riskmodel.intake import PANEL_RULES

    for rule, count in Counter(note.rule for note in notes).items():
        first = next(note for note in notes if note.rule == rule)
        print(f"Note ({rule}, {count:,}): {PANEL_RULES[rule]}. First: {first}.")
    if notes_out is not None:
        rows = pd.DataFrame(
            [_as_data(note) for note in notes], columns=["rule", "la_code", "message"]
        )
        _write(notes_out, _as_text(rows))


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise OutputError(f"{path.name} is there already; give another name or remove it")
    check_folder(path)


def _as_text(frame: pd.DataFrame) -> str:
    """A table as CSV; cells are quoted from other people's files, so none is left a formula."""
    from riskmodel.disclosure import inert

    return frame.map(inert).to_csv(index=False, lineterminator="\n")


def _write(path: Path, text: str) -> None:
    write_file(path, text.encode())
