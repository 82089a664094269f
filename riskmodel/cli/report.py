"""``riskmodel report``: the page, the figures, the tables and the workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.folder import report_in
from riskmodel.cli.protection import (
    EarlierOption,
    MappingOption,
    NoSuppressionOption,
    RoundToOption,
    SheetOption,
    ThresholdOption,
    release_of,
    table_of,
    tell_release,
)

__all__ = ["report"]


def report(  # noqa: PLR0913  an option is an argument
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of an authority. [default: the report card of 2015]"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder to write to; an earlier report in it is replaced.")
    ] = Path("riskmodel-report"),
    table: Annotated[
        Path | None,
        typer.Option(
            help=(
                "A table of assessments of your own, to report beside the published ones: counts, "
                "rates and quadrants, of observed records only what may be printed."
            )
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option(help="How many courses of each projection are drawn.", min=100)
    ] = 500,
    seed: Annotated[int, typer.Option(help="Same seed, same report.", min=0)] = 20151105,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    no_suppression: NoSuppressionOption = None,
    earlier: EarlierOption = None,
) -> None:
    """Write the report: one page, its figures, tables and workbook."""
    from rich.console import Console

    from riskmodel.workflows import write_published_report
    from riskmodel.workflows.own_table import OwnTable

    if folder is not None and report_in(folder, out, replicates, seed, table):
        return
    release = release_of(
        table,
        option="--table",
        form="text",
        mapping=mapping,
        sheet=sheet,
        threshold=threshold,
        round_to=round_to,
        no_suppression=no_suppression,
        earlier=earlier,
    )
    own = None
    if table is not None and release is not None:
        given = {
            "--mapping": mapping and mapping.name,
            "--sheet": sheet,
            "--threshold": threshold,
            "--round-to": round_to,
            "--no-suppression": no_suppression,
        }
        options = [(name, str(value)) for name, value in given.items() if value is not None]
        options += [("--earlier", path.name) for path in earlier or ()]
        own = OwnTable(table_of(table, mapping, sheet), release, tuple(options), earlier or ())
    errors = Console(file=sys.stderr)
    with errors.status("Starting") as status:
        paths = write_published_report(
            out, own=own, replicates=replicates, seed=seed, progress=status.update
        )
    tell_release(release)
    print(f"{len(paths)} files in {out}; open {out / 'index.html'}")
