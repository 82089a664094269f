"""``riskmodel placements``: where looked-after children are, may be, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.options import (
    MonthsOption,
    ScenarioOption,
    SeedOption,
    SimulationsOption,
    option_words,
)
from riskmodel.cli.output import (
    FormatOption,
    command_words,
    one_of,
    picture_option,
    show,
    tell,
    warn_few,
)
from riskmodel.cli.protection import LedgerOption, tell_remembered
from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS

__all__ = ["placements"]

SHOWN = ("stocks", "flows", "days", "cost", "drivers", "survival", "now", "ahead", "figures")


def placements(  # noqa: PLR0913  an option is an argument
    *,
    path: Annotated[
        Path | None,
        typer.Argument(
            help="An authority's folder, or a return on looked-after children (SSDA903). [default: "
            "the published figures]"
        ),
    ] = None,
    view: Annotated[
        str,
        one_of(
            "view",
            SHOWN,
            "Children by placement, entries and exits, days of care, cost, what drives the cost, "
            "how long care lasts, the last month of the return by placement, age, legal status and "
            "where, the same ahead without placement, or the published figures.",
            "--show",
        ),
    ] = "stocks",
    scenario: ScenarioOption = None,
    months: MonthsOption = USUAL_MONTHS,
    simulations: SimulationsOption = USUAL_SIMULATIONS,
    seed: SeedOption = USUAL_SEED,
    form: FormatOption = "text",
    ledger: LedgerOption = None,
    out: Annotated[
        Path | None,
        picture_option("Draw the answer, .svg or .png: stocks, flows and cost can be drawn."),
    ] = None,
) -> None:
    """Project placements of looked-after children and what they cost.

    From the return in the folder: who is where, how often children move and leave, how many come.
    The total of looked-after children is that of the folder's projection; prices of placements
    stand in authority.toml or inputs.xlsx. Placements of few children are withheld.
    """
    if view == "figures":
        from riskmodel.placements.published import card_figures

        show(card_figures(), form, out=out)
        return
    from riskmodel.authority.folder.authority import EXAMPLE
    from riskmodel.authority.placement_flows import yearly_flows
    from riskmodel.authority.placement_views import placement_view
    from riskmodel.authority.placements import project_placements
    from riskmodel.placements.history import DIMENSIONS

    warn_few(simulations)
    placed = project_placements(
        EXAMPLE if path is None else path,
        months=months,
        simulations=simulations,
        seed=seed,
        scenarios=option_words(scenario),
        ledger=ledger,
    )
    answer = placement_view(placed, view)
    drawn = {"stocks": placed, "flows": yearly_flows(placed), "cost": placed.budget}.get(view)
    picture = None if drawn is None else drawn.plot
    placed.leave(command_words(), DIMENSIONS if view in ("now", "ahead") else ("placement",))
    show(answer, form, out=out, picture=picture)
    tell_remembered(placed.memory)
    if form != "text":
        tell(*placed.notes)
