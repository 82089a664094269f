"""What people read for the names in data: one table for page, charts, workbook and command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LABELS", "STAGE_LABELS", "Label", "label"]


@dataclass(frozen=True, slots=True)
class Label:
    """A name in words, in three lengths, and how its numbers are written.

    Parameters
    ----------
    full
        Stands alone: a title, a line of a list, part of a sentence.
    row
        Where the table or chart around it says what is counted; as ``full`` where empty.
    brief
        Where there is least room; as ``row`` where empty.
    form
        Digits of its numbers, as :func:`format` takes them.
    """

    full: str
    row: str = ""
    brief: str = ""
    form: str = ",.0f"

    def __post_init__(self) -> None:
        object.__setattr__(self, "row", self.row or self.full)
        object.__setattr__(self, "brief", self.brief or self.row)

    def number(self, value: float | None, *, signed: bool = False) -> str:
        """A number to its digits; a difference with its sign, which 0 has not.

        Examples
        --------
        >>> Label("Caseload", form=",.1f").number(2.64, signed=True), Label("Posts").number(None)
        ('+2.6', '-')
        """
        if value is None or value != value:
            return "-"
        text = format(value, f"{'+' if signed else ''}{self.form}")
        return text if text.strip("+-0.,%") else text.lstrip("+-")


LABELS: Mapping[str, Label] = MappingProxyType(
    {
        # Stages. The Department's children in need are the wide sense.
        "child_protection_plan": Label(
            "Children on a protection plan", "On a protection plan", "Plans"
        ),
        "looked_after": Label("Children looked after", "Looked after"),
        "child_in_need_plan": Label(
            "Children on a child in need plan", "On a child in need plan", "Child in need"
        ),
        "child_in_need": Label("Children in need, plans and looked after included"),
        # Stocks of a panel.
        "cpp_at_31_mar": Label("Children on a protection plan", "Protection plans"),
        "lac_at_31_mar": Label("Children looked after", "Looked after"),
        "cin_at_31_mar": Label("Children in need, plans and looked after included", "In need, all"),
        # Flows of a panel.
        "cpp_starts": Label("Child protection plans started in a year", "Plans started"),
        "cpp_ends": Label("Child protection plans ended in a year", "Plans ended"),
        "lac_starts": Label("Children who began to be looked after in a year", "Began"),
        "lac_ends": Label("Children who ceased to be looked after in a year", "Ceased"),
        # Measures of the service.
        "family_support": Label("Family support teams"),
        "cases": Label("Cases of the family support teams", "Cases"),
        "fte": Label("Workers at work (full-time equivalents)", "Workers at work", form=",.1f"),
        "joiners": Label("Social workers who join by then", "Joiners"),
        "caseload": Label("Cases for each full-time worker", "Caseload", form=",.1f"),
        "unallocated": Label("Cases without a worker", brief="Unallocated"),
        "within_cap": Label("Chance of keeping to the cap", "Within the cap", form=".0%"),
        "posts_needed": Label("Posts needed for the cap", "Posts needed"),
        "cost": Label("Cost from the opening to the month", "Cost"),
        # Models of the backtest.
        "riskmodel": Label("this package", "This package"),
        "last_value": Label(
            "no change, with the spread of the authority's own changes", "No change"
        ),
        "last_value_pooled": Label(
            "no change, with the spread of others' changes (pooled)", "No change, pooled"
        ),
        "drift": Label("the authority's own trend carried on", "Own trend"),
        "mean_reversion": Label("a return to the authority's own average", "Own average"),
        "ets": Label("exponential smoothing (ETS)", "Smoothing (ETS)"),
        "arima": Label("ARIMA"),
        "ridge": Label("a ridge regression across authorities", "Ridge"),
        "wide_ridge": Label("a ridge regression on all figures", "Ridge, all figures"),
        "constant_rates": Label("today's rates of starts and ends carried on", "Constant rates"),
        "prevalence": Label("today's share of the children, of a growing number", "Prevalence"),
    }
)
"""Stages, stocks, measures and models by their names in data."""


def label(name: str) -> Label:
    """The label of a name; a stock is its stage, and a name without a label is its own.

    Examples
    --------
    >>> label("stock_looked_after").row, label("a_model_of_mine").full
    ('Looked after', 'a_model_of_mine')
    """
    return LABELS.get(name.removeprefix("stock_"), Label(name))


STAGE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        stage: label(stage).full
        for stage in ("child_protection_plan", "looked_after", "child_in_need_plan")
    }
)
"""Each stage whose stock is projected, in words."""
