"""``riskmodel impact``: adjusted association of factors with a plan on a table."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.folder import table_in
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    print_frame,
    print_json,
    print_table,
    write_picture,
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
from riskmodel.errors import DataError

__all__ = ["impact"]


def impact(  # noqa: PLR0913 (each is an option)
    path: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "A table of assessments: .csv, .parquet, .xml (children in need census) or a "
                "folder of Parquet files; or an authority's folder."
            )
        ),
    ] = None,
    factors: Annotated[
        str | None,
        typer.Option(
            metavar="F1,F2",
            help="Factors of the model, by name, label or census code. [default: all of the table]",
        ),
    ] = None,
    interactions: Annotated[
        str | None,
        typer.Option(
            metavar="parental|F1:F2",
            help=(
                "Pairs of factors, with commas between: parental for those of domestic abuse, "
                "mental health and substance misuse of parents."
            ),
        ),
    ] = None,
    bootstrap: Annotated[
        int,
        typer.Option(
            metavar="R",
            help="Resamples of children for the intervals of risks and fractions; 0 for none.",
        ),
    ] = 0,
    folds: Annotated[
        int,
        typer.Option(
            metavar="K",
            help="Cross-validate discrimination and calibration in so many parts; 0 for none.",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Names the resamples and the parts.")] = 0,
    level: Annotated[
        float | None,
        typer.Option(help="Coverage of the intervals, between 0 and 1. [default: 0.95]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the charts: .svg or .png; that of combinations beside the one named."
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
    """How far plans differ with each factor, adjusted for the other factors of a table.

    Needs a table: published counts do not say which factors were recorded together. Associations
    among assessments; nothing is computed for a single child.
    """
    from rich.console import Console

    from riskmodel.disclosure.release import release_counted
    from riskmodel.factors.adjusted.table_impact import factor_impact

    choose("format", form, FORMATS)
    path = table_in(path)
    if path is None:
        raise DataError(
            "impact needs a table of assessments: the published counts do not say which factors "
            "were recorded together, so no adjusted association follows from them; see `riskmodel "
            "bounds` and `riskmodel sensitivity`, or name data/synthetic/cohort.csv"
        )
    places = (out, out.with_name(f"{out.stem}-combinations{out.suffix}")) if out else ()
    for place in places:
        check_picture(place)
    policy = policy_of(threshold, round_to, no_suppression)
    with Console(file=sys.stderr).status("Starting") as status:
        found = factor_impact(
            table_of(path, mapping, sheet),
            factors=_names(factors) if factors else None,
            pairs=[":".join(_names(word, ":")) for word in _words(interactions or "")],
            resamples=bootstrap,
            folds=folds,
            seed=seed,
            level=level,
            protect=partial(
                release_counted,
                policy=policy,
                marks="json" if form == "json" else "text",
                earlier=tuple(earlier or ()),
            ),
            progress=status.update,
        )
    if places:
        from riskmodel.report.sections.impact import impact_charts

        # A table in which no two factors meet has no chart of combinations.
        charts = impact_charts(found.impact, source=path.name)
        for chart, place in zip(charts, places, strict=False):
            write_picture(place, chart.svg, chart.png)
    if form == "csv":
        print_frame(with_waiver(found.measures(), found.release), form)
    elif form == "json":
        print_json(_plain(found))
    else:
        _print_text(found)
    tell_release(
        found.release,
        also_withheld=bool(found.withheld_factors or found.withheld_pairs or found.withheld_groups),
    )


def _words(text: str, between: str = ",") -> list[str]:
    return [word.strip() for word in text.split(between) if word.strip()]


def _names(text: str, between: str = ",") -> list[str]:
    """Names of factors given by name, label or census code; unknown words as they are."""
    from riskmodel.errors import UnknownNameError
    from riskmodel.vocabulary import factor

    names = []
    for word in _words(text, between):
        try:
            names.append(factor(word).name)
        except UnknownNameError:
            # A local factor of the table, or a mistake that the table's own list answers.
            names.append(word)
    return names


def _plain(found: Any) -> dict[str, Any]:
    impact, tested = found.impact, found.impact.interactions
    benchmark = found.benchmark_frame()
    protected = found.release.protected is not None
    return {
        "assessments": impact.total_assessments,
        "plans": impact.total_plans,
        "basis": impact.basis,
        "measures": with_waiver(found.measures(), found.release).to_dict("records"),
        "combinations": impact.combinations.to_frame().astype(object).to_dict("records"),
        "interaction_test": None
        if tested is None
        else {
            "statistic": tested.statistic,
            "degrees_of_freedom": tested.degrees,
            "p_value": tested.p_value,
            "pairs": [
                {"pair": ":".join(pair.factors), "p_value": pair.p_value} for pair in tested.pairs
            ],
            "notes": list(tested.notes),
        },
        "benchmark": None if benchmark is None else benchmark.to_dict("records"),
        "notes": list(impact.notes),
        **({"disclosure": found.release.manifest()} if protected else {}),
    }


def _print_text(found: Any) -> None:
    impact = found.impact
    ranked = sorted(
        impact.factors, key=lambda each: (-each.adjusted.risk_difference.value, each.factor)
    )
    rows = [
        (
            _label(each.factor),
            f"{each.adjusted.risk_difference.numerator:,.0f} of "
            f"{each.adjusted.risk_difference.denominator:,.0f}",
            f"{100 * each.crude.risk_difference.value:+.1f}",
            _ends(each.adjusted.risk_difference, 100, 1),
            _ends(each.adjusted.odds_ratio, 1, 2),
            _ends(each.attributable.average, 100, 1),
        )
        for each in ranked
    ]
    rows += [(_label(n), "[c]", "[c]", "[c]", "[c]", "[c]") for n in found.withheld_factors]
    print_table(
        (
            "Factor",
            "Plans",
            "Unadjusted",
            "Adjusted difference",
            "Odds ratio",
            "% of plans accounted for",
        ),
        rows,
        title=(
            "Difference in plans with the factor, percentage points, with "
            f"{100 * impact.level:.6g}% intervals"
        ),
        right=(1, 2, 3, 4, 5),
        whole=(0,),
    )
    _print_pairs(impact, found.withheld_pairs)
    out = console()
    for line in _sentences(found):
        out.print(line, markup=False)


def _print_pairs(impact: Any, withheld: tuple[tuple[str, str], ...]) -> None:
    pairs = impact.interactions.pairs if impact.interactions else ()
    if not pairs and not withheld:
        return
    rows = [
        (
            " + ".join(_label(name) for name in pair.factors),
            f"{pair.contrast.denominator:,.0f}",
            _ends(pair.contrast, 100, 1),
            _ends(pair.odds_ratio, 1, 2),
            f"{pair.p_value:.3f}",
        )
        for pair in pairs
    ]
    rows += [(" + ".join(map(_label, pair)), "[c]", "[c]", "[c]", "[c]") for pair in withheld]
    print_table(
        ("Pair", "With both", "Beyond the sum of both", "Ratio of odds ratios", "p"),
        rows,
        title="Pairs of factors, percentage points and odds",
        right=(1, 2, 3, 4),
    )


def _sentences(found: Any) -> list[str]:
    from riskmodel.report.sections.impact import impact_sentences

    impact = found.impact
    joint, overlap = impact.joint, impact.combinations
    lines = [
        *impact_sentences(impact),
        f"All factors together statistically account for {_ends(joint, 100, 1)} percent of the "
        "plans; the last column divides that up over every order of counting and adds up to it.",
        f"{overlap.mean_number:.1f} factors an assessment{_several(impact)}.",
    ]
    if impact.interactions is not None:
        tested = impact.interactions
        if tested.pairs:
            lines.append(
                f"All {len(tested.pairs)} pairs together: p = {tested.p_value:.2g} (penalised "
                "likelihood-ratio test)."
            )
        lines += tested.notes
    if found.benchmark is not None:
        lines += str(found.benchmark).splitlines()
    if found.withheld_factors:
        lines.append(
            "Left out of the model, because a count of theirs is withheld: "
            f"{', '.join(map(_label, found.withheld_factors))}."
        )
    return [*lines, *impact.notes, *release_lines(found.release)]


def _several(impact: Any) -> str:
    """How many assessments have several factors, where the table may be split so."""
    overlap = impact.combinations
    if not overlap.fewest:
        return ""
    several = overlap.other_assessments + sum(one.assessments for one in overlap.combinations)
    return f"; {several:,} of {impact.total_assessments:,} assessments have two or more"


def _ends(estimate: Any, scale: float, digits: int) -> str:
    value, low, high = (
        f"{scale * end:.{digits}f}" if abs(end) < 1e6 else "inf"
        for end in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"


def _label(name: str) -> str:
    from riskmodel.errors import UnknownNameError
    from riskmodel.vocabulary import factor

    try:
        return factor(name).label
    except UnknownNameError:
        return name
