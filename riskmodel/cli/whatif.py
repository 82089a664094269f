"""``riskmodel whatif``: a page that managers can play with, in one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.folder import opened
from riskmodel.cli.options import MonthsOption, SeedOption, SimulationsOption
from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.errors import OutputError

__all__ = ["whatif"]


def whatif(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of an authority. [default: the report card of 2015]"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="File to write; one that is there is never replaced.")
    ] = Path("whatif.html"),
    months: MonthsOption = USUAL_MONTHS,
    simulations: SimulationsOption = USUAL_SIMULATIONS,
    seed: SeedOption = USUAL_SEED,
) -> None:
    """Write a page with sliders that works offline: what would follow if starts rose or posts grew.

    One file without any request, opened by double click. Save as scenario gives a file that
    project and caseload work out again.
    """
    from rich.console import Console

    from riskmodel.authority.folder.authority import example, open_authority
    from riskmodel.core.files import new_file
    from riskmodel.report.sizes import Sizes
    from riskmodel.report.whatif import whatif_page

    if out.suffix.lower() != ".html":
        raise OutputError(f"{out.name} must end in .html; browsers open it by that")
    if out.exists():
        raise OutputError(f"{out} is there already; give another name, or remove it")
    authority = example() if folder is None else opened(folder) or open_authority(folder)
    with Console(file=sys.stderr).status("Projecting"):
        page = whatif_page(authority, Sizes(months, simulations, seed))
    with new_file(out) as partial:
        partial.write_bytes(page)
    print(f"{out}, {len(page) / 1e6:.1f} MB: open it in a browser; it needs no network")
