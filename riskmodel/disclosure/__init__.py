"""Statistical disclosure control: what may leave of an authority's own records, and what not.

Small counts are withheld, and with them as few others as keep a reader from working them out.
"""

from riskmodel.disclosure.counts import ProtectedCounts, combine, protect_counts
from riskmodel.disclosure.frames import blank_derived, complete, protected_frame
from riskmodel.disclosure.linking import TOTAL, CountCell
from riskmodel.disclosure.policy import Policy, Waiver, needs_protection
from riskmodel.disclosure.scrub import IDENTIFIERS, refuse_rows, scrub, shareable
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

__all__ = [
    "CONFIDENTIAL",
    "IDENTIFIERS",
    "LOW",
    "NOT_APPLICABLE",
    "NOT_AVAILABLE",
    "SHORTHAND",
    "TOTAL",
    "CountCell",
    "LinkedTable",
    "Policy",
    "ProtectedCounts",
    "ProtectedTable",
    "Waiver",
    "blank_derived",
    "combine",
    "complete",
    "inert",
    "needs_protection",
    "protect_counts",
    "protect_table",
    "protected_frame",
    "refuse_rows",
    "scrub",
    "shareable",
    "shorthand_notes",
]
