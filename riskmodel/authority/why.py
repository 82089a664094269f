"""What changed an authority's plans, caseload and costs, from what its folder holds."""

from __future__ import annotations

from dataclasses import replace

from riskmodel.authority.folder.holding import Holding
from riskmodel.authority.others import OthersComparison, compare_with_others
from riskmodel.caseload.change import CaseloadChange
from riskmodel.caseload.change_sources import (
    panel_caseload_change,
    published_caseload_change,
)
from riskmodel.errors import DataError
from riskmodel.explanations import ChangeParts, change_of_months, change_of_panel, published_change

__all__ = ["caseload_change_of", "change_of", "others_of"]


def change_of(authority: Holding) -> ChangeParts:
    """Why its plans rose or fell, from its row of the panel, its own months, or published tables.

    Raises
    ------
    DataError
        When the folder has none of them, or no two dates.
    """
    authority.needs("own_panel", "months", "published")
    if authority.has("own_panel"):
        assert authority.panel is not None  # it has one
        return replace(
            change_of_panel(
                authority.panel, authority.inputs.panel_code, deprivation=authority.deprivation
            ),
            area=authority.name,
        )
    if authority.has("months"):
        plans = [
            series
            for series in authority.inputs.own_series()
            if series.stage == "child_protection_plan"
        ]
        if not plans:
            raise DataError(
                "holds no children on a protection plan",
                file=authority.inputs.source_of("months"),
            )
        change = change_of_months(plans[0], authority.inputs.population)
        notes = (*change.notes, *authority.deprivation)
        return replace(change, area=authority.name, notes=notes)
    return published_change()


def caseload_change_of(authority: Holding) -> CaseloadChange:
    """How cases and workers changed its caseload, from published tables or its row of the panel.

    Raises
    ------
    DataError
        When the folder has neither, or its row lacks cases held and case holders.
    """
    authority.needs("own_panel", "published")
    if not authority.has("own_panel"):
        return published_caseload_change()
    assert authority.panel is not None  # it has one
    return replace(
        panel_caseload_change(authority.panel, authority.inputs.panel_code), area=authority.name
    )


def others_of(authority: Holding) -> OthersComparison:
    """Its rates compared with its neighbours', its groups' and England's.

    Raises
    ------
    DataError
        When the folder has no panel with its row, or nothing there can be compared.
    """
    authority.needs("own_panel")
    assert authority.panel is not None  # it has one
    return compare_with_others(
        authority.panel,
        authority.inputs.panel_code,
        neighbours=authority.neighbours if authority.has("neighbours") else (),
        groups=authority.groups,
        area=authority.name,
    )
