"""``riskmodel impact``: adjusted association of factors with a plan on a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.folder import table_in
from riskmodel.cli.options import LevelOption, grouped
from riskmodel.cli.output import FormatOption, check_picture, show, write_picture
from riskmodel.cli.protection import TableOptions, tell_release
from riskmodel.errors import DataError, UnknownNameError

__all__ = ["impact"]


@grouped
def impact(  # noqa: PLR0913 (each is an option)
    *,
    path: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "A table of assessments: .csv, .parquet, .xml (children in need census) or a "
                "folder of Parquet files; or an authority's folder."
            )
        ),
    ] = None,
    factors: Annotated[
        str | None,
        typer.Option(
            metavar="F1,F2",
            help="Factors of the model, by name, label or census code. [default: all of the table]",
        ),
    ] = None,
    interactions: Annotated[
        str | None,
        typer.Option(
            metavar="parental|F1:F2",
            help=(
                "Pairs of factors, with commas between: parental for those of domestic abuse, "
                "mental health and substance misuse of parents."
            ),
        ),
    ] = None,
    bootstrap: Annotated[
        int,
        typer.Option(
            metavar="R",
            help="Resamples of children for the ranges of risks and fractions; 0 for none.",
        ),
    ] = 0,
    folds: Annotated[
        int,
        typer.Option(
            metavar="K",
            help="Cross-validate discrimination and calibration in so many parts; 0 for none.",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same resamples and parts.")] = 0,
    level: LevelOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the charts: .svg or .png; that of combinations beside the one named."
        ),
    ] = None,
    options: TableOptions,
    form: FormatOption = "text",
) -> None:
    """How far plans differ with each factor, adjusted for the other factors of a table.

    Needs a table: published counts do not say which factors were recorded together. Associations
    among assessments; nothing is computed for a single child.
    """
    from rich.console import Console

    from riskmodel.factors.adjusted.table_impact import factor_impact

    path, options = table_in(path, options)
    if path is None:
        raise DataError(
            "impact needs a table of assessments: the published counts do not say which factors "
            "were recorded together, so no adjusted association follows from them; see `riskmodel "
            "bounds` and `riskmodel sensitivity`, or name data/synthetic/cohort.csv"
        )
    places = (out, out.with_name(f"{out.stem}-combinations{out.suffix}")) if out else ()
    for place in places:
        check_picture(place)
    with Console(file=sys.stderr).status("Starting") as status:
        found = factor_impact(
            options.file(path),
            factors=_names(factors) if factors else None,
            pairs=[":".join(_names(word, ":")) for word in _words(interactions or "")],
            resamples=bootstrap,
            folds=folds,
            seed=seed,
            level=level,
            protect=options.protect(form),
            progress=status.update,
        )
    if places:
        from riskmodel.report.sections.impact import impact_charts

        # A table in which no two factors meet has no chart of combinations.
        charts = impact_charts(found.impact, source=path.name)
        for chart, place in zip(charts, places, strict=False):
            write_picture(place, chart.svg, chart.png)
    protected = None if found.release.protected is None else found.release
    show(found, form, release=protected)
    tell_release(
        found.release,
        also_withheld=bool(found.withheld_factors or found.withheld_pairs or found.withheld_groups),
    )


def _words(text: str, between: str = ",") -> list[str]:
    return [word.strip() for word in text.split(between) if word.strip()]


def _names(text: str, between: str = ",") -> list[str]:
    """Names of factors given by name, label or census code; unknown words as they are."""
    from riskmodel.vocabulary import factor

    names = []
    for word in _words(text, between):
        try:
            names.append(factor(word).name)
        except UnknownNameError:
            # A local factor of the table, or a mistake that the table's own list answers.
            names.append(word)
    return names
