"""``riskmodel learn``: what a panel's authorities teach, to project with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.folder import panel_in
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_folder,
    choose,
    print_frame,
    print_table,
    say,
    write_bytes,
)
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
    from riskmodel.core.labels import label
    from riskmodel.demand.learning import learn_panel
    from riskmodel.demand.pooled.history import stage_of
    from riskmodel.intake import read_panel

    choose("format", form, FORMATS)
    if out is not None:
        if out.suffix != ".toml":
            raise OutputError(f"what was learned is written as .toml, not {out.suffix or out}")
        if out.exists():
            raise OutputError(f"{out} is there already; choose another --out or remove it")
        check_folder(out)
    figures = read_panel(panel_in(panel))
    learned = learn_panel(figures, year)
    if out is not None:
        write_bytes(out, learned.text().encode())
    if form != "text":
        print_frame(learned.to_frame(), form)
    else:
        print_table(
            ("Stock", "Growth a year", "Years ahead", "Regression", "Variance"),
            [
                (
                    label(stage_of(str(row.measure))).full,
                    f"{row.growth_percent:+.1f}%",
                    str(row.horizon_years),
                    f"{row.regression_percent:.0f}%",
                    f"{row.variance_factor:.2f}",
                )
                for row in learned.to_frame().itertuples()
            ],
        )
        say(learned.summary())
        say(
            "Growth: what authorities had in common, carried forward at most. Regression: its part "
            "of the forecast, the rest being the process's. Variance: of past forecasts' misses, "
            "over what the process claimed."
        )
    for line in figures.omitted:
        print(f"riskmodel: {line}", file=sys.stderr)
