"""Statistical disclosure control: what may leave of an authority's own records, and what not.

Small counts are withheld, and with them as few others as keep a reader from working them out. The
solver is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.core.lazy import lazy_names

# Not lazily: the function has its module's name, and whichever is loaded last would stand.
from riskmodel.disclosure.scrub import IDENTIFIERS, refuse_rows, scrub, shareable

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
    from riskmodel.disclosure.cells import TOTAL, CountCell
    from riskmodel.disclosure.counts import combine, protect_counts
    from riskmodel.disclosure.earlier import EarlierCounts
    from riskmodel.disclosure.frames import (
        Marks,
        blank_derived,
        complete,
        marked_frame,
        protected_frame,
    )
    from riskmodel.disclosure.models import (
        any_small,
        coarse_estimate,
        coarse_number,
        has_enough_unknowns,
    )
    from riskmodel.disclosure.parts import Part, protect_parts
    from riskmodel.disclosure.policy import Policy, Waiver
    from riskmodel.disclosure.protected import ProtectedCounts
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

__getattr__ = lazy_names(
    __name__,
    {
        ".cells": "TOTAL CountCell",
        ".counts": "combine protect_counts",
        ".earlier": "EarlierCounts",
        ".frames": "Marks blank_derived complete marked_frame protected_frame",
        ".models": "any_small coarse_estimate coarse_number has_enough_unknowns",
        ".parts": "Part protect_parts",
        ".protected": "ProtectedCounts",
        ".policy": "Policy Waiver",
        ".suppress": "ProtectedTable protect_table",
        ".symbols": "CONFIDENTIAL LOW NOT_APPLICABLE NOT_AVAILABLE SHORTHAND inert shorthand_notes",
        ".table": "LinkedTable",
    },
)
