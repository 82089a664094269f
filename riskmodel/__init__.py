"""Analysis of child protection activity: published aggregates, factors, demand and caseload.

The package describes groups of assessments. It never scores a child.

Public names are loaded when first used, so that ``import riskmodel`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME_OF = {
    "Authority": "riskmodel.authority.folder.authority",
    "Estimate": "riskmodel.estimates",
    "FactorCounts": "riskmodel.assessments",
    "Figure": "riskmodel.published",
    "Interval": "riskmodel.estimates",
    "PublishedTable": "riskmodel.published",
    "audit": "riskmodel.published",
    "example": "riskmodel.authority.folder.authority",
    "load_table": "riskmodel.published",
    "open_authority": "riskmodel.authority.folder.authority",
    "table_ids": "riskmodel.published",
}

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


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
