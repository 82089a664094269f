"""``riskmodel national``: many authorities and their total, projected together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import panel_in, stage_names
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_frame,
    print_table,
    tell_omitted,
    warn_few,
)
from riskmodel.cli.service import words
from riskmodel.cli.workers import EngineOption, SchedulerOption, WorkersOption, engine_of
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
            help="Only these: child_protection_plan, looked_after, child_in_need.",
            metavar="STAGE,…",
        ),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Use nothing later. [default: the last in the panel]")
    ] = None,
    months: Annotated[int, typer.Option(help="How far ahead, 1 to 120 months.")] = 60,
    replicates: Annotated[int, typer.Option(help="How many courses are drawn.")] = 5000,
    seed: Annotated[int, typer.Option(help="Same seed, same answer.", min=0)] = 1,
    flows: Annotated[
        bool,
        typer.Option(
            "--flows",
            help=(
                "Calibrate each authority's lengths and simulate children who start and end too: "
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

    All authorities teach, each is projected from its own figures, and their sum is the total in
    every replicate. Authorities are shown in the order of their names: this ranks nobody.
    """
    choose("format", form, FORMATS)
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
    stages = tuple(stage_names(words(stage), need="child_in_need"))
    with _progress() as progress:
        run = national_run(
            figures,
            stages=stages,
            year=year,
            months=months,
            replicates=replicates,
            seed=seed,
            flows=flows,
            workers=where,
            progress=progress,
        )
    if out is not None:
        _write(run, out, [panel, *([neighbours] if neighbours else [])], beside, flows)
    warn_few(replicates)
    if form != "text":
        tell_omitted(figures)
        print_frame(run.to_frame(), form)
        return
    _print_run(run)
    if out is not None:
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
        "--months", str(len(first.months)), "--replicates", str(first.replicates),
        "--seed", str(run.seed), *(["--flows"] if flows else []),
        *([] if beside is None else ["--neighbours", files[1].name]),
    ]  # fmt: skip
    write_report(national_report(run, command, files, beside), out)


def _print_run(run: NationalRun) -> None:
    """Each stock: the totals, then every authority in the order of names."""
    from riskmodel.report.sections.national import NATIONAL_LABELS

    for each in run.courses:
        if each.measure != "stock":
            continue
        shown = sorted(each.authorities, key=lambda one: (one.area, one.code))
        last = each.months[-1]
        print_table(
            ["Area", "Code", f"March {run.year}", "Per 10,000", f"Median {last}",
             "90% interval", "Median per 10,000"],
            [
                (
                    course.area,
                    course.code,
                    f"{course.latest:,.0f}",
                    _rate(course.latest * course.per_10000),
                    f"{course.quantile(0.5)[-1]:,.0f}",
                    f"{course.quantile(0.05)[-1]:,.0f} to {course.quantile(0.95)[-1]:,.0f}",
                    _rate(float(course.quantile(0.5)[-1]) * course.per_10000),
                )
                for course in (*run.totals(each.stage), *shown)
            ],
            title=NATIONAL_LABELS[each.stage],
            right=(2, 3, 4, 6),
            whole=(0, 5),
        )  # fmt: skip
    out = console()
    for text in run.assumptions:
        out.print(f"{text[0].upper()}{text[1:]}.", markup=False)
    absent = run.left_out_frame()
    if len(absent):
        out.print("Not projected:", markup=False)
        for reason, part in absent.groupby("reason", sort=False):
            names = ", ".join(dict.fromkeys(part["area"]))
            out.print(f"  {names}: {reason}.", markup=False)
    out.print(
        f"Basis: projected. Learned from all authorities together up to March {run.year}, "
        f"{run.courses[0].replicates:,} replicates, seed {run.seed}. Authorities stand in the "
        "order of their names; a rate says nothing of how well anybody works.",
        markup=False,
    )


def _rate(value: float) -> str:
    return f"{value:,.1f}" if value == value else "-"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Authorities done, on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        "Projecting",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
