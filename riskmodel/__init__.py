"""Analysis of child protection activity: published aggregates, factors, demand and caseload.

The package describes groups of assessments. It never scores a child.

Public names are loaded when first used, so that ``import riskmodel`` stays fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names
from riskmodel.core.version import __version__

__all__ = [
    "Authority",
    "Estimate",
    "FactorCounts",
    "Figure",
    "Interval",
    "PublishedTable",
    "__version__",
    "audit",
    "example",
    "load_table",
    "open_authority",
    "table_ids",
]

if TYPE_CHECKING:
    from riskmodel.assessments import FactorCounts
    from riskmodel.authority.folder.authority import Authority, example, open_authority
    from riskmodel.estimates import Estimate, Interval
    from riskmodel.published import Figure, PublishedTable, audit, load_table, table_ids

__getattr__ = lazy_names(
    __name__,
    {
        "riskmodel.assessments": "FactorCounts",
        "riskmodel.authority.folder.authority": "Authority example open_authority",
        "riskmodel.estimates": "Estimate Interval",
        "riskmodel.published": "Figure PublishedTable audit load_table table_ids",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
