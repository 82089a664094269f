"""What is compared between authorities: rates of children, and shares of a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskmodel.demand.national.bands import Kind
from riskmodel.demand.pooled.history import POPULATION
from riskmodel.panel_measures import MEASURES

__all__ = ["COMPARED", "Compared"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that is compared.

    Parameters
    ----------
    name
        The measure of the panel that is counted.
    of
        The measure that it is divided by.
    kind
        ``rate`` of children, for every 10,000; ``share`` of a whole, in percent.
    """

    name: str
    of: str
    kind: Kind

    @property
    def label(self) -> str:
        """In words."""
        label = MEASURES[self.name].label
        if "_duration_" in self.name:
            label = label.replace("for, ", "for ").replace("after, ", "after ")
            return f"Share of {label[0].lower()}{label[1:]}"
        return label if self.kind == "rate" else f"{label}, of {_WHOLES[self.of]}"

    @property
    def scale(self) -> float:
        """The factor by which a rate is multiplied for reading."""
        return 10_000.0 if self.kind == "rate" else 100.0

    @property
    def unit(self) -> str:
        """Its unit for reading."""
        return "for every 10,000 children" if self.kind == "rate" else "percent"


_WHOLES: Mapping[str, str] = {
    "referrals": "all referrals",
    "cpp_starts": "all plans that started",
}
_RATES = (
    "cpp_at_31_mar",
    "cpp_starts",
    "cpp_ends",
    "lac_at_31_mar",
    "lac_starts",
    "lac_ends",
    "cin_at_31_mar",
    "cin_starts",
    "cin_ends",
    "referrals",
    "assessments_completed_continuous",
    "s47_enquiries",
    "icpc_children",
)
_CATEGORIES = ("neglect", "emotional", "physical", "sexual", "multiple")
_BANDS = ("under_3m", "3_to_6m", "6m_to_1y", "1_to_2y", "2y_plus")
_SHARES = {
    "rereferrals_within_12m": "referrals",
    "cpp_starts_second_or_subsequent": "cpp_starts",
    **{f"cpp_starts_{category}": "cpp_starts" for category in _CATEGORIES},
    **{f"cpp_at_31_mar_duration_{band}": "cpp_at_31_mar" for band in _BANDS},
    **{f"cpp_ended_duration_{band}": "cpp_ends" for band in _BANDS},
}

COMPARED: Mapping[str, Compared] = {
    **{name: Compared(name, POPULATION, "rate") for name in _RATES},
    **{name: Compared(name, of, "share") for name, of in _SHARES.items()},
}
"""What is compared where a panel has it, by the measure that is counted.

:meta hide-value:
"""
