"""``riskmodel cohort``: synthetic assessments that reproduce the published counts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.census import FIRST_YEAR, LAST_YEAR
from riskmodel.cli.options import grouped
from riskmodel.cli.output import FormatOption, one_of, show
from riskmodel.cli.protection import TableOptions, tell_release
from riskmodel.cli.workers import EngineOption, SchedulerOption, engine_of
from riskmodel.cli.working import progress_bar

if TYPE_CHECKING:
    from riskmodel.cohort.checking import CohortCheck, CohortDescription

__all__ = ["app"]

app = typer.Typer(
    help=(
        "Synthetic assessments that reproduce every published count. Which assessment has which "
        "factors is assumed: no row is a real child."
    ),
    no_args_is_help=True,
)

REPORT_YEAR = 2015
CENSUS_YEARS = f"{FIRST_YEAR} to {LAST_YEAR}"
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
    dependence: Annotated[
        float | None,
        typer.Option(
            help=(
                "How far age, sex and category of abuse depend on factors: 0 not at all, 1 as "
                "stated. An assumption. [default: 1]"
            )
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same cohort.")] = 0,
    years: Annotated[int, typer.Option(help="Census years, up to and with --census-year.")] = 1,
    census_year: Annotated[
        int, typer.Option(help=f"Whose dates, fields and codes the last year has, {CENSUS_YEARS}.")
    ] = REPORT_YEAR,
    authorities: Annotated[
        int, typer.Option(help="How many authorities; they are numbered from 001.")
    ] = 1,
    columns: Annotated[
        str | None,
        one_of(
            "choice of columns",
            ("all", "factors"),
            "With demographics and dates, or factors only. [default: all to 1,000,000 rows]",
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
    from riskmodel.census import check_year
    from riskmodel.cohort import CohortDesign
    from riskmodel.cohort.writing import write_cohort
    from riskmodel.errors import DataError

    check_year(census_year)
    for name, value, most in (("years", years, 100), ("authorities", authorities, 999)):
        if not 1 <= value <= most:
            raise DataError(f"--{name} must lie between 1 and {most}, got {value}")
    where = engine_of(workers, engine, scheduler)
    design = CohortDesign(
        assessments,
        overlap,
        parental_overlap,
        seed,
        tuple(f"{number:03d}" for number in range(1, authorities + 1)),
        tuple(range(census_year - years + 1, census_year + 1)),
        dependence,
    )
    with progress_bar("rows") as tell:
        write_cohort(
            design,
            out,
            columns=columns,
            jobs=where,
            progress=lambda made: tell("Drawing", made, design.rows, more=True),
        )
    print(f"{design} in {out}")


@app.command("histories")
def histories(  # noqa: PLR0913 (each is an option)
    children: Annotated[int, typer.Option(help="How many children have records in these years.")],
    out: Annotated[Path, typer.Option(help="Folder to make, with a folder for each year.")],
    years: Annotated[int, typer.Option(help="Census years, up to and with --census-year.")] = 2,
    census_year: Annotated[
        int, typer.Option(help=f"Last year, {CENSUS_YEARS}; each has its own fields and codes.")
    ] = REPORT_YEAR,
    growth: Annotated[
        float,
        typer.Option(help="Growth of first referrals in a year, such as 0.05. An assumption."),
    ] = 0.0,
    forms: Annotated[
        str,
        typer.Option(help="Returns to write: census, modules, annex_a, ssda903, ssd."),
    ] = "census,modules,annex_a,ssda903,ssd",
    authority: Annotated[str, typer.Option(help="Code of the authority, three digits.")] = "001",
    seed: Annotated[int, typer.Option(help="Same seed, same histories.")] = 0,
    published_care: Annotated[
        bool,
        typer.Option(
            "--published-care",
            help="Children looked after exactly as the documents of 2015 count them at 31 March "
            "and 30 September 2015, some 690 besides; with --years 2 --census-year 2016.",
        ),
    ] = False,
    workers: Annotated[
        int, typer.Option(help="Worker processes, -1 for one a core; the bytes stay the same.")
    ] = 1,
    engine: EngineOption = "processes",
    scheduler: SchedulerOption = "",
) -> None:
    """Make the returns of several years of made-up children, which agree with one another."""
    from riskmodel.cohort.histories import HistoryDesign
    from riskmodel.cohort.history_writing import write_histories

    first = census_year - years + 1
    design = HistoryDesign(children, first, census_year, growth, authority, seed, published_care)
    names = [name.strip() for name in forms.split(",") if name.strip()]
    where = engine_of(workers, engine, scheduler)
    with progress_bar("children") as tell:
        write_histories(
            design,
            out,
            forms=names,
            jobs=where,
            progress=lambda made: tell("Drawing", made, children, more=True),
        )
    print(f"{children:,} children of {len(design.years)} years, seed {seed} in {out}")
    if published_care:
        print("Looked-after children at 31 March and 30 September 2015 are those of the documents.")


@app.command("reference")
def reference(
    out: Annotated[Path, typer.Option(help="Folder to make.")],
) -> None:
    """Make the reference cohort of data/synthetic again, to the same bytes."""
    from riskmodel.cohort.writing import write_reference_cohort

    for path in write_reference_cohort(out):
        print(path)


@app.command("check")
@grouped
def check(*, path: PathArgument, options: TableOptions, form: FormatOption = "text") -> None:
    """Hold a cohort against every published figure; exit 1 when one is missed.

    Of observed records only the counts of factors that may be printed are compared.
    """
    from rich.console import Console

    from riskmodel.cohort.checking import check_cohort

    with Console(file=sys.stderr).status("Reading") as status:
        found = check_cohort(
            options.file(path), protect=options.protect(form), progress=status.update
        )
    _show(found, form)
    raise typer.Exit(0 if found.fidelity.is_exact else 1)


@app.command("describe")
@grouped
def describe(*, path: PathArgument, options: TableOptions, form: FormatOption = "text") -> None:
    """Say what a cohort file holds: columns and what they rest on, factors an assessment."""
    from riskmodel.cohort.checking import describe_cohort

    _show(describe_cohort(options.file(path), protect=options.protect(form)), form)


def _show(found: CohortCheck | CohortDescription, form: str) -> None:
    """Print it with what was withheld of observed records."""
    show(found, form, release=None if found.release.protected is None else found.release)
    tell_release(found.release)
