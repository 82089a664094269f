"""``riskmodel factors``: prevalence against impact."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
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
        typer.Option(help="Write the quadrant chart of the rates: .svg or .png."),
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
    if show != "rates":
        _show_view(show, path, columns, (assessments, cut, seed, level), form)
        return
    options: dict[str, Any] = {"prevalence": prevalence, "level": level, "method": method}
    analyses = _analyses(path, columns, options)
    if out is not None:
        _draw(analyses, out, path)
    if form == "csv":
        print_frame(_joined(analyses, columns), form)
    elif form == "json":
        print_json(
            {
                "factors": _joined(analyses, columns).to_dict("records"),
                "thresholds": _thresholds(next(iter(analyses.values()))),
            }
        )
    else:
        for key, analysis in analyses.items():
            group = ", ".join(f"{name} {value}" for name, value in zip(columns, key, strict=True))
            _print_text(analysis, group, is_published=path is None)


def _show_view(
    view: str,
    path: Path | None,
    columns: tuple[str, ...],
    words: tuple[str | None, float | None, int, float | None],
    form: str,
) -> None:
    from riskmodel.workflows import factor_view
    from riskmodel.workflows.factors import ViewOptions

    assessments, cut, seed, level = words
    if path is None and columns:
        raise DataError("--by groups a table of assessments; the published table has one group")
    frame = factor_view(
        view,
        path,
        by=columns,
        options=ViewOptions(whole_numbers("assessments", assessments), cut, seed, level),
    )
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


def _analyses(
    path: Path | None, columns: tuple[str, ...], options: dict[str, Any]
) -> dict[tuple[object, ...], Any]:
    from riskmodel.workflows import published_factors, table_factors

    if path is None:
        if columns:
            raise DataError("--by groups a table of assessments; the published table has one group")
        return {(): published_factors(**options)}
    return table_factors(path, by=columns, **options)


def _joined(analyses: dict[tuple[object, ...], Any], columns: tuple[str, ...]) -> Any:
    """One row a group and factor, the group first."""
    import pandas as pd

    frames = []
    for key, analysis in analyses.items():
        frame = _frame(analysis)
        for position, (column, value) in enumerate(zip(columns, key, strict=True)):
            frame.insert(position, column, value)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _frame(analysis: Any) -> Any:
    from riskmodel.vocabulary import FACTORS

    known = {factor.name: factor for factor in FACTORS}
    frame = analysis.to_frame()
    names = list(frame["factor"])
    frame.insert(1, "label", [known[name].label if name in known else name for name in names])
    frame.insert(2, "census_code", [known[name].code if name in known else None for name in names])
    frame.insert(3, "unit", "assessment")
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


def _print_text(analysis: Any, group: str, *, is_published: bool) -> None:
    frame = _frame(analysis)
    percent = f"{100 * float(frame['level'].iloc[0]):.6g}%"
    rows = [
        (
            row.label,
            f"{row.plans:,}",
            _rate(row.share_of_plans, row.share_of_plans_low, row.share_of_plans_high),
            f"{row.assessments:,}",
            _rate(row.conversion_rate, row.conversion_rate_low, row.conversion_rate_high),
            f"{row.prevalence} / {row.impact}",
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
    out = console()
    for line in _sentences(analysis, is_published=is_published):
        out.print(line, markup=False)


def _rate(value: float, low: float, high: float) -> str:
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
    if not is_published:
        return [
            f"Quadrants by the report's own cuts: {as_share or region.reading}, and a rate {cuts}; "
            "'depends' where these disagree."
        ]
    return [
        f"Every printed quadrant holds for a cut above {region.prevalence.low} and up to "
        f"{region.prevalence.high} {region.reading}{', ' + as_share if as_share else ''}, and for "
        f"a cut on the rate {cuts}."
    ]
