"""``riskmodel service``: the services around, waiting lists, and how much is in time."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.cli.folder import opened
from riskmodel.cli.options import (
    MonthsOption,
    ScenarioOption,
    SeedOption,
    SimulationsOption,
    option_words,
    refuse_unused,
)
from riskmodel.cli.output import (
    FormatOption,
    command_words,
    one_of,
    picture_option,
    show,
    warn_few,
)
from riskmodel.cli.protection import LedgerOption, tell_remembered
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.core.result import Result

__all__ = ["service"]

VIEWS = (
    "months",
    "posts",
    "added",
    "locums",
    "steady",
    "timeliness",
    "others",
    "missing",
    "interviews",
    "growth",
    "paragraphs",
)
_PRINTED = ("missing", "interviews", "growth", "paragraphs")
"""Views of the printed documents alone."""


def service(  # noqa: PLR0913  an option is an argument
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of an authority. [default: the example of 2015]"),
    ] = None,
    name: Annotated[
        str | None, typer.Argument(help="One of its services. [default: all of them]")
    ] = None,
    view: Annotated[
        str,
        one_of(
            "view",
            VIEWS,
            "List, waits and posts by month; posts for the deadline; what one more post changes; "
            "lists with and without locums; the long run; how much is in time in the folder's own "
            "records, and beside others in its panel; and of the documents of 2015 missing "
            "children by number of episodes, return interviews, growth that the police assume, "
            "and what is done with each paragraph.",
            "--show",
        ),
    ] = "months",
    scenario: ScenarioOption = None,
    template: Annotated[
        bool,
        typer.Option("--template", help="Print the file of a service to start from, and stop."),
    ] = False,
    months: MonthsOption = 60,
    simulations: SimulationsOption = 2000,
    seed: SeedOption = 1,
    form: FormatOption = "text",
    ledger: LedgerOption = None,
    out: Annotated[
        Path | None, picture_option("Also draw the list of one service: .svg or .png.")
    ] = None,
) -> None:
    """Simulate the services around: who comes, who waits how long, and the posts that it takes.

    A service is a file in the folder `services`; `--template` prints one. What it says of arrivals
    can be a ratio to what is projected: starts, stocks, conferences. `--show timeliness` reads
    census returns, Annex A and timeliness.csv.
    """
    if template:
        from riskmodel.services.reading import service_template

        sys.stdout.write(service_template())
        return
    if out is not None and (view != "months" or name is None):
        raise DataError("--out draws the list of one service: name it, with --show months")
    if view in _PRINTED:
        refuse_unused(view, path=folder, name=name, scenario=scenario)
        show(_printed(view, seed), form)
        return
    authority = replace(_authority(folder), ledger=ledger)
    if view in ("timeliness", "others"):
        refuse_unused(view, name=name, scenario=scenario)
        _show_in_time(authority, view, form)
        return
    warn_few(simulations)
    if view != "months":
        refuse_unused(view, scenario=scenario)
    sizes = {"months": months, "replicates": simulations, "seed": seed}
    show(_simulated(authority, name, view, option_words(scenario), sizes), form, out=out)


def _show_in_time(authority: Authority, view: str, form: str) -> None:
    """Its own deadlines, or its published shares beside those of others."""
    from riskmodel.authority.services import others_in_time, timeliness_of

    if view == "others":
        show(others_in_time(authority), form)
        return
    found = timeliness_of(authority)
    found.leave(command_words())
    show(found, form)
    tell_remembered(found.memory)


def _authority(folder: Path | None) -> Authority:
    if folder is None:
        from riskmodel.authority.folder.authority import example

        return example()
    authority = opened(folder)
    if authority is None:
        from riskmodel.authority.folder.authority import open_authority

        return open_authority(folder)  # which says why it is none
    return authority


def _printed(view: str, seed: int) -> Result:
    from riskmodel.services import published

    if view == "missing":
        return published.missing_view(seed)
    views = {
        "interviews": published.interviews_view,
        "growth": published.growth_view,
        "paragraphs": published.paragraphs_view,
    }
    return views[view]()


def _simulated(
    authority: Authority,
    name: str | None,
    view: str,
    scenarios: list[str],
    sizes: dict[str, int],
) -> Result:
    from riskmodel.authority import services as around
    from riskmodel.services import views

    chosen = around.with_own_records(authority, around.services_of(authority, name))
    names = around.scenario_names(authority, scenarios)
    horizon = around.horizon_of(authority, chosen, scenarios=names, **sizes)
    shown = {
        "posts": views.posts_view,
        "added": views.added_view,
        "locums": views.locums_view,
        "steady": views.steady_view,
    }
    if view in shown:
        return shown[view](chosen, horizon)
    plans = list(views.plans_of(chosen, horizon, names).values())
    return plans[0] if name is not None else views.overview(plans)
