"""``riskmodel report``: the page, the figures, the tables and the workbook."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from riskmodel.authority.own_table import OwnTable
    from riskmodel.report import Report

__all__ = ["report", "report_card"]


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
    ] = 2000,
    seed: Annotated[
        int | None,
        typer.Option(help="Same seed, same report. [default: those of all commands]", min=0),
    ] = None,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    no_suppression: NoSuppressionOption = None,
    earlier: EarlierOption = None,
) -> None:
    """Write the report: one page, its figures, tables and workbook."""
    from rich.console import Console

    from riskmodel.authority.own_table import OwnTable
    from riskmodel.report.write import check_output, write_report

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
    check_output(out)
    with errors.status("Starting") as status:
        whole = report_card(own, replicates=replicates, seed=seed, progress=status.update)
        status.update("Writing the page, the figures and the workbook")
        paths = write_report(whole, out)
    print(f"{len(paths)} files in {out}; open {out / 'index.html'}")
    tell_release(release)


def report_card(
    own: OwnTable | None = None,
    *,
    replicates: int = 2000,
    seed: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """The report on the published tables, computed from nothing.

    Parameters
    ----------
    own
        A table of one's own to report beside the published ones.
    replicates
        Courses drawn of each projection.
    seed
        Of everything that is drawn; None is the usual one of each part.
    progress
        Called with a few words at each step.
    """
    from riskmodel.authority.results import published_results
    from riskmodel.cli.explanations import explanations_section
    from riskmodel.report.published import published_report

    results = published_results(replicates=replicates, seed=seed, progress=progress)
    return published_report(results, explanations_section(progress=progress), own=own)
