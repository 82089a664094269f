"""``riskmodel national``: many authorities and their total, projected together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import panel_in, stage_names
from riskmodel.cli.options import MonthsOption, SeedOption, SimulationsOption, option_words
from riskmodel.cli.output import FormatOption, show, tell_omitted, warn_few
from riskmodel.cli.workers import EngineOption, SchedulerOption, WorkersOption, engine_of
from riskmodel.cli.working import progress_bar
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.demand.national.result import NationalRun

__all__ = ["national"]


def national(  # noqa: PLR0913  an option is an argument
    panel: Annotated[
        Path, typer.Argument(help="A panel of authorities by year, or an authority's folder.")
    ],
    stage: Annotated[
        str | None,
        typer.Option(
            help="Only these: child_protection_plan, looked_after, child_in_need, or cpp, lac, "
            "cin for short.",
            metavar="STAGE,…",
        ),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Use nothing later. [default: the last in the panel]")
    ] = None,
    months: MonthsOption = 60,
    simulations: SimulationsOption = 5000,
    seed: SeedOption = 1,
    flows: Annotated[
        bool,
        typer.Option(
            "--flows",
            help=(
                "Calibrate each authority's durations and simulate children who start and end too: "
                "seconds for each authority."
            ),
        ),
    ] = False,
    neighbours: Annotated[
        Path | None,
        typer.Option(
            help="Statistical neighbours as you state them: la_code, neighbour_code, one a row; or "
            "the Department's own table."
        ),
    ] = None,
    workers: WorkersOption = 1,
    engine: EngineOption = "processes",
    scheduler: SchedulerOption = "",
    form: FormatOption = "text",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page, its charts, tables and workbook.")
    ] = None,
) -> None:
    """Project the authorities of a panel and all of them together.

    All are learned from, each is projected from its own figures, and their sum is the total in
    every simulation. Authorities are shown in the order of their names: this ranks nobody.
    """
    where = engine_of(workers, engine, scheduler)
    from riskmodel.demand.national.running import national_run
    from riskmodel.intake import read_neighbours, read_panel
    from riskmodel.report.write import check_output

    if out is not None:
        check_output(out)
    elif neighbours is not None:
        raise DataError("--neighbours are set side by side on the page: give --out FOLDER too")
    panel = panel_in(panel)
    figures = read_panel(panel)
    beside = None if neighbours is None else read_neighbours(neighbours)
    stages = tuple(stage_names(option_words(stage), need="child_in_need"))
    with progress_bar("authorities") as tell:
        run = national_run(
            figures,
            stages=stages,
            year=year,
            months=months,
            replicates=simulations,
            seed=seed,
            flows=flows,
            workers=where,
            progress=lambda done, total: tell("Projecting", done, total),
        )
    if out is not None:
        _write(run, out, [panel, *([neighbours] if neighbours else [])], beside, flows)
    warn_few(simulations)
    if form != "text":
        tell_omitted(figures)
    show(run, form)
    if form == "text" and out is not None:
        print(f"The report: {out / 'index.html'}")


def _write(
    run: NationalRun,
    out: Path,
    files: list[Path],
    beside: Any,
    flows: bool,
) -> None:
    from riskmodel.report import write_report
    from riskmodel.report.national import national_report

    stages = ",".join(run.learned)
    first = run.courses[0]
    command = [
        "riskmodel", "national", files[0].name, "--stage", stages, "--year", str(run.year),
        "--months", str(len(first.months)), "--simulations", str(first.replicates),
        "--seed", str(run.seed), *(["--flows"] if flows else []),
        *([] if beside is None else ["--neighbours", files[1].name]),
    ]  # fmt: skip
    write_report(national_report(run, command, files, beside), out)
