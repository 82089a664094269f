"""``riskmodel factors``: prevalence against impact."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.folder import table_in
from riskmodel.cli.options import LevelOption, grouped, numbers, option_words, whole_numbers
from riskmodel.cli.output import FormatOption, one_of, picture_option, show
from riskmodel.cli.protection import TableOptions, tell_release
from riskmodel.errors import DataError
from riskmodel.vocabulary import factor_label

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
    "design-effect": ("rates",),
    "method": ("rates",),
    "prevalence": ("rates",),
    "seed": ("membership", "ranks"),
}
"""Views that an option is for; with another it would be ignored."""


@grouped
def factors(  # noqa: PLR0913 (each is an option)
    *,
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
        one_of(
            "reading of prevalence",
            READINGS,
            "Reading of prevalence: plans with the factor, or assessments with it. "
            "[default: plans]",
        ),
    ] = None,
    level: LevelOption = None,
    method: Annotated[
        str | None,
        one_of(
            "interval method",
            METHODS,
            "Interval: Jeffreys, Wilson, or auto (Wilson for 30 trials or fewer). [default: auto]",
        ),
    ] = None,
    view: Annotated[
        str,
        one_of(
            "view",
            SHOWN,
            "rates; associations at a number of assessments; chance of each quadrant (membership) "
            "and rank; comparison with a cut (Holm); funnel; shrinkage, with the factors without "
            "counts; change from group to group (--by).",
            "--show",
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
        typer.Option(help="Same seed, same answer, of membership and ranks. [default: 0]"),
    ] = None,
    out: Annotated[
        Path | None,
        picture_option("Write the quadrant chart (or --show funnel): .svg or .png."),
    ] = None,
    cuts: Annotated[
        str | None,
        typer.Option(
            metavar="base-rate|quantile:Q|SHARE,RATE|report",
            help=(
                "Cuts of the quadrants, of a table: its rate and median factor, quantiles, your "
                "own, or the report card's. [default: base-rate]"
            ),
        ),
    ] = None,
    design_effect: Annotated[
        str | None,
        typer.Option(
            metavar="D|LO,HI|usual",
            help=(
                "How many times the variance brothers and sisters bring, assumed: ranges use the "
                "upper end. 1 for none. [default: of a table's family_id or child_id; published: 1]"
            ),
        ),
    ] = None,
    options: TableOptions,
    form: FormatOption = "text",
) -> None:
    """How often a factor was recorded among plans, and how often a plan followed.

    The unit is the assessment. The rates are associations: they do not say what a factor causes.
    """
    path, options = table_in(path, options)
    given = {
        "assessments": assessments,
        "cut": cut,
        "cuts": cuts,
        "design-effect": design_effect,
        "method": method,
        "prevalence": prevalence,
        "seed": seed,
    }
    _refuse_unused(view, given)
    columns = tuple(option_words(by))
    if out is not None and view not in ("rates", "funnel"):
        raise DataError("--out draws the rates or the funnel, not this view")
    if path is None and cuts is not None:
        raise DataError("--cuts is for a table; the published chart has its own")
    if path is None and columns:
        raise DataError("--by groups a table of assessments; the published table has one group")
    release = options.release(path, option="PATH", form=form, by=columns)
    if view == "rates":
        effect = _design_effect(design_effect)
        _show_rates(release, (prevalence, level, method, cuts, effect), out, path, form)
    else:
        words = (whole_numbers("assessments", assessments), cut, seed or 0, level)
        _show_view(view, release, (*words, cuts), out, form)
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


def _design_effect(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    if text == "usual":
        from riskmodel.parameters import parameter

        least, most = parameter("family_design_effect").numbers
        return least, most
    given = numbers("design-effect", text)
    if len(given) > 2:
        raise DataError("--design-effect takes one number, a least and a most, or the word usual")
    return given[0], given[-1]


def _show_rates(
    release: Any, options: tuple[Any, ...], out: Path | None, path: Path | None, form: str
) -> None:
    from riskmodel.factors.group_rates import group_rates

    prevalence, level, method, cuts, design_effect = options
    found = group_rates(
        release,
        prevalence=prevalence or "plans",
        level=level,
        method=method or "auto",
        cuts=cuts,
        design_effect=design_effect,
    )

    def picture() -> Any:
        from riskmodel.report.sections.quadrants import quadrant_chart

        analysis = _one_of_group(found.analyses)
        source = "Increase in Child Protection Cases: Report Card" if path is None else path.name
        region = analysis.region
        return quadrant_chart(region.reading, region, analysis.rates, analysis.printed, source)

    show(found, form, out=out, picture=picture, release=release)


def _show_view(
    view: str, release: Any, words: tuple[Any, ...], out: Path | None, form: str
) -> None:
    from riskmodel.core.result import View
    from riskmodel.factors.group_rates import reading_lines
    from riskmodel.factors.margins.recorded import Recording
    from riskmodel.factors.views import ViewOptions, factor_view
    from riskmodel.published import factor_counts

    def picture() -> Any:
        from riskmodel.report.charts.funnel import draw_counts_funnel

        return draw_counts_funnel(
            factor_counts() if release is None else _one_of_group(release.groups)
        )

    frame = factor_view(view, release, options=ViewOptions(*words))
    basis = ", ".join(sorted(set(frame["basis"])))
    note = f"Basis: {basis}. Associations among assessments; they do not say what a factor causes."
    usual = Recording.usual(published=release is None).words()
    reach = f"Recorded low and high: what it could be {usual} (assumed)."
    has_reach = any("recorded" in name for name in frame.columns)
    notes = (note, *((reach,) if has_reach else ()), *_on_families(release))
    # Codes are for the file; on the terminal a factor is called as it is everywhere else.
    in_words = frame.assign(factor=[factor_label(name) for name in frame["factor"]])
    shown = View(frame, "\n".join(reading_lines(release)), in_words, notes=notes)
    show(shown, form, out=out, picture=picture, release=release)


def _on_families(release: Any) -> tuple[str, ...]:
    """How ranges, limits and tests of a view allow for the families which its table names."""
    if not release or not release.design:
        return ()
    designs = (release.design_of(counts) for counts in release.groups.values())
    words = {design.words() for design in designs if design}
    return tuple(words) if len(words) == 1 else (ALLOWED,)


ALLOWED = "Ranges allow for families or children with several assessments, in each group."


def _one_of_group(groups: Any) -> Any:
    """What belongs to the only group."""
    if len(groups) != 1:
        raise DataError("--out draws one group; leave --by out")
    return next(iter(groups.values()))
