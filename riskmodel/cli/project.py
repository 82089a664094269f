"""``riskmodel project``: stocks and flows to come, with what moves them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.folder import chain_place, scenarios_in, stage_names
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    check_picture,
    choose,
    console,
    print_data,
    print_frame,
    print_table,
    refuse_unused,
    warn_few,
    write_picture,
)
from riskmodel.cli.service import named_scenarios, source_of, words
from riskmodel.cli.working import Working
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.demand.learning import Learning
    from riskmodel.demand.projecting import Outlook
    from riskmodel.demand.sources import DemandSource
    from riskmodel.series import AuthorityPanel

__all__ = ["project"]

NOTES = {
    "above": "The probability is the share of replicates whose stock has passed the level by the "
    "end of the month.",
    "drivers": "Means over the replicates, from the opening to the end of {last}; --show stock has "
    "the intervals. starts_as_now is what starts at today's level make of the stock, later_starts "
    "what their later course adds, lengths what changing lengths do, chance the rest. Of a "
    "scenario each change is taken alone, then all together.",
    "calibration": "Parameters given the own figures; q05 to q95 is the 90% interval.",
    "figures": "low and high are what a figure can have been, fitted is what the calibrated model "
    "expects, and standardised says how many standard deviations the figure lies from it.",
}
"""What a reader of a view needs besides its table."""

TOO_WIDE = (
    "area",
    "sd",
    "label",
    "figure",
    "method",
    "fitted_sd",
    "q025",
    "q10",
    "q25",
    "q75",
    "q90",
    "q975",
)
"""Columns that csv and json have and a text table leaves out."""

VIEWS = ("stock", "flows", "above", "drivers", "calibration", "figures", "chain")


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
    authority: Annotated[
        str | None, typer.Option(help="Code of the authority in a panel, or area in a file.")
    ] = None,
    learn: Annotated[
        Path | None,
        typer.Option(
            help=(
                "A panel of authorities to learn from, or what `riskmodel learn` wrote. "
                "[default: the panel given; else what ships with the package]"
            )
        ),
    ] = None,
    population: Annotated[
        float | None, typer.Option(help="Children aged 0 to 17, where the file does not say.")
    ] = None,
    stage: Annotated[str | None, typer.Option(help="Only these stages.", metavar="STAGE,…")] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Scenarios beside the baseline: names of the library or files.",
            metavar="NAME,…",
        ),
    ] = None,
    months: Annotated[int, typer.Option(help="How far ahead, 1 to 120 months.")] = 60,
    replicates: Annotated[int, typer.Option(help="How many courses are drawn.")] = 2000,
    seed: Annotated[int, typer.Option(help="Same seed, same answer.", min=0)] = 1,
    show: Annotated[
        str,
        typer.Option(
            metavar="|".join(VIEWS),
            help=(
                "Stocks; starts and ends; the probability of passing --above; what moves the "
                "stock; the calibrated parameters; the figures it starts from; the chain from "
                "referral to plan of an authority in a panel."
            ),
        ),
    ] = "stock",
    above: Annotated[
        str | None,
        typer.Option(help="Probability of having passed a level.", metavar="STAGE=LEVEL,…"),
    ] = None,
    form: FormatOption = "text",
    out: Annotated[
        Path | None, typer.Option(help="Also draw the stocks as fan charts: .svg or .png.")
    ] = None,
) -> None:
    """Project stocks, starts and ends month by month, the baseline and any scenarios.

    The course of a stock is learned from other authorities' history, given one's own figures;
    `riskmodel backtest` says how far such projections were to be trusted.
    """
    choose("format", form, FORMATS)
    choose("view", show, VIEWS)
    if (show == "above") != (above is not None):
        raise DataError("--show above and --above STAGE=LEVEL go together")
    if out is not None:
        check_picture(out)
    if show == "chain":
        refuse_unused(
            show,
            learn=learn,
            population=population,
            stage=stage,
            scenario=scenario,
            out=out,
        )
        _print_chain(path, authority, form)
        return
    source, panel = source_of((path, authority, learn, population))
    if stage is not None:
        source = source.of(stage_names(words(stage)))
    levels = _levels(above, list(source.observations))
    scenarios = scenarios_in(path, words(scenario))
    found = _outlook(source, panel, scenarios, months, replicates, seed)
    frame = _view(found, show, levels)
    if out is not None:
        from riskmodel.report.charts.outlook import draw_outlook

        drawing = draw_outlook(found)
        write_picture(out, drawing.svg, drawing.png)
    warn_few(replicates)
    for warning in found.warnings:
        print(f"riskmodel: {warning}", file=sys.stderr)
    if form != "text":
        print_frame(frame, form)
    elif show in ("stock", "flows"):
        _print_quantiles(found, frame)
    else:
        if show == "above":
            frame = _marches(found, frame)
        print_data(frame[[name for name in frame.columns if name not in TOO_WIDE]])
        note = NOTES[show].format(last=found.projection.months[-1])
        console().print(note, markup=False)
    if form == "text":
        _print_basis(found)


def _print_chain(path: Path | None, authority: str | None, form: str) -> None:
    from riskmodel.demand.sources import chain_of

    frame = chain_of(*chain_place(path, authority))
    if form != "text":
        print_frame(frame, form)
        return
    print_data(frame.drop(columns=["la_code", "method", "basis"]))
    console().print(
        "Basis: observed. Each ratio is of the counts of one year, not of the same children "
        "followed; low and high are its 95% interval, that of a ratio of two Poisson counts. "
        "plans_since_first parts the change of starts since the first whole year among "
        "the links, and adds up; that a link moved is no statement of why it did.",
        markup=False,
    )


def _outlook(
    source: DemandSource, panel: AuthorityPanel | Learning | None, scenarios: list[str], *sizes: int
) -> Outlook:
    from riskmodel.demand.projecting import project as run

    months, replicates, seed = sizes
    working = Working()
    return run(
        source,
        months=months,
        replicates=replicates,
        seed=seed,
        scenarios=named_scenarios(scenarios),
        panel=panel,
        progress=working.say,
        share_done=working.share_done,
    )


def _levels(text: str | None, stages: list[str]) -> dict[str, float]:
    found = {}
    for word in words(text):
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


def _view(found: Outlook, show: str, levels: dict[str, float]) -> Any:
    import pandas as pd

    if show == "above":
        return pd.DataFrame(
            [
                {
                    "scenario": name,
                    "stage": stage,
                    "level": level,
                    "month": month,
                    "probability": float(probability),
                    "basis": "projected",
                }
                for stage, level in levels.items()
                for name in found.projection.scenarios
                for month, probability in zip(
                    found.projection.months,
                    found.projection.probability_above(level, stage, scenario=name),
                    strict=True,
                )
            ]
        )
    if show == "drivers":
        return found.drivers().assign(month=found.projection.months[-1], basis="projected")
    if show == "calibration":
        return found.calibration_frame()
    if show == "figures":
        return found.observations_frame()
    frame = found.projection.to_frame()
    wanted = ["stock"] if show == "stock" else ["starts", "ends"]
    return frame[frame["measure"].isin(wanted)].reset_index(drop=True)


def _marches(found: Outlook, frame: Any) -> Any:
    """Rows of every March and of the last month."""
    last = found.projection.months[-1]
    return frame[frame["month"].str.endswith("-03") | (frame["month"] == last)]


def _print_quantiles(found: Outlook, frame: Any) -> None:
    """Every March and the last month: median, 50% and 90% intervals."""
    from riskmodel.core.labels import STAGE_LABELS

    shown = _marches(found, frame)
    print_table(
        ["Scenario", "Stage", "Measure", "Month", "Median", "50% interval", "90% interval"],
        [
            (
                row["scenario"],
                STAGE_LABELS[row["stage"]],
                row["measure"],
                row["month"],
                f"{row['q50']:,.0f}",
                f"{row['q25']:,.0f} to {row['q75']:,.0f}",
                f"{row['q05']:,.0f} to {row['q95']:,.0f}",
            )
            for row in shown.to_dict("records")
        ],
        title=f"{found.projection.area}, projected from the end of "
        f"{found.projection.opening_month}",
        right=(4,),
        whole=(5, 6),
    )


def _print_basis(found: Outlook) -> None:
    first = next(iter(found.stages.values()))
    learned, age = first.learned, first.age
    before = f", {age} year{'s' * (age > 1)} before the last figure" if age else ""
    console().print(
        f"Basis: projected. Own figures: {found.source.label}. The course of a stock is learned "
        f"from {learned.authorities} authorities to March {learned.year}{before}; lengths and "
        f"opening from the own figures. {found.projection.replicates:,} replicates, seed "
        f"{found.seed}. A projection says what would follow if stocks go on as they have "
        "in other authorities, not what will be decided.",
        markup=False,
    )
