"""``riskmodel report``: the page, the figures, the tables and the workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report"]


def report(
    out: Annotated[
        Path, typer.Option(help="Folder to write to; an earlier report in it is replaced.")
    ] = Path("riskmodel-report"),
) -> None:
    """Write the report: one page, its figures, tables and workbook."""
    from rich.console import Console

    from riskmodel.workflows import write_published_report

    errors = Console(file=sys.stderr)
    with errors.status("Starting") as status:
        paths = write_published_report(out, progress=status.update)
    print(f"{len(paths)} files in {out}; open {out / 'index.html'}")
