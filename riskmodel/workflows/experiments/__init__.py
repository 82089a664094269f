"""The analyses that steps of experiments name, one module each; loaded when first used.

Another analysis: a module here with an ``ANALYSIS``, and its name in the list below. Modules whose
names begin with an underscore are shared by several; the others do not import each other, so that a
change of one leaves the finished points of the others alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from riskmodel.errors import UnknownNameError

if TYPE_CHECKING:
    from riskmodel.runs import Analysis

__all__ = ["ANALYSES"]

_MODULES = {
    "audit": "audit",
    "caseload-ambition": "caseload_ambition",
    "child-protection-funnel": "funnel",
    "child-protection-funnel-published": "funnel_published",
    "conversion-rates": "rates",
    "demand-calibration": "demand_calibration",
    "deprivation": "deprivation",
    "explanations-compared": "compared",
    "forecast-backtest": "backtested",
    "forecast-coverage": "forecast_coverage",
    "interval-coverage": "coverage",
    "leap-frogging": "leap_frogging",
    "margin-bounds": "bounds",
    "odds-ratio-surface": "surface",
    "older-girls": "older_girls",
    "quadrants": "quadrants",
    "scenario-library": "scenario_library",
    "threshold-audit": "thresholds",
    "vicious-circle": "vicious_circle",
    "vicious-circle-simulated": "circle_simulated",
}


class _Analyses(Mapping[str, "Analysis"]):
    """Every registered analysis by name; each module is imported when it is first asked for."""

    def __getitem__(self, name: str) -> Analysis:
        if name not in _MODULES:
            raise UnknownNameError("analysis", name, _MODULES)
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
        found: Analysis = module.ANALYSIS
        return found

    def __contains__(self, name: object) -> bool:
        return name in _MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


ANALYSES: Mapping[str, Analysis] = _Analyses()
"""The registered analyses by name."""
