"""``riskmodel learn``: what a panel's authorities teach, to project with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.folder import panel_in
from riskmodel.cli.output import FormatOption, check_folder, show, tell
from riskmodel.core.files import write_file
from riskmodel.errors import OutputError

__all__ = ["learn"]


def learn(
    panel: Annotated[
        Path,
        typer.Argument(
            help="CSV with la_code, area, year and figures, as `riskmodel intake` writes it; or "
            "an authority's folder."
        ),
    ],
    year: Annotated[
        int | None,
        typer.Option(help="Nothing after its 31 March. [default: the last of every stock]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write what was learned, .toml, for --learn of other commands."),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """Learn anew, from any panel of authorities, what projections rest on.

    What ships was learned to March 2023. Newer figures of other authorities make projections better
    and their ranges truer: write them with --out, and give the file to `project --learn`.
    """
    from riskmodel.demand.learning import learn_panel
    from riskmodel.intake import read_panel

    if out is not None:
        if out.suffix != ".toml":
            raise OutputError(f"what was learned is written as .toml, not {out.suffix or out}")
        if out.exists():
            raise OutputError(f"{out} is there already; choose another --out or remove it")
        check_folder(out)
    figures = read_panel(panel_in(panel))
    learned = learn_panel(figures, year)
    if out is not None:
        write_file(out, learned.text())
    show(learned, form)
    tell(*figures.caveats)
