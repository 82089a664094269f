"""The steps of each job, put in order: no mathematics and no file formats here.

Each job is loaded when it is first used, so that a command pays only for its own.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOME_OF = {
    "CohortCheck": "riskmodel.workflows.cohort_views",
    "CohortDescription": "riskmodel.workflows.cohort_views",
    "Release": "riskmodel.workflows.release",
    "TableImpact": "riskmodel.workflows.impact",
    "assumptions": "riskmodel.workflows.published",
    "assumptions_log": "riskmodel.workflows.logs",
    "backtest_panel": "riskmodel.workflows.backtest",
    "check_cohort": "riskmodel.workflows.cohort_views",
    "data_log": "riskmodel.workflows.logs",
    "decisions_log": "riskmodel.workflows.logs",
    "describe_cohort": "riskmodel.workflows.cohort_views",
    "draw_backtest": "riskmodel.workflows.backtest",
    "draw_factors": "riskmodel.workflows.factors",
    "draw_impact": "riskmodel.workflows.impact",
    "draw_sensitivity": "riskmodel.workflows.margins",
    "factor_impact": "riskmodel.workflows.impact",
    "factor_view": "riskmodel.workflows.factors",
    "margin_bounds": "riskmodel.workflows.margins",
    "published_factors": "riskmodel.workflows.published",
    "published_report": "riskmodel.workflows.published",
    "release_counts": "riskmodel.workflows.release",
    "released_factors": "riskmodel.workflows.factors",
    "report_impact": "riskmodel.workflows.impact",
    "sensitivity_surface": "riskmodel.workflows.margins",
    "table_factors": "riskmodel.workflows.factors",
    "write_cohort": "riskmodel.workflows.cohort",
    "write_reference_cohort": "riskmodel.workflows.cohort",
    "write_published_report": "riskmodel.workflows.published",
}

__all__ = [
    "CohortCheck",
    "CohortDescription",
    "Release",
    "TableImpact",
    "assumptions",
    "assumptions_log",
    "backtest_panel",
    "check_cohort",
    "data_log",
    "decisions_log",
    "describe_cohort",
    "draw_backtest",
    "draw_factors",
    "draw_impact",
    "draw_sensitivity",
    "factor_impact",
    "factor_view",
    "margin_bounds",
    "published_factors",
    "published_report",
    "release_counts",
    "released_factors",
    "report_impact",
    "sensitivity_surface",
    "table_factors",
    "write_cohort",
    "write_published_report",
    "write_reference_cohort",
]

if TYPE_CHECKING:
    from riskmodel.workflows.backtest import backtest_panel, draw_backtest
    from riskmodel.workflows.cohort import write_cohort, write_reference_cohort
    from riskmodel.workflows.cohort_views import (
        CohortCheck,
        CohortDescription,
        check_cohort,
        describe_cohort,
    )
    from riskmodel.workflows.factors import (
        draw_factors,
        factor_view,
        released_factors,
        table_factors,
    )
    from riskmodel.workflows.impact import (
        TableImpact,
        draw_impact,
        factor_impact,
        report_impact,
    )
    from riskmodel.workflows.logs import assumptions_log, data_log, decisions_log
    from riskmodel.workflows.margins import (
        draw_sensitivity,
        margin_bounds,
        sensitivity_surface,
    )
    from riskmodel.workflows.published import (
        assumptions,
        published_factors,
        published_report,
        write_published_report,
    )
    from riskmodel.workflows.release import Release, release_counts


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
