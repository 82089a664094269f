"""``riskmodel backtest``: how far projections would have been right."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.cli.folder import panel_in
from riskmodel.cli.options import option_words, whole_spans
from riskmodel.cli.output import FormatOption, check_picture, show, tell, write_picture
from riskmodel.cli.workers import EngineOption, SchedulerOption, engine_of
from riskmodel.cli.working import progress_bar
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.series import AuthorityPanel

__all__ = ["backtest"]

MOST_WORKERS = 4
"""Unless more are asked for: each takes some 200 MB."""
SHORT = ("cpp", "lac", "cin")
"""Stocks without the day of the census that all of them are counted on."""
PICTURES_BESIDE = ("", "-coverage", "-pit")


def backtest(  # noqa: PLR0913 (each is an option)
    panel: Annotated[
        Path,
        typer.Argument(
            help="CSV with la_code, area, year and figures, as `riskmodel intake` writes it; or "
            "an authority's folder."
        ),
    ],
    measure: Annotated[
        str,
        typer.Option(
            metavar="cpp_at_31_mar|lac_at_31_mar|cin_at_31_mar|cpp_starts|cpp_ends|lac_starts|lac_ends",
            help="The stock, or the starts or ends of a year, to test; cpp, lac or cin for short.",
        ),
    ] = "cpp_at_31_mar",
    origins: Annotated[
        str | None,
        typer.Option(
            metavar="Y-Y|Y,Y",
            help="Years from whose end to project. [default: all with enough years around them]",
        ),
    ] = None,
    horizons: Annotated[str, typer.Option(metavar="H-H|H,H", help="Years ahead.")] = "1-4",
    models: Annotated[
        str | None,
        typer.Option(
            metavar="M1,M2", help="Models to run beside last_value. [default: all of them]"
        ),
    ] = None,
    folds: Annotated[
        int,
        typer.Option(
            metavar="K",
            help="How many parts of the authorities; each is tested on what is learned from the "
            "others.",
        ),
    ] = 5,
    seed: Annotated[int, typer.Option(help="Same seed, same parts.")] = 0,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Worker processes, -1 for one a core; the answer is the same. "
            "[default: processors, at most 4]"
        ),
    ] = None,
    engine: EngineOption = "processes",
    scheduler: SchedulerOption = "",
    summary: Annotated[
        bool,
        typer.Option("--summary", help="With csv and json: accuracy by model, not the forecasts."),
    ] = False,
    quantiles: Annotated[
        bool,
        typer.Option(
            "--quantiles",
            help="With csv and json: each forecast with its quantiles, 5% to 95% (the default).",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the charts: .svg or .png; coverage and PIT beside the one of accuracy."
        ),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """How accurate projections of a stock would have been, from a panel's own history.

    Stands at the end of each year in turn with nothing later, asks each model for the years after,
    and compares with what happened, and with assuming no change.
    """
    from riskmodel.core.result import View
    from riskmodel.demand.pooled.backtest import backtest as judge
    from riskmodel.demand.pooled.judged import MODELS
    from riskmodel.intake import read_panel

    if summary and quantiles:
        raise DataError("--summary and --quantiles ask for two different tables: give one")
    places = (
        [out.with_name(f"{out.stem}{end}{out.suffix}") for end in PICTURES_BESIDE] if out else []
    )
    for place in places:
        check_picture(place)
    where = engine_of(_usual_workers() if workers is None else workers, engine, scheduler)
    measure = f"{measure}_at_31_mar" if measure in SHORT else measure
    with progress_bar("forecasts") as bar:
        figures = read_panel(panel_in(panel))
        _refuse_the_future(figures, date.today())
        found = judge(
            figures,
            measure,
            origins=None if origins is None else whole_spans("origins", origins),
            horizons=whole_spans("horizons", horizons),
            models=tuple(option_words(models)) or MODELS,
            folds=folds,
            seed=seed,
            workers=where,
            progress=lambda done, whole: bar("Testing", done, whole),
        )
    if places:
        from riskmodel.report.charts.backtest import draw_backtest

        for chart, place in zip(draw_backtest(found), places, strict=True):
            write_picture(place, chart.svg, chart.png)
    show(View(found.skill()) if summary and form != "text" else found, form)
    tell(*found.warnings())


def _usual_workers() -> int:
    """The machine's processors, :data:`MOST_WORKERS` at most."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def _refuse_the_future(panel: AuthorityPanel, today: date) -> None:
    latest = today.year if today >= date(today.year, 3, 31) else today.year - 1
    for code, year in zip(panel.la_codes, panel.years.tolist(), strict=True):
        if year > latest:
            raise DataError(
                f"{code} has figures of {year}; the latest year that has ended is {latest}. A "
                "backtest compares with what happened: remove projected years",
                file=panel.source,
                field="year",
            )
