"""``riskmodel backtest``: how far projections would have been right."""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import panel_in
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    print_frame,
    print_table,
    write_picture,
)
from riskmodel.cli.workers import EngineOption, SchedulerOption, engine_of
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.series import AuthorityPanel

__all__ = ["backtest"]

MOST_YEARS_IN_A_SPAN = 100
MOST_WORKERS = 4
"""Unless more are asked for: each takes some 200 MB."""
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
            help="The stock, or the starts or ends of a year, to judge.",
        ),
    ] = "cpp_at_31_mar",
    origins: Annotated[
        str | None,
        typer.Option(
            metavar="Y-Y|Y,Y",
            help="Years to stand at the end of. [default: all with enough years around them]",
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
            help="Parts of the authorities; each is judged by what the others teach.",
        ),
    ] = 5,
    seed: Annotated[int, typer.Option(help="Names the parts.")] = 0,
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
        bool, typer.Option("--summary", help="With csv and json: the summary, not the rows.")
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
            help="Write the charts: .svg or .png; coverage and PIT beside the one of skill."
        ),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """How far projections of a stock would have been right, from a panel's own history.

    Stands at the end of each year in turn with nothing later, asks each model for the years after,
    and compares with what happened. Skill is against the last value carried forward.
    """
    from rich.console import Console
    from rich.progress import Progress

    from riskmodel.demand.pooled.backtest import backtest as judge
    from riskmodel.demand.pooled.judged import MODELS
    from riskmodel.intake import read_panel

    choose("format", form, FORMATS)
    if summary and quantiles:
        raise DataError("--summary and --quantiles ask for two different tables: give one")
    places = (
        tuple(out.with_name(f"{out.stem}{end}{out.suffix}") for end in PICTURES_BESIDE)
        if (out)
        else ()
    )
    for place in places:
        check_picture(place)
    where = engine_of(_usual_workers() if workers is None else workers, engine, scheduler)
    chosen = MODELS if models is None else tuple(_words(models))
    # Where it is no terminal, a bar would leave an empty line.
    quiet = not sys.stderr.isatty()
    with Progress(console=Console(file=sys.stderr), transient=True, disable=quiet) as bar:
        task = bar.add_task("Judging")
        figures = read_panel(panel_in(panel))
        _refuse_the_future(figures, date.today())
        found = judge(
            figures,
            measure,
            origins=None if origins is None else _whole("origins", origins),
            horizons=_whole("horizons", horizons),
            models=chosen,
            folds=folds,
            seed=seed,
            workers=where,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )
    if places:
        from riskmodel.report.charts.backtest import draw_backtest

        for chart, place in zip(draw_backtest(found), places, strict=True):
            write_picture(place, chart.svg, chart.png)
    if form == "text":
        _print_text(found)
    else:
        print_frame(found.summary() if summary else found.rows(), form)
    for line in found.notes():
        print(f"riskmodel: {line}", file=sys.stderr)


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


def _words(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise DataError("--models takes names with commas between; found none")
    return found


def _whole(option: str, text: str) -> tuple[int, ...]:
    """Years or horizons such as ``2014-2019``, ``2014,2016`` or a mixture."""
    found: list[int] = []
    for word in (part.strip() for part in text.split(",")):
        match = re.fullmatch(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?", word, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < first + MOST_YEARS_IN_A_SPAN:
            raise DataError(
                f"--{option} takes whole numbers, spans first-last or both with commas between, "
                f"such as 1-4 or 2014,2016-2019; got {word!r}"
            )
        found += range(first, last + 1)
    return tuple(found)


def _print_text(found: Any) -> None:
    table = found.summary()
    print_table(
        (
            "Years ahead",
            "Model",
            "Mean CRPS",
            "Skill, % (95% interval)",
            "50% intervals held",
            "90% intervals held",
            "Forecasts",
        ),
        [
            (
                str(row.horizon_years),
                row.model + (" (best)" if row.best else ""),
                f"{row.crps:,.1f}",
                _skill(row),
                f"{row.coverage_50_percent:.0f}%",
                f"{row.coverage_90_percent:.0f}%",
                f"{row.forecasts:,}",
            )
            for row in table.itertuples(index=False)
        ],
        title=str(found),
        right=(0, 2, 3, 4, 5, 6),
        whole=(1,),
    )
    out = console()
    for line in found.sentences():
        out.print(line, markup=False)


def _skill(row: Any) -> str:
    ends = (
        "" if row.skill_low != row.skill_low else f" ({row.skill_low:.1f} to {row.skill_high:.1f})"
    )
    return f"{row.skill_percent:.1f}{ends}"
