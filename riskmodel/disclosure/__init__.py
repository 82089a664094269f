"""Statistical disclosure control: what may leave of an authority's own records, and what not.

Small counts are withheld, and with them as few others as keep a reader from working them out. The
solver is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# Not lazily: the function has its module's name, and whichever is loaded last would stand.
from riskmodel.disclosure.scrub import IDENTIFIERS, refuse_rows, scrub, shareable

_HOME_OF = {
    "CONFIDENTIAL": "riskmodel.disclosure.symbols",
    "EarlierCounts": "riskmodel.disclosure.earlier",
    "LOW": "riskmodel.disclosure.symbols",
    "NOT_APPLICABLE": "riskmodel.disclosure.symbols",
    "NOT_AVAILABLE": "riskmodel.disclosure.symbols",
    "SHORTHAND": "riskmodel.disclosure.symbols",
    "TOTAL": "riskmodel.disclosure.linking",
    "CountCell": "riskmodel.disclosure.linking",
    "LinkedTable": "riskmodel.disclosure.table",
    "Marks": "riskmodel.disclosure.frames",
    "Part": "riskmodel.disclosure.parts",
    "Policy": "riskmodel.disclosure.policy",
    "ProtectedCounts": "riskmodel.disclosure.counts",
    "ProtectedTable": "riskmodel.disclosure.suppress",
    "Waiver": "riskmodel.disclosure.policy",
    "any_small": "riskmodel.disclosure.models",
    "blank_derived": "riskmodel.disclosure.frames",
    "coarse_estimate": "riskmodel.disclosure.models",
    "coarse_number": "riskmodel.disclosure.models",
    "combine": "riskmodel.disclosure.counts",
    "complete": "riskmodel.disclosure.frames",
    "has_enough_unknowns": "riskmodel.disclosure.models",
    "inert": "riskmodel.disclosure.symbols",
    "marked_frame": "riskmodel.disclosure.frames",
    "needs_protection": "riskmodel.disclosure.policy",
    "protect_counts": "riskmodel.disclosure.counts",
    "protect_parts": "riskmodel.disclosure.parts",
    "protect_table": "riskmodel.disclosure.suppress",
    "protected_frame": "riskmodel.disclosure.frames",
    "shorthand_notes": "riskmodel.disclosure.symbols",
}

__all__ = [
    "CONFIDENTIAL",
    "IDENTIFIERS",
    "LOW",
    "NOT_APPLICABLE",
    "NOT_AVAILABLE",
    "SHORTHAND",
    "TOTAL",
    "CountCell",
    "EarlierCounts",
    "LinkedTable",
    "Marks",
    "Part",
    "Policy",
    "ProtectedCounts",
    "ProtectedTable",
    "Waiver",
    "any_small",
    "blank_derived",
    "coarse_estimate",
    "coarse_number",
    "combine",
    "complete",
    "has_enough_unknowns",
    "inert",
    "marked_frame",
    "needs_protection",
    "protect_counts",
    "protect_parts",
    "protect_table",
    "protected_frame",
    "refuse_rows",
    "scrub",
    "shareable",
    "shorthand_notes",
]

if TYPE_CHECKING:
    from riskmodel.disclosure.counts import ProtectedCounts, combine, protect_counts
    from riskmodel.disclosure.earlier import EarlierCounts
    from riskmodel.disclosure.frames import (
        Marks,
        blank_derived,
        complete,
        marked_frame,
        protected_frame,
    )
    from riskmodel.disclosure.linking import TOTAL, CountCell
    from riskmodel.disclosure.models import (
        any_small,
        coarse_estimate,
        coarse_number,
        has_enough_unknowns,
    )
    from riskmodel.disclosure.parts import Part, protect_parts
    from riskmodel.disclosure.policy import Policy, Waiver, needs_protection
    from riskmodel.disclosure.suppress import ProtectedTable, protect_table
    from riskmodel.disclosure.symbols import (
        CONFIDENTIAL,
        LOW,
        NOT_APPLICABLE,
        NOT_AVAILABLE,
        SHORTHAND,
        inert,
        shorthand_notes,
    )
    from riskmodel.disclosure.table import LinkedTable


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
