"""``riskmodel sensitivity``: adjusted odds ratios over what is not published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.options import grouped, numbers, simulations_option, whole_numbers
from riskmodel.cli.output import FormatOption, one_of, picture_option, show
from riskmodel.cli.protection import TableOptions, tell_release

__all__ = ["sensitivity"]

ASSESSMENTS = "1500,2000,2500,3000,4000,5000"
METHODS = ("auto", "likelihood", "firth")


@grouped
def sensitivity(  # noqa: PLR0913 (each is an option)
    *,
    assessments: Annotated[
        str | None,
        typer.Option(
            metavar="N,N",
            help=(
                "Numbers of assessments to try; not published, at least 1,069. "
                f"[default: {ASSESSMENTS}, or the table's own]"
            ),
        ),
    ] = None,
    overlap: Annotated[
        str,
        typer.Option(
            metavar="L,L",
            help="How far factors occur together: 0 (as by chance) to 1 (as far as counts allow).",
        ),
    ] = "0,0.15,0.3,0.45,0.6,0.7",
    factors: Annotated[
        str,
        typer.Option(
            metavar="printed|all|F1,F2",
            help="Factors in the regression: the ten with printed counts, all 34, or a list.",
        ),
    ] = "printed",
    simulations: Annotated[
        int, simulations_option("Cohorts simulated at each point; their results are averaged.")
    ] = 5,
    method: Annotated[
        str,
        one_of(
            "method",
            METHODS,
            "Likelihood, Firth's penalised one, or auto: the first if every fit converges.",
        ),
    ] = "auto",
    level: Annotated[
        float | None,
        typer.Option(help="Coverage of the ranges, between 0 and 1. [default: 0.95]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Names the cohorts.")] = 0,
    table: Annotated[
        Path | None,
        typer.Option(help="Margins of this table of assessments instead of the published ones."),
    ] = None,
    out: Annotated[Path | None, picture_option("Write the chart: .svg or .png.")] = None,
    options: TableOptions,
    form: FormatOption = "text",
) -> None:
    """How each factor's adjusted odds ratio depends on assumptions, over a grid of them.

    Neither the number of assessments nor which factors were recorded together is published. Each
    value is an association in cohorts that reproduce the published counts; all of them are assumed.
    """
    from riskmodel.authority.margins import assumed_surface

    if assessments is None and table is None:
        assessments = ASSESSMENTS
    grid: dict[str, Any] = {
        "assessments": None if assessments is None else whole_numbers("assessments", assessments),
        "overlaps": numbers("overlap", overlap),
        "factors": factors if factors in ("printed", "all") else _words(factors),
        "replicates": simulations,
        "method": method,
        "level": level,
        "seed": seed,
    }
    release = options.release(table, option="--table", form=form)
    surface = assumed_surface(**grid, release=release)
    show(surface, form, out=out, release=release)
    tell_release(release)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
