"""``riskmodel factors``: prevalence against impact."""

from __future__ import annotations

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

__all__ = ["factors"]

READINGS = ("plans", "assessments")
METHODS = ("auto", "jeffreys", "wilson")


def factors(
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
    form: FormatOption = "text",
) -> None:
    """How often a factor was recorded among plans, and how often a plan followed.

    Reads the published table (report card, paras 16 and 17). The rates are associations: they do
    not say what a factor causes.
    """
    from riskmodel.workflows import published_factors

    choose("format", form, FORMATS)
    choose("reading of prevalence", prevalence, READINGS)
    choose("interval method", method, METHODS)
    analysis = published_factors(prevalence=prevalence, level=level, method=method)  # type: ignore[arg-type]  # checked above
    frame = _frame(analysis)
    if form == "csv":
        print_frame(frame, form)
    elif form == "json":
        print_json({"factors": frame.to_dict("records"), "thresholds": _thresholds(analysis)})
    else:
        _print_text(analysis, frame)


def _frame(analysis: Any) -> Any:
    from riskmodel.vocabulary import factor

    frame = analysis.to_frame()
    known = [factor(name) for name in frame["factor"]]
    frame.insert(1, "label", [entry.label for entry in known])
    frame.insert(2, "census_code", [entry.code for entry in known])
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


def _print_text(analysis: Any, frame: Any) -> None:
    percent = f"{100 * float(frame['level'].iloc[0]):g}%"
    rows = [
        (
            row.label,
            str(row.plans),
            _rate(row.share_of_plans, row.share_of_plans_low, row.share_of_plans_high),
            str(row.assessments),
            _rate(row.conversion_rate, row.conversion_rate_low, row.conversion_rate_high),
            f"{row.prevalence} / {row.impact}",
            f"{row.printed_prevalence} / {row.printed_impact}",
        )
        for row in frame.itertuples(index=False)
    ]
    print_table(
        ("Factor", "Plans", "Share of plans", "Found", "Led to a plan", "Quadrant", "Printed"),
        rows,
        title=f"Prevalence / impact, with {percent} intervals; found = assessments with the factor",
        right=(1, 2, 3, 4),
        whole=(0, 5, 6),
    )
    out = console()
    for line in _sentences(analysis):
        out.print(line, markup=False)


def _rate(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _sentences(analysis: Any) -> list[str]:
    from riskmodel.vocabulary import factor

    region, counts = analysis.region, analysis.counts
    lines = []
    if region.is_feasible:
        share = region.prevalence_share
        as_share = (
            ""
            if share is None
            else f", {100 * float(share.low):.1f}% to {100 * float(share.high):.1f}% of plans"
        )
        impact = region.impact
        lines.append(
            f"Every printed quadrant holds for a cut above {region.prevalence.low} and up to "
            f"{region.prevalence.high} {region.reading}{as_share}, and for a cut on the rate above "
            f"{100 * float(impact.low):.1f}% and up to {100 * float(impact.high):.1f}%."
        )
    else:
        lines.append(f"No cut on {region.reading} reproduces the printed quadrants:")
        lines.extend(
            f"  {factor(found.high_factor).label} is printed as of high {found.axis} with "
            f"{found.high_value}, {factor(found.low_factor).label} as low with {found.low_value}."
            for found in region.contradictions
        )
    unprinted = len(set(analysis.printed) - set(counts.factors))
    if unprinted:
        lines.append(
            f"{unprinted} further factors stand in the chart without counts; each has at most "
            f"{int(counts.plans.min())} plans, for the printed rows are the most common."
        )
    lines.append(
        f"Basis: {counts.basis}. These are associations among {counts.total_plans} plans started "
        "and the assessments with the factor; they do not say what a factor causes."
    )
    return lines
