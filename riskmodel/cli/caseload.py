"""``riskmodel caseload``: caseloads to come, and what it takes to keep to a cap."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import has_prices, opened
from riskmodel.cli.options import ScenarioOption, grouped, option_words, refuse_unused
from riskmodel.cli.output import (
    FormatOption,
    choose,
    one_of,
    picture_option,
    show,
    tell,
    warn_few,
)
from riskmodel.cli.service import PathArgument, ServiceOptions, ask, feedback_switches
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.authority.answers import Service
    from riskmodel.core.result import Result

__all__ = ["caseload"]

VIEWS = (
    "caseload",
    "within",
    "needs",
    "workers",
    "published",
    "queue",
    "cost",
    "mix",
    "loop",
    "conferences",
)
LEVELS = ("team", "area", "service")
PRICED = ("cost", "mix")
DRAWN = ("caseload", "within", "mix", "loop")
PLAIN = ("published", "queue", "loop")
"""Views that project nothing."""
TEMPLATES = ("structure", "costs")
"""Files of their own that a user starts from."""


@grouped
def caseload(
    *,
    path: PathArgument = None,
    options: ServiceOptions,
    scenario: ScenarioOption = None,
    view: Annotated[
        str,
        one_of(
            "view",
            VIEWS,
            "Caseloads; the chance of keeping to the cap; posts needed and what would change "
            "them; children of each worker as they are, from ssd_involvements.csv of PATH (the "
            "lowest, median and highest, never a name); the printed caseloads rebuilt; unallocated "
            "work beside a queue; what the plan costs; mixes of posts, shorter plans and early "
            "help; the loop between caseload and demand; conferences and reviews, chairs and "
            "rooms.",
            "--show",
        ),
    ] = "caseload",
    level: Annotated[str, one_of("level", LEVELS, "Caseloads of whom.")] = "service",
    template: Annotated[
        str | None,
        typer.Option(metavar="structure|costs", help="Print a file to start from, and stop."),
    ] = None,
    form: FormatOption = "text",
    out: Annotated[
        Path | None, picture_option(f"Also draw it: .svg or .png, of {', '.join(DRAWN)}.")
    ] = None,
) -> None:
    """Project caseloads, and say how many more social workers a cap by a date would take.

    Without PATH it works on the published tables. A caseload is open cases over full-time
    equivalents who hold cases; what is assumed of the workforce is in every answer.
    """
    if view != "caseload":
        refuse_unused(view, level=None if level == "service" else level)
    if template is not None:
        _print_template(template, form)
        return
    if out is not None and view not in DRAWN:
        raise DataError(f"--out draws the views {', '.join(DRAWN)}; --show {view} has none")
    if view == "cost" and options.costs is None and not has_prices(path):
        raise DataError(
            "--show cost needs your prices: give --costs FILE; --template costs prints one to "
            "start from"
        )
    if view in PLAIN:
        _refuse_figures(view, path, scenario, options)
        _show_plain(view, form, out, options.feedback)
        return
    if view == "workers":
        _refuse_figures(view, None, scenario, options)
        show(_workers(path), form)
        return
    if view not in PRICED:
        refuse_unused(view, costs=options.costs)
    service = ask(path, option_words(scenario), options, show=view)
    warn_few(options.simulations)
    tell(*service.warnings)
    result, picture = _view(service, view, level, printed=path is None)
    show(result, form, out=out, picture=picture)


def _refuse_figures(
    view: str, path: Path | None, scenario: str | None, options: ServiceOptions
) -> None:
    """Refuse what asks for a projection of a view that projects nothing."""
    asked = {
        field.name: getattr(options, field.name)
        for field in fields(options)
        if field.default is None and not (view == "loop" and field.name == "feedback")
    }
    refuse_unused(view, path=path, scenario=scenario, **asked)


def _view(service: Service, view: str, level: str, *, printed: bool) -> tuple[Result, Any]:
    """A view of a service, and what draws it."""
    from riskmodel.authority import answers

    def picture() -> Any:
        from riskmodel.report.charts.service import draw_caseload, draw_mix, draw_within

        plan, target = service.plan, service.target
        if view == "mix":
            return draw_mix(mix)
        if view == "within":
            return draw_within(plan, target.cap, sure=target.probability, by=target.by)
        return draw_caseload(plan, target.cap, by=target.by)

    if view == "mix":
        mix = answers.mix_of(service)
        return answers.mix_view(service, mix), picture
    if view == "conferences":
        from riskmodel.caseload.conferences import conferences

        return conferences(service.outlook), picture
    if view == "caseload":
        return answers.caseload_view(service, level, printed=printed), picture
    views = {
        "within": answers.within_view,
        "cost": answers.cost_view,
        "needs": answers.PostsAnswers,
    }
    return views[view](service), picture


def _workers(path: Path | None) -> Result:
    """Children of each worker, from the tables of a folder or of an authority's folder."""
    from riskmodel.caseload.worker_records import worker_caseloads
    from riskmodel.intake.involvements import read_involvements

    if path is None:
        raise DataError(
            "--show workers needs your records: give the folder with ssd_involvements.csv, or your "
            "authority's folder with it in the folder ssd"
        )
    authority = opened(path)
    records = () if authority is None else authority.contents.files.get("records", ())
    source = next((file for file in records if file.name.casefold() == "ssd"), path)
    return worker_caseloads(read_involvements(source))


def _show_plain(view: str, form: str, out: Path | None, feedback: str | None) -> None:
    from riskmodel.authority.answers import plain_view

    def picture() -> Any:
        from riskmodel.report.charts.loop import draw_feedback_loop

        return draw_feedback_loop("loop")

    show(plain_view(view, feedback_switches(feedback)), form, out=out, picture=picture)


def _print_template(template: str, form: str) -> None:
    from riskmodel.caseload import structure_template
    from riskmodel.caseload.costs import costs_template

    if form == "json":
        raise DataError("a template is TOML, or of a structure also --format csv")
    choose("template", template, TEMPLATES)
    text = (
        structure_template("csv" if form == "csv" else "toml")
        if template == "structure"
        else costs_template()
    )
    sys.stdout.write(text)
