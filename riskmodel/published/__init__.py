"""The report's tables as data with provenance, and the audit of their arithmetic."""

from riskmodel.published.audit import (
    OUTCOMES,
    Audit,
    Finding,
    ImpliedQuantity,
    Outcome,
    audit,
    implied,
)
from riskmodel.published.catalogue import documents, load_table, table_ids, units
from riskmodel.published.figures import Column, Document, Figure, PublishedTable, Unit, read_number

__all__ = [
    "OUTCOMES",
    "Audit",
    "Column",
    "Document",
    "Figure",
    "Finding",
    "ImpliedQuantity",
    "Outcome",
    "PublishedTable",
    "Unit",
    "audit",
    "documents",
    "implied",
    "load_table",
    "read_number",
    "table_ids",
    "units",
]
