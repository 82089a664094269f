"""Views of an outlook: what it projects, what changes it, and what it was calibrated to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from riskmodel.core.labels import label
from riskmodel.core.result import Result, View, fan, march_rows
from riskmodel.core.wording import chance_words, count_of
from riskmodel.errors import UnknownNameError
from riskmodel.levers import lever_label

if TYPE_CHECKING:
    from riskmodel.demand.projecting import Outlook

__all__ = ["OUTLOOK_VIEWS", "chain_view", "outlook_view"]

OUTLOOK_VIEWS = ("stock", "flows", "above", "drivers", "calibration", "figures")

_NOTES = {
    "above": "The chance is the share of simulations whose stock has passed the level by the end "
    "of the month.",
    "drivers": "Means over the simulations, from the opening to the end of {last}; the view stock "
    "has the ranges. starts_as_now is what starts at today's level make of the stock, later_starts "
    "what their later change adds, lengths what changing durations do, population what the change "
    "of the number of children adds where there is a projection of it, chance the rest. Of a "
    "scenario each change is taken alone, then all together.",
    "calibration": "Parameters given the authority's figures; q05 to q95 is the 90% range.",
    "figures": "low and high are what a figure can have been, fitted is what the calibrated model "
    "expects, and standardised says how many standard deviations the figure lies from it.",
}
"""Notes that a reader of a view needs with its table."""

_TOO_WIDE = (
    *("area", "sd", "label", "figure", "method", "fitted_sd"),
    *("q025", "q10", "q25", "q75", "q90", "q975"),
)
"""Columns of the data that are left out of tables for reading."""

_CHAIN_NOTE = (
    "Basis: observed. Each ratio is of the counts of one year, not of the same children followed; "
    "low and high are its 95% range, that of a ratio of two Poisson counts. plans_since_first "
    "divides the change of starts since the first whole year among the links, and adds up; that a "
    "link moved does not say why it did."
)


def outlook_view(
    outlook: Outlook, view: str = "stock", *, above: Mapping[str, float] | None = None
) -> Result:
    """One view of an outlook, with the notes that a reader needs.

    Parameters
    ----------
    outlook
        The projection and what it is based on.
    view
        One of :data:`OUTLOOK_VIEWS`.
    above
        A level for each stage, for the chance of passing it.

    Raises
    ------
    UnknownNameError
        For another view.
    """
    last, basis = outlook.projection.months[-1], _basis(outlook)
    if view in ("stock", "flows"):
        frame = outlook.projection.to_frame()
        measures = ["stock"] if view == "stock" else ["starts", "ends"]
        frame = frame[frame["measure"].isin(measures)].reset_index(drop=True)
        shown = fan(march_rows(frame, last).drop(columns=["area", "basis"]))
        shown["stage"] = [label(stage).full for stage in shown["stage"]]
        title = (
            f"{outlook.projection.area}, projected from the end of "
            f"{outlook.projection.opening_month}"
        )
        return View(frame, outlook.summary(), shown, title, (basis,))
    frames = {
        "above": lambda: _chances(outlook, above or {}),
        "drivers": lambda: outlook.drivers().assign(month=last, basis="projected"),
        "calibration": outlook.calibration_frame,
        "figures": outlook.observations_frame,
    }
    if view not in frames:
        raise UnknownNameError("view", view, OUTLOOK_VIEWS)
    frame = frames[view]()
    shown = march_rows(frame, last) if view == "above" else frame
    shown = shown[[name for name in shown.columns if name not in _TOO_WIDE]]
    if view == "above":
        shown = shown.assign(chance=shown.pop("probability").map(chance_words))
    if "driver" in shown:
        shown = shown.assign(driver=shown["driver"].map(lever_label))
    if "stage" in shown:
        shown = shown.assign(stage=[label(stage).full for stage in shown["stage"]])
    return View(frame, shown=shown, notes=(_NOTES[view].format(last=last), basis))


def chain_view(chain: pd.DataFrame) -> Result:
    """The chain from referral to plan, as in :func:`riskmodel.demand.sources.chain_of`."""
    return View(
        chain, shown=chain.drop(columns=["la_code", "method", "basis"]), notes=(_CHAIN_NOTE,)
    )


def _chances(outlook: Outlook, levels: Mapping[str, float]) -> pd.DataFrame:
    projection = outlook.projection
    return pd.DataFrame(
        [
            {
                "scenario": name,
                "stage": stage,
                "level": level,
                "month": month,
                "probability": float(chance),
                "basis": "projected",
            }
            for stage, level in levels.items()
            for name in projection.scenarios
            for month, chance in zip(
                projection.months,
                projection.probability_above(level, stage, scenario=name),
                strict=True,
            )
        ]
    )


def _basis(outlook: Outlook) -> str:
    first = next(iter(outlook.stages.values()))
    learned, age = first.learned, first.age
    before = f", {count_of(age, 'year')} before the last figure" if age else ""
    people = outlook.source.people
    follows = "" if people is None else f" {people.basis}"
    behind = [stage for stage, each in outlook.stages.items() if each.calibration.moved is not None]
    apart = f", the opening of {' and of '.join(behind)} apart" if behind else ""
    return (
        f"Basis: projected. The authority's figures: {outlook.source.label}. How a stock changes "
        f"is learned from {learned.authorities} authorities to March {learned.year}{before}; "
        f"durations and the opening are the authority's{apart}.{follows} "
        f"{count_of(outlook.projection.replicates, 'simulation')}, seed {outlook.seed}. A "
        "projection says what would follow with no change of policy, not what will be decided."
    )
