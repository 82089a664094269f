"""``riskmodel scenario compare``: scenarios side by side, and what each change does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.cli.folder import folder_first, opened
from riskmodel.cli.options import grouped
from riskmodel.cli.output import (
    FormatOption,
    command_words,
    one_of,
    picture_option,
    show,
    tell,
    warn_few,
)
from riskmodel.cli.protection import tell_remembered
from riskmodel.cli.service import PathOption, ServiceOptions, ask
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.authority.answers import Service
    from riskmodel.core.result import Result

__all__ = ["compare_scenarios"]

VIEWS = ("differences", "attribution", "flows", "spread")


@grouped
def compare_scenarios(
    *,
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="A B …",
            help="Names of the library or files; the others are compared with the first, one alone "
            "with the baseline. An authority's folder may stand before them.",
        ),
    ],
    figures: PathOption = None,
    options: ServiceOptions,
    view: Annotated[
        str,
        one_of(
            "view",
            VIEWS,
            "What csv holds: differences, or what each change does (text and json hold both); "
            "flows of children by scenario; what the spread of the answers comes from.",
            "--show",
        ),
    ] = "differences",
    form: FormatOption = "text",
    out: Annotated[
        Path | None, picture_option("Also draw the differences, or the flows: .svg or .png.")
    ] = None,
) -> None:
    """Compare scenarios with the first: stocks, caseload, posts needed, and cost with --costs.

    Of a folder, also what follows for its services (waiting, waits, posts) and for placements of
    looked-after children: how many are where, and what that costs by financial year.

    All share their random numbers, so that a difference is not luck; what each change does by
    itself is set beside what all do together.
    """
    from riskmodel.authority.comparison import compare
    from riskmodel.authority.placements import placements_under
    from riskmodel.authority.services import following
    from riskmodel.core.result import View
    from riskmodel.scenarios import scenario

    if view == "spread" and out is not None:
        raise DataError("--out draws the differences or the flows, not --show spread")
    names, figures = folder_first(names, figures)
    called = [scenario(name).name for name in names]
    if len(set(called)) != len(called) or len(called) < 2:
        raise DataError(
            f"a comparison needs two different scenarios or more; got {', '.join(called)}"
        )
    service = ask(figures, list(names), options, show=view)
    warn_few(options.simulations)
    if view in ("flows", "spread"):
        instead = _instead(service, called, view)
        show(instead, form, out=out, picture=instead.plot)
        tell(*service.warnings)
        return
    authority = opened(figures)
    aim = service.target.by
    placed = placements_under(authority, service.outlook, aim, called) if authority else None
    found = compare(
        service.outlook,
        service.plan,
        called,
        structure=service.structure,
        workforce=service.workforce,
        posts_workforce=service.posts_workforce,
        costs=service.prices_of or service.costs,
        target=service.target,
        services=following(authority, service.outlook) if authority else (),
        placed=placed,
        workers=options.workers,
    )
    tell(*service.warnings)
    if authority and authority.has("looked_after") and placed is None:
        tell(
            "placements are not compared: the return on looked-after children does not end in the "
            "month in which the projection begins"
        )
    tell(*(found.over() if form != "text" else ()))
    attributed = form == "csv" and view == "attribution"
    if placed:
        placed.leave(command_words())
    show(View(found.attribution) if attributed else found, form, out=out, picture=found.plot)
    tell_remembered(placed.memory if placed else None)


def _instead(service: Service, names: list[str], view: str) -> Result:
    """Where children are instead, or what the spread of the answers comes from."""
    from riskmodel.authority.spread import split_spread

    month = service.target.by
    if view == "flows":
        return service.outlook.flows(month).only(names)
    return split_spread(
        service.outlook,
        names,
        month=month,
        structure=service.structure,
        workforce=service.workforce,
    )
