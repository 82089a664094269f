"""``riskmodel factors``: prevalence against impact."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    print_data,
    print_frame,
    print_json,
    print_table,
    whole_numbers,
    write_picture,
)
from riskmodel.errors import DataError

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


def factors(  # noqa: PLR0913 (each is an option)
    path: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "A table of assessments: .csv, .parquet, .xml (children in need census) or a "
                "folder of Parquet files. [default: the published table, paras 16 and 17]"
            )
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Columns to group a table by, such as authority,year.", metavar="A,B"),
    ] = None,
    prevalence: Annotated[
        str,
        typer.Option(
            metavar="|".join(READINGS),
            help="Reading of prevalence: plans with the factor, or assessments with it.",
        ),
    ] = "plans",
    level: Annotated[
        float | None,
        typer.Option(help="Coverage of the intervals, between 0 and 1. [default: 0.95]"),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="|".join(METHODS),
            help="Interval: Jeffreys, Wilson, or auto (Wilson for 30 trials or fewer).",
        ),
    ] = "auto",
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
    seed: Annotated[int, typer.Option(help="Names the draws, for membership and ranks.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the quadrant chart (or --show funnel): .svg or .png."),
    ] = None,
    cuts: Annotated[
        str,
        typer.Option(
            metavar="report|base-rate|quantile:Q|SHARE,RATE",
            help="Cuts of the quadrants, of a table: the report's, the data's, or your own.",
        ),
    ] = "report",
    threshold: Annotated[
        int | None,
        typer.Option(help="Of observed records withhold counts from 1 to this. [default: 5]"),
    ] = None,
    no_suppression: Annotated[
        str | None,
        typer.Option(
            metavar="REASON", help="Print observed records unprotected; say why, in a sentence."
        ),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """How often a factor was recorded among plans, and how often a plan followed.

    The unit is the assessment. The rates are associations: they do not say what a factor causes.
    """
    choose("format", form, FORMATS)
    choose("reading of prevalence", prevalence, READINGS)
    choose("interval method", method, METHODS)
    columns = tuple(word.strip() for word in by.split(",") if word.strip()) if by else ()
    choose("view", show, SHOWN)
    if out is not None:
        check_picture(out)
    release = _release(path, columns, threshold, no_suppression, form)
    if show != "rates":
        if out is not None and show != "funnel":
            raise DataError("--out draws the rates or the funnel, not this view")
        if out is not None:
            from riskmodel.workflows.factors import draw_funnel_of

            drawing = draw_funnel_of(release)
            write_picture(out, drawing.svg, drawing.png)
        _show_view(show, release, (assessments, cut, seed, level, cuts), form)
    else:
        options: dict[str, Any] = {"prevalence": prevalence, "level": level, "method": method}
        if release is not None:
            options["cuts"] = cuts
        elif cuts != "report":
            raise DataError("--cuts is for a table; the published chart has its own")
        _show_rates(release, options, out, path, form)
    _tell_withheld(release)


def _release(
    path: Path | None,
    columns: tuple[str, ...],
    threshold: int | None,
    no_suppression: str | None,
    form: str,
) -> Any:
    """Counts of the table as they may be printed; None for the published counts."""
    if path is None:
        if columns:
            raise DataError("--by groups a table of assessments; the published table has one group")
        return None
    from riskmodel.disclosure import Waiver
    from riskmodel.workflows.release import policy_from_parameters, release_counts

    waived = no_suppression is not None
    policy = Waiver(no_suppression or "") if waived else policy_from_parameters(threshold)
    marks: Any = "json" if form == "json" else "text"
    return release_counts(path, by=columns, policy=policy, marks=marks)


def _tell_withheld(release: Any) -> None:
    """What a reader of the numbers has to know besides, on standard error."""
    if release is None:
        return
    if release.issues:
        print(
            f"riskmodel: {release.issues:,} things in the file could not be read; see "
            "`riskmodel intake check`",
            file=sys.stderr,
        )
    if release.number_withheld:
        print(
            f"riskmodel: {release.number_withheld} counts are withheld, shown as [c]: small, or "
            "needed to work out a small one",
            file=sys.stderr,
        )


def _show_rates(
    release: Any, options: dict[str, Any], out: Path | None, path: Path | None, form: str
) -> None:
    from riskmodel.workflows import published_factors, released_factors

    if release is None:
        analyses: dict[tuple[object, ...], Any] = {(): published_factors(**options)}
        frame = analyses[()].to_frame()
    else:
        analyses, frame = released_factors(release, **options)
    frame = _labelled(frame)
    if out is not None:
        _draw(analyses, out, path)
    if form == "csv":
        print_frame(frame, form)
    elif form == "json":
        thresholds = _thresholds(next(iter(analyses.values()))) if analyses else None
        print_json({"factors": frame.to_dict("records"), "thresholds": thresholds})
    else:
        _print_groups(frame, analyses, release)


def _print_groups(frame: Any, analyses: dict[tuple[object, ...], Any], release: Any) -> None:
    columns = [] if release is None else list(release.by)
    parts = frame.groupby(columns, sort=False) if columns else [((), frame)]
    for key, part in parts:
        words = ", ".join(f"{name} {value}" for name, value in zip(columns, key, strict=True))
        _print_table(part, words)
        if key in analyses:
            for line in _sentences(analyses[key], is_published=release is None):
                console().print(line, markup=False)


def _show_view(
    view: str,
    release: Any,
    words: tuple[str | None, float | None, int, float | None, str],
    form: str,
) -> None:
    from riskmodel.workflows import factor_view
    from riskmodel.workflows.factors import ViewOptions

    assessments, cut, seed, level, cuts = words
    options = ViewOptions(whole_numbers("assessments", assessments), cut, seed, level, cuts)
    frame = factor_view(view, release, options=options)
    if form == "text":
        print_data(frame)
        console().print(
            f"Basis: {', '.join(sorted(set(frame['basis'])))}. Associations among assessments; "
            "they do not say what a factor causes.",
            markup=False,
        )
    else:
        print_frame(frame, form)


def _draw(analyses: dict[tuple[object, ...], Any], out: Path, path: Path | None) -> None:
    from riskmodel.workflows import draw_factors

    if len(analyses) > 1:
        raise DataError("--out draws one group; leave --by away")
    source = "Increase in Child Protection Cases: Report Card" if path is None else path.name
    chart = draw_factors(next(iter(analyses.values())), source)
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


def _print_table(frame: Any, group: str) -> None:
    percent = f"{100 * float(frame['level'].iloc[0]):.6g}%"
    rows = [
        (
            row.label,
            _count(row.plans),
            _rate(row.share_of_plans, row.share_of_plans_low, row.share_of_plans_high),
            _count(row.assessments),
            _rate(row.conversion_rate, row.conversion_rate_low, row.conversion_rate_high),
            f"{row.prevalence} / {row.impact}" if row.prevalence != "[c]" else "[c]",
            f"{row.printed_prevalence} / {row.printed_impact}" if row.printed_impact else "-",
        )
        for row in frame.itertuples(index=False)
    ]
    title = f"Prevalence / impact, with {percent} intervals; found = assessments with the factor"
    print_table(
        ("Factor", "Plans", "Share of plans", "Found", "Led to a plan", "Quadrant", "Printed"),
        rows,
        title=f"{group}: {title}" if group else title,
        right=(1, 2, 3, 4),
        whole=(0, 5, 6),
    )


def _count(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _rate(value: Any, low: Any, high: Any) -> str:
    if isinstance(value, str):
        return value
    if value != value:
        return "never found"
    return f"{100 * value:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _sentences(analysis: Any, *, is_published: bool) -> list[str]:
    region, counts = analysis.region, analysis.counts
    lines = _region_sentences(region, is_published=is_published)
    unprinted = len(set(analysis.printed) - set(counts.factors))
    if is_published and unprinted:
        lines.append(
            f"{unprinted} further factors stand in the chart without counts; each has at most "
            f"{int(counts.plans.min())} plans, for the printed rows are the most common."
        )
    total = counts.total_assessments
    among = "assessments" if total is None else f"{total:,} assessments"
    lines.append(
        f"Basis: {counts.basis}. These are associations among {among} and the "
        f"{counts.total_plans:,} plans that they led to; they do not say what a factor causes."
    )
    return lines


def _region_sentences(region: Any, *, is_published: bool) -> list[str]:
    from riskmodel.vocabulary import factor

    if not region.is_feasible:
        return [
            f"No cut on {region.reading} reproduces the printed quadrants:",
            *(
                f"  {factor(found.high_factor).label} is printed as of high {found.axis} with "
                f"{found.high_value}, {factor(found.low_factor).label} as low with "
                f"{found.low_value}."
                for found in region.contradictions
            ),
        ]
    share, impact = region.prevalence_share, region.impact
    cuts = f"above {100 * float(impact.low):.1f}% and up to {100 * float(impact.high):.1f}%"
    as_share = (
        ""
        if share is None
        else f"{100 * float(share.low):.1f}% to {100 * float(share.high):.1f}% of plans"
    )
    if share is not None and share.is_exact:
        cuts, as_share = (
            f"of {100 * float(impact.low):.1f}%",
            f"{100 * float(share.low):.1f}% of plans",
        )
    if not is_published:
        return [
            f"Quadrants by the cuts: {as_share or region.reading}, and a rate {cuts}; 'depends' "
            "where these disagree."
        ]
    return [
        f"Every printed quadrant holds for a cut above {region.prevalence.low} and up to "
        f"{region.prevalence.high} {region.reading}{', ' + as_share if as_share else ''}, and for "
        f"a cut on the rate {cuts}."
    ]
