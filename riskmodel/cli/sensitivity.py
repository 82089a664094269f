"""``riskmodel sensitivity``: what answers would be under other assumptions, over a grid of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.options import (
    LevelOption,
    grouped,
    numbers,
    simulations_option,
    whole_numbers,
)
from riskmodel.cli.output import FormatOption, one_of, picture_option, show
from riskmodel.cli.protection import MarginsOption, TableOptions, tell_release
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.core.result import Result
    from riskmodel.disclosure.release import Release

__all__ = ["sensitivity"]

OVERLAP = "0,0.15,0.3,0.45,0.6,0.7"
SIMULATIONS = 5
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
                f"[default: {ASSESSMENTS}, or the table's own; with --recording one, 2,250]"
            ),
        ),
    ] = None,
    overlap: Annotated[
        str | None,
        typer.Option(
            metavar="L,L",
            help=(
                "How far factors occur together: 0 (as by chance) to 1 (as far as counts allow). "
                f"[default: {OVERLAP}]"
            ),
        ),
    ] = None,
    factors: Annotated[
        str | None,
        typer.Option(
            metavar="printed|all|F1,F2",
            help=(
                "Factors in the regression: the ten with printed counts, all 34, or a list. "
                "[default: printed]"
            ),
        ),
    ] = None,
    simulations: Annotated[
        int | None,
        simulations_option(
            f"Cohorts simulated at each point; their results are averaged. [default: {SIMULATIONS}]"
        ),
    ] = None,
    method: Annotated[
        str | None,
        one_of(
            "method",
            METHODS,
            "Likelihood, Firth's penalised one, or auto: the first if every fit converges. "
            "[default: auto]",
        ),
    ] = None,
    recording: Annotated[
        bool,
        typer.Option(
            "--recording",
            help="Rates, associations and quadrants over how completely factors are recorded.",
        ),
    ] = False,
    recorded_with_plan: Annotated[
        str | None,
        typer.Option(
            metavar="S,S",
            help="Shares of true factors recorded where a plan followed. [default: 0.4 to 1]",
        ),
    ] = None,
    recorded_without_plan: Annotated[
        str | None,
        typer.Option(
            metavar="S,S",
            help="The same where none followed. [default: 0.42 to 1]",
        ),
    ] = None,
    times_as_often: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help=(
                "How many times as often as recorded a factor was there, least and most. "
                "[default: 1.5,2.4 for the published counts where no shares are given]"
            ),
        ),
    ] = None,
    level: LevelOption = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same cohorts. [default: 0]")] = None,
    table: MarginsOption = None,
    out: Annotated[Path | None, picture_option("Write the chart: .svg or .png.")] = None,
    options: TableOptions,
    form: FormatOption = "text",
) -> None:
    """How each factor's adjusted odds ratio, or with --recording its rate, depends on assumptions.

    Neither the number of assessments nor which factors were recorded together is published. Each
    value is an association in cohorts that reproduce the published counts; all of them are assumed.
    With --recording: a factor that was there and was not recorded is in no count.
    """
    surface = {
        "overlap": overlap,
        "factors": factors,
        "simulations": simulations,
        "method": method,
        "seed": seed,
    }
    shares = {
        "recorded-with-plan": recorded_with_plan,
        "recorded-without-plan": recorded_without_plan,
        "times-as-often": times_as_often,
    }
    for name, value in (surface if recording else shares).items():
        if value is not None:
            use = "is not used with --recording" if recording else "goes with --recording"
            raise DataError(f"--{name} {use}; leave it out{'' if recording else ', or add that'}")
    release = options.release(table, option="--table", form=form)
    if recording:
        found = _recording(assessments, shares, level, release)
    else:
        found = _surface(assessments, surface, level, release)
    show(found, form, out=out, release=release)
    tell_release(release)


def _surface(
    assessments: str | None, given: dict[str, Any], level: float | None, release: Release | None
) -> Result:
    from riskmodel.authority.margins import assumed_surface

    if assessments is None and release is None:
        assessments = ASSESSMENTS
    factors, simulations = given["factors"] or "printed", given["simulations"]
    return assumed_surface(
        assessments=None if assessments is None else whole_numbers("assessments", assessments),
        overlaps=numbers("overlap", given["overlap"] or OVERLAP),
        factors=factors if factors in ("printed", "all") else _words(factors),
        replicates=SIMULATIONS if simulations is None else simulations,
        method=given["method"] or "auto",
        level=level,
        seed=given["seed"] or 0,
        release=release,
    )


def _recording(
    assessments: str | None, given: dict[str, Any], level: float | None, release: Release | None
) -> Result:
    from riskmodel.authority.margins import recording_area
    from riskmodel.factors.margins.recording import Recording

    counted = whole_numbers("assessments", assessments)
    if len(counted) > 1:
        raise DataError("--recording takes one number of --assessments")
    stated = {name: numbers(name, text) for name, text in given.items() if text is not None}
    usual = Recording.usual(published=release is None and not stated)
    times = stated.get("times-as-often", usual.times)
    if times is not None and len(times) != 2:
        raise DataError("--times-as-often takes a least and a most, such as 1.5,2.4")
    area = Recording(
        stated.get("recorded-with-plan", usual.with_plan),
        stated.get("recorded-without-plan", usual.without_plan),
        times,
    )
    number = counted[0] if counted else None
    return recording_area(release, area, assessments=number, level=level)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
