"""All that a page holds of a folder, as plain data; every number in it comes from here."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.caseload.costs import WEEKS_A_MONTH
from riskmodel.core.labels import STAGE_LABELS, label
from riskmodel.core.version import __version__
from riskmodel.core.wording import count_of
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.errors import DataError
from riskmodel.levers import LEVERS, OUTSIDE
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE
from riskmodel.report.whatif.changes import kept_levers, kept_luck, kept_scenarios
from riskmodel.report.whatif.controls import controls
from riskmodel.report.whatif.placements import kept_placements, placement_controls
from riskmodel.report.whatif.service import ENDS, kept_prices, kept_service
from riskmodel.report.whatif.stored import MOST_KEPT, first_rows, kept_stage, packed

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.demand.projecting import Outlook
    from riskmodel.report.sizes import Sizes

__all__ = ["TooSmallError", "page_data"]


class TooSmallError(DataError):
    """Every group of children of a folder is too small for a page that is passed on."""


def page_data(authority: Authority, sizes: Sizes, kept: int | None = None) -> dict[str, Any]:
    """The data of a page.

    Parameters
    ----------
    authority, sizes
        Whose, and how much is simulated.
    kept
        How many simulations the page keeps; None takes as many as it usually does.

    Raises
    ------
    DataError
        When the folder has nothing to project from.
    TooSmallError
        When everything in it is too small to be shown.
    """
    outlook = authority.projection(**sizes.named())
    number = min(MOST_KEPT if kept is None else kept, outlook.projection.replicates)
    threshold = int(parameter("disclosure_threshold").value) + 1
    hidden = _hidden(authority, outlook, threshold)
    shown = [stage for stage in outlook.projection.stages if stage not in hidden]
    if not shown:
        raise TooSmallError(
            f"every group of children is smaller than {threshold}, too small for a page that is "
            "passed on",
            file=authority.folder.name,
        )
    has_teams = not authority.missing("caseload") and not hidden
    placed = None if hidden else kept_placements(authority, sizes, number)
    shown_controls = controls(authority, outlook, service=has_teams)
    if placed is not None:
        shown_controls += [asdict(each) for each in placement_controls(authority, sizes, placed)]
    return {
        "authority": authority.name,
        "folder": authority.folder.resolve().name,
        "date": f"{authority.date.day} {authority.date:%B %Y}" if authority.date else "",
        "version": __version__,
        "opening": outlook.projection.opening_month,
        "months": list(outlook.projection.months),
        "kept": number,
        "simulations": outlook.projection.replicates,
        "seed": outlook.seed,
        "days_a_month": DAYS_A_MONTH,
        "weeks_a_month": WEEKS_A_MONTH,
        "unaccompanied": parameter("unaccompanied_share_of_starts").value,
        "outside": dict(OUTSIDE),
        "stage_labels": dict(STAGE_LABELS),
        "stages": [_stage(outlook, stage, number) for stage in shown],
        "service": kept_service(authority, sizes, number, threshold) if has_teams else None,
        "prices": kept_prices(authority, sizes) if has_teams else [],
        "placements": placed,
        "levers": kept_levers(),
        "luck": kept_luck(outlook.seed, number),
        "scenarios": list(
            kept_scenarios(each for each in authority.scenarios if each.name != BASELINE)
        ),
        "controls": [
            each for each in shown_controls if LEVERS[each["parameter"]].moves not in hidden
        ],
        "basis": _basis(authority, outlook, number, hidden, threshold) + _of_placements(placed),
    }


def _hidden(authority: Authority, outlook: Outlook, threshold: int) -> tuple[str, ...]:
    """Stages counted in own records with so few children that one could be told from the page."""
    if not authority.has("months"):
        return ()
    projection = outlook.projection
    return tuple(
        stage
        for place, stage in enumerate(projection.stages)
        if 0 < float(np.median(projection.opening[:, place])) < threshold
    )


def _of_placements(placed: dict[str, Any] | None) -> list[str]:
    if placed is None:
        return []
    if placed["moves"] is None:
        return [
            "Placements: what they cost in each simulation with no change of policy. A child more "
            "or fewer costs the average of the year here, and moves between placements are not on "
            "this page: they need a return on looked-after children (SSDA903)."
        ]
    return [
        "Placements: children and costs of each simulation with no change of policy, moved by what "
        "a setting is expected to change at the rates of that simulation. Kinds that hold few "
        "children are among the others. Fewer children through returns home are in the placements "
        "and their cost; looked-after children and caseload are those of riskmodel project, "
        "which has no such lever."
    ]


def _stage(outlook: Outlook, stage: str, kept: int) -> dict[str, Any]:
    stock = outlook.projection.of("stock", BASELINE, stage)
    opening = outlook.projection.opening[:, outlook.projection.stages.index(stage)]
    words = label(stage)
    return {
        "name": stage,
        "label": words.full,
        "row": words.row,
        "now": float(np.median(opening)),
        "ends": packed(np.quantile(stock, ENDS, axis=0), "f4"),
        **kept_stage(first_rows(outlook.stages[stage].inputs, kept), stock[:kept]),
    }


def _basis(
    authority: Authority, outlook: Outlook, kept: int, hidden: tuple[str, ...], threshold: int
) -> list[str]:
    """What every number of the page rests on, in sentences."""
    said = [
        f"Projected from {outlook.source.label}; "
        f"{count_of(outlook.projection.replicates, 'simulation')}, seed {outlook.seed}, of which "
        f"the page keeps {kept:,}. With nothing changed it shows the numbers of the report.",
        "A setting meets the same luck as the baseline: it moves the expected course of each "
        "simulation, and keeps what was chance. riskmodel draws the children of a saved scenario "
        "one by one, so its numbers can differ by that chance.",
        "The page says what would follow under these assumptions, not what will come, and nothing "
        "of what is right for one child. It holds no child's record.",
    ]
    if not authority.missing("caseload") and not hidden:
        said.insert(1, f"Teams: {authority.structure.source} ({authority.structure.basis}).")
    varied = [each.name for each in authority.scenarios if each.variants]
    if varied:
        said.append(
            f"Of a scenario with variants the page starts from one of them at a time; what they "
            f"come to by their weights, riskmodel project says: {', '.join(varied)}."
        )
    said += [
        f"{label(stage).full}: fewer than {threshold}, so not on this page, nor the caseload that "
        "they are part of."
        for stage in hidden
    ]
    return said
