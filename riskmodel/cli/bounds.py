"""``riskmodel bounds``: what margins leave open about one factor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    numbers,
    print_frame,
    print_json,
    print_table,
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

__all__ = ["bounds"]

QUANTITIES = {
    "risk_difference": "Risk difference",
    "risk_ratio": "Risk ratio",
    "mantel_haenszel_difference": "Mantel-Haenszel risk difference",
    "only_plans": "Plans that only it accounts for",
}


def bounds(  # noqa: PLR0913 (each is an option)
    factor: Annotated[
        str, typer.Argument(help="The factor: its name, printed label or census code.")
    ],
    assessments: Annotated[
        int | None,
        typer.Option(
            help=(
                "Number of assessments. Not published: at least 1,069; the documented prior has "
                "its median at 2,250. A table (--table) knows its own."
            )
        ),
    ] = None,
    given: Annotated[
        str | None,
        typer.Option(help="The one other factor to allow for.", metavar="FACTOR"),
    ] = None,
    among: Annotated[
        str | None,
        typer.Option(
            help="Several other factors to allow for at once. [default: all that have counts]",
            metavar="F1,F2",
        ),
    ] = None,
    phi: Annotated[
        str | None,
        typer.Option(
            metavar="LO,HI",
            help=(
                "Assume that any two factors have a phi coefficient in this range, among "
                "assessments with a plan and among those without. [default: no assumption]"
            ),
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(help="Margins of this table of assessments instead of the published ones."),
    ] = None,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    no_suppression: NoSuppressionOption = None,
    earlier: EarlierOption = None,
    form: FormatOption = "text",
) -> None:
    """Every value that a factor's association with a plan can have, given the counts alone.

    Counts per factor do not say which factors were recorded together. The ends are the smallest
    and largest value over all tables with these counts: no chance, no model.
    """
    from riskmodel.authority.margins import factor_bounds

    choose("format", form, FORMATS)
    if given is not None and among is not None:
        raise DataError(
            "--given names one other factor and --among several; leave one of them away"
        )
    words = [given] if given is not None else _words(among)
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
    found = factor_bounds(
        factor, assessments=assessments, given=words, phi=_range(phi), release=release
    )
    frame = with_waiver(found.to_frame(), release)
    if form == "csv":
        print_frame(frame, form)
    elif form == "json":
        answer = {"bounds": frame.to_dict("records"), "tables": _tables(found)}
        print_json(answer if release is None else {**answer, "disclosure": release.manifest()})
    else:
        _print_text(found, is_published=table is None)
        for line in release_lines(release):
            console().print(line, markup=False)
    tell_release(release)


def _words(text: str | None) -> list[str] | None:
    return [word.strip() for word in text.split(",") if word.strip()] if text is not None else None


def _range(text: str | None) -> tuple[float, float] | None:
    ends = numbers("phi", text)
    if text is None:
        return None
    if len(ends) != 2:
        raise DataError(f"--phi takes the lowest and the highest, such as 0,0.3; got {text!r}")
    return ends[0], ends[1]


def _tables(found: Any) -> dict[str, Any]:
    """The tables in which each end is attained."""
    return {
        f"{bound.quantity}_{end}": found.table(bound.quantity, end).to_frame().to_dict("records")
        for bound in found.bounds
        for end in ("low", "high")
    }


def _print_text(found: Any, *, is_published: bool) -> None:
    rows = [
        (
            QUANTITIES[bound.quantity],
            _number(bound, bound.crude),
            _number(bound, bound.low),
            _number(bound, bound.high),
            bound.sign or "-",
        )
        for bound in found.bounds
    ]
    label = _label(found.factor)
    print_table(
        ("Quantity", "Crude", "Lowest", "Highest", "Association"),
        rows,
        title=f"{label} and a plan, allowing for {_others(found.given)}",
        right=(1, 2, 3),
        whole=(0, 4),
    )
    out = console()
    for line in _sentences(found, label, is_published=is_published):
        out.print(line, markup=False)


def _number(bound: Any, value: float) -> str:
    if value == float("inf"):
        return "no limit"
    return f"{value:,.0f}" if bound.quantity == "only_plans" else f"{value:.3f}"


def _sentences(found: Any, label: str, *, is_published: bool) -> list[str]:
    bound, count = found.risk_difference, found.only_plans
    matched = found.mantel_haenszel_difference.sign
    confounder = (
        "the other factor" if len(found.given) == 1 else "at least one of the other factors"
    )
    same = {
        "positive": f"In every table with these counts {label} goes with a plan more often",
        "negative": f"In every table with these counts {label} goes with a plan less often",
        "sign not identified": (
            f"Sign not identified: in some tables with these counts {label} goes with a plan more "
            "often, in others less often"
        ),
    }[bound.sign]
    method = "Exact, by every table"
    if bound.method == "linear programme":
        method = "By a linear programme, which allows fractions of an assessment"
    unpublished = " (the number of assessments is not published)" if is_published else ""
    phi = "No assumption is made about which factors occur together."
    if found.phi is not None:
        phi = f"Assumed: phi of any two factors between {found.phi[0]:g} and {found.phi[1]:g}."
    weighted = []
    if matched != bound.sign:
        weighted = [
            "Where groups that hardly allow a comparison hardly count (Mantel-Haenszel): "
            + ("in every table " if "not" not in matched else "")
            + f"{matched}."
        ]
    return [
        f"{same}, compared within assessments with {confounder} and within the rest.",
        *weighted,
        f"Of its {count.crude:,.0f} plans, {count.low:,.0f} to {count.high:,.0f} are of "
        f"assessments without {confounder.replace('at least one', 'any')}.",
        f"{found.counts.total_assessments:,} assessments. {phi} {method}. These are bounds, both "
        "attained, not a confidence interval.",
        f"Basis: {bound.basis}{unpublished}. An association; it does not say what a factor causes.",
    ]


def _others(names: tuple[str, ...]) -> str:
    if len(names) > 3:
        return f"{len(names)} other factors"
    return ", ".join(_label(name) for name in names)


def _label(name: str) -> str:
    from riskmodel.errors import UnknownNameError
    from riskmodel.vocabulary import factor

    try:
        return factor(name).label
    except UnknownNameError:
        return name
