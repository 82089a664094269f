"""``riskmodel bounds``: what margins leave open about one factor."""

from __future__ import annotations

from typing import Annotated

import typer

from riskmodel.cli.options import grouped, numbers
from riskmodel.cli.output import FormatOption, show
from riskmodel.cli.protection import MarginsOption, TableOptions, tell_release
from riskmodel.errors import DataError

__all__ = ["bounds"]


@grouped
def bounds(
    *,
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
    table: MarginsOption = None,
    options: TableOptions,
    form: FormatOption = "text",
) -> None:
    """Every value that a factor's association with a plan can have, given the counts alone.

    Counts per factor do not say which factors were recorded together. The ends are the smallest
    and largest value over all tables with these counts: no chance, no model.
    """
    from riskmodel.authority.margins import factor_bounds

    if given is not None and among is not None:
        raise DataError("--given names one other factor and --among several; leave one of them out")
    words = [given] if given is not None else _words(among)
    release = options.release(table, option="--table", form=form)
    found = factor_bounds(
        factor, assessments=assessments, given=words, phi=_range(phi), release=release
    )
    show(found, form, release=release)
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
