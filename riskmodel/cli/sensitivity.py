"""``riskmodel sensitivity``: adjusted odds ratios over what is not published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    numbers,
    print_frame,
    print_json,
    print_table,
    whole_numbers,
    write_picture,
)
from riskmodel.cli.protection import (
    EarlierOption,
    MappingOption,
    NoSuppressionOption,
    RoundToOption,
    SheetOption,
    ThresholdOption,
    release_lines,
    release_of,
    tell_release,
    with_waiver,
)

__all__ = ["sensitivity"]

ASSESSMENTS = "1500,2000,2500,3000,4000,5000"
METHODS = ("auto", "likelihood", "firth")


def sensitivity(  # noqa: PLR0913 (each is an option)
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
    replicates: Annotated[
        int, typer.Option(help="Cohorts made at each point; their results are averaged.")
    ] = 5,
    method: Annotated[
        str,
        typer.Option(
            metavar="|".join(METHODS),
            help="Likelihood, Firth's penalised one, or auto: the first if every fit converges.",
        ),
    ] = "auto",
    level: Annotated[
        float | None,
        typer.Option(help="Coverage of the intervals, between 0 and 1. [default: 0.95]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Names the cohorts.")] = 0,
    table: Annotated[
        Path | None,
        typer.Option(help="Margins of this table of assessments instead of the published ones."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the chart: .svg or .png.")] = None,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    no_suppression: NoSuppressionOption = None,
    earlier: EarlierOption = None,
    form: FormatOption = "text",
) -> None:
    """How each factor's adjusted odds ratio hangs on assumptions, over a grid of them.

    Neither the number of assessments nor which factors were recorded together is published. Each
    value is an association in cohorts that reproduce the published counts; all of them are assumed.
    """
    from riskmodel.authority.margins import assumed_surface

    choose("format", form, FORMATS)
    choose("method", method, METHODS)
    if out is not None:
        check_picture(out)
    if assessments is None and table is None:
        assessments = ASSESSMENTS
    options: dict[str, Any] = {
        "assessments": None if assessments is None else whole_numbers("assessments", assessments),
        "overlaps": numbers("overlap", overlap),
        "factors": factors if factors in ("printed", "all") else _words(factors),
        "replicates": replicates,
        "method": method,
        "level": level,
        "seed": seed,
    }
    release = release_of(
        table,
        option="--table",
        form=form,
        mapping=mapping,
        sheet=sheet,
        threshold=threshold,
        round_to=round_to,
        no_suppression=no_suppression,
        earlier=earlier,
    )
    surface = assumed_surface(**options, release=release)
    if out is not None:
        from riskmodel.report.charts.sensitivity import draw_surface

        drawing = draw_surface(surface)
        write_picture(out, drawing.svg, drawing.png)
    frame = with_waiver(surface.to_frame(), release)
    if form == "csv":
        print_frame(frame, form)
    elif form == "json":
        answer = {
            "surface": frame.to_dict("records"),
            "summary": surface.summary_frame().to_dict("records"),
        }
        print_json(answer if release is None else {**answer, "disclosure": release.manifest()})
    else:
        _print_text(surface)
        for line in release_lines(release):
            console().print(line, markup=False)
    tell_release(release)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _print_text(surface: Any) -> None:
    found = sorted(
        surface.summaries(), key=lambda one: (-((one.smallest * one.largest) ** 0.5), one.factor)
    )
    rows = [
        (
            _label(one.factor),
            f"{one.smallest:.2f}",
            _place(one.smallest_at),
            f"{one.largest:.2f}",
            _place(one.largest_at),
            one.verdict,
        )
        for one in found
    ]
    print_table(
        ("Factor", "Lowest", "at N, overlap", "Highest", "at N, overlap", "Adjusted odds ratio"),
        rows,
        title=f"Adjusted odds ratios over {_grid(surface)}",
        right=(1, 2, 3, 4),
        whole=(0, 5),
    )
    out = console()
    for line in _sentences(surface, found):
        out.print(line, markup=False)


def _place(at: tuple[int, float]) -> str:
    return f"{at[0]:,}, {at[1]:g}"


def _grid(surface: Any) -> str:
    sizes = [f"{n:,}" for n in (min(surface.assessments), max(surface.assessments))]
    ties = [f"{overlap:g}" for overlap in (min(surface.overlaps), max(surface.overlaps))]
    return f"{sizes[0]} to {sizes[1]} assessments and overlap {ties[0]} to {ties[1]}"


def _sentences(surface: Any, found: list[Any]) -> list[str]:
    lines = []
    for verdict, words in (
        ("always above 1", "Above 1 at every assumption tried"),
        ("always below 1", "Below 1 at every assumption tried"),
    ):
        names = [_label(one.factor) for one in found if one.verdict == verdict]
        lines.append(f"{words}: {', '.join(names) if names else 'no factor'}.")
        unclear = [
            _label(one.factor) for one in found if one.verdict == verdict and not one.is_clear
        ]
        if unclear:
            lines.append(f"  Yet some intervals reach 1: {', '.join(unclear)}.")
    hanging = sum("depends" in one.verdict for one in found)
    fitted = {"likelihood": "maximum likelihood", "firth": "Firth's penalised likelihood"}
    lines += [
        f"For {hanging} of {len(found)} factors the sign depends on the assumption.",
        f"Main-effects logistic regression on {len(found)} factors, {fitted[surface.method]}, "
        f"averaged over {surface.replicates} cohorts at each point.",
        f"Basis: {surface.basis}. Associations in cohorts made up to the counts; they do not say "
        "what a factor causes.",
    ]
    return lines


def _label(name: str) -> str:
    from riskmodel.errors import UnknownNameError
    from riskmodel.vocabulary import factor

    try:
        return factor(name).label
    except UnknownNameError:
        return name
