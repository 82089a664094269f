"""``riskmodel cohort``: synthetic assessments that reproduce the published counts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_frame,
    print_json,
    print_table,
)
from riskmodel.cli.protection import (
    EarlierOption,
    MappingOption,
    NoSuppressionOption,
    RoundToOption,
    SheetOption,
    ThresholdOption,
    policy_of,
    release_lines,
    table_of,
    tell_release,
    with_waiver,
)
from riskmodel.cli.workers import EngineOption, SchedulerOption, engine_of

__all__ = ["app"]

app = typer.Typer(
    help=(
        "Synthetic assessments that reproduce every published count. Which assessment has which "
        "factors is assumed: no row is a real child."
    ),
    no_args_is_help=True,
)

REPORT_YEAR = 2015
PathArgument = Annotated[
    Path,
    typer.Argument(help="A .csv, .xlsx, .parquet or .xml file, or a folder of Parquet files."),
]


@app.command("generate")
def generate(  # noqa: PLR0913 (each is an option)
    assessments: Annotated[
        int,
        typer.Option(
            help=(
                "Assessments for each authority and year. Not published: at least 1,069; the "
                "documented prior has its median at 2,250; DfE counts 3,514 for the same year."
            )
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help=".csv, .parquet, .xml, or a folder for parts by authority, year."),
    ],
    overlap: Annotated[
        float | None,
        typer.Option(
            help=(
                "How far factors occur together, 0 (independent) to 1. An assumption. "
                "[default: 0.3, and 0.65 among the four parental factors]"
            )
        ),
    ] = None,
    parental_overlap: Annotated[
        float | None,
        typer.Option(help="The same for the four parental factors. [default: as --overlap]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Names the draws.")] = 0,
    years: Annotated[int, typer.Option(help="Census years, up to and with 2015.")] = 1,
    authorities: Annotated[int, typer.Option(help="Authorities, numbered from 001.")] = 1,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="all|factors",
            help="With demographics and dates, or factors only. [default: all to 1,000,000 rows]",
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            "--jobs",
            help="Worker processes, -1 for one a core; the bytes stay the same.",
        ),
    ] = 1,
    engine: EngineOption = "processes",
    scheduler: SchedulerOption = "",
) -> None:
    """Make a synthetic cohort. With one authority and year every published count is exact."""
    from riskmodel.cohort import CohortDesign
    from riskmodel.cohort.writing import write_cohort
    from riskmodel.errors import DataError

    for name, value, most in (("years", years, 100), ("authorities", authorities, 999)):
        if not 1 <= value <= most:
            raise DataError(f"--{name} must lie between 1 and {most}, got {value}")
    where = engine_of(workers, engine, scheduler)
    if columns is not None:
        choose("choice of columns", columns, ("all", "factors"))
    design = CohortDesign(
        assessments,
        overlap,
        parental_overlap,
        seed,
        tuple(f"{number:03d}" for number in range(1, authorities + 1)),
        tuple(range(REPORT_YEAR - years + 1, REPORT_YEAR + 1)),
    )
    with _progress(design.rows) as advance:
        write_cohort(design, out, columns=columns, jobs=where, progress=advance)
    print(f"{design} in {out}")


@app.command("reference")
def reference(
    out: Annotated[Path, typer.Option(help="Folder to make.")],
) -> None:
    """Make the reference cohort of data/synthetic again, to the same bytes."""
    from riskmodel.cohort.writing import write_reference_cohort

    for path in write_reference_cohort(out):
        print(path)


@app.command("check")
def check(
    path: PathArgument,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    earlier: EarlierOption = None,
    no_suppression: NoSuppressionOption = None,
    form: FormatOption = "text",
) -> None:
    """Hold a cohort against every published figure; exit 1 when one is missed.

    Of observed records only the counts of factors that may be printed are compared.
    """
    from rich.console import Console

    from riskmodel.cohort.checking import check_cohort
    from riskmodel.disclosure.release import release_counted

    choose("format", form, FORMATS)
    policy = policy_of(threshold, round_to, no_suppression)
    with Console(file=sys.stderr).status("Reading") as status:
        found = check_cohort(
            table_of(path, mapping, sheet),
            protect=partial(
                release_counted, policy=policy, marks=_marks(form), earlier=tuple(earlier or ())
            ),
            progress=status.update,
        )
    if form == "csv":
        print_frame(with_waiver(found.fidelity.to_frame(), found.release), form)
    elif form == "json":
        structure = found.structure
        print_json(
            {
                "exact": found.fidelity.is_exact,
                "rows": _or_null(found.rows),
                "factors_an_assessment": found.factors_mean,
                "checks": found.fidelity.to_frame().to_dict("records"),
                "not_checked": list(found.fidelity.absent),
                "pairs": [] if structure is None else structure.to_dict("records"),
                **_disclosure(found.release),
            }
        )
    else:
        _print_check(found)
    tell_release(found.release)
    raise typer.Exit(0 if found.fidelity.is_exact else 1)


@app.command("describe")
def describe(
    path: PathArgument,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    earlier: EarlierOption = None,
    no_suppression: NoSuppressionOption = None,
    form: FormatOption = "text",
) -> None:
    """Say what a cohort file holds: columns and what they rest on, factors an assessment."""
    from riskmodel.cohort.checking import describe_cohort
    from riskmodel.disclosure.release import release_counted

    choose("format", form, FORMATS)
    policy = policy_of(threshold, round_to, no_suppression)
    found = describe_cohort(
        table_of(path, mapping, sheet),
        protect=partial(
            release_counted, policy=policy, marks=_marks(form), earlier=tuple(earlier or ())
        ),
    )
    if form == "csv":
        print_frame(with_waiver(found.columns, found.release), form)
    elif form == "json":
        print_json(
            {
                "source": found.source,
                "assessments": _or_null(found.assessments),
                "plans": _or_null(found.plans),
                "columns": found.columns.to_dict("records"),
                "factors_an_assessment": found.by_number.to_dict("records"),
                **_disclosure(found.release),
            }
        )
    else:
        _print_described(found)
    tell_release(found.release)


def _marks(form: str) -> Any:
    return "json" if form == "json" else "text"


def _or_null(count: int | str | None) -> int | None:
    """A count, null where it is withheld."""
    return count if isinstance(count, int) else None


def _disclosure(release: Any) -> dict[str, Any]:
    """How observed records were protected; nothing for others."""
    return {} if release.protected is None else {"disclosure": release.manifest()}


def _count(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _print_check(found: Any) -> None:
    print_table(
        ("Published figure", "Expected", "Found", "", "Where"),
        [
            (one.target, one.expected, one.found, "ok" if one.holds else "MISSED", one.place)
            for one in found.fidelity.checks
        ],
    )
    out = console()
    if found.fidelity.absent:
        out.print(f"Not checked: {', '.join(found.fidelity.absent)}.", markup=False)
    out.print(f"{found.fidelity}; {_count(found.rows)} assessments.", markup=False)
    if found.factors_mean is not None:
        out.print(f"{found.factors_mean:.2f} factors an assessment.", markup=False)
    if found.structure is not None:
        phi = found.structure["phi"].dropna()
        out.print(
            f"Pairs of factors: phi from {phi.min():.2f} to {phi.max():.2f}, mean {phi.mean():.3f} "
            "(0 is independence).",
            markup=False,
        )
    if found.lifts is not None:
        out.print(
            f"Parental factors together: pairs {found.lifts[0]:.2f} times, triples "
            f"{found.lifts[1]:.2f} times as often as if independent.",
            markup=False,
        )
    for line in release_lines(found.release):
        out.print(line, markup=False)


def _print_described(found: Any) -> None:
    print_table(
        ("Column", "Type", "Rests on", "Missing", "Distinct"),
        [
            (row.column, row.type, row.basis, _count(row.missing), _count(row.distinct))
            for row in found.columns.itertuples(index=False)
        ],
        right=(3, 4),
        whole=(0,),
    )
    print_table(
        ("Factors recorded", "Assessments", "Plans"),
        [
            (str(row.factors_recorded), _count(row.assessments), _count(row.plans))
            for row in found.by_number.itertuples(index=False)
        ],
        right=(0, 1, 2),
    )
    for line in (str(found), *release_lines(found.release)):
        console().print(line, markup=False)


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[int], None]]:
    """A bar with rows a second on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} rows"),
        TextColumn("{task.speed:,.0f} rows/s"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
    with bar:
        task = bar.add_task("Drawing", total=rows)
        yield lambda made: bar.advance(task, made)
