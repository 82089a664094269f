"""``riskmodel project``: stocks and flows to come, with what moves them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.folder import chain_place, opened, source_of, stage_names, ways_in
from riskmodel.cli.options import (
    LearnOption,
    MonthsMappingOption,
    MonthsOption,
    PopulationOption,
    ScenarioOption,
    SeedOption,
    SimulationsOption,
    option_words,
    refuse_unused,
)
from riskmodel.cli.output import (
    FormatOption,
    choose,
    one_of,
    picture_option,
    show,
    tell,
    warn_few,
)
from riskmodel.cli.service import AuthorityOption, named_scenarios
from riskmodel.cli.working import Working
from riskmodel.errors import DataError

__all__ = ["project"]

VIEWS = ("stock", "flows", "matrix", "above", "drivers", "calibration", "figures", "chain")


def project(  # noqa: PLR0913  an option is an argument
    path: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "An authority's folder, a panel of authorities, or a CSV of own months. "
                "[default: the published tables]"
            )
        ),
    ] = None,
    authority: AuthorityOption = None,
    learn: LearnOption = None,
    population: PopulationOption = None,
    stage: Annotated[
        str | None,
        typer.Option(help="Only these stages; cpp, lac or cin for short.", metavar="STAGE,…"),
    ] = None,
    scenario: ScenarioOption = None,
    months: MonthsOption = 60,
    simulations: SimulationsOption = 2000,
    seed: SeedOption = 1,
    view: Annotated[
        str,
        one_of(
            "view",
            VIEWS,
            "Stocks; starts and ends; one matrix by month of who stays, moves, comes and leaves, "
            "from where to where, with --out as a picture by year; the chance of passing --above; "
            "what moves the stock; the calibrated parameters; the figures it starts from; the "
            "chain from referral to plan of an authority in a panel.",
            "--show",
        ),
    ] = "stock",
    mapping: MonthsMappingOption = None,
    above: Annotated[
        str | None,
        typer.Option(help="Chance of having passed a level.", metavar="STAGE=LEVEL,…"),
    ] = None,
    form: FormatOption = "text",
    out: Annotated[
        Path | None,
        picture_option("Also draw the stocks as fan charts, or the matrix: .svg or .png."),
    ] = None,
) -> None:
    """Project stocks, starts and ends month by month, the baseline and any scenarios.

    How a stock changes is learned from other authorities' history, given one's own figures;
    `riskmodel backtest` says how accurate such projections have been.
    """
    from riskmodel.demand.projecting import project as run
    from riskmodel.demand.sources import chain_of
    from riskmodel.demand.views import chain_view, outlook_view

    if (view == "above") != (above is not None):
        raise DataError("--show above and --above STAGE=LEVEL go together")
    if view == "chain":
        refuse_unused(
            view,
            learn=learn,
            mapping=mapping,
            population=population,
            stage=stage,
            scenario=scenario,
            out=out,
        )
        show(chain_view(chain_of(*chain_place(path, authority))), form)
        return
    if mapping is not None and (path is None or opened(path) is not None):
        raise DataError("--mapping goes with a file of own months; a folder has its mapping.toml")
    source, panel = source_of((path, authority, learn, population), mapping)
    if stage is not None:
        source = source.of(stage_names(option_words(stage)))
    levels = _levels(above, list(source.observations))
    if view == "matrix":
        source = ways_in(path, source)
    working = Working()
    outlook = run(
        source,
        months=months,
        replicates=simulations,
        seed=seed,
        scenarios=named_scenarios(path, option_words(scenario)),
        panel=panel,
        progress=working.say,
        share_done=working.share_done,
    )
    warn_few(simulations)
    tell(*outlook.warnings)
    found = outlook.matrix() if view == "matrix" else outlook_view(outlook, view, above=levels)
    show(found, form, out=out, picture=found.plot if view == "matrix" else outlook.plot)


def _levels(text: str | None, stages: list[str]) -> dict[str, float]:
    found = {}
    for word in option_words(text):
        stage, equals, level = word.partition("=")
        stage = stage_names([stage.strip()])[0]
        choose("stage", stage.strip(), stages)
        try:
            found[stage.strip()] = float(level)
        except ValueError as error:
            raise DataError(
                f"--above takes a stage and a number, such as child_protection_plan=700; "
                f"got {word!r}"
            ) from error
        if not equals or not 0 <= found[stage.strip()] < 1e9:
            raise DataError(f"--above takes a level of 0 or more; got {word!r}")
    return found
