"""``riskmodel intake``: what a file holds and what is wrong with it, and panels of open data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import code_within
from riskmodel.cli.output import FormatOption, check_folder, show, tell, write_bytes
from riskmodel.cli.protection import MappingOption, SheetOption
from riskmodel.errors import DataError, OutputError

if TYPE_CHECKING:
    import pandas as pd

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
    from riskmodel.intake import read_assessments, summarise

    if issues_out is not None:
        _refuse_existing(issues_out)
    found = read_assessments(path, strict=strict, mapping=mapping, sheet=sheet)
    summary = summarise(found)
    if issues_out is not None:
        _write(issues_out, _as_text(found.issues_frame()))
        if form == "text":
            print(f"{len(found.issues):,} issues written.")
    show(summary, form)
    if form == "csv":
        tell(str(summary.account))
    raise typer.Exit(0 if summary.is_sound else 1)


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
        typer.Option(metavar="FILE.toml", help="Says what columns mean that are not known here."),
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
    sheet: SheetOption = None,
    form: FormatOption = "text",
) -> None:
    """Say what a table of monthly snapshots holds: series, missing months, contradictions."""
    import pandas as pd

    from riskmodel.core.result import View
    from riskmodel.intake import read_snapshots

    series = read_snapshots(path, strict=strict, sheet=sheet)
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
        import pandas as pd

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
    write_bytes(path, text.encode())
