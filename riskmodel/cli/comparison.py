"""``riskmodel scenario compare``: scenarios side by side, and what each change does."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import folder_first
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    print_data,
    print_frame,
    print_table,
    say,
    warn_few,
    write_picture,
)
from riskmodel.cli.service import (
    AuthorityOption,
    ByOption,
    CapHoldsOption,
    CapOption,
    CostsOption,
    FeedbackOption,
    LearnOption,
    MonthsOption,
    PathOption,
    PopulationOption,
    ProbabilityOption,
    ReplicatesOption,
    SeedOption,
    StructureOption,
    ask,
)
from riskmodel.cli.workers import WorkersOption
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.authority.comparison import Comparison
    from riskmodel.cli.service import Service

__all__ = ["compare_scenarios"]

VIEWS = ("differences", "attribution", "flows", "spread")
WIDTH = 110


def compare_scenarios(  # noqa: PLR0913  an option is an argument
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="A B …",
            help="Names of the library or files; the others are compared with the first. An "
            "authority's folder may stand before them.",
        ),
    ],
    figures: PathOption = None,
    authority: AuthorityOption = None,
    learn: LearnOption = None,
    population: PopulationOption = None,
    structure: StructureOption = None,
    costs: CostsOption = None,
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
            help="What csv holds: differences, or what each change does (text and json hold both); "
            "flows of children by scenario; what the spread of the answers comes from.",
        ),
    ] = "differences",
    form: FormatOption = "text",
    out: Annotated[
        Path | None, typer.Option(help="Also draw the differences: .svg or .png.")
    ] = None,
) -> None:
    """Compare scenarios with the first: stocks, caseload, posts needed, and cost with --costs.

    All share their draws, so that a difference is not luck; what each change does by itself is
    set beside what all do together.
    """
    from riskmodel.authority.comparison import compare
    from riskmodel.scenarios import scenario

    choose("format", form, FORMATS)
    choose("view", show, VIEWS)
    if out is not None:
        check_picture(out)
    names, figures = folder_first(names, figures)
    called = [scenario(name).name for name in names]
    if len(set(called)) != len(called) or len(called) < 2:
        raise DataError(
            f"a comparison needs two different scenarios or more; got {', '.join(called)}"
        )
    service = ask(
        figures=(figures, authority, learn, population),
        files=(structure, costs),
        scenarios=list(names),
        aim=(cap, by, probability),
        feedback=feedback,
        sizes=(months, replicates, seed),
        workers=workers,
        holds=cap_holds,
    )
    if show in ("flows", "spread"):
        _print_instead(service, called, show, form)
        return
    found = compare(
        service.outlook,
        service.plan,
        called,
        structure=service.structure,
        workforce=service.workforce,
        costs=service.costs,
        target=service.target,
        workers=workers,
    )
    warn_few(replicates)
    for warning in service.warnings:
        print(f"riskmodel: {warning}", file=sys.stderr)
    if out is not None:
        from riskmodel.report.charts.service import draw_comparison

        drawing = draw_comparison(found)
        write_picture(out, drawing.svg, drawing.png)
    if form == "csv":
        print_frame(found.differences if show == "differences" else found.attribution, form)
    elif form == "json":
        _print_json(found)
    else:
        _print_text(found, looped=service.outlook.feedback is not None)


def _print_instead(service: Service, names: list[str], show: str, form: str) -> None:
    """Where children are instead, or what the spread of the answers comes from."""
    from riskmodel.authority.spread import split_spread

    month = service.target.by
    if show == "flows":
        frame = service.outlook.flows(month)
        frame = frame[frame["scenario"].isin(names)]
        shown = frame[frame["lever"] != ""].drop(columns=["level", "basis"])
        print_data(shown) if form == "text" else print_frame(frame, form)
        return
    split = split_spread(
        service.outlook,
        names,
        month=month,
        structure=service.structure,
        workforce=service.workforce,
    )
    if form != "text":
        print_frame(split.to_frame(), form)
        return
    say(split.summary())
    print_data(split.preview())


def _print_json(found: Comparison) -> None:
    from riskmodel.cli.output import print_json

    print_json(
        {
            "scenarios": list(found.scenarios),
            "month": found.month,
            "cap": found.target.cap,
            "probability": found.target.probability,
            "differences": found.differences.to_dict("records"),
            "attribution": found.attribution.to_dict("records"),
        }
    )


def _print_text(found: Comparison, *, looped: bool) -> None:
    from riskmodel.authority.measures import MEASURE_LABELS

    print_table(
        [
            "Scenario",
            "At the end of the month",
            "Value",
            "Difference",
            f"{found.level:.0%} interval",
        ],
        [
            (
                row["scenario"],
                MEASURE_LABELS[row["measure"]],
                _number(row["measure"], row["value"]),
                _number(row["measure"], row["difference"], "+"),
                _interval(row),
            )
            for row in found.differences.to_dict("records")
        ],
        title=f"{found.month}, against {found.scenarios[0]}",
        right=(2, 3),
        whole=(4,),
    )
    if len(found.attribution):
        shown = found.attribution[found.attribution["measure"].isin(["caseload", "posts_needed"])]
        print_table(
            ["Scenario", "Measure", "Change", "Difference"],
            [
                (
                    row["scenario"],
                    MEASURE_LABELS[row["measure"]],
                    row["change"],
                    _number(row["measure"], row["difference"], "+"),
                )
                for row in shown.to_dict("records")
            ],
            title="What each change does by itself, and all together, from the baseline",
            right=(3,),
            whole=(1, 2),
        )
    for line in textwrap.wrap(_basis(found, looped=looped), WIDTH):
        console().print(line, markup=False, soft_wrap=True)


def _basis(found: Comparison, *, looped: bool) -> str:
    loads = found.differences[found.differences["measure"] == "caseload"]
    moved = loads[loads["spread_paired"] > 0]
    said = [f"Basis: projected; {found.target}."]
    if len(moved):
        times = ((moved["spread_unpaired"] / moved["spread_paired"]) ** 2).min()
        said.append(
            "Scenarios share their draws: the variance of a difference in caseload is at most "
            f"1/{times:,.0f} of what it would be otherwise."
        )
    if looped:
        said.append(
            "With feedback on, all scenarios are drawn month by month, the one they are compared "
            "with too."
        )
    said.append("A remainder belongs to several changes together, to none of them alone.")
    return " ".join(said)


def _interval(row: Any) -> str:
    if row["low"] is None or row["low"] != row["low"]:
        return ""
    ends = (_number(row["measure"], row[name], "+") for name in ("low", "high"))
    return " to ".join(ends)


def _number(measure: str, value: float | None, sign: str = "") -> str:
    if value is None or value != value:
        return "-"
    form = {"caseload": ",.1f", "fte": ",.1f", "within_cap": ".0%"}.get(measure, ",.0f")
    printed = format(value, sign + form)
    return printed.lstrip("+-") if not printed.strip("+-0.,%") else printed
