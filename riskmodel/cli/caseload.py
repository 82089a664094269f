"""``riskmodel caseload``: caseloads to come, and what it takes to keep to a cap."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import has_prices
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    print_data,
    print_frame,
    print_table,
    refuse_unused,
    say,
    warn_few,
    write_picture,
)
from riskmodel.cli.posts import NOT_A_CAUSE, posts_of, print_answers
from riskmodel.cli.service import (
    AuthorityOption,
    ByOption,
    CapHoldsOption,
    CapOption,
    CostsOption,
    FeedbackOption,
    LearnOption,
    MonthsOption,
    PathArgument,
    PopulationOption,
    ProbabilityOption,
    ReplicatesOption,
    SeedOption,
    Service,
    StructureOption,
    ask,
    feedback_switches,
    words,
)
from riskmodel.cli.workers import WorkersOption
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.authority.mix import Mix
    from riskmodel.report.charts.canvas import Drawing

__all__ = ["caseload"]

VIEWS = ("caseload", "within", "needs", "published", "queue", "cost", "mix", "loop", "conferences")
LEVELS = ("team", "area", "service")
PRICED = ("cost", "mix")
DRAWN = ("caseload", "within", "mix", "loop")
TOO_WIDE = ("area", "q025", "q10", "q90", "q975", "source", "level", "basis")
TEMPLATES = ("structure", "costs")
"""Files of their own that a user starts from."""


def caseload(  # noqa: PLR0913  an option is an argument
    path: PathArgument = None,
    authority: AuthorityOption = None,
    learn: LearnOption = None,
    population: PopulationOption = None,
    structure: StructureOption = None,
    costs: CostsOption = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Scenarios beside the baseline: names of the library or files.",
            metavar="NAME,…",
        ),
    ] = None,
    cap: CapOption = None,
    by: ByOption = None,
    probability: ProbabilityOption = None,
    cap_holds: CapHoldsOption = "average",
    feedback: FeedbackOption = None,
    months: MonthsOption = 60,
    replicates: ReplicatesOption = 2000,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    show: Annotated[
        str,
        typer.Option(
            metavar="|".join(VIEWS),
            help=(
                "Caseloads; the probability of keeping to the cap; posts needed and what would "
                "change them; the printed caseloads rebuilt; unallocated work beside a queue; "
                "what the plan costs; mixes of posts, shorter plans and early help; the loop "
                "between caseload and demand; conferences and reviews, chairs and rooms."
            ),
        ),
    ] = "caseload",
    level: Annotated[
        str, typer.Option(metavar="|".join(LEVELS), help="Caseloads of whom.")
    ] = "service",
    template: Annotated[
        str | None,
        typer.Option(metavar="structure|costs", help="Print a file to start from, and stop."),
    ] = None,
    form: FormatOption = "text",
    out: Annotated[
        Path | None,
        typer.Option(help=f"Also draw it: .svg or .png, of {', '.join(DRAWN)}."),
    ] = None,
) -> None:
    """Project caseloads, and say how many more social workers a cap by a date would take.

    Without PATH it works on the published tables. A caseload is open cases over full-time
    equivalents who hold cases; what is assumed of the workforce is in every answer.
    """
    choose("format", form, FORMATS)
    choose("view", show, VIEWS)
    choose("level", level, LEVELS)
    if show != "caseload":
        refuse_unused(show, level=None if level == "service" else level)
    if template is not None:
        _print_template(template, form)
        return
    if out is not None:
        if show not in DRAWN:
            raise DataError(f"--out draws the views {', '.join(DRAWN)}; --show {show} has none")
        check_picture(out)
    if show == "cost" and costs is None and not has_prices(path):
        raise DataError(
            "--show cost needs your prices: give --costs FILE; --template costs prints one to "
            "start from"
        )
    if show in ("published", "queue", "loop"):
        refuse_unused(
            show,
            path=path,
            authority=authority,
            learn=learn,
            population=population,
            structure=structure,
            costs=costs,
            scenario=scenario,
            cap=cap,
            by=by,
            probability=probability,
            feedback=None if show == "loop" else feedback,
        )
        _print_plain(show, form, out, feedback)
        return
    if show not in PRICED:
        refuse_unused(show, costs=costs)
    service = ask(
        figures=(path, authority, learn, population),
        files=(structure, costs),
        scenarios=words(scenario),
        aim=(cap, by, probability),
        feedback=feedback,
        sizes=(months, replicates, seed),
        workers=workers,
        show=show,
        holds=cap_holds,
    )
    warn_few(replicates)
    for warning in service.warnings:
        print(f"riskmodel: {warning}", file=sys.stderr)
    _print_view(service, show, level, form, out, published=path is None)


def _print_view(
    service: Service, show: str, level: str, form: str, out: Path | None, *, published: bool
) -> None:
    from riskmodel.caseload import cost_frame
    from riskmodel.caseload.scenario_workforce import workforces

    mix = _mix(service) if show == "mix" else None
    if out is not None:
        drawing = _drawing(service, show, mix)
        write_picture(out, drawing.svg, drawing.png)
    if show == "mix" and mix is not None:
        _print_mix(mix, form)
    elif show == "cost" and service.costs is not None:
        forces = workforces(service.outlook.levers, service.workforce)
        _print_cost(cost_frame(service.plan, service.costs, forces), service, form)
    elif show == "within":
        frame = service.plan.within_frame(service.target.cap)
        _print_marches(frame, service, form, "probability_within", "share_of_workers_above")
    elif show == "needs":
        _print_needs(service, form)
    elif show == "conferences":
        _print_conferences(service, form)
    elif form != "text":
        print_frame(service.plan.to_frame(level), form)
    else:
        if published:
            _print_published()
        print_answers(service)
        _print_caseloads(service, level)
    if form == "text":
        _print_basis(service)


def _print_needs(service: Service, form: str) -> None:
    from riskmodel.caseload.targets import needs_frame

    if form == "text":
        print_answers(service)
    else:
        needs = {name: posts_of(service, name) for name in service.plan.scenarios}
        print_frame(needs_frame(needs), form)


def _print_conferences(service: Service, form: str) -> None:
    from riskmodel.caseload.conferences import conferences

    found = conferences(service.outlook)
    if form == "text":
        say(found.summary())
        print_data(found.preview())
    else:
        print_frame(found.to_frame(), form)


def _mix(service: Service) -> Mix:
    from riskmodel.authority.mix import find_mix

    return find_mix(
        service.outlook,
        service.target,
        scenario=service.plan.scenarios[-1],
        structure=service.structure,
        workforce=service.workforce,
        costs=service.prices,
    )


def _drawing(service: Service, show: str, mix: Mix | None) -> Drawing:
    from riskmodel.report.charts.service import draw_caseload, draw_mix, draw_within

    target = service.target
    if mix is not None:
        return draw_mix(mix)
    if show == "within":
        return draw_within(service.plan, target.cap, sure=target.probability, by=target.by)
    return draw_caseload(service.plan, target.cap, by=target.by)


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


def _print_plain(show: str, form: str, out: Path | None, feedback: str | None) -> None:
    """Views that project nothing."""
    from riskmodel.caseload import published_caseloads
    from riskmodel.caseload.loops import loop_frame
    from riskmodel.caseload.shortage import queue_frame

    switches = feedback_switches(feedback)
    if out is not None:
        from riskmodel.report.charts.loop import draw_feedback_loop

        drawing = draw_feedback_loop("loop")
        write_picture(out, drawing.svg, drawing.png)
    if show == "loop":
        frame = loop_frame(switches)
    else:
        frame = published_caseloads().to_frame() if show == "published" else queue_frame()
    if form != "text":
        print_frame(frame, form)
        return
    print_data(frame.drop(columns=["basis"]))
    said = {
        "published": f"{published_caseloads()}. A mean that is printed as a whole number stands "
        "for a range, so the workers do too.",
        "queue": "A check, not the model: the queue takes cases as if they came and went at "
        "random; the fluid lets protection work go first and counts what is left over.",
        "loop": "Both loops are off unless switched on. Their elasticities are assumed: the "
        "report card says that caseload and length go together, not which brings about the other.",
    }
    say(said[show])


def _print_published() -> None:
    from riskmodel.caseload import published_caseloads

    say(f"Printed: {published_caseloads()}.")


def _print_caseloads(service: Service, level: str) -> None:
    frame = service.plan.to_frame(level)
    last = service.plan.months[-1]
    kept = frame["month"].str.endswith("-03") | frame["month"].isin([last, service.target.by])
    shown = frame[kept & (frame["measure"] == "caseload")]
    print_table(
        ["Scenario", "Of", "Month", "Cases a worker", "50% interval", "90% interval"],
        [
            (
                row["scenario"],
                row["unit"].replace("_", " "),
                row["month"],
                f"{row['q50']:.1f}",
                f"{row['q25']:.1f} to {row['q75']:.1f}",
                f"{row['q05']:.1f} to {row['q95']:.1f}",
            )
            for row in shown.to_dict("records")
        ],
        title=f"{service.plan.area}, caseloads projected from the end of "
        f"{service.outlook.projection.opening_month}",
        right=(3,),
        whole=(4, 5),
    )


def _print_marches(frame: Any, service: Service, form: str, *shares: str) -> None:
    """Shares of every March, the date asked for and the last month; with a format, all of them."""
    if form != "text":
        print_frame(frame, form)
        return
    months = [service.target.by, service.plan.months[-1]]
    shown = frame[frame["month"].str.endswith("-03") | frame["month"].isin(months)]
    print_table(
        ["Scenario", "Month", *(name.replace("_", " ").capitalize() for name in shares)],
        [
            (row["scenario"], row["month"], *(f"{row[name]:.1%}" for name in shares))
            for row in shown.to_dict("records")
        ],
        title=f"Cap of {service.target.cap:g}: the mean of the service within it, and single "
        "workers above it",
        right=range(2, 2 + len(shares)),
    )


def _print_cost(frame: Any, service: Service, form: str) -> None:
    if form != "text":
        print_frame(frame, form)
        return
    shown = frame[frame["month"] == "whole"]
    print_table(
        ["Scenario", "Component", "Mean", "90% interval"],
        [
            (
                row["scenario"],
                row["component"],
                f"{row['mean']:,.0f}",
                f"{row['q05']:,.0f} to {row['q95']:,.0f}",
            )
            for row in shown.to_dict("records")
        ],
        title=f"Cost of {len(service.plan.months)} months, {_currency(service)}",
        right=(2,),
        whole=(3,),
    )
    say(f"Prices: {service.costs}.")


def _currency(service: Service) -> str:
    costs = service.costs
    return "" if costs is None else f"{costs.currency} {costs.prices}".rstrip()


def _print_mix(mix: Mix, form: str) -> None:
    frame = mix.to_frame()
    if form != "text":
        print_frame(frame, form)
        return
    gone = [name for name in ("cap", "by", "probability", "basis") if name in frame]
    print_data(frame.drop(columns=gone))
    say(f"{'Cheapest' if mix.priced else 'Fewest posts'}: {mix.summary()}.")
    steps = ", ".join(
        f"{point.levers.posts} posts"
        + (f" ({point.cost:,.0f} {mix.found.currency} a year)" if mix.priced else "")
        + f" for {point.target.probability:.0%}"
        for point in mix.certainty
    )
    say(f"What certainty takes: {steps}.")
    say(
        "That plans can be made shorter or diverted so far, and that children are as safe, is "
        "assumed: the search says what it would save."
    )


def _print_basis(service: Service) -> None:
    loops = service.switches
    closed = (
        "no feedback of caseload on demand"
        if service.outlook.feedback is None
        else "feedback of caseload on plans where it is set (options: length "
        f"{loops.length_elasticity:g}, starts {loops.start_elasticity:g})"
    )
    say(
        f"Basis: projected. Demand: {service.outlook.source.label}. Teams: "
        f"{service.structure.source} ({service.structure.basis}). {closed.capitalize()}. "
        f"{service.plan.replicates:,} replicates, seed {service.outlook.seed}. {NOT_A_CAUSE}"
    )
