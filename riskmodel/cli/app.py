"""The commands, each in the module of its name."""

from __future__ import annotations

from typing import Annotated

import typer

import riskmodel
from riskmodel.cli import (
    authority,
    backtest,
    bounds,
    caseload,
    cohort,
    decide,
    experiment,
    factors,
    impact,
    intake,
    learn,
    national,
    panel,
    placements,
    project,
    published,
    released,
    report,
    scenario,
    sensitivity,
    services,
    whatif,
)

__all__ = ["app"]

_EARLIER = {"replicates": "simulations", "probability": "chance"}
"""Names that options had before, and still answer to."""

app = typer.Typer(
    name="riskmodel",
    help=(
        "Child protection activity from published aggregates and an authority's own data: "
        "factors, demand, caseload. It describes groups; it never scores a child."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich's own markup would take "[default: …]" in a help text for a tag and swallow it.
    rich_markup_mode="markdown",
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": lambda word: _EARLIER.get(word, word),
    },
)
app.add_typer(published.app, name="published")
app.add_typer(cohort.app, name="cohort")
app.add_typer(intake.app, name="intake")
app.add_typer(panel.app, name="panel")
app.add_typer(scenario.app, name="scenario")
app.add_typer(experiment.app, name="experiment")
app.command("new")(authority.new)
app.command("check")(authority.check)
app.command("factors")(factors.factors)
app.command("impact")(impact.impact)
app.command("bounds")(bounds.bounds)
app.command("sensitivity")(sensitivity.sensitivity)
app.command("project")(project.project)
app.command("national")(national.national)
app.command("backtest")(backtest.backtest)
app.command("learn")(learn.learn)
app.command("caseload")(caseload.caseload)
app.command("decide")(decide.decide)
app.command("placements")(placements.placements)
app.command("service")(services.service)
app.command("report")(report.report)
app.command("whatif")(whatif.whatif)
app.command("released")(released.released)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"riskmodel {riskmodel.__version__} (riskmodel-childrens-services)")
        raise typer.Exit


def _print_citation(wanted: bool) -> None:
    if wanted:
        from riskmodel.core.citation import DATA_LICENCES, citation

        print(citation(riskmodel.__version__))
        for data, owner in DATA_LICENCES.items():
            print(f"Data: {data}: {owner}.")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
    cite: Annotated[
        bool,
        typer.Option(
            "--cite",
            help="Print how to cite the package and its data, and exit.",
            callback=_print_citation,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Options of the command itself."""
