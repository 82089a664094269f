"""Rates and quadrants of ``riskmodel factors`` as text: the table, and what it says."""

from __future__ import annotations

from typing import Any

from riskmodel.cli.output import console, print_table

__all__ = ["print_groups", "print_reading"]


def print_groups(frame: Any, analyses: dict[tuple[object, ...], Any], release: Any) -> None:
    """Print the rates of each group, and the cuts of its quadrants in words."""
    columns = [] if release is None else list(release.by)
    parts = frame.groupby(columns, sort=False) if columns else [((), frame)]
    for key, part in parts:
        words = ", ".join(f"{name} {value}" for name, value in zip(columns, key, strict=True))
        _print_table(part, words)
        if key in analyses:
            for line in _sentences(analyses[key], is_published=release is None):
                console().print(line, markup=False)


def print_reading(release: Any) -> None:
    """Above a table of one's own: what is wrong with its reading, and which plans count."""
    if release is None or release.account is None:
        return
    for line in (release.finding(), release.plans_words()):
        if line:
            console().print(line, markup=False)


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
