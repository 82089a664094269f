"""``riskmodel factors``: prevalence against impact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.factor_text import print_groups, print_reading
from riskmodel.cli.folder import table_in
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    print_data,
    print_frame,
    print_json,
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
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.assessments import FactorCounts

__all__ = ["factors"]

READINGS = ("plans", "assessments")
METHODS = ("auto", "jeffreys", "wilson")
SHOWN = (
    "rates",
    "associations",
    "membership",
    "ranks",
    "comparison",
    "funnel",
    "shrinkage",
    "change",
)
USED_BY = {
    "assessments": ("associations",),
    "cut": ("comparison",),
    "cuts": ("rates", "membership"),
    "method": ("rates",),
    "prevalence": ("rates",),
    "seed": ("membership", "ranks"),
}
"""Views that an option is for; with another it would be ignored."""


def factors(  # noqa: PLR0913 (each is an option)
    path: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "A table of assessments: .csv, .xlsx, .parquet, .xml (children in need census) or "
                "a folder of Parquet files; or an authority's folder. [default: the published "
                "table, paras 16 and 17]"
            )
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Columns to group a table by, such as authority,year or age_band.",
            metavar="A,B",
        ),
    ] = None,
    prevalence: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(READINGS),
            help=(
                "Reading of prevalence: plans with the factor, or assessments with it. "
                "[default: plans]"
            ),
        ),
    ] = None,
    level: Annotated[
        float | None,
        typer.Option(help="Coverage of the intervals, between 0 and 1. [default: 0.95]"),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(METHODS),
            help=(
                "Interval: Jeffreys, Wilson, or auto (Wilson for 30 trials or fewer). "
                "[default: auto]"
            ),
        ),
    ] = None,
    show: Annotated[
        str,
        typer.Option(
            metavar="|".join(SHOWN),
            help=(
                "rates; associations at a number of assessments; probability of each quadrant "
                "(membership) and rank; comparison with a cut (Holm); funnel; shrinkage, with the "
                "factors without counts; change from group to group (--by)."
            ),
        ),
    ] = "rates",
    assessments: Annotated[
        str | None,
        typer.Option(
            metavar="N,N",
            help="Numbers of assessments, for associations. [default: known, or the prior]",
        ),
    ] = None,
    cut: Annotated[
        float | None,
        typer.Option(help="Rate to compare with, for comparison. [default: plans in all]"),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Names the draws, for membership and ranks. [default: 0]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the quadrant chart (or --show funnel): .svg or .png."),
    ] = None,
    cuts: Annotated[
        str | None,
        typer.Option(
            metavar="report|base-rate|quantile:Q|SHARE,RATE",
            help=(
                "Cuts of the quadrants, of a table: the report's, the data's, or your own. "
                "[default: report]"
            ),
        ),
    ] = None,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    no_suppression: NoSuppressionOption = None,
    earlier: EarlierOption = None,
    form: FormatOption = "text",
) -> None:
    """How often a factor was recorded among plans, and how often a plan followed.

    The unit is the assessment. The rates are associations: they do not say what a factor causes.
    """
    choose("format", form, FORMATS)
    choose("view", show, SHOWN)
    path = table_in(path)
    given = {
        "assessments": assessments,
        "cut": cut,
        "cuts": cuts,
        "method": method,
        "prevalence": prevalence,
        "seed": seed,
    }
    _refuse_unused(show, given)
    choose("reading of prevalence", prevalence or "plans", READINGS)
    choose("interval method", method or "auto", METHODS)
    columns = tuple(word.strip() for word in by.split(",") if word.strip()) if by else ()
    if out is not None:
        check_picture(out)
        if show not in ("rates", "funnel"):
            raise DataError("--out draws the rates or the funnel, not this view")
    if path is None and cuts is not None:
        raise DataError("--cuts is for a table; the published chart has its own")
    if path is None and columns:
        raise DataError("--by groups a table of assessments; the published table has one group")
    release = release_of(
        path,
        option="PATH",
        form=form,
        by=columns,
        mapping=mapping,
        sheet=sheet,
        threshold=threshold,
        round_to=round_to,
        no_suppression=no_suppression,
        earlier=earlier,
    )
    if show == "rates":
        options: dict[str, Any] = {
            "prevalence": prevalence or "plans",
            "level": level,
            "method": method or "auto",
        }
        _show_rates(release, options, cuts or "report", out, path, form)
    else:
        if out is not None:
            from riskmodel.report.charts.funnel import draw_counts_funnel

            drawing = draw_counts_funnel(_one_group(release))
            write_picture(out, drawing.svg, drawing.png)
        _show_view(show, release, (assessments, cut, seed or 0, level, cuts or "report"), form)
    tell_release(release)


def _refuse_unused(show: str, given: dict[str, Any]) -> None:
    """An option that this view would ignore is a mistake, said with the views that take it."""
    for name, value in given.items():
        if value is not None and show not in USED_BY[name]:
            views = " and ".join(f"--show {view}" for view in USED_BY[name])
            raise DataError(
                f"--{name} is not used by --show {show}: it goes with {views}"
                f"{' (the default)' if 'rates' in USED_BY[name] else ''}"
            )


def _show_rates(
    release: Any,
    options: dict[str, Any],
    cuts: str,
    out: Path | None,
    path: Path | None,
    form: str,
) -> None:
    from riskmodel.factors import analyse_factors
    from riskmodel.factors.views import released_factors
    from riskmodel.published import factor_counts, printed_quadrants

    if release is None:
        analysis = analyse_factors(factor_counts(), printed_quadrants(), **options)
        analyses: dict[tuple[object, ...], Any] = {(): analysis}
        frame = analyses[()].to_frame()
    else:
        analyses, frame = released_factors(release, **options, cuts=cuts)
    frame = with_waiver(_labelled(frame), release)
    if out is not None:
        _draw(analyses, out, path)
    if form == "csv":
        print_frame(frame, form)
    elif form == "json":
        thresholds = _thresholds(next(iter(analyses.values()))) if analyses else None
        found: dict[str, Any] = {"factors": frame.to_dict("records"), "thresholds": thresholds}
        if release is not None:
            found |= {"disclosure": release.manifest(), "account": release.account_words()}
        print_json(found)
    else:
        print_reading(release)
        print_groups(frame, analyses, release)
        for line in release_lines(release):
            console().print(line, markup=False)


def _show_view(
    view: str,
    release: Any,
    words: tuple[str | None, float | None, int, float | None, str],
    form: str,
) -> None:
    from riskmodel.factors.views import ViewOptions, factor_view

    assessments, cut, seed, level, cuts = words
    options = ViewOptions(whole_numbers("assessments", assessments), cut, seed, level, cuts)
    frame = with_waiver(factor_view(view, release, options=options), release)
    if form == "text":
        print_reading(release)
        print_data(frame.drop(columns="waiver", errors="ignore"))
        for line in release_lines(release):
            console().print(line, markup=False)
        console().print(
            f"Basis: {', '.join(sorted(set(frame['basis'])))}. Associations among assessments; "
            "they do not say what a factor causes.",
            markup=False,
        )
    else:
        print_frame(frame, form)


def _one_group(release: Any) -> FactorCounts:
    """The published counts, or those of a table that has one group."""
    from riskmodel.published import factor_counts

    groups = [factor_counts()] if release is None else list(release.groups.values())
    if len(groups) != 1:
        raise DataError("--out draws one group; leave --by away")
    return groups[0]


def _draw(analyses: dict[tuple[object, ...], Any], out: Path, path: Path | None) -> None:
    from riskmodel.report.sections.quadrants import quadrant_chart

    if len(analyses) > 1:
        raise DataError("--out draws one group; leave --by away")
    source = "Increase in Child Protection Cases: Report Card" if path is None else path.name
    found = next(iter(analyses.values()))
    chart = quadrant_chart(found.region.reading, found.region, found.rates, found.printed, source)
    write_picture(out, chart.svg, chart.png)


def _labelled(frame: Any) -> Any:
    """With each factor's label, census code and unit, and its printed quadrant where it has one."""
    from riskmodel.published import printed_quadrants
    from riskmodel.vocabulary import FACTORS

    known = {factor.name: factor for factor in FACTORS}
    names = list(frame["factor"])
    place = list(frame.columns).index("factor")
    frame.insert(place + 1, "label", [known[n].label if n in known else n for n in names])
    frame.insert(place + 2, "census_code", [known[n].code if n in known else None for n in names])
    frame.insert(place + 3, "unit", "assessment")
    printed = printed_quadrants()
    for position, axis in enumerate(("prevalence", "impact")):
        frame[f"printed_{axis}"] = [printed[n][position] if n in printed else None for n in names]
    return frame


def _thresholds(analysis: Any) -> dict[str, Any]:
    region = analysis.region
    found: dict[str, Any] = {
        "prevalence_reading": region.reading,
        "feasible": region.is_feasible,
        "contradictions": [str(contradiction) for contradiction in region.contradictions],
    }
    for name, interval in (
        ("prevalence", region.prevalence),
        ("prevalence_share", region.prevalence_share),
        ("impact", region.impact),
    ):
        found[f"{name}_above"] = None if interval is None else float(interval.low)
        found[f"{name}_at_most"] = None if interval is None else float(interval.high)
    return found
